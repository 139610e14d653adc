"""Access tokens: fetched when one is needed, kept in memory for as long as they are good.

A connector holds one ``Bearer`` and asks it before each call. Nothing is stored: the next run
fetches a token of its own. A token that the hub keeps comes by ``Connection.token``, and
``with_token`` makes the calls that carry it.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from connectors.http import Answer, Door, raise_for
from connectors.json_door import read_json, write_json
from connectors.lent import TokenDoor
from shared.errors import Reconnect, Unreadable

# A token is not used in its last minute: the call that carries it takes time.
_SPARE = timedelta(minutes=1)
# What a token endpoint says of a wrong client: RFC 6749 section 5.2 has 400 and 401.
_WRONG = {400: Reconnect, 401: Reconnect, 403: Reconnect, 404: Reconnect}


class Bearer:
    """The headers of authorized calls; ``fetch`` gives a token and how long it is good."""

    def __init__(self, fetch: Callable[[datetime], tuple[str, timedelta]]) -> None:
        self._fetch = fetch
        self._token = ""
        self._until: datetime | None = None

    def headers(self, now: datetime) -> Mapping[str, str]:
        """``Authorization`` for a call at ``now``; raises what the fetch raises."""
        if self._until is None or now >= self._until:
            self._token, good_for = self._fetch(now)
            self._until = now + good_for - _SPARE
        return {"authorization": f"Bearer {self._token}"}


def by_form(door: Door, path: str, form: Mapping[str, str], now: datetime) -> tuple[str, timedelta]:
    """A token by client credentials (RFC 6749 section 4.4); an hour unless it says otherwise.

    Raises ``Reconnect`` when the client is refused, else ``Retry`` or ``Unreadable``.
    """
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = door.call("POST", path, headers=kind, body=urlencode(form).encode())
    said = _said(answer, now)
    seconds = said.get("expires_in", 3600)
    if not isinstance(seconds, int) or seconds <= 0:
        raise Unreadable("the token does not say how long it is good")
    return _token(said, "access_token"), timedelta(seconds=seconds)


def by_json(
    door: Door, path: str, body: Mapping[str, str], now: datetime, good_for: timedelta
) -> tuple[str, timedelta]:
    """A token of an endpoint that takes JSON and answers ``{"token": ...}``; raises as above."""
    kind = {"content-type": "application/json"}
    answer = door.call("POST", path, headers=kind, body=write_json(body))
    return _token(_said(answer, now), "token"), good_for


def with_token(token: TokenDoor, call: Callable[[str], Answer]) -> Answer:
    """The answer of a call under the hub's token; one that is refused (401) is renewed, once.

    Raises what ``token`` raises. A second 401 is the caller's to judge.
    """
    access = token()
    answer = call(access)
    return call(token(stale=access)) if answer.status == 401 else answer


def is_basic(header: str, user: str, passwords: tuple[str, ...]) -> bool:
    """Whether an ``Authorization`` header is Basic of ``user`` with one of ``passwords``."""
    found, given = False, header.encode("utf-8", "replace")
    for password in filter(None, passwords):
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        found |= hmac.compare_digest(f"Basic {pair}".encode(), given)
    return found


def _said(answer: Answer, now: datetime) -> dict[str, Any]:
    raise_for(answer, now=now, overrides=_WRONG)
    said = read_json(answer.body)
    if not isinstance(said, dict):
        raise Unreadable("the token endpoint did not answer with a record")
    return said


def _token(said: Mapping[str, Any], name: str) -> str:
    token = said.get(name)
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise Unreadable("the token endpoint gave no token")
    return token

"""OAuth 2.0 as a client: consent with PKCE, refresh, client credentials (RFC 6749, RFC 7636).

Nothing is kept here: a connector's ``grant`` makes its ``Grant`` of these calls and the hub keeps
what comes back. ``now`` is wall time (UTC). Every call raises ``Reconnect`` when the vendor refuses
the grant or the client, ``Retry`` when it cannot answer now, and ``Unreadable`` for an answer that
is no token.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from connectors.contract_erp import Asked, Granted
from connectors.http import Answer, Door, raise_for
from connectors.json_door import read_json
from shared.errors import Reconnect, Retry, Unreadable

# What a token endpoint's error (RFC 6749 section 5.2; 4.1.2.1 for the last two) means to us.
_REFUSED: Mapping[str, str] = {
    "invalid_grant": "the grant is spent or was taken back: authorise the connection again",
    "invalid_client": "the client id or secret is refused",
    "unauthorized_client": "the client may not use this kind of grant",
    "invalid_scope": "the client may not ask for these scopes",
    "access_denied": "the consent was refused",
    "unsupported_grant_type": "the vendor does not take this kind of grant",
    "invalid_request": "the vendor refuses the token request",
}
_CONSENT = frozenset({"invalid_grant", "access_denied"})
_LATER = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
# Without ``expires_in`` (only recommended, section 5.1) a token is trusted for as long.
_UNSAID = 3600
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class App:
    """A client of one vendor: its endpoints and how the vendor wants the client named.

    ``authorise`` is the whole https address of the consent page, ``token`` the path of the token
    endpoint behind the door. ``basic`` sends id and secret as HTTP Basic, else in the form (section
    2.3.1). ``more`` are the vendor's own parameters of the consent page.
    """

    authorise: str
    token: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    basic: bool = True
    more: Mapping[str, str] = field(default_factory=dict)


def consent_url(app: App, asked: Asked) -> str:
    """Where a person consents: an authorization request (section 4.1.1) with PKCE S256."""
    parts = {
        **app.more,
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": asked.redirect,
        "state": asked.state,
        "code_challenge": challenge(asked.verifier),
        "code_challenge_method": "S256",
    }
    if app.scopes:
        parts["scope"] = " ".join(app.scopes)
    joint = "&" if urlsplit(app.authorise).query else "?"
    return f"{app.authorise}{joint}{urlencode(parts)}"


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def redeem(door: Door, app: App, code: str, asked: Asked, *, now: datetime) -> Granted:
    """The tokens of an authorization code (section 4.1.3); a code is good once."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": asked.redirect,
        "code_verifier": asked.verifier,
    }
    return _granted(door, app, form, {}, now)


def refreshed(door: Door, app: App, refresh: str, *, now: datetime) -> Granted:
    """The tokens of a refresh token (section 6); a vendor that gives no new one leaves the old."""
    if not refresh:
        raise Reconnect("nobody has authorised the connection yet", lacks="consent")
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    found = _granted(door, app, form, {}, now)
    return Granted(found.access, found.until, found.refresh or refresh)


def client_credentials(
    door: Door,
    app: App,
    *,
    now: datetime,
    form: Mapping[str, str] = {},
    headers: Mapping[str, str] = {},
) -> Granted:
    """A token for the client itself (section 4.4); ``form`` and ``headers`` are the vendor's own.

    A refresh token that comes along is left: the next fetch needs none.
    """
    wanted = {"grant_type": "client_credentials", **form}
    if app.scopes:
        wanted["scope"] = " ".join(app.scopes)
    found = _granted(door, app, wanted, headers, now)
    return Granted(found.access, found.until)


def _granted(
    door: Door, app: App, form: Mapping[str, str], headers: Mapping[str, str], now: datetime
) -> Granted:
    own = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    body = dict(form)
    if app.basic:
        pair = f"{app.client_id}:{app.client_secret}".encode()
        own["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    else:
        body |= {"client_id": app.client_id, "client_secret": app.client_secret}
    sent = urlencode(body).encode()
    said = _said(door.call("POST", app.token, headers={**own, **headers}, body=sent), now)
    access, refresh = said.get("access_token"), said.get("refresh_token", "")
    if not _is_token(access) or (refresh and not _is_token(refresh)):
        raise Unreadable("the token endpoint gave no token")
    kind = said.get("token_type", "bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise Unreadable("the token is not a bearer token")
    return Granted(str(access), now + _good_for(said), str(refresh or ""))


def _said(answer: Answer, now: datetime) -> dict[str, Any]:
    """The record of a token answer, or the error that it is, whatever its status says."""
    said: Any = None
    if answer.status // 100 in {2, 4} and answer.status not in {408, 425, 429}:
        try:
            said = read_json(answer.body)
        except Unreadable:
            said = None
    code = said.get("error") if isinstance(said, dict) else None
    if isinstance(code, str) and code in _LATER:
        raise Retry("the token endpoint cannot answer now")
    if isinstance(code, str) and code in _REFUSED:
        raise Reconnect(_REFUSED[code], lacks="consent" if code in _CONSENT else "login")
    raise_for(answer, now=now, overrides={400: Unreadable})
    if not isinstance(said, dict) or code is not None:
        raise Unreadable("the token endpoint did not answer with a token")
    return said


def _good_for(said: Mapping[str, Any]) -> timedelta:
    """How long a token is good; some vendors write the seconds as a text."""
    value = said.get("expires_in", _UNSAID)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise Unreadable("the token does not say how long it is good")
    return min(timedelta(seconds=value), _LONGEST)


def _is_token(value: object) -> bool:
    """Printable ASCII without a space, as it must fit into a header (RFC 6749 appendix A.12)."""
    return (
        isinstance(value, str) and 0 < len(value) <= 16_000
        and value.isascii() and value.isprintable() and " " not in value
    )  # fmt: skip

"""Calls of the API: one at a time, a listing page by page, and what goes wrong as a sentence."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

_SECONDS = 60
# An answer of the hub, or of what stands before it, after which the same call may succeed.
_LATER = frozenset({429, 502, 503, 504})
# The gateway's own answers, in no words of the hub, to a token that is unknown or has run out.
_NOT_LET_IN = frozenset({401, 403})

Plain = dict[str, Any]


class Failed(Exception):
    """The hub did not do it; the text is for the person at the terminal."""

    code = 1


class Away(Failed):
    """The hub could not be reached, or asks to be tried again."""

    code = 3


class Api(Protocol):
    """One call of the API: method, path, and a JSON body or the text of a CSV file."""

    def __call__(self, method: str, path: str, body: Mapping[str, Any] | str | None = None) -> str:
        """The answer's body. Raises ``Failed`` with the hub's own sentence."""


class _Stays(urllib.request.HTTPRedirectHandler):
    """The token goes to the hub and nowhere else, so no redirect is followed."""

    def redirect_request(self, *_: Any) -> None:
        return None


def api(url: str, token: str) -> Api:
    """The API at ``url`` (https, or http on this machine). Raises ``Failed`` for another."""
    parts = urllib.parse.urlsplit(url)
    near = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and near):
        raise Failed("DUNLIN_URL must be an https address.")
    opener = urllib.request.build_opener(_Stays())

    def call(method: str, path: str, body: Mapping[str, Any] | str | None = None) -> str:
        sent, kind = _encoded(body)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        asked = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            url.rstrip("/") + path, data=sent, headers=headers, method=method
        )
        try:
            with opener.open(asked, timeout=_SECONDS) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            fault = Away if error.code in _LATER else Failed
            raise fault(_problem(error)) from None
        except OSError:
            raise Away("The hub cannot be reached.") from None

    return call


def setting(name: str) -> str:
    """A setting of the environment. Raises ``Failed`` without it."""
    value = os.environ.get(name)
    if not value:
        raise Failed(f"{name} is not set.")
    return value


def quoted(name: str) -> str:
    """A part of a path."""
    return urllib.parse.quote(name, safe="")


def with_query(path: str, query: Mapping[str, str]) -> str:
    """A path with its parameters."""
    return f"{path}?{urllib.parse.urlencode(query)}" if query else path


def pages(call: Api, path: str, query: Mapping[str, str]) -> Iterator[Plain]:
    """The pages of a listing by its cursor; from the second on, progress goes to stderr."""
    asked, number = dict(query), 1
    while True:
        page: Plain = json.loads(call("GET", with_query(path, asked)))
        yield page
        if not page.get("cursor"):
            return
        asked["cursor"], number = page["cursor"], number + 1
        print(f"page {number}", file=sys.stderr)


def _encoded(body: Mapping[str, Any] | str | None) -> tuple[bytes | None, str]:
    """A body's bytes and their media type."""
    if isinstance(body, str):
        return body.encode(), "text/csv"
    return None if body is None else json.dumps(body).encode(), "application/json"


def _problem(error: urllib.error.HTTPError) -> str:
    try:
        plain = json.loads(error.read())
        fields = [f"  {one['path']}: {one['code']} {one['text']}" for one in plain["fields"]]
        return "\n".join([f"{error.code}: {plain['title']}", *fields])
    except (ValueError, KeyError, TypeError):
        if error.code in _NOT_LET_IN:
            return f"{error.code}: the hub does not know this token: see DUNLIN_TOKEN."
        return f"The hub answered {error.code}."

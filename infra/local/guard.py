"""Decides which HTTP requests reach the emulator: ours, and nothing that a web page could send."""

import hmac
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_HEADER = "x-dunlin-local"  # noqa: S105 (a header's name)
_CREDENTIAL = re.compile(r"Credential=([A-Za-z0-9]+)/")
_API_PATH = re.compile(r"/_aws/execute-api/[0-9a-f]{8}/")
_POOL_DOCUMENT = re.compile(
    r"/[a-z0-9-]+_[A-Za-z0-9]+/\.well-known/(jwks\.json|openid-configuration)"
)
_DENIAL = re.compile(rb'"__type":\s*"[^"]*AccessDenied|<Code>AccessDenied')
_HEALTH = "/_ministack/health"
# What a person opens in a browser: pages of the hub on the API's host, and the user pool's sign-in.
_PAGE = re.compile(r"/(console|pages|p)(/.*)?")
_SIGN_IN = {("GET", "/oauth2/authorize"), ("POST", "/login"), ("GET", "/logout")}


class Guard:
    """ASGI middleware in front of the emulator.

    A page open in the developer's browser can send requests to 127.0.0.1, directly or through a
    name that it controls (DNS rebinding). Such a request carries ``Origin`` or ``Sec-Fetch-Site``,
    or a foreign ``Host``; it is refused before anything reads it, but for pages made for browsers
    where one of theirs asks or a person goes there. Other local processes are refused unless they
    hold a key of this start: ``knows_key`` says whether an access key id is one, and
    the emulator itself verifies the signature made with it. ``on_denial`` hears of each answer in
    which the emulator denied a caller that it knows: a role that lacks a permission.
    """

    def __init__(
        self,
        app: App,
        port: int,
        token: str,
        knows_key: Callable[[str], bool],
        on_denial: Callable[[str], None],
    ) -> None:
        self._app = app
        self._on_denial = on_denial
        self._token = token
        self._knows_key = knows_key
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._api_host = re.compile(rf"[0-9a-f]{{8}}\.execute-api\.localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            reason = self._refusal(scope)
            if reason:
                await _refuse(send, reason)
            else:
                await self._app(scope, receive, self._filtered(send))
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _refusal(self, scope: Scope) -> str | None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        host = headers.get("host", "")
        api_host = self._api_host.fullmatch(host) is not None
        served = "hub" if api_host else "pool"
        if _from_a_page(headers) and not _is_page(scope, headers, served):
            return "requests from web pages are refused"
        if host not in self._hosts and not api_host:
            return "this host name is not served"
        if api_host or self._is_public(scope):
            return None
        token = headers.get(TOKEN_HEADER, "")
        if scope["path"].startswith("/_ministack/"):
            return None if hmac.compare_digest(token, self._token) else "the local token is missing"
        return None if self._knows_key(_access_key(headers, scope)) else "the access key is unknown"

    def _filtered(self, send: Send) -> Send:
        status = 0

        async def filtered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {
                    **message,
                    "headers": [
                        (name, value)
                        for name, value in message.get("headers", [])
                        if not name.lower().startswith(b"access-control-")
                    ],
                }
            elif status in (400, 403) and _DENIAL.search(message.get("body", b"")):
                self._on_denial(message["body"].decode("utf-8", "replace"))
            await send(message)

        return filtered

    @staticmethod
    def _is_public(scope: Scope) -> bool:
        """Endpoints that prove their caller otherwise: bearer tokens, a client's secret."""
        path: str = scope["path"]
        if scope["method"] == "POST" and path == "/oauth2/token":
            return True
        if (scope["method"], path) in _SIGN_IN:
            return True
        if scope["method"] == "GET" and (path == _HEALTH or _POOL_DOCUMENT.fullmatch(path)):
            return True
        return _API_PATH.match(path) is not None


def _from_a_page(headers: dict[str, str]) -> bool:
    return "origin" in headers or headers.get("sec-fetch-site", "none") != "none"


def _is_page(scope: Scope, headers: dict[str, str], served: str) -> bool:
    """Whether a page that browsers may open is asked for by one of its own, or gone to.

    A page without a referrer sends "null" as its origin; the hub's own forms prove themselves.
    """
    path, method = scope["path"], scope["method"]
    if not (_PAGE.fullmatch(path) if served == "hub" else (method, path) in _SIGN_IN):
        return False
    if method == "GET" and headers.get("sec-fetch-mode") == "navigate":
        return True
    own = headers.get("origin") in (None, "null", f"http://{headers['host']}")
    return own and headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _access_key(headers: dict[str, str], scope: Scope) -> str:
    authorization = headers.get("authorization", "")
    if authorization:
        found = _CREDENTIAL.search(authorization)
        return found.group(1) if found else ""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    credential: str = query.get("X-Amz-Credential", [""])[0]
    return credential.partition("/")[0]


async def _refuse(send: Send, reason: str) -> None:
    body = json.dumps({"__type": "AccessDeniedException", "message": reason}).encode()
    await send(
        {
            "type": "http.response.start",
            "status": 403,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})

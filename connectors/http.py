"""The HTTP door: the one way in which a connector reaches another system over HTTP.

``Door`` binds a connector to one origin. It speaks https (http only to origins that a stack
parameter allows), follows no redirect, reads no proxy or credential from the environment, resolves
the host once, refuses addresses that are not public, and bounds every call by one deadline and one
size. ``raise_for`` turns an answer's status into the error that names what to do.

    door = Door("https://api.example.com", private_targets=connection.private_targets)
    answer = door.call("GET", "/v1/invoices", params={"page": "1"})
    raise_for(answer, now=now)
    rows = read_json(answer.body)          # connectors.json_door

Messages are fixed sentences: no URL, header or body ever stands in an exception or a log line.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Literal
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from connectors.bounds import TooLarge
from connectors.network import PinnedAdapter, Route, is_public, read_origin, resolve
from shared.errors import HubError, Reconnect, Refused, Retry, Unreadable

# urllib3 writes whole URLs, with their query, into its debug and warning lines.
logging.getLogger("urllib3").setLevel(logging.ERROR)

# What each status means for the caller; a class of statuses stands under its first digit.
STATUS: Mapping[int, type[HubError]] = {
    401: Reconnect, 403: Reconnect, 408: Retry, 425: Retry, 429: Retry,
    1: Unreadable, 3: Refused, 4: Refused, 5: Retry,
}  # fmt: skip

# A longer wait than a day that a server asks for is capped: the next sweep asks anyway.
LONGEST_WAIT = 86_400
_SENTENCE = 500
_CHUNK = 65_536
_PATH = re.compile(r"/(?!/)[!-~]*")
_DOTS = re.compile(r"/(\.|%2e){1,2}(/|\?|$)", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"([!-~]([ -~\t]*[!-~])?)?")
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]


class Unanswered(Retry):
    """No whole answer came.

    ``sent`` says whether the request may have reached the other side. A sender answers ``retry``
    when it is False and ``unknown`` when it is True; a reader may simply try again.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers under lower-case names, and the whole body."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @property
    def sentence(self) -> str:
        """The other side's own words for a person, cut short, our secrets struck out."""
        text = self.body.decode("utf-8", "replace")
        for secret in self.secrets:
            text = text.replace(secret, "[secret]")
        return " ".join(text.split())[:_SENTENCE]


class Door:
    """One origin (``https://host[:port]``) that a connector may call.

    ``private_targets`` are origins that may be plain http or lie in a private network.
    ``total_seconds`` bounds a call from dialling to the last byte, ``max_bytes`` the decoded body.
    ``secrets`` are texts that must never be shown, should the other side echo them. ``meter`` is
    called before each request: it waits or raises ``Retry`` when the budget of calls is used. A
    door serves one thread and keeps its connection open between calls; ``close`` ends it.

    Raises ``Refused`` (code ``target_refused``) for a text that is not such an origin.
    """

    def __init__(
        self,
        origin: str,
        *,
        private_targets: frozenset[str] = frozenset(),
        total_seconds: float = 20,
        max_bytes: int = 5_000_000,
        secrets: Iterable[str] = (),
        meter: Callable[[], None] | None = None,
    ) -> None:
        self.origin, self._host, self._port = read_origin(origin)
        self._private = self.origin in {read_origin(target)[0] for target in private_targets}
        if not self.origin.startswith("https://") and not self._private:
            raise Refused("the address must be https", code="target_refused")
        self._total_seconds = total_seconds
        self._max_bytes = max_bytes
        self._secrets = tuple(secret for secret in secrets if secret)
        self._meter = meter
        self._route = Route()
        self._session = _session(self._route)

    def __repr__(self) -> str:
        return f"Door({self.origin})"

    def call(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send one request and read the whole answer, whatever its status (3xx included).

        ``path`` starts with one slash and may hold a query; text in it is already
        percent-encoded, ``params`` are encoded here. Raises ``Unanswered`` when no whole answer
        came in time, ``TooLarge`` or ``Unreadable`` for one beyond the bound or wrongly compressed
        (the request did arrive), and ``Refused`` for a target, path or header that is not allowed.
        """
        request = self._prepare(method, path, params or {}, headers or {}, body)
        if self._meter is not None:
            self._meter()
        self._pin()
        answer = None
        # Raised after the handler has ended, so that no chained error carries a URL or header.
        try:
            with self._route.timed(self._total_seconds):
                answer = self._exchange(request)
        except (OSError, HTTPError):
            answer = None
        # A connection that the deadline cut can look like a body that simply ended.
        if self._route.expired or answer is None:
            raise Unanswered("the other side gave no whole answer", sent=self._route.sent)
        return replace(answer, body=self._inflated(answer))

    def same_origin(self, link: str) -> str:
        """The path and query of a link that an answer gave, absolute or rooted, for ``call``.

        Raises ``Unreadable`` when the link leaves this origin: it is never followed.
        """
        path = link
        if not link.startswith("/"):
            try:
                parts = urlsplit(link)
                origin = read_origin(f"{parts.scheme}://{parts.netloc}")[0]
            except (ValueError, Refused):
                origin = ""
            if origin != self.origin:
                raise Unreadable("a link in the answer leads to another host")
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not _good_path(path):
            raise Unreadable("a link in the answer is malformed")
        return path

    def close(self) -> None:
        """Close the connection that is kept open between calls."""
        self._session.close()

    def _prepare(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> requests.PreparedRequest:
        if not _good_path(path):
            raise Refused("the path is malformed", code="path_refused")
        for name, value in headers.items():
            good = _HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)
            if not good or name.lower() in _OWN_HEADERS:
                raise Refused("a header is malformed", code="header_refused")
        request = requests.Request(
            method, self.origin + path, params=dict(params), headers=dict(headers), data=body
        )
        return self._session.prepare_request(request)

    def _pin(self) -> None:
        """Resolve and judge the host at the first call; later calls go to the same addresses."""
        if self._route.addresses:
            return
        try:
            addresses = resolve(self._host, self._port)
        except (OSError, UnicodeError):
            addresses = ()
        if not addresses:
            raise Unanswered("the host name could not be resolved", sent=False)
        if not self._private and not all(is_public(address) for address in addresses):
            raise Refused("the host is not on the public network", code="target_refused")
        self._route.addresses = addresses

    def _exchange(self, request: requests.PreparedRequest) -> Answer:
        with self._session.send(
            request, stream=True, timeout=self._total_seconds, allow_redirects=False
        ) as response:
            body = bytearray()
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                body += chunk
                if len(body) > self._max_bytes:
                    raise TooLarge("the answer is too large")
            names = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, names, bytes(body), self._secrets)

    def _inflated(self, answer: Answer) -> bytes:
        """The body without gzip; here and not in urllib3, which lets a cut stream pass as whole."""
        coding = answer.headers.get("content-encoding", "identity").strip().lower()
        if coding in {"", "identity"} or not answer.body:
            return answer.body
        if coding not in {"gzip", "x-gzip"}:
            raise Unreadable("the answer is compressed in a way that was not asked for")
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            plain = stream.decompress(answer.body, self._max_bytes + 1)
        except zlib.error:
            plain = b""
        if len(plain) > self._max_bytes:
            raise TooLarge("the answer is too large")
        if not stream.eof or stream.unused_data:
            raise Unreadable("the answer is wrongly compressed")
        return plain


def raise_for(
    answer: Answer,
    *,
    now: datetime,
    overrides: Mapping[int, type[HubError]] = {},
    expects: Literal["json", "anything"] = "json",
) -> None:
    """Return for a 2xx answer; raise the error of ``STATUS`` for any other.

    ``overrides`` replaces entries of the table by exact status. ``now`` (wall time, UTC) turns a
    Retry-After date into seconds. With ``expects="json"`` a web page under 2xx is ``Unreadable``:
    login and maintenance pages come that way.
    """
    if answer.status // 100 == 2 and answer.status not in overrides:
        if expects == "json" and _is_page(answer):
            raise Unreadable("a web page (login page?) came where data was expected")
        return
    kind = {**STATUS, **overrides}.get(answer.status) or STATUS.get(answer.status // 100)
    message = f"the other side answered with status {answer.status}"
    if kind is None:
        raise Unreadable(message)
    if issubclass(kind, Retry):
        raise Retry(message, after=retry_after(answer, now=now), throttled=answer.status == 429)
    if issubclass(kind, Refused):
        raise Refused(message, code=f"http_{answer.status}", sentence=answer.sentence)
    raise kind(message)


def retry_after(answer: Answer, *, now: datetime) -> int | None:
    """Seconds that the answer asks us to wait (RFC 9110 section 10.2.3), None when it does not.

    The header holds seconds or a date; a date in the past is 0 and nothing exceeds a day.
    """
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:  # "-0000": the date is UTC without a zone
        until = until.replace(tzinfo=UTC)
    return min(max(int((until - now).total_seconds()), 0), LONGEST_WAIT)


def _session(route: Route) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, .netrc or CA path from the environment
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": "dunlin", "Accept-Encoding": "gzip"})
    adapter = PinnedAdapter(route)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _good_path(path: str) -> bool:
    return bool(_PATH.fullmatch(path)) and not {"\\", "#"} & set(path) and not _DOTS.search(path)


def _is_page(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in {"text/html", "application/xhtml+xml"} or answer.body[:64].lstrip()[:1] == b"<"

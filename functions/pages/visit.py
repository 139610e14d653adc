"""A visit: what a browser sent, read from API Gateway's event (HTTP API, payload 2.0)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, quote

from functions.api.exchange import Problem
from functions.uploads import parts_of

_MULTIPART = "multipart/form-data"
_FORM = "application/x-www-form-urlencoded"
# A form of ours has far fewer; the platform's own limit is 6 MB of body.
_MOST_BYTES, _MOST_FIELDS = 1_000_000, 2_000
# What stands in a path as it is (RFC 3986, 3.3); anything else is coded, so that a path of a visit
# can be put into a header or an address again.
_IN_PATHS = "/%:@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a browser. Header names are in lower case.

    ``path`` begins with a slash and is coded as in an address: what a part of it says is decoded
    once it is known to be one part (see ``routes``), so that an id may hold a slash of its own.
    Of a query's or form's name that comes several times, ``query`` and ``form`` hold the last, and
    ``several`` all values of the form. ``files`` are those of a form that was read with its parts.
    """

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str] = field(repr=False)
    several: Mapping[str, tuple[str, ...]] = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def place(self) -> str:
        """The path as an address below the base goes on: empty for the first page."""
        return "" if self.path == "/" else self.path


def of_event(event: Mapping[str, Any], base: str) -> Visit:
    """The visit of an event whose path lies below ``base``.

    Raises ``Problem`` 404 for another path, 400 or 413 for a body that is no form of ours.
    """
    http = event.get("requestContext", {}).get("http", {})
    headers = {name.lower(): str(text) for name, text in (event.get("headers") or {}).items()}
    path = quote(str(event.get("rawPath", "")), safe=_IN_PATHS)
    if path != base and not path.startswith(f"{base}/"):
        raise Problem(404, "not_found", "There is nothing here.")
    several = _form(event, headers.get("content-type", ""))
    return Visit(
        method=str(http.get("method", "GET")).upper(),
        path=path.removeprefix(base).rstrip("/") or "/",
        query=dict(event.get("queryStringParameters") or {}),
        form={name: texts[-1] for name, texts in several.items()},
        several=several,
        # API Gateway lists them; the embedded stack leaves them in their header.
        cookies=_cookies(event.get("cookies") or headers.get("cookie", "").split(";")),
        headers=headers,
    )


def with_parts(visit: Visit, event: Mapping[str, Any]) -> Visit:
    """The visit with the fields and files of a form that came in parts; else as it is.

    Raises ``Problem`` 400 or 413 for a body that is no such form.
    """
    kind = visit.headers.get("content-type", "")
    if visit.method != "POST" or not kind.startswith(_MULTIPART):
        return visit
    text = str(event.get("body") or "")
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") \
            else text.encode()  # fmt: skip
    except binascii.Error:
        raise Problem(400, "bad_body", "The form cannot be read.") from None
    parts = parts_of(body, kind)
    several = {name: (text,) for name, text in parts.fields.items()}
    return replace(visit, form=parts.fields, several=several, files=parts.files)


def own_origin(visit: Visit, origin: str) -> bool:
    """Whether a page of ours sent this, as far as the browser tells (Fetch Metadata, Origin)."""
    site, said = visit.headers.get("sec-fetch-site"), visit.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    return said in (None, "null", origin)


def _form(event: Mapping[str, Any], kind: str) -> dict[str, tuple[str, ...]]:
    text = str(event.get("body") or "")
    if not text or kind.partition(";")[0].strip().lower() != _FORM:
        return {}
    try:
        raw = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else None
        plain = text if raw is None else raw.decode()
        if len(plain) > _MOST_BYTES:
            raise Problem(413, "too_large", "The form is larger than 1 MB.")
        found = parse_qs(plain, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (binascii.Error, ValueError):
        raise Problem(400, "bad_body", "The form cannot be read.") from None
    return {name: tuple(texts) for name, texts in found.items()}


def _cookies(lines: Any) -> dict[str, str]:
    pairs = (str(line).partition("=") for line in lines)
    return {name.strip(): text for name, _, text in pairs}

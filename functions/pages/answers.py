"""Answers to a browser: HTML and the headers that make a page safe, redirects, files of ours.

No script runs, nothing comes from elsewhere, nobody frames a page, no copy is kept. Sources:
https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/referrer-policy/.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "cache-control": "no-store",
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    # A page of the console tells itself where a form came from; nobody else learns anything.
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}

# RFC 3986, 2.2 and 2.1: anything else is coded, so that no address begins a header of its own.
_IN_ADDRESSES = "%:/?#[]@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class Page:
    """What goes back: a ``body`` of a content type, cookies to set, headers beside the usual."""

    body: str | bytes
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    cookies: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def redirect(to: str, *, cookies: tuple[str, ...] = ()) -> Page:
    """Go and look there (303): whatever was sent has been dealt with."""
    return Page("", 303, cookies=cookies, headers={"location": quote(to, safe=_IN_ADDRESSES)})


def download(body: bytes, kind: str, name: str) -> Page:
    """A file to keep; ``name`` is ours, never a visitor's."""
    return Page(body, kind=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def shown(body: str | bytes, kind: str, policy: str = "default-src 'none'; sandbox") -> Page:
    """A document to be looked at within a page of ours; it may do nothing of its own."""
    return Page(
        body, kind=kind,
        headers={"content-security-policy": f"{policy}; frame-ancestors 'self'"},
    )  # fmt: skip


def mail(html: str) -> Page:
    """A letter's HTML for a frame of ours: it says its looks within itself, and may do no more."""
    looks = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    return shown(html.encode(), "text/html; charset=utf-8", looks)


def kept_file(body: bytes, kind: str) -> Page:
    """A file whose name says its content: kept by browsers for a year."""
    return Page(body, kind=kind, headers={"cache-control": "public, max-age=31536000, immutable"})


def cookie(name: str, text: str, *, seconds: int, strict: bool = False) -> str:
    """A ``Set-Cookie`` that no script reads and no other host sets; 0 seconds take it away.

    ``name`` begins with ``__Host-``: browsers then ask for Secure, Path=/ and no Domain.
    """
    site = "Strict" if strict else "Lax"
    return f"{name}={text}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite={site}"


def sent(page: Page) -> dict[str, Any]:
    """A page in API Gateway's format 2.0."""
    binary = isinstance(page.body, bytes)
    body = base64.b64encode(page.body).decode() if isinstance(page.body, bytes) else page.body
    return {
        "statusCode": page.status,
        "headers": {"content-type": page.kind, **_ALWAYS, **page.headers},
        "cookies": list(page.cookies),
        "body": body,
        "isBase64Encoded": binary,
    }

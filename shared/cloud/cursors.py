"""Cursors of listings: opaque, sealed, and good only for the tenant and listing they came from."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from functools import lru_cache

from shared.cloud.runtime import client

_LONGEST = 1000


def seal(listing: str, last: str) -> str:
    """The cursor that goes on after the id ``last`` of a listing, whose name has the tenant's."""
    plain = json.dumps({"f": _filter(listing), "k": last}, separators=(",", ":")).encode()
    return f"{_encode(plain)}.{_encode(_tag(plain))}"


def unseal(listing: str, cursor: str) -> str:
    """The id to go on after.

    Raises ``ValueError`` with a fixed sentence for a cursor that is malformed, or is another
    tenant's or another listing's.
    """
    if len(cursor) > _LONGEST:
        raise ValueError("the cursor is too long")
    text, _, seal_text = cursor.partition(".")
    try:
        plain, tag = _decode(text), _decode(seal_text)
    except (binascii.Error, ValueError):
        plain, tag = b"", b""
    if not hmac.compare_digest(tag, _tag(plain)):
        raise ValueError("the cursor is not one of this listing")
    fields = json.loads(plain)
    if fields["f"] != _filter(listing):
        raise ValueError("the cursor is not one of this listing")
    return str(fields["k"])


def _filter(listing: str) -> str:
    return hashlib.sha256(listing.encode()).hexdigest()[:16]


def _tag(plain: bytes) -> bytes:
    return hmac.new(_key(), plain, hashlib.sha256).digest()


@lru_cache(maxsize=1)
def _key() -> bytes:
    """The stack's own random secret, named by ``CURSOR_KEY_SECRET``; read once a process."""
    answer = client("secretsmanager").get_secret_value(SecretId=os.environ["CURSOR_KEY_SECRET"])
    return str(answer["SecretString"]).encode()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)

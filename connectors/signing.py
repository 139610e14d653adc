"""Standard Webhooks 1.0.0: how a message is signed, and how one is proven to be its sender's.

The scheme (github.com/standard-webhooks, spec/standard-webhooks.md): HMAC-SHA256 over
``{id}.{timestamp}.{raw body}``; several signatures in one header let a secret be rotated. Only
the standard library is imported, because the functions that receive webhooks import this.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.errors import Unreadable

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300
_SECRET_BYTES = range(24, 65)
# The id is signed in front of a "."; one inside it would let two messages share a signature.
_ID = re.compile(r"[A-Za-z0-9_:~-]{1,200}")
_SECONDS = re.compile(r"[0-9]{1,12}")
# Bounds the work that a forged header can ask for; rotation needs two.
_MOST_SIGNATURES = 16


def secret_text(random: bytes) -> str:
    """The text form of a new secret of 24 to 64 random bytes. Raises ``ValueError`` otherwise."""
    if len(random) not in _SECRET_BYTES:
        raise ValueError("a webhook secret has 24 to 64 bytes")
    return PREFIX + base64.b64encode(random).decode()


def secret_bytes(text: str) -> bytes:
    """The key inside a secret's text (``whsec_`` may be left out).

    Raises ``ValueError`` when it is not the base64 of 24 to 64 bytes; the text is not repeated.
    """
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) not in _SECRET_BYTES:
        raise ValueError("a webhook secret is whsec_ and the base64 of 24 to 64 bytes")
    return key


def sign(secrets: Sequence[str], *, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message; one signature for each secret, in their order.

    ``now`` is the wall time of this attempt (a retry keeps the id and gets a new time). Raises
    ``ValueError`` for a malformed id or secret and when there is no secret.
    """
    if not secrets:
        raise ValueError("a message is signed with at least one secret")
    if not _ID.fullmatch(message_id):
        raise ValueError("a message id has letters, digits and _ : ~ - only")
    seconds = str(int(now.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(
            _signature(secret_bytes(secret), message_id, seconds, body) for secret in secrets
        ),
    }


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a message that one of ``secrets`` signed within five minutes of ``now``.

    ``body`` is what came over the wire, undecoded. Header names match in any case. The caller
    must still drop an id that it has seen. Raises ``Unreadable`` with a fixed sentence when
    anything is wrong, and ``ValueError`` for a malformed secret of our own.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id = given.get("webhook-id", "")
    seconds = given.get("webhook-timestamp", "")
    if not _ID.fullmatch(message_id) or not _SECONDS.fullmatch(seconds):
        raise Unreadable("the webhook's id or timestamp is missing or malformed")
    signatures = given.get("webhook-signature", "").split(" ")[:_MOST_SIGNATURES]
    if not _signed(secrets, signatures, message_id, seconds, body):
        raise Unreadable("no signature of the webhook is valid")
    if abs(int(seconds) - now.timestamp()) > TOLERANCE_SECONDS:
        raise Unreadable("the webhook is older or newer than five minutes")
    return message_id


def _signed(
    secrets: Sequence[str], signatures: Sequence[str], message_id: str, seconds: str, body: bytes
) -> bool:
    """Whether any secret made any of the signatures; every pair is compared, found or not."""
    found = False
    for secret in secrets:
        expected = _signature(secret_bytes(secret), message_id, seconds, body).encode()
        for signature in signatures:
            found |= hmac.compare_digest(expected, signature.encode("utf-8", "replace"))
    return found


def _signature(key: bytes, message_id: str, seconds: str, body: bytes) -> str:
    signed = f"{message_id}.{seconds}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()

"""Debitura's webhook signature: which deliveries are Debitura's own, and of now.

The header ``X-Debitura-Signature`` is ``t=<seconds>,v1=<lower-case hex>``: HMAC-SHA256 of
``<t>.<raw body>`` under the base64-decoded secret, within 300 seconds. Source: docs.debitura.com,
developer-concepts/webhooks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from shared.errors import Reconnect, Refused

HEADER = "x-debitura-signature"
TOLERANCE_SECONDS = 300
_SECONDS = re.compile(r"[0-9]{1,12}")


def key_of(secret: str) -> bytes:
    """The key inside a secret's text; empty when it is no base64."""
    try:
        return base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        return b""


def check(secrets: Sequence[str], header: str, body: bytes, now: datetime) -> None:
    """Return when one of ``secrets`` signed these bytes within five minutes of ``now`` (wall time).

    Raises ``Refused`` (``bad_signature``) for everything that is wrong, ``Reconnect`` without a
    usable secret.
    """
    keys = [key for secret in secrets if (key := key_of(secret))]
    if not keys:
        raise Reconnect("the webhook secret is missing or malformed", lacks="settings")
    parts = dict(part.strip().partition("=")[::2] for part in header.split(",")[:8])
    seconds, given = parts.get("t", ""), parts.get("v1", "").encode("utf-8", "replace")
    good = False
    for key in keys:
        expected = hmac.new(key, seconds.encode("utf-8", "replace") + b"." + body, hashlib.sha256)
        good |= hmac.compare_digest(expected.hexdigest().encode(), given)
    fresh = _SECONDS.fullmatch(seconds) and abs(int(seconds) - now.timestamp()) <= TOLERANCE_SECONDS
    if not (good and fresh):
        raise Refused("the delivery is not signed, or not of now", code="bad_signature")

"""Stripe's webhook signature: which deliveries are Stripe's own, and of now.

The header ``Stripe-Signature`` is ``t=<seconds>,v1=<hex>[,v1=<hex>...]``; ``v1`` is HMAC-SHA256 of
``<t>.<raw body>`` under the endpoint's secret as text. Source: docs.stripe.com/webhooks ("Verify
manually") and the constants of stripe-python's own tests. Other schemes (``v0``) prove nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from shared.errors import Reconnect, Refused

HEADER = "stripe-signature"
# Stripe's libraries refuse what is older than this.
TOLERANCE_SECONDS = 300
_SECONDS = re.compile(r"[0-9]{1,12}")
# Bounds the work that a forged header can ask for; a rotation needs two.
_MOST_SIGNATURES = 16


def check(secrets: Sequence[str], header: str, body: bytes, now: datetime) -> None:
    """Return when one of ``secrets`` signed these bytes within five minutes of ``now`` (wall time).

    Raises ``Refused`` (``bad_signature``) with one sentence for everything that is wrong, and
    ``Reconnect`` when there is no secret to check with.
    """
    if not any(secrets):
        raise Reconnect("the webhook secret is missing", lacks="settings")
    pairs = [part.strip().partition("=") for part in header.split(",")]
    seconds = next((value for name, _, value in pairs if name == "t"), "")
    given = [value for name, _, value in pairs if name == "v1"][:_MOST_SIGNATURES]
    good = bool(_SECONDS.fullmatch(seconds)) and _signed(secrets, seconds, body, given)
    if not good or int(seconds) < now.timestamp() - TOLERANCE_SECONDS:
        raise Refused("the delivery is not signed, or too old", code="bad_signature")


def _signed(secrets: Sequence[str], seconds: str, body: bytes, given: Sequence[str]) -> bool:
    """Whether any secret made any of the signatures; every pair is compared, found or not."""
    found = False
    signed = seconds.encode() + b"." + body
    for secret in filter(None, secrets):
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        for one in given:
            found |= hmac.compare_digest(expected, one.encode("utf-8", "replace"))
    return found

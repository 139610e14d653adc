"""Tripletex's webhooks: which deliveries are its own, and that they only ever ask for a pull.

Source: the vendor's changelog 2.71.19 (HMAC) and 2.75.03 (close groups), and its page on webhooks:
``x-request-signature`` is the base64 of HMAC-SHA512 over ``<idempotency-key>&<raw body>`` under the
secret of the subscription. Nothing in it says when it was made: a repeated delivery is known by its
idempotency key. ``closeGroup.delete`` has a number and no value.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode

from connectors.contract import Delivery, Hook
from connectors.json_door import read_json
from shared.errors import Reconnect, Refused, Unreadable

SIGNATURE = "x-request-signature"
KEY = "idempotency-key"
_KEYS = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
# Of these the books that a pull reads have changed.
_TELLING = ("closeGroup.", "invoice.", "customer.", "voucher.")


def hook_of(secret: str, delivery: Delivery) -> Hook:
    """What a delivery asks for.

    Raises ``Refused`` (``bad_signature``), ``Unreadable`` for a signed delivery that is no event,
    ``Reconnect`` without a secret.
    """
    if not secret:
        raise Reconnect("the webhook secret is missing", lacks="settings")
    key = delivery.headers.get(KEY, "")
    wanted = b64encode(
        hmac.new(secret.encode(), key.encode() + b"&" + delivery.body, hashlib.sha512).digest()
    )
    given = delivery.headers.get(SIGNATURE, "").encode("utf-8", "replace")
    if not hmac.compare_digest(wanted, given) or not _KEYS.fullmatch(key):
        raise Refused("the delivery is not signed", code="bad_signature")
    said = read_json(delivery.body)
    name = said.get("event") if isinstance(said, dict) else None
    if not isinstance(name, str):
        raise Unreadable("the delivery is no event")
    telling = name.startswith(_TELLING)
    return Hook(event=key, signed=True, fetch=("changes",) if telling else ())

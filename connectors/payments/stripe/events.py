"""Stripe's events: which of them tell of money, and which object has to be read for each.

Nothing else is taken from an event: events repeat, overtake each other and have the shape of an
older API version. Source: docs.stripe.com/api/events/types and docs.stripe.com/event-destinations
(thin events: ``v2.core.event`` names its object and says nothing of it).
"""

from __future__ import annotations

import re
from typing import Any

from connectors.contract import Hook
from connectors.payments.stripe.rest import Row
from shared.errors import Refused, Unreadable

# What an endpoint has to be subscribed to, and what a poll asks for (20 types at most a request).
TYPES = (
    "charge.captured", "charge.dispute.closed", "charge.dispute.created",
    "charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.failed",
    "charge.pending", "charge.refund.updated", "charge.refunded", "charge.succeeded",
    "charge.updated", "customer_cash_balance_transaction.created", "payment_intent.processing",
    "payment_intent.succeeded", "payout.canceled", "payout.failed", "payout.paid",
    "refund.created", "refund.failed", "refund.updated",
)  # fmt: skip
_KNOWN = frozenset(TYPES)
_ID = re.compile(r"[A-Za-z0-9_]{1,100}")
# Objects by the first letters of their ids, where only an id is given.
_PREFIXES = {
    "ch": "charge", "py": "charge", "re": "refund", "pyr": "refund", "dp": "dispute",
    "du": "dispute", "po": "payout", "pi": "payment_intent",
}  # fmt: skip


def hook_of(event: Any, *, live: bool, account: str) -> Hook:
    """What an event whose signature was right says.

    Raises ``Refused`` (``wrong_environment``) for one of the other mode or of another account, and
    ``Unreadable`` for anything that is no event.
    """
    if not isinstance(event, dict) or event.get("object") not in {"event", "v2.core.event"}:
        raise Unreadable("a signed delivery is no event")
    identity = checked_id(event.get("id"))
    own = event.get("account") or event.get("context") or account
    if event.get("livemode") is not live or own != account:
        raise Refused("the event is of another environment", code="wrong_environment")
    if event["object"] == "v2.core.event":
        root = _root_of_related(event.get("related_object"))
    else:
        root = root_of_event(event)
    return Hook(event=identity, signed=True, fetch=(root,) if root else ())


def root_of_event(event: Row) -> str | None:
    """What to read for an event, None when it moves no money."""
    if event.get("type") not in _KNOWN:
        return None
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if not isinstance(thing, dict):
        raise Unreadable("an event holds no object")
    return root_of(thing)


def root_of(thing: Row) -> str:
    """What to read for an object: refunds and disputes are read with their charge."""
    kind, own = thing.get("object"), checked_id(thing.get("id"))
    match kind:
        case "charge" | "payout":
            return f"{kind}/{own}"
        case "payment_intent" | "refund" | "dispute":
            charge = thing.get("latest_charge" if kind == "payment_intent" else "charge")
            return f"charge/{checked_id(charge)}" if isinstance(charge, str) else f"{kind}/{own}"
        case "customer_cash_balance_transaction":
            return f"cash/{checked_id(thing.get('customer'))}/{own}"
        case _:
            raise Unreadable("an event holds an object of another kind")


def root_of_id(source: Any) -> str | None:
    """What to read for the source of a balance transaction, None when it is no payment."""
    prefix = source.partition("_")[0] if isinstance(source, str) else ""
    kind = _PREFIXES.get(prefix)
    return f"{kind}/{checked_id(source)}" if kind else None


def checked_id(value: Any) -> str:
    """An id that is safe in a path and in a key. Raises ``Unreadable``."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Unreadable("an id is missing or malformed")
    return value


def _root_of_related(related: Any) -> str | None:
    kinds = set(_PREFIXES.values())
    if not isinstance(related, dict) or related.get("type") not in kinds:
        return None
    return f"{related['type']}/{checked_id(related.get('id'))}"

"""Invoices that their source no longer knows: marked on their row until they are stated again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal

from shared.cloud import clock, keys, table
from shared.cloud.keys import Tenant
from shared.domain.model import Missing

# Of an invoice that is settled, nothing is asked any more.
_OWED = frozenset({"open", "partly_paid"})


def named(facts: Iterable[object], what: Literal["invoice", "payment"]) -> set[str]:
    """The invoices or payments that facts name as missing."""
    return {one.id for one in facts if isinstance(one, Missing) and one.what == what}


def mark(tenant: Tenant, invoices: Collection[str], now: datetime) -> set[str]:
    """Mark those that are stored and owed as lost and due for booking; which ones were not yet.

    Should one be stated again, even as it was, that is a change: nothing of it counts as seen.
    Raises ``Conflict`` when one is stated at this very moment.
    """
    found = set()
    for invoice in sorted(set(invoices)):
        key = keys.invoice(tenant, invoice)
        row = table.get(key)
        if row is None or "missing" in row or row["status"] not in _OWED:
            continue
        due = {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(now), "attempt": 0}
        table.update(
            key,
            set_={"missing": True, "hash": "", **due},
            add={"mark": 1},
            condition="#hash = :seen",
            values={"seen": row["hash"]},
        )
        found.add(invoice)
    return found

"""Legal holds: what a person keeps from being deleted, of a debtor or of one case, and why.

A row a hold, listed as long as it stands; the trail keeps who set and who lifted it.
"""

from __future__ import annotations

from typing import Literal

from shared.cloud import clock, keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write

LISTING = "LEGAL"

Kind = Literal["case", "debtor"]


def key_of(tenant: Tenant, name: str) -> Key:
    """The row of a hold by its name (``case:<id>``, ``debtor:<id>``)."""
    return keys.fact(tenant, LISTING, name)


def placed(tenant: Tenant, kind: Kind, held: str, reason: str, by: str) -> Write:
    """Nothing of a case or debtor is deleted from now on; for the transaction with the trail.

    ``reason`` is a code, ``by`` a principal's id. Said again it is as before: a ``Conflict``.
    """
    name = f"{kind}:{held}"
    row: Row = {
        **key_of(tenant, name),
        "kind": kind,
        "held": held,
        "reason": reason,
        "by": by,
        "since": clock.stamp(clock.wall()),
        "list_in": keys.listing(tenant, LISTING),
        "list_id": name,
    }
    return table.put_write(row)


def lifted(tenant: Tenant, kind: Kind, held: str) -> Write:
    """The hold is over; for the transaction with the trail."""
    return table.delete_write(key_of(tenant, f"{kind}:{held}"))


def any_stands(tenant: Tenant) -> bool:
    """Whether there is any hold at all."""
    return bool(table.query_index("listing", keys.listing(tenant, LISTING), limit=1)[0])


def holding(tenant: Tenant, debtors: tuple[str, ...], cases: tuple[str, ...]) -> list[Row]:
    """The holds of debtors and of their cases, strongly consistent."""
    names = [*(f"debtor:{one}" for one in debtors), *(f"case:{one}" for one in cases)]
    return list(table.batch_get([key_of(tenant, name) for name in names]).values())

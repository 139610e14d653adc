"""Sightings as rows: money as one feed saw it, kept for ever, due for matching when it is news."""

from __future__ import annotations

import re
from datetime import datetime

from shared.cloud import clock, keys, lookups, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain.payment import FOLLOWING, Follower
from shared.domain.sighting import Sighting

# A bank's or provider's code for why money came back; anything else is not kept.
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,40}")


def new(tenant: Tenant, sighting: Sighting, row: Row, now: datetime) -> list[Row]:
    """The rows of a new sighting: due now, and listed under its day.

    A receipt is also found by reversals that do not name it.
    """
    own = {**row, **_due(row, now), **_listed(tenant, sighting), "mark": 1}
    return [own, *([lookups.receipt(tenant, sighting)] if sighting.kind == "receipt" else [])]


def change(tenant: Tenant, sighting: Sighting, row: Row, now: datetime) -> None:
    """Write a sighting over itself; it is due once more."""
    key = {"pk": row["pk"], "sk": row["sk"]}
    fields = {name: value for name, value in row.items() if name not in key}
    table.update(
        key, set_={**fields, **_due(row, now), **_listed(tenant, sighting)}, add={"mark": 1}
    )


def beside(tenant: Tenant, sighting: Sighting) -> list[Row]:
    """The row of a reversal, or what else follows a receipt, in that receipt's partition.

    It waits there when it comes first.
    """
    if sighting.kind not in FOLLOWING or sighting.reverses is None:
        return []
    return [following(tenant, sighting, sighting.reverses)]


def following(tenant: Tenant, sighting: Sighting, receipt: str) -> Row:
    """The row of a sighting beside the receipt that it follows."""
    code = sighting.reason_code or ""
    follower = Follower(
        id=sighting.id,
        kind=sighting.kind,
        amount=sighting.amount,
        on=sighting.booked,
        code=code if _CODE.fullmatch(code) else "",
        counts=sighting.settled,
    )
    key = keys.follower(tenant, receipt, sighting.id)
    return {**key, "body": follower.model_dump_json()}


def _due(row: Row, now: datetime) -> Row:
    return {"due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(now), "attempt": 0}


def _listed(tenant: Tenant, sighting: Sighting) -> Row:
    return {"list_in": keys.listing(tenant, f"MON/{sighting.booked}"), "list_id": sighting.id}

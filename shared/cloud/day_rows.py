"""The days on which money came in: one row a day, due the next morning for its reconciliation."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from shared.cloud import agenda, clock, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain.payment import Payment
from shared.domain.reconciliation import Entry
from shared.domain.sighting import Sighting
from shared.errors import Conflict

# By then the day's statements are in and what they brought is matched.
_MORNING = time(4)
_PAGE = 100


def due(tenant: Tenant, day: date, now: datetime) -> Row:
    """The row of a day that brought money just now: it is reconciled the next morning."""
    key = keys.money_day(tenant, day.isoformat())
    at = datetime.combine(now.date() + timedelta(days=1), _MORNING, now.tzinfo)
    stamp = clock.stamp(at)
    soon = {"due_shard": keys.due_shard(key["pk"]), "due_at": stamp, "attempt": 0}
    return {**key, **soon, **agenda.money(tenant, day)}


def again(tenant: Tenant, day: date, now: datetime) -> None:
    """Have a day reconciled the next morning once more."""
    table.put(due(tenant, day, now))


def done(tenant: Tenant, day: date, seen: str) -> None:
    """A day is reconciled as it was when its row said ``seen``; money that came since is not."""
    try:
        table.update(
            keys.money_day(tenant, day.isoformat()),
            set_={"attempt": 0},
            remove=("due_shard", "due_at"),
            condition="due_at = :seen",
            values={"seen": seen},
        )
    except Conflict:
        return


def read(tenant: Tenant, day: date) -> Row | None:
    """A day's row, or None when no money came."""
    return table.get(keys.money_day(tenant, day.isoformat()))


def entries(tenant: Tenant, day: date) -> list[Entry]:
    """Every sighting booked on a day, and what became of it; found by the day, with no scan."""
    found: list[Entry] = []
    listing, after = keys.listing(tenant, f"MON/{day}"), None
    while True:
        page, after = table.query_index("listing", listing, limit=_PAGE, after=after)
        ids = [row["list_id"] for row in page]
        wanted = [key(tenant, one) for one in ids for key in (keys.sighting, keys.payment)]
        rows = table.batch_get(wanted)
        for one in ids:
            seen, state = keys.sighting(tenant, one), keys.payment(tenant, one)
            fact, became = rows.get((seen["pk"], seen["sk"])), rows.get((state["pk"], state["sk"]))
            if fact is None:
                continue
            payment = None if became is None else Payment.model_validate_json(became["body"])
            sighting = Sighting.model_validate_json(fact["body"])
            found.append(Entry(fact["conn"], sighting, payment))
        if after is None:
            return found

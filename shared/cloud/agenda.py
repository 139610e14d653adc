"""The agenda of retention: what is over one day, listed by its class and the day that counts.

One listing a class, in the order of days: what is over stands at its beginning, and a day costs one
query. A record leaves the listing when it is over, or goes on to the next class that it is of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from shared.cloud import clock, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write

if TYPE_CHECKING:
    from shared.domain.retention import RetentionClass

_PAGE = 100
# What comes after it, for a record that is of two classes. How to reach somebody goes before the
# evidence does; of money the payer's name goes with the class that the money turns out to be of.
NEXT: Mapping[RetentionClass, RetentionClass] = {
    "contact": "case_evidence",
    "unmatched": "ledger",
}


def raw(tenant: Tenant, name: str) -> Row:
    """The place of bytes that a source sent just now, as fields of their row."""
    return listed(tenant, "raw", clock.wall().date(), name)


def money(tenant: Tenant, day: date) -> Row:
    """The place of a day's money, as fields of its row."""
    return listed(tenant, "unmatched", day, "money")


def closed(tenant: Tenant, case: str, day: date) -> Write:
    """The row of a case that closes on a day (UTC), for the transaction that closes it."""
    row = {**keys.ended(tenant, case), **listed(tenant, "contact", day, case)}
    return table.put_write(row, condition=None)


def listed(tenant: Tenant, kind: RetentionClass, day: date, name: str) -> Row:
    """A place on the agenda of a class."""
    return {"list_in": keys.listing(tenant, f"KEPT/{kind}"), "list_id": f"{day}#{name}"}


def over(
    tenant: Tenant, kind: RetentionClass, upto: date, after: Row | None
) -> Iterator[tuple[list[Row], Row | None]]:
    """Pages of rows of a class whose day is ``upto`` or before, and where to go on after each.

    The rows are read strongly; one that left the agenda meanwhile is not among them.
    """
    partition = keys.listing(tenant, f"KEPT/{kind}")
    while True:
        page, after = table.query_index("listing", partition, f"{upto}~", limit=_PAGE, after=after)
        rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in page])
        there = [rows.get((one["pk"], one["sk"])) for one in page]
        yield [one for one in there if one is not None and one.get("list_in") == partition], after
        if after is None:
            return


def day_of(row: Row) -> date:
    """The day that counts for a row of the agenda."""
    return date.fromisoformat(row["list_id"].partition("#")[0])


def on_to(tenant: Tenant, row: Row, kind: RetentionClass) -> None:
    """A row goes on to the agenda of another class, under the same day."""
    key = {"pk": row["pk"], "sk": row["sk"]}
    table.update(
        key,
        set_={"list_in": keys.listing(tenant, f"KEPT/{kind}")},
        condition="#list_in = :seen",
        values={"seen": row["list_in"]},
    )


def leave(row: Row, gone: Sequence[str] = (), **said: str) -> None:
    """A row stays without ``gone`` fields and is on no agenda any more."""
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_=said,
        remove=("list_in", "list_id", *gone),
        condition="#list_in = :seen",
        values={"seen": row["list_in"]},
    )

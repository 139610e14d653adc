"""Crossings as rows: written in the append that shows them, listed by the month of the contact.

So the figure of a month is one listing, and no event is read for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from shared.cloud import keys, metrics, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.case import Case
from shared.domain.crossings import Crossing

_PAGE = 100


def writes(tenant: Tenant, after: Case, crossed: Sequence[Crossing]) -> list[Write]:
    """The rows of what new events show to be crossed, for the transaction that appends them.

    ``after`` is the case with those events. One row a month and append, so that an append stays
    within one transaction.
    """
    months: dict[str, list[Crossing]] = {}
    for one in crossed:
        months.setdefault(_month(one), []).append(one)
    name = f"{after.id}-{after.version:08d}"
    return [table.put_write(_row(tenant, month, name, some)) for month, some in months.items()]


def counted(crossed: Sequence[Crossing]) -> None:
    """Count contacts that were crossed, those against what the hub knew apart."""
    metrics.count("ContactCrossed", len({one.act for one in crossed if one.known}), Kind="known")
    metrics.count("ContactCrossed", len({one.act for one in crossed if not one.known}), Kind="late")


def of_month(tenant: Tenant, month: str) -> list[Crossing]:
    """The crossings of contacts of a month (``2026-03``), each once, by contact day and act."""
    rows: list[Row] = []
    after: Row | None = None
    while True:
        listing = keys.listing(tenant, f"CROSS/{month}")
        page, after = table.query_index("listing", listing, limit=_PAGE, after=after)
        read = table.batch_get([{"pk": row["pk"], "sk": row["sk"]} for row in page])
        rows.extend(read.values())
        if after is None:
            break
    crossed = {
        (one.act, one.claim, one.what, one.by): one
        for row in rows
        for one in (Crossing.model_validate(body) for body in json.loads(row["body"]))
    }
    return sorted(crossed.values(), key=lambda one: (one.contact_on, one.act, one.claim))


def _row(tenant: Tenant, month: str, name: str, crossed: Sequence[Crossing]) -> Row:
    return {
        **keys.crossings(tenant, month, name),
        "body": json.dumps([one.model_dump(mode="json") for one in crossed]),
        "list_in": keys.listing(tenant, f"CROSS/{month}"),
        "list_id": name,
    }


def _month(crossing: Crossing) -> str:
    return crossing.contact_on.isoformat()[:7]

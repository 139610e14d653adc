"""Imports of the first day: what others did about invoices before the hub, row by row."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import get_args

from connectors.past_notices import Known, TooManyRows, read_sheet
from connectors.sheet_door import Delimiter
from functions import somebody_else
from functions.api.exchange import Answer, Problem, Request
from shared.cloud import (
    audit,
    clock,
    facts,
    keys,
    lookups,
    profiles,
    table,
)
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue
from shared.cloud.table import Row
from shared.domain.matching_lookups import number_tokens
from shared.errors import NotFound, Unreadable

_MAX_BYTES = 1_000_000


def post_notices(request: Request) -> Answer:
    """Take over a sheet of past notices, holds and hand-overs (CSV) of one connection's invoices.

    A row is one key for ever: the same row again changes nothing, a corrected one takes its place.
    Rows that are refused are named by line and column; the others stand.
    """
    tenant, connection = request.tenant, request.query.get("connection", "")
    row = table.get(keys.connection(tenant, connection)) if connection else None
    if row is None:
        raise NotFound("no such connection")
    delimiter = request.query.get("delimiter", ";")
    if delimiter not in get_args(Delimiter):
        raise Problem(400, "bad_delimiter", "The delimiter is ; , | or a tab.")
    if len(request.body) > _MAX_BYTES:
        raise _too_large()
    now = clock.now()
    today = profiles.creditor(tenant).today(now)
    try:
        known = _finder(tenant, connection)
        sheet = read_sheet(request.body, delimiter, today, known)  # type: ignore[arg-type]
    except TooManyRows:
        raise _too_large() from None
    except Unreadable as error:
        raise Problem(400, "bad_csv", f"The file cannot be read: {error}.") from None
    tally = facts.take(tenant, connection, sheet.notices, now, lambda _: None)
    somebody_else.noticed(tenant, row, sheet.notices)
    enqueue("book", [{"tenant": tenant.id, "invoice": one} for one in sorted(tally.due)])
    counts = {
        "rows": len(sheet.notices) + len(sheet.problems), "new": tally.new,
        "changed": tally.changed, "refused": len(sheet.problems),
    }  # fmt: skip
    entry = {"connection": connection, **counts}
    table.transact([audit.entry(tenant, request.principal.client, "notices_imported", entry)])
    problems = [{"line": one.line, "field": one.field, "text": one.text} for one in sheet.problems]
    return Answer({**counts, "problems": problems})


def _too_large() -> Problem:
    return Problem(413, "too_large", "At most 2,000 rows and 1 MB go in one call.")


def _finder(tenant: Tenant, connection: str) -> Callable[[str], Known | None]:
    """Finds an invoice of the connection by the hub's id, the source's, or its number."""
    seen: dict[str, Known | None] = {}

    def find(text: str) -> Known | None:
        if text not in seen:
            seen[text] = _found(tenant, connection, text)
        return seen[text]

    return find


def _found(tenant: Tenant, connection: str, text: str) -> Known | None:
    mine = f"{connection}:"
    own = text if text.startswith(mine) else f"{mine}{text}"
    try:
        row = table.get(keys.invoice(tenant, own))
    except NotFound:
        row = None  # no id: a number may hold what an id cannot
    if row is not None:
        return _known(row)
    shared = lookups.found(tenant, [f"T:{token}" for token in number_tokens(text)]).invoices
    named = [one for one in sorted(shared) if one.startswith(mine)]
    rows = table.batch_get([keys.invoice(tenant, one) for one in named]).values()
    same = [one for one in rows if json.loads(one["body"])["number"] == text]
    return _known(same[0]) if len(same) == 1 else None


def _known(row: Row) -> Known:
    invoice = json.loads(row["body"])
    issued = date.fromisoformat(invoice["issued"])
    return Known(invoice["id"], invoice["total"]["currency"], issued)

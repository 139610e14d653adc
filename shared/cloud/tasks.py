"""Tasks for people: one row a question, listed while it is open and kept when it is answered.

While it is open it stands in the due index too, on a shard of its own tenant that no sweep reads:
in the order in which answers are due.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.cloud import clock, keys, profiles, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain import service_levels
from shared.domain.explain import Reason
from shared.errors import NotFound

OPEN, ANSWERED = "TASK", "ANSWERED"
# For a creditor without a profile or a calendar.
_USUAL = timedelta(days=2)


def task_write(
    tenant: Tenant,
    task_id: str,
    case: str,
    why: str,
    claims: Sequence[str],
    because: Sequence[Reason],
) -> Write:
    """The row of a new task, for the transaction that makes the case wait for it.

    ``case`` is empty for a question about no case. A task that exists makes the transaction a
    ``Conflict``: the same question is asked once.
    """
    asked = clock.now()
    row: Row = {
        **keys.task(tenant, task_id),
        "case": case,
        "why": why,
        "state": "open",
        "claims": json.dumps(list(claims)),
        "body": json.dumps([reason.model_dump(mode="json") for reason in because]),
        "asked_at": clock.stamp(asked),
        "due_shard": _shard(tenant),
        "due_at": clock.stamp(_answer_by(tenant, why, asked)),
        "list_in": keys.listing(tenant, OPEN),
        "list_id": task_id,
    }
    return table.put_write(row)


def read(tenant: Tenant, task_id: str) -> Row:
    """A task's row. Raises ``NotFound``."""
    row = table.get(keys.task(tenant, task_id))
    if row is None:
        raise NotFound("no such task")
    return row


def answer(tenant: Tenant, task_id: str, word: str, by: str) -> Write:
    """The answer of a person (``by``, a principal's id) to an open task, for a transaction.

    From then on it is listed among the answered ones. An answered task makes the transaction a
    ``Conflict``.
    """
    listed = {"list_in": keys.listing(tenant, ANSWERED), "list_id": task_id}
    answered = {"state": "answered", "answer": word, "by": by, **listed}
    return table.update_write(
        keys.task(tenant, task_id),
        set_={**answered, "answered_at": clock.stamp(clock.now())},
        remove=("due_shard", "due_at"),
        condition="#state = :open",
        values={"open": "open"},
    )


def assign(tenant: Tenant, task_id: str, to: str) -> Write:
    """Who sees to an open task (a principal's id, empty: nobody), for a transaction."""
    return table.update_write(
        keys.task(tenant, task_id),
        set_={"assignee": to},
        condition="#state = :open",
        values={"open": "open"},
    )


def in_order(
    tenant: Tenant, after: str | None, most: int, upto: datetime | None = None
) -> tuple[list[tuple[str, Row]], str | None]:
    """Open tasks in the order in which answers are due, each with its place, and the last place.

    ``after`` is a place to go on after; ``upto`` (UTC) leaves out what is due later. The second is
    None at the end.
    """
    shard, start = _shard(tenant), None
    if after is not None:
        due, _, task = after.partition("#")
        start = {**keys.task(tenant, task), "due_shard": shard, "due_at": due}
    limit = clock.stamp(upto) if upto else None
    page, more = table.query_index("due", shard, limit, limit=most, after=start)
    rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in page])
    found = [row for one in page if (row := rows.get((one["pk"], one["sk"]))) is not None]
    there = [(_place(row), row) for row in found if row["state"] == "open"]
    return there, _place(more) if more else None


def overdue(tenant: Tenant, now: datetime, most: int) -> int:
    """How many tasks should have been answered by now; at most ``most`` are counted."""
    return len(in_order(tenant, None, most, now)[0])


def _place(row: Row) -> str:
    return f"{row['due_at']}#{keys.id_of(row['pk'])}"


def _shard(tenant: Tenant) -> str:
    return keys.listing(tenant, "INBOX")


def _answer_by(tenant: Tenant, why: str, asked: datetime) -> datetime:
    try:
        creditor = profiles.creditor(tenant)
        return service_levels.answer_by(why, asked, creditor.country, creditor.zone)
    except (NotFound, ValueError):
        return asked + _USUAL

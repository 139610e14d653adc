"""Health words as rows: how a connection is, and that people hear of it when it changes."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import cast

from shared.cloud import clock, feeds, keys, metrics, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.table import Row
from shared.domain.explain import Reason
from shared.domain.health import PERSONS, Cause, Known, Word, word, worse
from shared.errors import Conflict, HubError, Reconnect, Retry

# A statement or read that is overdue makes a source degraded; other waits are not its fault.
_LATE = frozenset({"read_too_long_ago", "statement_missing"})
# What is summed up of the reads of a day.
_COUNTED = ("rows_seen", "rows_changed", "rows_refused")


def word_of(row: Row) -> Word:
    """How a connection is, by its row."""
    return word(
        Known(
            state=row["state"],
            cause=row.get("cause", "other" if "last_error" in row else None),
            attempts=row.get("attempt", 0) if "last_error" in row else 0,
            suspicious="suspicious" in row,
            late=row.get("stale_why", "") in _LATE,
            consent_over=bool(row.get("consent_over")),
            rows=row.get("rows_seen", 0),
            refused=row.get("rows_refused", 0),
        )
    )


def cause_of(error: HubError) -> Cause:
    """Why a call failed, in the word that health is told from."""
    match error:
        case Reconnect():
            return error.lacks
        case Retry() if error.throttled:
            return "throttled"
        case _:
            return "other"


def counted(row: Row, counts: Row, day: str) -> Row:
    """The sums of a day (ISO, the creditor's) after one more read, as fields of the row."""
    same = row.get("day") == day
    sums = {
        f"day_{name}": counts.get(name, 0) + (row.get(f"day_{name}", 0) if same else 0)
        for name in _COUNTED
    }
    return {"day": day, "day_reads": 1 + (row.get("day_reads", 0) if same else 0), **sums}


def follow(tenant: Tenant, row: Row, now: datetime) -> None:
    """Note how a connection is by its ``row``; tell people once when that is news.

    For the worse: a line, a metric, and a task where only a person can mend it. The task ends by
    itself when the connection is well again, or is somebody's choice to end. Costs nothing while
    nothing changes.
    """
    before, after = cast("Word", row.get("health", "pending")), word_of(row)
    if before == after:
        return
    connection, since = keys.id_of(row["pk"]), clock.stamp(now)
    task = f"health-{connection}-{after}-{''.join(char for char in since if char.isdigit())}"
    asks = after in PERSONS
    marks = {"health": after, "health_since": since, **({"health_task": task} if asks else {})}
    try:
        table.update(
            {"pk": row["pk"], "sk": row["sk"]},
            set_=marks,
            remove=() if asks else ("health_task",),
            condition="#state = :state AND "
            + ("health = :seen" if "health" in row else "attribute_not_exists(health)"),
            values={"state": row["state"]} | ({"seen": before} if "health" in row else {}),
        )
    except Conflict:
        return  # it moved on, and whoever moved it says so
    _tell(tenant, row, before, after)
    if "health_task" in row:
        _end(tenant, row["health_task"])
    if asks:
        why = Reason(
            rule="hub.connection_health",
            text="the connection brings nothing until somebody sees to it",
            facts={"connection": connection, "health": after, "since": since},
        )
        with suppress(Conflict):
            table.transact([tasks.task_write(tenant, task, "", f"connection_{after}", (), (why,))])


def _tell(tenant: Tenant, row: Row, before: Word, after: Word) -> None:
    facts = {
        "tenant": tenant.id, "connection": keys.id_of(row["pk"]), "before": before, "health": after,
    }  # fmt: skip
    if worse(before, after):
        logger.warning("health_worse", extra=facts)
        metrics.count("ConnectionWorse", 1, Kind=feeds.family_of(row), Health=after)
    else:
        logger.info("health_changed", extra=facts)


def _end(tenant: Tenant, task: str) -> None:
    row = table.get(keys.task(tenant, task))
    if row is not None and row["state"] == "open":
        with suppress(Conflict):
            table.transact([tasks.answer(tenant, task, "mended", "hub")])

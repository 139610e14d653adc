"""Reconcile: whether a day's money has its place, and whether partners say what the hub says."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from functions import comparing
from shared.cloud import clock, day_rows, keys, metrics, table, tasks
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.domain.explain import Reason
from shared.domain.reconciliation import Sums, reconciled
from shared.errors import Conflict

# A day that does not come right is looked at each morning for so long; then the task is enough.
_LOOK_FOR = timedelta(days=14)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, day}`` or ``{tenant, partner}`` a message; failed ones one by one."""
    return each(event, _reconcile)


def _reconcile(body: dict[str, str]) -> None:
    if "partner" in body:
        comparing.compared(Tenant(body["tenant"]), body["partner"], body.get("after", ""))
    else:
        _day(body)


def _day(body: dict[str, str]) -> None:
    tenant, day, now = Tenant(body["tenant"]), date.fromisoformat(body["day"]), clock.now()
    row = day_rows.read(tenant, day)
    if row is None or "due_at" not in row:
        return
    wrong = [one for one in reconciled(day_rows.entries(tenant, day)) if not one.balanced]
    if not wrong:
        day_rows.done(tenant, day, row["due_at"])
        _came_right(tenant, day)
        return
    for one in wrong:
        metrics.count("ReconciliationDifference", len(one.open) or 1)
    _ask(tenant, day, wrong)
    logger.warning("difference", extra={"day": body["day"], "sources": len(wrong)})
    if now.date() - day < _LOOK_FOR:
        day_rows.again(tenant, day, now)
    else:
        day_rows.done(tenant, day, row["due_at"])


def _question(day: date) -> str:
    return f"reconciliation-{day}"


def _came_right(tenant: Tenant, day: date) -> None:
    """A question about the day, where one was asked, has ended by itself."""
    row = table.get(keys.task(tenant, _question(day)))
    if row is not None and row["state"] == "open":
        with suppress(Conflict):
            table.transact([tasks.answer(tenant, _question(day), "mended", "hub")])


def _ask(tenant: Tenant, day: date, wrong: list[Sums]) -> None:
    """One task a day, however often it is looked at."""
    because = [
        Reason(
            rule="hub.reconciliation",
            text="money of this day has no place yet",
            facts={
                "source": one.source,
                "difference": str(one.difference),
                "payments": ",".join(one.open[:50]),
            },
        )
        for one in wrong
    ]
    write = tasks.task_write(tenant, _question(day), "", "money_differs", (), because)
    try:
        table.transact([write])
    except Conflict:
        logger.info("asked_already", extra={"day": day.isoformat()})

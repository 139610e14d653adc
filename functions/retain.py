"""Retain: once a night, delete what is over by the retention table that a lawyer stood for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from functions.retaining import LISTED, Retaining
from shared.cloud import clock, control, hub_keys, metrics, profiles, retention_rows, table, tasks
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue, logger
from shared.cloud.table import Row
from shared.domain.explain import Reason
from shared.domain.retention import table_hash
from shared.errors import Conflict

# The function has five minutes; a run that is longer goes on in another message.
_RUN = timedelta(seconds=180)
UNCONFIRMED = "retention_unconfirmed"


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, rules}`` a message."""
    return each(event, _retain)


def _retain(body: dict[str, str]) -> None:
    tenant, now = Tenant(body["tenant"]), clock.now()
    row = table.get(retention_rows.rules_key(tenant))
    if row is None or "due_at" not in row:
        return
    audited = date.fromisoformat(row["audited"]) if "audited" in row else None
    copied = control.unreconciled(table.get(hub_keys.control()))
    if copied or not retention_rows.is_on(row):
        # A copy of the table shares its documents with the true one: it deletes none of them.
        if not copied:
            _ask(tenant)
        retention_rows.through(tenant, row, now, audited)
        return
    creditor = profiles.creditor(tenant)
    run = Retaining(tenant, creditor, creditor.today(now))
    ended = _listed(run, retention_rows.place_of(row), clock.wall() + _RUN)
    if ended:
        audited = run.trail(audited)
        run.counters()
        retention_rows.through(tenant, row, now, audited)
    else:
        enqueue("retain", [body])
    _tell(run, ended=ended)


def _listed(run: Retaining, place: Row, until: datetime) -> bool:
    """Go through the agenda from a place on; False when the time was up, and the place is kept."""
    start = LISTED.index(place["kind"]) if place else 0
    after = place.get("after")
    for kind in LISTED[start:]:
        for page, further in run.over(kind, after):
            for row in page:
                run.end(kind, row)
            if clock.wall() >= until and further is not None:
                retention_rows.going_on(run.tenant, {"kind": kind, "after": further})
                return False
        after = None
    return True


def _tell(run: Retaining, *, ended: bool) -> None:
    for (kind, verdict), number in sorted(run.counts.items()):
        name = {"gone": "RetentionGone", "on": "RetentionOn", "held": "RetentionHeld"}[verdict]
        metrics.count(name, number, kind=kind)
    counted = {f"{kind}_{verdict}": number for (kind, verdict), number in run.counts.items()}
    logger.info("retained", extra={"ended": ended, "counted": counted})


def _ask(tenant: Tenant) -> None:
    """One question a table: a release came with another one than was confirmed."""
    why = Reason(
        rule="hub.retention",
        text="the retention table is not the one that was confirmed: nothing is deleted",
        facts={"table": table_hash()},
    )
    name = f"retention-{table_hash()[:16]}"
    try:
        table.transact([tasks.task_write(tenant, name, "", UNCONFIRMED, (), (why,))])
    except Conflict:
        return

"""Deliver: look after acts that have no outcome yet, and tell partners what they must hear."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from connectors import spec
from connectors.contract import HandOver as Announcement
from connectors.contract import Receipt
from functions.touching import outcome, resume
from functions.wiring import connect, connection_row
from shared.cloud import clock, keys, outbox, table, tasks
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.step import Run
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain.events import ActPassed, ActUnknown

# How long the provider's own event may take to say what became of a message of unknown fate.
_PROVIDER_EVENT = timedelta(days=1)
# Waits before the next attempt at a partner, by attempts made: the table of Standard Webhooks.
_RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, act}`` a message."""
    return each(event, _deliver)


def _deliver(body: dict[str, str]) -> None:
    tenant = Tenant(body["tenant"])
    row = outbox.read(tenant, body["act"])
    if row is None or row["state"] in {"sent", "failed", "passed"}:
        return
    match row["kind"]:
        case "reminder":
            _reminder(tenant, body["act"], row)
        case "hand_over":
            _hand_over(tenant, body["act"], row)
        case _:
            _tell(tenant, body["act"], row)


def _reminder(tenant: Tenant, act: str, row: Row) -> None:
    """A reminder whose sender died: it may have gone. A blind channel is never asked again.

    First its fate is called unknown and the provider's event is waited for. Then a notice that
    bears a fee or legal effect goes to a person, and a friendly one is let be.
    """
    run = resume(Store(tenant), row["case_id"], clock.now())
    notice = run.case.notices[act]
    if notice.state == "intended":
        later = outbox.later(tenant, act, "unknown", run.now + _PROVIDER_EVENT)
        _record(run, [ActUnknown(at=run.now, act=act)], later)
    elif notice.state == "unknown" and row["weighs"]:
        task = tasks.task_write(tenant, f"{act}-unknown", run.case.id, "unknown_outcome",
                                notice.claims, ())  # fmt: skip
        table.transact([task, outbox.settled(tenant, act, "failed")])
    elif notice.state == "unknown":
        passed = ActPassed(at=run.now, act=act, on=run.local_now.date())
        _record(run, [passed], outbox.settled(tenant, act, "passed"))
    else:
        table.transact([outbox.settled(tenant, act, "sent")])


def _record(run: Run, events: list[Any], write: table.Write) -> None:
    case = run.case
    for event in events:
        case = case.apply(event)
    run.store.append(run.loaded, events, due_at=run.after(case), also=[write])


def _hand_over(tenant: Tenant, act: str, row: Row) -> None:
    run = resume(Store(tenant), row["case_id"], clock.now())
    if run.case.notices[act].state != "intended":
        table.transact([outbox.settled(tenant, act, "sent")])
        return
    connection = connection_row(tenant, row["conn"])
    if run.barrier() is not None or connection.get("state") != "enabled":
        _postpone(tenant, act, row, Receipt(outcome="retry"))
        return
    if row["state"] == "unknown" and spec(connection["connector"]).idempotency != "idempotent":
        task = tasks.task_write(tenant, f"{act}-unknown", run.case.id, "unknown_outcome",
                                run.case.notices[act].claims, ())  # fmt: skip
        table.transact([task, outbox.settled(tenant, act, "failed")])
        return
    notice = Announcement.model_validate_json(row["message"])
    receipt = connect(tenant, connection).submit(notice, key=act, now=clock.wall())
    again = _next_attempt(row, receipt)
    outcome(run, act, receipt, retry_at=None if again is None else run.now + again)


def _tell(tenant: Tenant, act: str, row: Row) -> None:
    """A message to a partner about a case it has: a direct payment, a credit note."""
    hub, control = table.get(keys.hub_control()), table.get(keys.control(tenant))
    connection = connection_row(tenant, row["conn"])
    # What reached us after the hand-over must reach the partner even while outbound is off for
    # debtors; only a stop holds it back.
    if (hub and hub.get("stopped")) or (control and control.get("stopped")):
        _postpone(tenant, act, row, Receipt(outcome="retry"))
        return
    message = json.loads(row["message"])
    partner = connect(tenant, connection)
    receipt = partner.tell(message["type"], message["data"], key=act, now=clock.wall())
    if receipt.outcome in {"accepted", "received"}:
        table.transact([outbox.settled(tenant, act, "sent")])
        logger.info("told", extra={"act": act})
        return
    _postpone(tenant, act, row, receipt)


def _postpone(tenant: Tenant, act: str, row: Row, receipt: Receipt) -> None:
    again = _next_attempt(row, receipt)
    if again is not None:
        table.transact([outbox.later(tenant, act, "intended", clock.now() + again)])
        return
    task = tasks.task_write(tenant, f"{act}-undelivered", row["case_id"], "partner_not_told",
                            (), ())  # fmt: skip
    table.transact([task, outbox.settled(tenant, act, "failed")])


def _next_attempt(row: Row, receipt: Receipt) -> timedelta | None:
    """The wait before the same key goes again; None when it must not or has gone often enough."""
    if receipt.outcome == "rejected" or row["attempt"] > len(_RETRY_SECONDS):
        return None
    wait = _RETRY_SECONDS[max(0, row["attempt"] - 1)] if row["attempt"] else _RETRY_SECONDS[0]
    return timedelta(seconds=max(wait, receipt.after or 0))

"""Deliver: look after acts that have no outcome yet, and let messages to partners be told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from connectors import spec
from connectors.contract import HandOver as Announcement
from connectors.contract import Receipt
from functions import amending, telling, write_back
from functions.resending import resent
from functions.speaking import Said, reached, spoken
from functions.touching import (
    PROVIDER_EVENT,
    end_if_gone,
    next_attempt,
    outcome,
    resume,
)
from functions.wiring import connect, connection_row
from shared.cloud import (
    amend_rows,
    clock,
    documents,
    outbox,
    table,
    tasks,
    writeback_rows,
)
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.step import BEHIND, Run
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain import at_partner, in_flight
from shared.domain.case import Notice
from shared.domain.casefile_v1 import CaseFile
from shared.domain.events import ActPassed, ActUnknown, CaseEvent

# How long an act waits that a switch or a disabled connection keeps in.
_KEPT_IN = timedelta(hours=1)
_OPEN = frozenset({"intended", "unknown"})
# What a partner answers that is asked for a case it has not got.
NOT_FOUND = "not_found"


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, act, lease}`` a message; ``lease`` is the end of the sweep's claim."""
    return each(event, _deliver)


def _deliver(body: dict[str, str]) -> None:
    tenant, act = Tenant(body["tenant"]), body["act"]
    row = outbox.read(tenant, act)
    if row is None or row.get("due_at") != body["lease"]:
        # Settled, or looked at already: a message that comes twice must not pass for a day.
        logger.info("claim_over", extra={"act": act})
    elif row["kind"] == "tell":
        telling.tell(tenant, act, row)
    elif row["kind"] == writeback_rows.KIND:
        write_back.write(tenant, act, row)
    elif row["kind"] == amend_rows.KIND:
        amending.amend(tenant, row)
    else:
        _look(tenant, act, row)


def _look(tenant: Tenant, act: str, row: Row) -> None:
    run = resume(Store(tenant), row["case_id"], clock.now())
    notice = run.case.notices[act]
    if notice.state not in _OPEN:
        end: Literal["sent", "failed"] = "sent" if notice.arrived else "failed"
        table.transact([outbox.settled(tenant, act, end)])
    elif row["kind"] == "reminder":
        _reminder(run, notice, row)
    else:
        _hand_over(run, notice, row)


def _reminder(run: Run, notice: Notice, row: Row) -> None:
    """A reminder whose sender died: it may have gone. A blind channel is never asked again.

    Where the channel honours keys, the very same goes again under its own. Else first its fate is
    called unknown and the provider's event is waited for. Then a notice that bears a fee or legal
    effect goes to a person, and a friendly one is let be.
    """
    act = notice.act
    if notice.state == "intended":
        if resent(run, notice, row):
            return
        later = outbox.later(run.tenant, act, "unknown", run.now + PROVIDER_EVENT)
        _record(run, [ActUnknown(at=run.now, act=act)], [later])
    elif row["weighs"]:
        _to_person(run, notice)
    else:
        passed = ActPassed(at=run.now, act=act, on=run.local_now.date())
        _record(run, [passed], [outbox.settled(run.tenant, act, "passed")])


def _hand_over(run: Run, notice: Notice, row: Row) -> None:
    """The same announcement under the same key, as long as it may be repeated and is still true."""
    act, partner = notice.act, connection_row(run.tenant, row["conn"])
    if run.barrier() is not None or partner.get("state") != "enabled":
        _keep_in(run.tenant, act, row)
        return
    if not _may_repeat(run, notice, partner) and not _asked(run, notice, row, partner):
        return
    if run.behind() or not run.fresh():
        _keep_in(run.tenant, act, row, BEHIND)
        return
    if not _still_true(run, notice):
        _overtaken(run, notice, row)
        return
    announced = Announcement.model_validate_json(row["message"])
    file = CaseFile.model_validate_json(documents.get(run.tenant, row["document"]))
    said = Said(act, outbox.SUBMITTED, run.case.id, row["attempt"] + 1)
    receipt = spoken(
        run.tenant,
        partner,
        said,
        lambda: connect(run.tenant, partner).submit(
            announced, key=act, now=clock.wall(), file=file
        ),
    )
    end_if_gone(run.tenant, partner, receipt, run.now)
    # The one who wrote the INTENT made the first attempt; it may have arrived, so that even a
    # refusal of this one does not allow another key.
    again = next_attempt(receipt, row["attempt"] + 1)
    if again is None and receipt.outcome not in {"accepted", "received"}:
        _to_person(run, notice)
        return
    outcome(run, act, receipt, retry_at=None if again is None else run.now + again)


def _asked(run: Run, notice: Notice, row: Row, partner: Row) -> bool:
    """Whether the partner says that it has not got the case, so that it may be announced once more.

    What it has is recorded as sent, with its own number. Where it cannot be asked, does not
    answer in ten attempts, or may mean an earlier hand-over of the case, a person finds out.
    """
    if "find" not in spec(partner["connector"]).capabilities:
        _to_person(run, notice)
        return False
    receipt = reached(
        run.tenant, partner,
        lambda: connect(run.tenant, partner).find(
            run.case.id, claims=notice.claims, now=clock.wall()
        ),
    )  # fmt: skip
    if receipt.outcome == "rejected" and receipt.code == NOT_FOUND:
        return True
    if receipt.outcome in {"accepted", "received"} and _another(run, notice, receipt):
        outcome(run, notice.act, receipt)
        return False
    again = next_attempt(receipt, row["attempt"] + 1)
    if again is None:
        _to_person(run, notice)
        return False
    table.transact([outbox.later(run.tenant, notice.act, row["state"], run.now + again)])
    return False


def _another(run: Run, notice: Notice, receipt: Receipt) -> bool:
    """Whether what the partner has is this hand-over, and not an earlier one of the same case.

    A partner that is asked for a case answers with what it was handed first, too: only another
    number than those proves that this arrived.
    """
    earlier = [
        one
        for one in run.case.notices.values()
        if one.action == "hand_over" and one.channel == notice.channel
        and one.act != notice.act and one.state != "failed"
    ]  # fmt: skip
    known = {one.reference for one in earlier} | at_partner.numbers(run.case, notice.channel)
    known.discard(None)
    return not earlier or (bool(known) and receipt.reference not in {None, *known})


def _may_repeat(run: Run, notice: Notice, partner: Row) -> bool:
    """Whether the partner still honours the key."""
    declared = spec(partner["connector"])
    age = (run.local_now.date() - notice.intended_on).days
    lives = declared.key_lifetime_days is None or age < declared.key_lifetime_days
    return declared.idempotency == "idempotent" and lives


def _still_true(run: Run, notice: Notice) -> bool:
    """Whether the act would be begun today too, and its case file says what is owed."""
    case, act = run.case, notice.act
    if not in_flight.free(case, act, run.policy, run.law, run.local_now, run.debtor):
        return False
    return in_flight.unchanged(case, run.store.events(case.id), act)


def _overtaken(run: Run, notice: Notice, row: Row) -> None:
    """An announcement that is no longer true is not repeated.

    When the partner said of each attempt that it has not got it, the step is decided afresh; else
    a person finds out. Attempts: the one of the INTENT and those of the looks before this one.
    """
    if row.get("refused", 0) < row["attempt"]:
        _to_person(run, notice)
        return
    logger.info("overtaken", extra={"act": notice.act})
    outcome(run, notice.act, Receipt(outcome="rejected", code="overtaken"))


def _keep_in(tenant: Tenant, act: str, row: Row, wait: timedelta = _KEPT_IN) -> None:
    """Wait for a switch or for facts; a look at it is no attempt at the partner."""
    at = clock.now() + wait
    write = outbox.later(tenant, act, row["state"], at, attempt=row["attempt"] - 1)
    table.transact([write])


def _to_person(run: Run, notice: Notice) -> None:
    """Nobody can say whether it arrived, and it must not go again: a person finds out."""
    name, why = f"{notice.act}-unknown", "unknown_outcome"
    task = tasks.task_write(run.tenant, name, run.case.id, why, notice.claims, ())
    unknown = [ActUnknown(at=run.now, act=notice.act)] if notice.state == "intended" else []
    _record(run, unknown, [task, outbox.settled(run.tenant, notice.act, "failed")])


def _record(run: Run, events: list[Any], writes: list[table.Write]) -> None:
    made: list[CaseEvent] = events
    case = run.case
    for event in made:
        case = case.apply(event)
    run.store.append(run.loaded, made, due_at=run.after(case), also=writes)

"""Process inbox: book what each kept report means for its case, once, or ask a person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from connectors.json_door import read_json
from shared.cloud import clock, inbox, keys, lookups, outbox, table, tasks
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.store import Loaded, Store
from shared.cloud.table import Row, Write
from shared.domain.case import Case, Notice
from shared.domain.creditor import Creditor
from shared.domain.events import (
    ActSent,
    CaseEvent,
    PartnerAnswered,
    PartnerClosed,
    PartnerPaid,
)  # fmt: skip
from shared.domain.explain import Reason
from shared.domain.partner_message import (
    CaseAccepted,
    CaseRejected,
    Paid,
    PartnerMessage,
    PaymentReceived,
    event_of,
    read_message,
)  # fmt: skip
from shared.errors import Conflict, NotFound, Unreadable

Reported = PartnerAnswered | PartnerPaid | PartnerClosed

_RELOADS = 5
# Claims of one case that a partner's reference finds: more share it than say anything.
_MOST_CLAIMS = 40
# A partner may answer before the outcome of the hand-over is written.
_OUTCOME_SOON = timedelta(minutes=1)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, source, event}`` a message, ids only."""
    return each(event, _process)


def _process(body: dict[str, str]) -> None:
    tenant = Tenant(body["tenant"])
    for _ in range(_RELOADS):
        row = inbox.read(tenant, body["source"], body["event"])
        if row["state"] != "received":
            return
        try:
            _settle(tenant, body["source"], row)
        except Conflict:
            continue
        return
    raise Conflict("the case of a report is written to by others all the time")


def _settle(tenant: Tenant, source: str, row: Row) -> None:
    """Bring one report to its end, in one transaction. Raises ``Conflict`` when it was too late."""
    try:
        message = read_message(read_json(inbox.body_of(row)))
    except Unreadable as error:
        _quarantine(tenant, source, row, str(error))
        return
    try:
        loaded = Store(tenant).load(row["case"])
    except NotFound:
        _refuse(row)
        return
    notices = loaded.case.notices.values()
    handed = [one for one in notices if _handed_to(one, source)]
    if not handed:
        _refuse(row)
    elif any(one.state == "intended" for one in handed):
        inbox.later(row, clock.now() + _OUTCOME_SOON)
    else:
        _apply(tenant, source, row, loaded, handed, message)


def _apply(
    tenant: Tenant,
    source: str,
    row: Row,
    loaded: Loaded,
    handed: Sequence[Notice],
    message: PartnerMessage,
) -> None:
    """Append what a partner that has the case says of it, unless a person must look first."""
    case, now = loaded.case, clock.now()
    today = _today(tenant, loaded, now)
    event = event_of(message, at=now)
    # Two partners may count their reports alike.
    event = event.model_copy(update={"message": f"{source}:{event.message}"})
    fault = _fault(case, handed, message, today)
    if event.message in case.seen_messages:
        _repeated(tenant, source, row, event)
    elif fault:
        _quarantine(tenant, source, row, fault)
    else:
        # An answer proves that a notice of unknown fate arrived.
        unknown = [one.act for one in handed if one.state == "unknown"]
        proven: list[CaseEvent] = [ActSent(at=now, act=act, on=today) for act in unknown]
        ends = [outbox.settled(tenant, act, "sent") for act in unknown]
        done = inbox.settled(row, "done")
        also = [*ends, done, *_references(tenant, handed, event)]
        Store(tenant).append(loaded, [*proven, event], due_at=now, also=also)
        logger.info("reported", extra={"case": case.id, "kind": message.type})


def _references(tenant: Tenant, handed: Sequence[Notice], event: Reported) -> list[Write]:
    """A debtor who pays us under the partner's number is found by it from now on."""
    if not isinstance(event, PartnerAnswered) or not event.accepted:
        return []
    claims = sorted({claim for notice in handed for claim in notice.claims})
    return lookups.handed(tenant, event.partner_case, claims[:_MOST_CLAIMS])


def _today(tenant: Tenant, loaded: Loaded, now: datetime) -> date:
    profile = loaded.row(keys.creditor(tenant))
    if profile is None:
        raise Unreadable("a case has no creditor")
    return Creditor.model_validate_json(profile["body"]).today(now)


def _handed_to(notice: Notice, source: str) -> bool:
    return notice.action == "hand_over" and notice.channel == source and notice.state != "failed"


def _fault(
    case: Case, handed: Sequence[Notice], message: PartnerMessage, today: date
) -> str | None:
    """Why a person must look at a well-formed report, as a fixed sentence, or None."""
    match message:
        case CaseAccepted() | CaseRejected() if case.partner_state in {"rejected", "closed"}:
            return "the partner has ended its work on the case already"
        case CaseAccepted(data=accepted) if case.partner_state == "accepted":
            known = case.partner_case in {None, accepted.partner_case_id}
            return None if known else "the case was accepted under another number already"
        case PaymentReceived(data=paid):
            return _payment_fault(case, handed, paid, today)
        case _:
            return None


def _payment_fault(case: Case, handed: Sequence[Notice], paid: Paid, today: date) -> str | None:
    if not any(paid.claim in notice.claims for notice in handed):
        return "the payment is for a claim that was not handed over"
    if paid.principal.currency != case.currency:
        return "the payment is in another currency than the case"
    if paid.principal > case.claims[paid.claim].open:
        return "the payment is larger than the claim's open principal"
    if paid.received > today:
        return "the payment was received on a day to come"
    return None


def _repeated(tenant: Tenant, source: str, row: Row, event: Reported) -> None:
    """A report under a new key that has an id seen before: the same, or a person's question."""
    known = [
        one
        for one in Store(tenant).events(row["case"])
        if isinstance(one, PartnerAnswered | PartnerPaid | PartnerClosed)
    ]
    said = event.model_dump(exclude={"at"})
    if any(one.model_dump(exclude={"at"}) == said for one in known):
        table.transact([inbox.settled(row, "done")])
        return
    _quarantine(tenant, source, row, "the report has the id of another report")


def _refuse(row: Row) -> None:
    table.transact([inbox.settled(row, "refused", "the case is not with this partner")])
    logger.warning("report_refused", extra={"report": keys.id_of(row["pk"])})


def _quarantine(tenant: Tenant, source: str, row: Row, fault: str) -> None:
    """Keep a report as it came and ask a person; nothing of it is booked."""
    event = keys.id_of(row["pk"])
    digest = hashlib.sha256(f"{source}#{event}".encode()).hexdigest()[:12]
    why = Reason(rule="hub.inbox", text=fault, facts={"connection": source, "event": event})
    task = tasks.task_write(
        tenant, f"report-{digest}", row["case"], "partner_report_quarantined", (), (why,)
    )
    table.transact([inbox.settled(row, "quarantined", fault), task])
    logger.warning("report_quarantined", extra={"report": event, "fault": fault})

"""Process inbox: book what each kept report means for its case, once, or ask a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from connectors.json_door import read_json
from functions import remitting
from shared.cloud import clock, inbox, keys, lookups, outbox, profiles, quarantine, table, tasks
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.store import Loaded, Store
from shared.cloud.table import Row, Write
from shared.domain import at_partner, partner_faults
from shared.domain.case import Case, Notice
from shared.domain.creditor import Creditor
from shared.domain.events import ActSent, CaseEvent, PartnerAnswered, PartnerReport, PersonAsked
from shared.domain.partner_disputes import dispute_name
from shared.domain.partner_effects import effects
from shared.domain.partner_events import PartnerPaidBack, PartnerReceived
from shared.domain.partner_message import (
    CaseRemitted,
    DisputeRaised,
    PartnerMessage,
    PaymentTakenBack,
    event_of,
    read_message,
)
from shared.errors import Conflict, NotFound, Unreadable

_RELOADS = 5
# Claims of one case that a partner's reference finds: more share it than say anything.
_MOST_CLAIMS = 40
_NOT_THERE = "the case is not with this partner"
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
            settle = _settle if row["case"] else remitting.settle
            settle(tenant, body["source"], row)
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
        _refuse(tenant, source, row, message)
        return
    notices = loaded.case.notices.values()
    handed = [one for one in notices if _handed_to(one, source)]
    if not handed:
        _refuse(tenant, source, row, message)
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
    back = isinstance(message, PaymentTakenBack)
    before = Store(tenant).history(case.id, case.version) if back else []
    fault = partner_faults.fault(case, source, handed, message, today, before)
    if f"{source}:{message.id}" in case.seen_messages:
        _repeated(tenant, source, row, message, case)
    elif fault:
        _quarantine(tenant, source, row, fault, message.type)
    else:
        # An answer may prove that a notice of unknown fate arrived.
        unknown = partner_faults.proven(case, source, handed, message)
        proven: list[CaseEvent] = [ActSent(at=now, act=act, on=today) for act in unknown]
        ends = [outbox.settled(tenant, act, "sent") for act in unknown]
        case = Case.replay(case.id, proven, case)
        event = _event(case, source, message, now)
        policy = profiles.policy_of(tenant, loaded)
        found = effects(
            case,
            event,
            contested=message.data if isinstance(message, DisputeRaised) else None,
            rules=policy.process,
            today=today,
            mandate=policy.hand_over.mandate,
        )
        if not _fits(case, [event, *found.events]):
            wrong = "the report does not fit the case as it stands"
            _quarantine(tenant, source, row, wrong, message.type)
            return
        asked = [
            tasks.task_write(tenant, one.task, case.id, one.why, one.claims,
                             (found.because[one.task],))
            for one in found.events
            if isinstance(one, PersonAsked)
        ]  # fmt: skip
        also = [*ends, inbox.settled(row, "done"), *asked, *_references(tenant, handed, event)]
        Store(tenant).append(loaded, [*proven, event, *found.events], due_at=now, also=also)
        logger.info("reported", extra={"case": case.id, "kind": message.type})


def _fits(case: Case, events: Sequence[CaseEvent]) -> bool:
    """Whether the case as it was read takes what follows; when not, no later try helps."""
    try:
        Case.replay(case.id, events, case)
    except (Conflict, Unreadable):
        return False
    return True


def _event(case: Case, source: str, message: PartnerMessage, now: datetime) -> PartnerReport:
    """The event of a report, its names made ours: two partners may count their reports alike."""
    claims = tuple(
        one for one, (partner, _) in at_partner.handed(case).items() if partner == source
    )
    dispute = message.data.dispute if isinstance(message, DisputeRaised) else ""
    event = event_of(message, at=now, claims=claims, dispute=dispute_name(source, dispute))
    named = {"message": f"{source}:{message.id}"}
    if "partner" in type(event).model_fields:
        named["partner"] = source
    if isinstance(event, PartnerPaidBack):
        named["payment"] = f"{source}:{event.payment}"
    return event.model_copy(update=named)


def _references(tenant: Tenant, handed: Sequence[Notice], event: PartnerReport) -> list[Write]:
    """A debtor who pays us under the partner's number is found by it from now on."""
    if not isinstance(event, PartnerAnswered) or not event.accepted:
        return []
    claims = sorted(event.claims or {claim for notice in handed for claim in notice.claims})
    return lookups.handed(tenant, event.partner_case, claims[:_MOST_CLAIMS])


def _today(tenant: Tenant, loaded: Loaded, now: datetime) -> date:
    profile = loaded.row(keys.creditor(tenant))
    if profile is None:
        raise Unreadable("a case has no creditor")
    return Creditor.model_validate_json(profile["body"]).today(now)


def _handed_to(notice: Notice, source: str) -> bool:
    return notice.action == "hand_over" and notice.channel == source and notice.state != "failed"


def _repeated(tenant: Tenant, source: str, row: Row, message: PartnerMessage, case: Case) -> None:
    """A report under a new key that has an id seen before: the same, or a person's question."""
    name = f"{source}:{message.id}"
    known = [
        one
        for one in Store(tenant).events(row["case"])
        if isinstance(one, PartnerReport) and one.message == name
    ]
    # Claims that a report left to us stand in its event as they were then.
    before = known[0] if known else None
    now = before.at if before is not None else clock.now()
    event = _event(case, source, message, now)
    said = _names(message)
    if isinstance(before, PartnerAnswered | PartnerReceived):
        said = said and bool(before.claims)  # the same, from before its claims were named
    if before is not None and "claims" in type(before).model_fields and not said:
        event = event.model_copy(update={"claims": getattr(before, "claims", ())})
    if event == before:
        table.transact([inbox.settled(row, "done")])
        return
    _quarantine(tenant, source, row, "the report has the id of another report", message.type)


def _names(message: PartnerMessage) -> bool:
    """Whether a report names claims itself."""
    return bool(getattr(message.data, "claims", ()))


def _refuse(tenant: Tenant, source: str, row: Row, message: PartnerMessage) -> None:
    """A report on a case that its partner was not given: somebody finds out which one it means.

    The door answers such reports with 404; a file or a list of a partner's may hold them. The part
    of a remittance is refused alone: a task names its line.
    """
    if not isinstance(message, CaseRemitted):
        writes = quarantine.held(tenant, source, row, _NOT_THERE, message.type, ours=False)
        table.transact(writes)
    else:
        table.transact([inbox.settled(row, "refused", _NOT_THERE)])
    logger.warning("report_refused", extra={"report": keys.id_of(row["pk"])})


def _quarantine(tenant: Tenant, source: str, row: Row, fault: str, said: str = "") -> None:
    """Keep a report as it came and ask a person; nothing of it is booked."""
    table.transact(quarantine.held(tenant, source, row, fault, said))
    logger.warning("report_quarantined", extra={"report": keys.id_of(row["pk"]), "fault": fault})

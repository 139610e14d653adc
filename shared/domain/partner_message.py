"""What a collection partner reports about a case, and the event that each report becomes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from shared.domain import partner_events as events
from shared.domain import partner_reports as reports
from shared.domain.claim_events import Event
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.partner_events import PartnerReport
from shared.domain.partner_reports import CloseCode, Paid, RejectCode
from shared.domain.plan_events import Instalment
from shared.errors import Unreadable

__all__ = [
    "CaseAccepted",
    "CaseClosed",
    "CaseRejected",
    "CloseCode",
    "Paid",
    "PartnerMessage",
    "PaymentReceived",
    "RejectCode",
    "event_of",
    "message_schema",
    "read_message",
]


class Report(Record):
    """What every report carries: ``id`` is the partner's and the same in every repetition."""

    id: Id
    timestamp: AwareDatetime


class CaseReceived(Report):
    """``case.received``."""

    type: Literal["case.received"]
    data: reports.Received


class CaseAccepted(Report):
    """``case.accepted``."""

    type: Literal["case.accepted"]
    data: reports.Accepted


class CaseRejected(Report):
    """``case.rejected``."""

    type: Literal["case.rejected"]
    data: reports.Rejected


class InfoRequested(Report):
    """``case.info_requested``."""

    type: Literal["case.info_requested"]
    data: reports.Needed


class StageChanged(Report):
    """``case.stage_changed``."""

    type: Literal["case.stage_changed"]
    data: reports.Staged


class PaymentReceived(Report):
    """``case.payment_received``."""

    type: Literal["case.payment_received"]
    data: reports.Paid


class PaymentTakenBack(Report):
    """``case.payment_reversed``."""

    type: Literal["case.payment_reversed"]
    data: reports.PaidBack


class PlanMade(Report):
    """``case.plan_agreed``."""

    type: Literal["case.plan_agreed"]
    data: reports.Planned


class SettlementMade(Report):
    """``case.settlement_agreed``."""

    type: Literal["case.settlement_agreed"]
    data: reports.Settled


class ExtensionMade(Report):
    """``case.extension_agreed``."""

    type: Literal["case.extension_agreed"]
    data: reports.Extended


class PlanOver(Report):
    """``case.plan_broken``, ``case.plan_completed``."""

    type: Literal["case.plan_broken", "case.plan_completed"]
    data: reports.PlanOver


class SettlementOffered(Report):
    """``case.settlement_offered``."""

    type: Literal["case.settlement_offered"]
    data: reports.Offered


class DisputeRaised(Report):
    """``case.dispute_raised``."""

    type: Literal["case.dispute_raised"]
    data: reports.Contested


class DebtorUpdated(Report):
    """``case.debtor_updated``."""

    type: Literal["case.debtor_updated"]
    data: reports.Learned


class CaseSuspended(Report):
    """``case.suspended``."""

    type: Literal["case.suspended"]
    data: reports.Suspended


class CostsAdded(Report):
    """``case.costs``."""

    type: Literal["case.costs"]
    data: reports.Costs


class LegalStepTaken(Report):
    """``case.legal_step``."""

    type: Literal["case.legal_step"]
    data: reports.Stepped


class CaseRemitted(Report):
    """``remittance.created``: the part of a remittance that is this case's."""

    type: Literal["remittance.created"]
    data: reports.Remitted


class CaseClosed(Report):
    """``case.closed``."""

    type: Literal["case.closed"]
    data: reports.Closed


PartnerMessage = Annotated[
    CaseReceived
    | CaseAccepted
    | CaseRejected
    | InfoRequested
    | StageChanged
    | PaymentReceived
    | PaymentTakenBack
    | PlanMade
    | SettlementMade
    | ExtensionMade
    | PlanOver
    | SettlementOffered
    | DisputeRaised
    | DebtorUpdated
    | CaseSuspended
    | CostsAdded
    | LegalStepTaken
    | CaseRemitted
    | CaseClosed,
    Field(discriminator="type"),
]

_ADAPTER: TypeAdapter[PartnerMessage] = TypeAdapter(PartnerMessage)


def read_message(value: object) -> PartnerMessage:
    """One report from its parsed JSON.

    Raises ``Unreadable`` when it is of an unknown type or shape, or reports a negative amount, two
    currencies, or parts that do not add up.
    """
    try:
        message = _ADAPTER.validate_python(value)
    except ValidationError:
        raise Unreadable("the message is of a type or shape unknown here") from None
    if isinstance(message.data, reports.Split):
        parts = message.data.parts()
        if len({part.currency for part in parts}) > 1 or any(part.amount < 0 for part in parts):
            raise Unreadable("a payment has one currency and no negative part")
    return message


def event_of(
    message: PartnerMessage, *, at: datetime, claims: tuple[str, ...] = (), dispute: str = "p"
) -> PartnerReport:
    """The case event of a report that arrived ``at`` (business time, UTC).

    ``claims`` are those that the partner has, for a report that names none; ``dispute`` is our own
    name of a dispute that it tells of.
    """
    kind, names = _BECOMES[type(message)]
    said = {names.get(name, name): value for name, value in message.data if name not in _LEFT_OUT}
    if "claims" in kind.model_fields and not isinstance(message, _NAMES_ITS_OWN):
        said["claims"] = said.get("claims") or claims
    match message:
        case CaseAccepted() | CaseRejected():
            said["accepted"] = isinstance(message, CaseAccepted)
        case SettlementMade(data=made) | ExtensionMade(data=made):
            del said["amount"], said["until"]
            said["instalments"] = (Instalment(due=made.until, amount=made.amount),)
            said["settles"] = isinstance(message, SettlementMade)
        case PlanOver():
            said["outcome"] = message.type.removeprefix("case.plan_")
        case DisputeRaised():
            said = {"dispute": dispute, "claims": said["claims"]}
        case _:
            pass
    return _EVENTS.validate_python(kind.model_validate({"at": at, "message": message.id, **said}))


# What names no claims keeps none: its claims follow from the case.
_NAMES_ITS_OWN = (CaseReceived, CaseAccepted, CaseRejected, CaseClosed)
# What no event keeps: it was checked against the other amounts when the report was read.
_LEFT_OUT = frozenset({"gross"})
_AS_PLAN = {"settlement": "plan", "extension": "plan"}
_EVENTS: TypeAdapter[PartnerReport] = TypeAdapter(PartnerReport)

# The event of each report, and its fields that have another name there.
_BECOMES: dict[type, tuple[type[Event], dict[str, str]]] = {
    CaseReceived: (events.PartnerReceived, {"partner_case_id": "partner_case"}),
    CaseAccepted: (events.PartnerAnswered, {"partner_case_id": "partner_case"}),
    CaseRejected: (events.PartnerAnswered, {}),
    InfoRequested: (events.PartnerNeeds, {"code": "what"}),
    StageChanged: (events.PartnerMoved, {}),
    PaymentReceived: (events.PartnerPaid, {}),
    PaymentTakenBack: (events.PartnerPaidBack, {}),
    PlanMade: (events.PartnerPlanAgreed, {}),
    SettlementMade: (events.PartnerPlanAgreed, _AS_PLAN),
    ExtensionMade: (events.PartnerPlanAgreed, _AS_PLAN),
    PlanOver: (events.PartnerPlanEnded, {}),
    SettlementOffered: (events.PartnerOffered, {}),
    DisputeRaised: (events.PartnerDisputed, {}),
    DebtorUpdated: (events.PartnerLearned, {}),
    CaseSuspended: (events.PartnerSuspended, {"code": "why"}),
    CostsAdded: (events.PartnerCosts, {}),
    LegalStepTaken: (events.PartnerLegalStep, {}),
    CaseRemitted: (events.PartnerRemitted, {}),
    CaseClosed: (events.PartnerClosed, {}),
}


def message_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a report."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:dunlin:partner-message:1",
        "title": "Report of a collection partner, version 1",
        **_ADAPTER.json_schema(mode="validation"),
    }

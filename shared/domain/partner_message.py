"""What a collection partner reports about a case, and the event that each report becomes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from shared.domain.events import PartnerAnswered, PartnerClosed, PartnerPaid
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.errors import Unreadable

RejectCode = Literal[
    "DUPLICATE", "INVALID_DEBTOR_ID", "MISSING_DEBTOR_ID", "MISSING_ADDRESS", "MISSING_CONTRACT",
    "CREDITOR_UNKNOWN", "TOO_EARLY", "DISPUTED", "TIME_BARRED", "INSOLVENT", "DECEASED", "MINOR",
    "AMOUNT_INCONSISTENT", "AMOUNT_BELOW_MINIMUM", "CURRENCY_UNSUPPORTED", "COUNTRY_UNSUPPORTED",
    "CLAIM_TYPE_UNSUPPORTED", "DOCUMENT_MISSING", "SCHEMA_INVALID", "OTHER",
]  # fmt: skip

CloseCode = Literal[
    "PAID_FULL", "PAID_PARTIAL_SETTLED", "PAID_DIRECT", "CREDITED", "WITHDRAWN_CREDITOR",
    "DISPUTED", "INSOLVENT", "DEBT_RESTRUCTURING", "DECEASED", "UNTRACEABLE", "TIME_BARRED",
    "NO_ASSETS", "UNCOLLECTABLE", "SURVEILLANCE_ENDED", "ERROR", "DUPLICATE", "OTHER",
]  # fmt: skip


class Accepted(Record):
    """The partner took the case; ``partner_case_id`` is its own number for it."""

    partner_case_id: Id


class Rejected(Record):
    """The partner will not take the case."""

    code: RejectCode


class Paid(Record):
    """Money of one claim that the partner received on ``received``, split by what it settles."""

    claim: Id
    principal: Money
    interest: Money
    fees: Money
    received: date


class Closed(Record):
    """The partner ended its work on the case."""

    code: CloseCode


class Report(Record):
    """What every report carries: ``id`` is the partner's and the same in every repetition."""

    id: Id
    timestamp: AwareDatetime


class CaseAccepted(Report):
    """``case.accepted``."""

    type: Literal["case.accepted"]
    data: Accepted


class CaseRejected(Report):
    """``case.rejected``."""

    type: Literal["case.rejected"]
    data: Rejected


class PaymentReceived(Report):
    """``case.payment_received``."""

    type: Literal["case.payment_received"]
    data: Paid


class CaseClosed(Report):
    """``case.closed``."""

    type: Literal["case.closed"]
    data: Closed


PartnerMessage = Annotated[
    CaseAccepted | CaseRejected | PaymentReceived | CaseClosed, Field(discriminator="type")
]

_ADAPTER: TypeAdapter[PartnerMessage] = TypeAdapter(PartnerMessage)


def read_message(value: object) -> PartnerMessage:
    """One report from its parsed JSON.

    Raises ``Unreadable`` when it is of an unknown type or shape, or reports a negative amount or
    two currencies.
    """
    try:
        message = _ADAPTER.validate_python(value)
    except ValidationError:
        raise Unreadable("the message is of a type or shape unknown here") from None
    if isinstance(message, PaymentReceived):
        parts = (message.data.principal, message.data.interest, message.data.fees)
        if len({part.currency for part in parts}) > 1 or any(part.amount < 0 for part in parts):
            raise Unreadable("a payment has one currency and no negative part")
    return message


def event_of(
    message: PartnerMessage, *, at: datetime
) -> PartnerAnswered | PartnerPaid | PartnerClosed:
    """The case event of a report that arrived ``at`` (business time, UTC)."""
    match message:
        case CaseAccepted(id=name, data=accepted):
            case = accepted.partner_case_id
            return PartnerAnswered(at=at, message=name, accepted=True, partner_case=case)
        case CaseRejected(id=name, data=rejected):
            return PartnerAnswered(at=at, message=name, accepted=False, code=rejected.code)
        case PaymentReceived(id=name, data=paid):
            return PartnerPaid(at=at, message=name, **dict(paid))
        case CaseClosed(id=name, data=closed):
            return PartnerClosed(at=at, message=name, code=closed.code)


def message_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a report."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:dunlin:partner-message:1",
        "title": "Report of a collection partner, version 1",
        **_ADAPTER.json_schema(mode="validation"),
    }

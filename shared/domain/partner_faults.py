"""Faults: why a person must look at a partner's well-formed report first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from shared.domain.at_partner import handed as there
from shared.domain.at_partner import number, standing
from shared.domain.case import Case, Notice
from shared.domain.money import Money
from shared.domain.partner_message import (
    CaseAccepted,
    CaseClosed,
    CaseReceived,
    CaseRejected,
    CaseRemitted,
    CostsAdded,
    PartnerMessage,
    PaymentReceived,
    PaymentTakenBack,
)
from shared.domain.partner_reports import Paid, PaidBack, Split

# What may be said after the end, too: money goes on for a while.
_EVER = (CaseClosed, CaseRemitted, CostsAdded, PaymentReceived, PaymentTakenBack)


def fault(
    case: Case, source: str, handed: Sequence[Notice], message: PartnerMessage, today: date
) -> str | None:
    """Why a report cannot be true as a fixed sentence, or None.

    ``source`` is the partner's connection and ``handed`` are the hand-overs to it that did not
    fail; ``today`` is the creditor's day.
    """
    named = {claim for notice in handed for claim in notice.claims}
    found = _answer_fault(case, source, message) or _ended(case, source, handed, message)
    if found is not None:
        return found
    if not named.issuperset(_claims(message)):
        return "the report names a claim that was not handed over"
    if any(money.currency != case.currency for money in _amounts(message)):
        return "the report is in another currency than the case"
    match message:
        case PaymentReceived(data=paid):
            return _payment_fault(case, paid, today)
        case PaymentTakenBack(data=back):
            return _back_fault(case, source, back, today)
        case _:
            return None


def _answer_fault(case: Case, source: str, message: PartnerMessage) -> str | None:
    stands = standing(case, source)
    match message:
        case CaseAccepted() | CaseRejected() if stands in {"rejected", "closed"}:
            return "the partner has ended its work on the case already"
        case CaseAccepted(data=accepted) if stands == "accepted":
            known = number(case, source) in {None, accepted.partner_case_id}
            return None if known else "the case was accepted under another number already"
        case _:
            return None


def _ended(
    case: Case, source: str, handed: Sequence[Notice], message: PartnerMessage
) -> str | None:
    if isinstance(message, (CaseAccepted, CaseRejected, CaseReceived, *_EVER)):
        return None
    # A report may be the proof that a hand-over of unknown fate has arrived.
    here = any(partner == source for partner, _ in there(case).values())
    if here or any(one.state == "unknown" for one in handed):
        return None
    return "the partner has ended its work on the case already"


def _claims(message: PartnerMessage) -> Iterator[str]:
    yield from getattr(message.data, "claims", ())
    if isinstance(message.data, Split):
        yield message.data.claim
    if isinstance(message, CaseRemitted):
        yield from (line.claim for line in message.data.lines)


def _amounts(message: PartnerMessage) -> Iterator[Money]:
    if isinstance(message.data, Split):
        yield from message.data.parts()
    for name in ("amount", "open"):
        money = getattr(message.data, name, None)
        if money is not None:
            yield money
    yield from (one.amount for one in getattr(message.data, "instalments", ()))
    yield from (one.amount for one in getattr(message.data, "lines", ()))


def _payment_fault(case: Case, paid: Paid, today: date) -> str | None:
    if paid.principal > case.claims[paid.claim].open:
        return "the payment is larger than the claim's open principal"
    if paid.received > today:
        return "the payment was received on a day to come"
    return None


def _back_fault(case: Case, source: str, back: PaidBack, today: date) -> str | None:
    if f"{source}:{back.payment}" not in case.seen_messages:
        return "the report takes back a payment that was never reported"
    if back.principal > case.claims[back.claim].lowered_by("partner"):
        return "more goes back than the partner reported for the claim"
    if back.on > today:
        return "the payment went back on a day to come"
    return None

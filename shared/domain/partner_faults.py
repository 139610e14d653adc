"""Faults: why a person must look at a partner's well-formed report first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from shared.domain import partner_bounds
from shared.domain.at_partner import NOTHING, number, numbers, standing
from shared.domain.at_partner import handed as there
from shared.domain.case import Case, Notice
from shared.domain.case_parts import ClaimState
from shared.domain.claim_events import Event
from shared.domain.money import Money
from shared.domain.partner_events import PartnerPaid, PartnerPaidBack
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
    PlanOver,
)
from shared.domain.partner_names import named
from shared.domain.partner_reports import Paid, PaidBack, Split

# What lowers a claim here while a debtor may be paying the partner.
_CROSSING = frozenset({"payment", "reversal", "credit", "unexplained"})

# What may be said after the end, too: money goes on for a while.
_EVER = (CaseClosed, CaseRemitted, CostsAdded, PaymentReceived, PaymentTakenBack)


def fault(
    case: Case,
    source: str,
    handed: Sequence[Notice],
    message: PartnerMessage,
    today: date,
    before: Sequence[Event],
) -> str | None:
    """Why a report cannot be true as a fixed sentence, or None.

    ``source`` is the partner's connection and ``handed`` are the hand-overs to it that did not
    fail; ``today`` is the creditor's day. ``before`` are the case's events, which only a payment
    that goes back is held against.
    """
    ever = {claim for notice in handed for claim in notice.claims}
    found = _answer_fault(case, source, message) or _ended(case, source, handed, message)
    if found is not None:
        return found
    if not ever.issuperset(_claims(message)):
        return "the report names a claim that was not handed over"
    if any(money.currency != case.currency for money in _amounts(message)):
        return "the report is in another currency than the case"
    about = [case.claims[one] for one in set(_claims(message)) or ever if one in case.claims]
    unbelievable = partner_bounds.beyond(message, about, list(_amounts(message)), today)
    if unbelievable is not None:
        return unbelievable
    match message:
        case PaymentReceived(data=paid):
            return _payment_fault(case, handed, paid, today)
        case PaymentTakenBack(data=back):
            return _back_fault(case, source, back, today, before)
        case PlanOver(data=over) if (
            named(source, over.plan) not in (case.at_partner or NOTHING).plans
        ):
            return "the report ends a plan that was never reported"
        case _:
            return None


def proven(case: Case, source: str, handed: Sequence[Notice], message: PartnerMessage) -> list[str]:
    """The acts of hand-overs of unknown fate which a report shows to have arrived.

    It names a claim that the partner had from no other hand-over, gives a number that none of
    them bears, or there is no other. What was handed over earlier proves nothing of a later one.
    """
    lost = [one for one in handed if one.state == "unknown"]
    others = {claim for one in handed if one.state != "unknown" for claim in one.claims}
    named, own = set(_claims(message)), getattr(message.data, "partner_case_id", None)
    known = numbers(case, source) - {None}
    if named:
        return [one.act for one in lost if named & (set(one.claims) - others)]
    another = not others or (own is not None and bool(known) and own not in known)
    return [one.act for one in lost] if another and len(lost) == 1 else []


def _answer_fault(case: Case, source: str, message: PartnerMessage) -> str | None:
    stands = standing(case, source)
    match message:
        case CaseAccepted() | CaseRejected() if stands in {"rejected", "closed"}:
            return "the partner has ended its work on the case already"
        case CaseAccepted(data=accepted) if stands == "accepted":
            asked: list[tuple[str, ...]] = [(claim,) for claim in accepted.claims] or [()]
            known = {number(case, source, one) for one in asked} - {None}
            same = known <= {accepted.partner_case_id}
            return None if same else "the case was accepted under another number already"
        case _:
            return None


def _ended(
    case: Case, source: str, handed: Sequence[Notice], message: PartnerMessage
) -> str | None:
    if isinstance(message, (CaseAccepted, CaseRejected, CaseReceived, *_EVER)):
        return None
    # A report may be the proof that a hand-over of unknown fate has arrived.
    here = any(partner == source for partner, _ in there(case).values())
    if here or proven(case, source, handed, message):
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


def _payment_fault(case: Case, handed: Sequence[Notice], paid: Paid, today: date) -> str | None:
    since = min(one.intended_on for one in handed if paid.claim in one.claims)
    if paid.principal > _open_there(case.claims[paid.claim], since):
        return "the payment is larger than the claim's open principal"
    if paid.received > today:
        return "the payment was received on a day to come"
    return None


def _open_there(state: ClaimState, since: date) -> Money:
    """Open principal as a partner may still see it: money and credits to us may have crossed."""
    owed = state.claim.open
    for one in state.movements:
        if one.on < since or one.kind not in _CROSSING:
            owed -= one.lowered
    return max(owed, state.open)


def _back_fault(
    case: Case, source: str, back: PaidBack, today: date, before: Sequence[Event]
) -> str | None:
    name = f"{source}:{back.payment}"
    paid = next(
        (one for one in before if isinstance(one, PartnerPaid) and one.message == name), None
    )
    if paid is None:
        return "the report takes back a payment that was never reported"
    if paid.claim != back.claim:
        return "the payment that goes back was reported for another claim"
    gone = [one for one in before if isinstance(one, PartnerPaidBack) and one.payment == name]
    for part in ("principal", "interest", "fees"):
        left: Money = getattr(paid, part)
        for one in (*gone, back):
            left -= getattr(one, part)
        if left.amount < 0:
            return "more goes back than the partner reported of the payment"
    if back.principal > case.claims[back.claim].lowered_by("partner"):
        return "more goes back than the partner reported for the claim"
    if back.on > today:
        return "the payment went back on a day to come"
    return None

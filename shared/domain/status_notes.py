"""Status notes: what an append means for the people who look at its invoices in the ERP.

A note is a fixed sentence with dates, levels, codes and amounts. What the ERP knows by itself (its
own credit notes, cancellations and balances) is not said back to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from shared.domain.case import Case
from shared.domain.case_parts import MONEY_WAITING, Notice
from shared.domain.events import (
    CaseEvent,
    Held,
    PaymentAllocated,
    PaymentReversed,
    Released,
)
from shared.domain.partner_events import PartnerPaid, PartnerPaidBack
from shared.domain.plan_events import PlanAgreed, PlanEnded, WrittenOff

Status = Literal[
    "reminded", "reminder_returned", "in_collection", "collection_ended", "on_hold", "hold_ended",
    "payment_plan", "plan_ended", "paid", "owed_again", "credit_loss",
]  # fmt: skip


class Note(NamedTuple):
    """One status of one invoice. ``text`` is what the ERP shows: English, no personal data."""

    invoice: str
    status: Status
    text: str


def noted(before: Case, events: Sequence[CaseEvent]) -> list[Note]:
    """The notes of ``events``, which follow on the case ``before``, in their order."""
    found, case = list[Note](), before
    for event in events:
        after = case.apply(event)
        found += _of_acts(case, after)
        found += _of_partner(case, after, event.at.date())
        found += _of_event(case, after, event)
        case = after
    return found


def _of_acts(before: Case, after: Case) -> Iterator[Note]:
    """Reminders that went out, and those that came back."""
    if before.notices == after.notices:
        return
    for act, notice in after.notices.items():
        had = before.notices.get(act)
        was = had is not None and had.given
        if notice.action != "remind" or notice.given == was:
            continue
        for claim in notice.claims:
            yield _returned(notice, claim) if was else _reminded(after, notice, claim)


def _reminded(case: Case, notice: Notice, claim: str) -> Note:
    level = len(case.notices_of(claim))
    return Note(claim, "reminded", f"Reminder {level} sent {notice.on} by {notice.channel}.")


def _returned(notice: Notice, claim: str) -> Note:
    return Note(claim, "reminder_returned", f"The reminder of {notice.intended_on} came back.")


def _of_partner(before: Case, after: Case, on: date) -> Iterator[Note]:
    for claim, state in after.claims.items():
        was = claim in before.claims and before.claims[claim].with_partner
        if state.with_partner and not was:
            partner = _partner(after, claim)
            yield Note(claim, "in_collection", f"With collection partner {partner} since {on}.")
        elif was and not state.with_partner:
            yield Note(claim, "collection_ended", f"No longer with a collection partner: {on}.")


def _partner(case: Case, claim: str) -> str:
    handed = [
        one.channel
        for one in case.notices.values()
        if one.action == "hand_over" and claim in one.claims
    ]
    return handed[-1]


def _of_event(before: Case, after: Case, event: CaseEvent) -> Iterator[Note]:
    match event:
        case Held() | Released():
            yield from _of_hold(before, after, event)
        case PlanAgreed() | PlanEnded():
            yield from _of_plan(after, event, event.at.date())
        case PaymentAllocated() | PartnerPaid() if _settles(before, after, event.claim):
            yield Note(event.claim, "paid", f"Paid: received {event.received}.")
        case PaymentReversed() | PartnerPaidBack():
            yield Note(event.claim, "owed_again", f"A payment was taken back on {event.on}.")
        case WrittenOff() if event.amount.amount > 0:
            what = f"{event.amount.amount} {event.amount.currency}"
            text = f"Not asked for any more: {what}, {event.cause}."
            yield Note(event.claim, "credit_loss", text)


def _of_hold(before: Case, after: Case, event: Held | Released) -> Iterator[Note]:
    """Holds of people and of agreements; money that waits for its place holds for hours only."""
    on, hold = event.at.date(), after.holds.get(event.hold) or before.holds.get(event.hold)
    if hold is None or hold.reason == MONEY_WAITING:
        return
    for one in _claims_of_hold(after, hold.claim):
        if isinstance(event, Held):
            until = f" until {event.until}" if event.until else ""
            yield Note(one, "on_hold", f"On hold since {on}{until}: {event.reason}.")
        elif event.hold in before.holds:
            yield Note(one, "hold_ended", f"The hold ended on {on}.")


def _claims_of_hold(case: Case, claim: str | None) -> list[str]:
    return [claim] if claim is not None else [one.claim.id for one in case.open_claims()]


def _of_plan(case: Case, event: PlanAgreed | PlanEnded, on: date) -> Iterator[Note]:
    plan = case.states.plans.get(event.plan) if case.states is not None else None
    for claim in plan.claims if plan is not None else ():
        if isinstance(event, PlanAgreed):
            yield Note(claim, "payment_plan", f"A payment plan was agreed on {on}.")
        else:
            yield Note(claim, "plan_ended", f"The payment plan ended on {on}: {event.outcome}.")


def _settles(before: Case, after: Case, claim: str) -> bool:
    return bool(before.claims[claim].open) and not after.claims[claim].open

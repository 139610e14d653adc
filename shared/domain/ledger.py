"""The ledger of a claim: what its source's facts mean for it, and what it amounts to on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.domain import interest as accrual
from shared.domain.case import Case, ClaimState
from shared.domain.events import (
    BalanceStated, CaseEvent, Claim, ClaimFlagged, CreditApplied, FeeCredited, PaymentAllocated,
)  # fmt: skip
from shared.domain.law import LawPack
from shared.domain.model import CreditNote, DoNotDun, Invoice, Party, Payment
from shared.domain.money import Money


@dataclass(frozen=True, slots=True)
class Truth:
    """All that the sources state about one invoice."""

    invoice: Invoice
    payments: tuple[Payment, ...] = ()
    credit_notes: tuple[CreditNote, ...] = ()
    party: Party | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """A claim's parts on a day: open principal, late interest to that day, unpaid fees."""

    open: Money
    interest: accrual.Interest
    fees: Money


def claim_of(truth: Truth) -> Claim:
    """The claim that an invoice becomes when it joins a case now."""
    invoice = truth.invoice
    known = [one.id for one in truth.payments] + [one.id for one in truth.credit_notes]
    return Claim(
        id=invoice.id,
        number=invoice.number,
        total=invoice.total,
        open=invoice.open,
        issued=invoice.issued,
        sent=invoice.sent,
        due=invoice.due,
        reference=invoice.reference,
        capacity=invoice.capacity,
        natural_person=truth.party is None or truth.party.kind in {"person", "unknown", "estate"},
        claim_class=invoice.claim_class,
        settled=tuple(known),
        do_not_dun=flags_of(truth),
    )


def flags_of(truth: Truth) -> tuple[DoNotDun, ...]:
    """The do-not-dun reasons of an invoice and of its customer together."""
    own = truth.party.do_not_dun if truth.party is not None else ()
    return tuple(sorted({*truth.invoice.do_not_dun, *own}))


def reconcile(case: Case, truth: Truth, at: datetime, tolerance: Money) -> list[CaseEvent]:
    """The events that bring a claim of a case to what its sources state; none when it is there.

    Movements that are counted already are passed over, so the same facts in any order and any
    number of times give the same balance. What movements do not explain is stated by the source.
    """
    state = case.claims[truth.invoice.id]
    events: list[CaseEvent] = [
        *_payments(state, truth, at),
        *_credits(state, truth, at),
    ]
    after = Case.replay(case.id, events, case)
    stated = _stated(after.claims[truth.invoice.id], truth, at)
    if stated is not None:
        events.append(stated)
    flags = flags_of(truth)
    if flags != state.do_not_dun or state.missing:
        events.append(ClaimFlagged(at=at, claim=truth.invoice.id, do_not_dun=flags))
    after = Case.replay(case.id, events, case)
    events.extend(crossed(after, at, tolerance))
    return events


def crossed(case: Case, at: datetime, tolerance: Money) -> list[FeeCredited]:
    """Fees of notices that crossed the payment: the claim was settled when the notice went out.

    A fee is owed for a reminder of what was unpaid; money received on or before the day of
    sending, though booked later, takes the fee back without anybody asking for it.
    """
    credits = []
    for notice in case.notices.values():
        if not notice.fee or not notice.given or notice.fee_credited or notice.on is None:
            continue
        state = case.claims[notice.fee_claim or ""]
        if open_on(state, notice.on) <= tolerance:
            credits.append(
                FeeCredited(
                    at=at, act=notice.act, claim=state.claim.id, amount=notice.fee, why="crossed"
                )
            )
    return credits


def open_on(state: ClaimState, day: date) -> Money:
    """The principal that was really unpaid at the end of a day, by the days of receipt."""
    still = state.claim.open
    before = state.claim.open
    for movement in state.movements[1:]:
        if movement.on <= day:
            still -= before - movement.open
        before = movement.open
    return still


def balances(state: ClaimState) -> tuple[tuple[date, Money], ...]:
    """The open principal piece by piece, from each day on, by the days of receipt."""
    days = sorted({movement.on for movement in state.movements})
    return tuple((day, open_on(state, day)) for day in days)


def position(case: Case, state: ClaimState, law: LawPack, on: date) -> Position:
    """What a claim amounts to on a day."""
    claim = state.claim
    late = accrual.accrue(
        law,
        capacity=claim.capacity,
        natural_person=claim.natural_person,
        due=claim.due,
        balances=balances(state),
        to=on,
        agreed_rate=None,
    )
    return Position(open=state.open, interest=late, fees=case.fees_of(claim.id))


def positions(case: Case, law: LawPack, on: date, claims: Iterable[str]) -> dict[str, Position]:
    """The positions of several claims on a day, by claim id."""
    return {one: position(case, case.claims[one], law, on) for one in claims}


def _payments(state: ClaimState, truth: Truth, at: datetime) -> Sequence[CaseEvent]:
    return [
        PaymentAllocated(
            at=at,
            payment=payment.id,
            claim=truth.invoice.id,
            amount=allocation.amount,
            value_date=payment.value_date,
            received=payment.received,
            booked=payment.booked,
        )
        for payment in sorted(truth.payments, key=lambda one: (one.received, one.id))
        if payment.id not in state.counted
        for allocation in payment.allocations
        if allocation.invoice == truth.invoice.id
    ]


def _credits(state: ClaimState, truth: Truth, at: datetime) -> Sequence[CaseEvent]:
    return [
        CreditApplied(
            at=at,
            credit_note=note.id,
            claim=truth.invoice.id,
            amount=allocation.amount,
            issued=note.issued,
        )
        for note in sorted(truth.credit_notes, key=lambda one: (one.issued, one.id))
        if note.id not in state.counted
        for allocation in note.allocations
        if allocation.invoice == truth.invoice.id
    ]


def _stated(state: ClaimState, truth: Truth, at: datetime) -> BalanceStated | None:
    invoice = truth.invoice
    wanted = Money.zero(invoice.open.currency) if invoice.cancelled else invoice.open
    if state.open == wanted:
        return None
    cause: Literal["write_off", "cancelled", "unexplained"] = "unexplained"
    if invoice.cancelled:
        cause = "cancelled"
    elif invoice.written_off:
        cause = "write_off"
    return BalanceStated(at=at, claim=invoice.id, open=wanted, before=state.open, cause=cause)

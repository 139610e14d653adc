"""The ledger of a claim: what its source's facts mean for it, and what it amounts to on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.domain import interest as accrual
from shared.domain.case import Case, ClaimState
from shared.domain.events import (
    BalanceStated,
    CaseEvent,
    Claim,
    ClaimFlagged,
    CreditApplied,
    DueMoved,
    FeeCredited,
    PaymentAllocated,
)
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
    events += _stated(after, truth, at, before=state)
    flags = flags_of(truth)
    if flags != state.do_not_dun or state.missing:
        events.append(ClaimFlagged(at=at, claim=truth.invoice.id, do_not_dun=flags))
    if truth.invoice.due > state.claim.due and not state.with_partner:
        due, before = truth.invoice.due, state.claim.due
        events.append(DueMoved(at=at, claim=truth.invoice.id, due=due, before=before))
    after = Case.replay(case.id, events, case)
    events.extend(crossed(after, at, tolerance))
    return events


def crossed(case: Case, at: datetime, tolerance: Money) -> list[FeeCredited]:
    """Fees that were not owed: the claim was settled when the notice went out, or never existed.

    A fee is owed for a reminder of what was unpaid; money received on or before the day of
    sending, though booked later, takes the fee back without anybody asking for it, and so does
    an invoice that is cancelled.
    """
    found = []
    for notice in case.notices.values():
        if not notice.fee or not notice.given or notice.fee_credited or notice.on is None:
            continue
        state = case.claims[notice.fee_claim or ""]
        if state.cancelled or open_on(state, notice.on) <= tolerance:
            credit = FeeCredited(
                at=at,
                act=notice.act,
                claim=state.claim.id,
                amount=notice.fee,
                why="waived" if state.cancelled else "crossed",
            )
            found.append(credit)
    return found


def open_on(state: ClaimState, day: date) -> Money:
    """The principal that was really unpaid at the end of a day, by the days of receipt."""
    still = state.claim.open
    for movement in state.movements:
        if movement.on <= day:
            still -= movement.lowered
    return still if still.amount > 0 else Money.zero(still.currency)


def balances(state: ClaimState) -> tuple[tuple[date, Money], ...]:
    """The open principal piece by piece, from each day on, by the days of receipt.

    It begins with the due date, from which it matters.
    """
    due = state.claim.due
    days = sorted({due, *(movement.on for movement in state.movements if movement.on > due)})
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


def _stated(case: Case, truth: Truth, at: datetime, *, before: ClaimState) -> list[BalanceStated]:
    """What the source's balance says beyond the movements, a write-off apart from the rest.

    ``before`` is the claim before the movements that came in with it. A balance that stands as
    high as then is only behind them; one that rises above it is something for a person.
    """
    invoice, state = truth.invoice, case.claims[truth.invoice.id]
    wanted = _wanted(case, truth)
    if state.open == wanted:
        return []
    if invoice.cancelled:
        return [_statement(state.open, wanted, "cancelled", invoice.id, at)]
    events = []
    start = state.open
    if invoice.written_off and wanted < start:
        new = invoice.written_off - state.lowered_by("write_off")
        written = min(new, start - wanted)
        if written.amount > 0:
            start -= written
            events.append(_statement(state.open, start, "write_off", invoice.id, at))
    if start != wanted:
        raised = wanted > before.open
        last = _statement(start, wanted, "unexplained", invoice.id, at, raised=raised)
        events.append(last)
    return events


def _wanted(case: Case, truth: Truth) -> Money:
    """The balance that the source states, less what a partner reported and still keeps.

    The source cannot know of money that the partner has not passed on; once the partner has
    ended its work, all of it has been.
    """
    invoice, nothing = truth.invoice, Money.zero(truth.invoice.open.currency)
    if invoice.cancelled:
        return nothing
    if case.partner_state == "closed":
        return invoice.open
    return max(nothing, invoice.open - case.claims[invoice.id].lowered_by("partner"))


def _statement(
    before: Money,
    after: Money,
    cause: Literal["write_off", "cancelled", "unexplained"],
    claim: str,
    at: datetime,
    *,
    raised: bool = False,
) -> BalanceStated:
    return BalanceStated(at=at, claim=claim, open=after, before=before, cause=cause, raised=raised)

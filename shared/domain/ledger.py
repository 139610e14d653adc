"""The ledger of a claim: what its source's facts mean for it, and what it amounts to on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from shared.domain.allocation import KINDEST, Order
from shared.domain.case import Case, ClaimState
from shared.domain.events import (
    BalanceStated,
    CaseEvent,
    Claim,
    ClaimFlagged,
    ClaimJoined,
    ClaimMissing,
    CreditApplied,
    DueMoved,
    FeeCredited,
    PaymentReversed,
)
from shared.domain.law import LawPack, load, payment_effective
from shared.domain.ledger_balance import balance
from shared.domain.ledger_extras import extras_events
from shared.domain.ledger_money import Effective, money_events, undone, waiting_events
from shared.domain.ledger_pairs import paired
from shared.domain.ledger_position import (
    Position,
    agreed_rate,
    balances,
    open_on,
    position,
    positions,
    reminded,
)
from shared.domain.ledger_truth import Seen, Truth
from shared.domain.model import DoNotDun
from shared.domain.money import Money, total
from shared.domain.passed_on import kept_by_partner

__all__ = [
    "Position",
    "Truth",
    "agreed_rate",
    "balances",
    "claim_of",
    "crossed",
    "effective_days",
    "flags_of",
    "joining",
    "open_on",
    "position",
    "positions",
    "reconcile",
    "reminded",
]


def claim_of(truth: Truth) -> Claim:
    """The claim that an invoice becomes when it joins a case now."""
    invoice = truth.invoice
    known = [one.id for one in truth.payments] + [one.id for one in truth.credit_notes]
    known += [move.id for lot in truth.lots for move in lot.moves]
    return Claim(
        id=invoice.id,
        number=invoice.number,
        total=invoice.total,
        open=balance(truth),
        issued=invoice.issued,
        sent=invoice.sent,
        due=invoice.due,
        reference=invoice.reference,
        capacity=invoice.capacity,
        natural_person=truth.party is None or truth.party.kind in {"person", "unknown", "estate"},
        claim_class=invoice.claim_class,
        fee_clause=truth.agreement.reminder_fee_clause if truth.agreement else None,
        agreed_rate=truth.agreement.agreed_rate if truth.agreement else None,
        settled=tuple(known),
        do_not_dun=flags_of(truth),
    )


def joining(case: Case, truth: Truth, at: datetime) -> list[CaseEvent]:
    """How a claim joins a case: as it is now, at rest where money waits that could be its own."""
    joined = ClaimJoined(at=at, claim=claim_of(truth))
    after = case.apply(joined)
    return [joined, *waiting_events(after, truth, paired(truth), at)]


def flags_of(truth: Truth) -> tuple[DoNotDun, ...]:
    """The do-not-dun reasons of an invoice and of its customer together."""
    own = truth.party.do_not_dun if truth.party is not None else ()
    return tuple(sorted({*truth.invoice.do_not_dun, *own}))


def reconcile(
    case: Case,
    truth: Truth,
    at: datetime,
    tolerance: Money,
    law: LawPack | None = None,
    order: Order = KINDEST,
) -> list[CaseEvent]:
    """The events that bring a claim of a case to what its sources state; none when it is there.

    Movements that are counted already are passed over, so the same facts in any order and any
    number of times give the same balance. What movements do not explain is stated by the source.
    ``law`` is the pack in force (without it: the shipped one), ``order`` the creditor's order of
    allocation for what exceeds the principal.
    """
    state, pack = case.claims[truth.invoice.id], law or load(case.law)
    receipts = paired(truth)
    effective = effective_days(pack, state)
    events: list[CaseEvent] = [
        *money_events(state, receipts, at, effective),
        *undone(state, truth, at, effective),
        *_credits(state, truth, at),
    ]
    after = Case.replay(case.id, events, case)
    taken_back = [one.amount for one in events if isinstance(one, PaymentReversed)]
    known = state.open + total(taken_back, state.open.currency)
    events += _stated(after, truth, at, balance(truth, receipts), known)
    events += waiting_events(case, truth, receipts, at)
    flags = flags_of(truth)
    if truth.missing:
        events += [] if state.missing else [ClaimMissing(at=at, claim=truth.invoice.id)]
    elif flags != state.do_not_dun or state.missing:
        events.append(ClaimFlagged(at=at, claim=truth.invoice.id, do_not_dun=flags))
    if truth.invoice.due > state.claim.due and not state.with_partner:
        due, before = truth.invoice.due, state.claim.due
        events.append(DueMoved(at=at, claim=truth.invoice.id, due=due, before=before))
    events.extend(crossed(Case.replay(case.id, events, case), at, tolerance))
    # What money settles beside the principal follows from all that is known of the claim by now.
    after = Case.replay(case.id, events, case)
    return [*events, *extras_events(after, truth, receipts, at, effective, pack, order)]


def crossed(case: Case, at: datetime, tolerance: Money) -> list[FeeCredited]:
    """Fees that were not owed: the claim was settled when the notice went out, or never existed.

    A fee is owed for a reminder of what was unpaid; money received on or before the day of
    sending, though booked later, takes the fee back without anybody asking for it. So does an
    invoice that is cancelled, and a credit note for all that the notice had asked for: what was
    credited was never owed.
    """
    found = []
    for notice in case.notices.values():
        if not notice.fee or not notice.given or notice.fee_credited or notice.on is None:
            continue
        state = case.claims[notice.fee_claim or ""]
        why = _not_owed(state, notice.on, tolerance)
        if why is not None:
            claim = state.claim.id
            credit = FeeCredited(at=at, act=notice.act, claim=claim, amount=notice.fee, why=why)
            found.append(credit)
    return found


def _not_owed(
    state: ClaimState, sent: date, tolerance: Money
) -> Literal["crossed", "credited", "waived"] | None:
    """Why nothing was owed when a notice went out, or None when something was."""
    if state.cancelled:
        return "waived"
    owed = open_on(state, sent)
    if owed <= tolerance:
        return "crossed"
    for movement in state.movements:
        if movement.kind == "credit" and movement.on > sent:
            owed -= movement.lowered
    return "credited" if owed <= tolerance else None


def effective_days(pack: LawPack, state: ClaimState) -> Effective:
    """The day on which money of a bank or provider counts for the debtor of a claim, by law."""

    def day(seen: Seen) -> date:
        counts, _ = payment_effective(
            pack, state.claim.claim_class,
            value_date=seen.value_date, booked=seen.booked, paid=seen.paid,
        )  # fmt: skip
        return counts

    return day


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


def _stated(
    case: Case, truth: Truth, at: datetime, balanced: Money, known: Money
) -> list[BalanceStated]:
    """What the source's balance says beyond the movements, a write-off apart from the rest.

    ``balanced`` is that balance set right by the hub's own money. ``known`` is how high the claim
    stood before, with what was taken back since: a balance that stands as high is only behind its
    movements; one that rises above it is something for a person.
    """
    invoice, state = truth.invoice, case.claims[truth.invoice.id]
    wanted = _wanted(case, truth, balanced)
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
        raised = wanted > known
        last = _statement(start, wanted, "unexplained", invoice.id, at, raised=raised)
        events.append(last)
    return events


def _wanted(case: Case, truth: Truth, balanced: Money) -> Money:
    """The balance, less what a partner reported and still keeps.

    The source cannot know of money that the partner has not passed on; once the partner has
    ended its work, all of it has been.
    """
    state = case.claims[truth.invoice.id]
    # What was let go here stands in the books of the source later, or never.
    let_go = state.forgiven_beyond(truth.invoice.written_off)
    if truth.invoice.cancelled or case.partner_state == "closed":
        return max(Money.zero(balanced.currency), balanced - let_go)
    kept = kept_by_partner(case, truth.invoice.id)
    return max(Money.zero(balanced.currency), balanced - kept - let_go)


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

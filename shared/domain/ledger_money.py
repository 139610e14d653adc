"""The money events of a claim: what brings its movements to the monies that are known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from shared.domain.case import Case, ClaimState
from shared.domain.case_parts import Movement
from shared.domain.events import (
    CaseEvent,
    Held,
    PaymentAllocated,
    PaymentReversed,
    PaymentSighted,
    Released,
)
from shared.domain.ledger_balance import unexplained
from shared.domain.ledger_pairs import Booked, Receipt, shows
from shared.domain.ledger_truth import Lot, Move, Seen, Truth
from shared.domain.money import Money, total

Effective = Callable[[Seen], date]

# The books show what a feed that is no authority saw, or else nobody waits for it any longer.
_HINT_DAYS = timedelta(days=14)
_HOLD = "money:"


def money_events(
    state: ClaimState, receipts: Sequence[Receipt], at: datetime, effective: Effective
) -> list[CaseEvent]:
    """Events that make each receipt one movement of the claim, on the day that counts; none twice.

    ``effective`` gives the day on which money of a bank or provider counts for the debtor.
    """
    events: list[CaseEvent] = []
    left = list(state.movements)
    # Receipts without news take their movements first, so that what is new finds a free one.
    for receipt in sorted(receipts, key=lambda one: (_news(state, one), one.papers)):
        day = _day(receipt, effective)
        mine = [one for one in left if _names(one) & set(receipt.papers)]
        left = [one for one in left if one not in mine]
        events += _of_receipt(state, receipt, mine, at, effective, day)
    lots = {one.payment: one for receipt in receipts for one in receipt.lots}
    first = {lot.moves[0].id for lot in lots.values()}
    known = {*state.counted, *first}
    for lot in sorted(lots.values(), key=lambda one: one.payment):
        events += _later_moves(state.claim.id, lot, known, at, effective)
    return events


def undone(state: ClaimState, truth: Truth, at: datetime, effective: Effective) -> list[CaseEvent]:
    """What was unmatched altogether: its movements are taken back as they were booked."""
    events: list[CaseEvent] = []
    for lot in sorted(truth.lots, key=lambda one: one.payment):
        if lot.moves and not lot.gross and lot.moves[0].id in state.counted:
            events += _later_moves(state.claim.id, lot, set(state.counted), at, effective)
    return events


def waiting_events(
    case: Case, truth: Truth, receipts: Iterable[Receipt], at: datetime
) -> list[CaseEvent]:
    """Holds for money that waits and could be this claim's; released when it waits no longer."""
    claim = truth.invoice.id
    shown = list(receipts)
    silent = unexplained(truth)
    wanted: dict[str, date | None] = {}
    for one in sorted(truth.waiting, key=lambda waits: (waits.seen.booked, waits.payment)):
        if one.back:
            wanted[f"{_HOLD}{one.payment}:{claim}"] = one.seen.booked + _HINT_DAYS
            continue
        found = next((receipt for receipt in shown if one.hint and shows(receipt, one)), None)
        if found is not None:
            shown.remove(found)
        elif one.hint and one.amount <= silent:
            silent -= one.amount
        else:
            until = one.seen.booked + _HINT_DAYS if one.hint else None
            wanted[f"{_HOLD}{one.payment}:{claim}"] = until
    held = {
        name for name, hold in case.holds.items() if name.startswith(_HOLD) and hold.claim == claim
    }
    return [
        *(
            Held(at=at, hold=name, claim=claim, reason="money_waiting", until=until)
            for name, until in wanted.items()
            if name not in held
        ),
        *(Released(at=at, hold=name) for name in sorted(held - wanted.keys())),
    ]


def _of_receipt(
    state: ClaimState,
    receipt: Receipt,
    mine: Sequence[Movement],
    at: datetime,
    effective: Effective,
    day: date,
) -> list[CaseEvent]:
    claim, counted = state.claim.id, set(state.counted)
    fresh = [one for one in receipt.papers if one not in counted]

    def sighted(payment: str, seen_as: str) -> PaymentSighted:
        return PaymentSighted(at=at, payment=payment, claim=claim, seen_as=seen_as, received=day)

    if not mine:
        known = [one for one in receipt.papers if one in counted]
        if not fresh or (known and not _taken_elsewhere(state, known)):
            # It was settled before the claim joined: the new name is counted, no money moves.
            return [sighted(known[0], one) for one in fresh]
        new = _allocations(claim, receipt, counted, at, effective)
        names = {one.payment for one in new}
        others = [one for one in receipt.papers if one not in names]
        return [*new, *(sighted(new[0].payment, one) for one in others)]
    kept = _kept(receipt, mine)
    events = [sighted(_paper(kept[0]), one) for one in fresh]
    events += [
        sighted(_paper(kept[0]), _paper(one))
        for one in mine
        if one not in kept and _paper(one) not in fresh
    ]
    moved = kept[1:] if events else kept
    events += [sighted(_paper(one), _paper(one)) for one in moved if one.on != day]
    return list(events)


def _kept(receipt: Receipt, mine: Sequence[Movement]) -> Sequence[Movement]:
    """The movements that together are the receipt; what is one too many is merged into them."""
    due = _due(receipt)
    exact = [one for one in mine if one.lowered == due]
    return exact[:1] or mine


def _due(receipt: Receipt) -> Money:
    """What its first bookings lower the claim by, before anything was taken back."""
    parts = [one.moves[0].amount for one in receipt.lots] or [one.amount for one in receipt.books]
    return total(parts, parts[0].currency)


def _allocations(
    claim: str, receipt: Receipt, counted: set[str], at: datetime, effective: Effective
) -> list[PaymentAllocated]:
    if receipt.lots:
        new = [one for one in receipt.lots if one.payment not in counted]
        return [_allocated(claim, one, one.moves[0], at, effective) for one in new] or [
            _stated(claim, one, at) for one in receipt.books if one.payment.id not in counted
        ]
    return [_stated(claim, one, at) for one in receipt.books if one.payment.id not in counted]


def _allocated(
    claim: str, lot: Lot, move: Move, at: datetime, effective: Effective
) -> PaymentAllocated:
    again = move.kind == "reinstated"
    return PaymentAllocated(
        at=at,
        payment=move.id,
        claim=claim,
        amount=move.amount,
        value_date=move.on if again else lot.seen.value_date,
        received=move.on if again else effective(lot.seen),
        booked=move.on if again else lot.seen.booked,
    )


def _stated(claim: str, booked: Booked, at: datetime) -> PaymentAllocated:
    payment = booked.payment
    return PaymentAllocated(
        at=at,
        payment=payment.id,
        claim=claim,
        amount=booked.amount,
        value_date=payment.value_date,
        received=payment.received,
        booked=payment.booked,
    )


def _later_moves(
    claim: str, lot: Lot, known: set[str], at: datetime, effective: Effective
) -> list[CaseEvent]:
    """Reversals, reinstatements and what people changed, each counted once by its own id."""
    events: list[CaseEvent] = []
    for move in lot.moves:
        if move.id in known or not move.amount:
            continue
        if move.amount.amount > 0:
            events.append(_allocated(claim, lot, move, at, effective))
            continue
        # What was only matched to the wrong claim was never paid here.
        on = effective(lot.seen) if move.kind == "unmatched" else move.on
        back = PaymentReversed(
            at=at, reversal=move.id, payment=lot.payment, claim=claim, amount=-move.amount, on=on,
            code=move.code,
        )  # fmt: skip
        events.append(back)
    return events


def _day(receipt: Receipt, effective: Effective) -> date:
    """The authority's day: the bank's or provider's where the hub booked it, else the books'."""
    if receipt.lots:
        return min(effective(one.seen) for one in receipt.lots)
    return min(one.payment.received for one in receipt.books)


def _news(state: ClaimState, receipt: Receipt) -> bool:
    return any(one not in state.counted for one in receipt.papers)


def _taken_elsewhere(state: ClaimState, papers: Iterable[str]) -> bool:
    wanted = set(papers)
    return any(_names(one) & wanted for one in state.movements)


def _names(movement: Movement) -> set[str]:
    if movement.kind != "payment" or movement.paper is None:
        return set()
    return {movement.paper, *movement.seen_as}


def _paper(movement: Movement) -> str:
    return movement.paper or ""

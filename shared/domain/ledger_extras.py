"""What money settles beside the principal of a claim: a pure function of all that is known of it.

The books know the principal alone, so only money that the hub booked can pay interest and fees.
Each money is judged by what was owed on the day on which it counts, the earliest first, so that
neither the order of arrival nor a repetition makes a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.domain.allocation import KINDEST, Order, Owed, allocate, binding
from shared.domain.case import Case
from shared.domain.events import ExtrasPaid
from shared.domain.extras import Paid, left
from shared.domain.lawpack import LawPack
from shared.domain.ledger_money import Effective
from shared.domain.ledger_pairs import Receipt
from shared.domain.ledger_position import accrued, costs_before
from shared.domain.ledger_truth import Lot, Truth
from shared.domain.money import Money


def extras_events(
    case: Case,
    truth: Truth,
    receipts: Iterable[Receipt],
    at: datetime,
    effective: Effective,
    law: LawPack,
    order: Order = KINDEST,
) -> list[ExtrasPaid]:
    """Events that bring a claim to what is paid beside its principal; none when it is there.

    ``case`` already has the events of its principal. Where the law refuses the creditor's
    ``order`` for this debtor, the kindest one stands.
    """
    claim = truth.invoice.id
    wanted = {one.payment: one for one in _paid(case, truth, receipts, effective, law, order)}
    known = {one.payment: one for one in case.claims[claim].extras}
    events = []
    for payment in sorted(wanted.keys() | known.keys()):
        word = wanted.get(payment) or _nothing(known[payment])
        if word == known.get(payment):
            continue
        events.append(
            ExtrasPaid(
                at=at,
                payment=payment,
                claim=claim,
                interest=word.interest,
                fees=word.fees,
                over=word.over,
                on=word.on,
            )
        )
    return events


def _paid(
    case: Case,
    truth: Truth,
    receipts: Iterable[Receipt],
    effective: Effective,
    law: LawPack,
    order: Order,
) -> Sequence[Paid]:
    """What each money settles, in the order of the days that count."""
    state = case.claims[truth.invoice.id]
    claim, nothing = state.claim, Money.zero(state.open.currency)
    found: list[Paid] = []
    lots = sorted((effective(one.seen), one.payment, one.extras) for one in _own(truth, receipts))
    for day, payment, amount in lots:
        lawful = binding(law, order, claim.capacity, natural_person=claim.natural_person, on=day)
        costs = costs_before(case, state, law, day)
        rest = left(accrued(case, state, law, day).total, costs, found)
        owed = Owed(principal=nothing, interest=rest.interest, fees=rest.fees)
        parts = allocate(amount, owed, lawful)
        found.append(
            Paid(
                payment=payment,
                interest=parts.interest,
                fees=parts.fees,
                over=parts.rest,
                on=day,
            )
        )
    return found


def _own(truth: Truth, receipts: Iterable[Receipt]) -> list[Lot]:
    """The lots that settle something beside the principal, each money once."""
    twins = {lot.payment for receipt in receipts for lot in receipt.twins}
    found: list[Lot] = []
    for lot in sorted(truth.lots, key=lambda one: (one.seen.booked, one.payment)):
        fresh = lot.payment not in twins and lot.extras.amount > 0
        if fresh and not any(_same(lot, one) for one in found):
            found.append(lot)
    return found


def _same(one: Lot, other: Lot) -> bool:
    """Whether two feeds saw one money that settled charges alone."""
    ids = set(one.seen.transfer_ids) & set(other.seen.transfer_ids)
    return one.extras == other.extras and one.seen.feed != other.seen.feed and bool(ids)


def _nothing(paid: Paid) -> Paid:
    zero = Money.zero(paid.interest.currency)
    return paid.model_copy(update={"interest": zero, "fees": zero, "over": zero})

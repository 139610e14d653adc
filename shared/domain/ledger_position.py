"""The position of a claim on a day: principal, late interest and fees, less what was paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.domain import interest as accrual
from shared.domain.case import Case, ClaimState
from shared.domain.claim_events import Claim
from shared.domain.extras import Left, left
from shared.domain.lawpack import LawPack
from shared.domain.ledger_compensation import Claimed, claimed
from shared.domain.money import Money
from shared.domain.waivers import bearing

_NO_FEES: Mapping[str, Money] = {}


@dataclass(frozen=True, slots=True)
class Position:
    """A claim's parts on a day: open principal, late interest to that day, unpaid fees.

    ``interest`` is all that accrued, whether or not it was paid; ``settled`` is what of it was
    paid, let go or left to the ERP to invoice (None: nothing). ``over`` was paid beside the
    principal and is not owed. ``compensation`` is what is owed of the fixed sum for late payment
    (None: nothing), ``claimed`` all that is claimed of it, paid or not, with the reason.
    """

    open: Money
    interest: accrual.Interest
    fees: Money
    settled: Money | None = None
    over: Money | None = None
    compensation: Money | None = None
    claimed: Claimed | None = None

    @property
    def interest_due(self) -> Money:
        """The late interest that is still owed; never negative."""
        accrued = self.interest.total
        if self.settled is None:
            return accrued
        return max(Money.zero(accrued.currency), accrued - self.settled)

    @property
    def total(self) -> Money:
        """All that is owed."""
        return self.open + self.interest_due + self.costs

    @property
    def costs(self) -> Money:
        """The fees and the compensation that are owed."""
        return self.fees if self.compensation is None else self.fees + self.compensation


def open_on(state: ClaimState, day: date) -> Money:
    """The principal that was really unpaid at the end of a day, by the days of receipt."""
    still = state.claim.open
    for movement in state.movements:
        if movement.on <= day:
            still -= movement.lowered
    return still if still.amount > 0 else Money.zero(still.currency)


def balances(state: ClaimState) -> tuple[tuple[date, Money], ...]:
    """The open principal piece by piece, from each day on, by the days of receipt.

    It begins with the due date, from which it matters. What a credit note took off was never
    owed, so it bore no interest on any day: it counts from the beginning, whenever it was issued.
    """
    due = state.claim.due
    moves = [
        one.model_copy(update={"on": min(one.on, due)}) if one.kind == "credit" else one
        for one in state.movements
    ]
    without = state.model_copy(update={"movements": tuple(moves)})
    days = sorted({due, *(movement.on for movement in moves if movement.on > due)})
    return tuple((day, open_on(without, day)) for day in days)


def agreed_rate(claim: Claim) -> Decimal | None:
    """The agreed late interest of a claim in per cent a year; the pack says how far it holds."""
    return None if claim.agreed_rate is None else Decimal(claim.agreed_rate)


def reminded(case: Case, claim: Claim) -> date | None:
    """The earliest payment date of the reminders that were given for a claim after its due date.

    Such a date lies after every receipt. A text message is no notice of the law.
    """
    dates = (
        one.deadline
        for one in case.notices_of(claim.id)
        if one.deadline and one.on and one.on > claim.due and not one.short
    )
    return min(dates, default=None)


def accrued(case: Case, state: ClaimState, law: LawPack, on: date) -> accrual.Interest:
    """The late interest of a claim to the end of a day, whether or not it was paid."""
    claim = state.claim
    return accrual.accrue(
        law,
        capacity=claim.capacity,
        natural_person=claim.natural_person,
        due=claim.due,
        balances=bearing(balances(state), state),
        to=on,
        agreed_rate=agreed_rate(claim),
        reminded=reminded(case, claim),
    )


def position(
    case: Case, state: ClaimState, law: LawPack, on: date, fee: Money | None = None
) -> Position:
    """What a claim amounts to on a day.

    ``fee`` is the one of a notice that goes out that day: it is no part of the position, but the
    compensation is set off against it where the law says so.
    """
    late = accrued(case, state, law, on)
    charged = case.fees_of(state.claim.id)
    fixed = claimed(case, state, law, on, charged if fee is None else charged + fee)
    if not state.extras and not state.residual:
        due = fixed.amount or None
        return Position(
            open=state.open, interest=late, fees=charged, compensation=due, claimed=fixed
        )
    rest = left(late.total, charged + fixed.amount, state.extras, state.residual)
    fees, compensation = fixed.shared(charged, rest.fees)
    return Position(
        open=state.open,
        interest=late,
        fees=fees,
        settled=late.total - rest.interest,
        over=rest.over or None,
        compensation=compensation or None,
        claimed=fixed,
    )


def positions(
    case: Case,
    law: LawPack,
    on: date,
    claims: Iterable[str],
    fees: Mapping[str, Money] = _NO_FEES,
) -> dict[str, Position]:
    """The positions of several claims on a day, by claim id; ``fees`` as ``position`` has it."""
    return {one: position(case, case.claims[one], law, on, fees.get(one)) for one in claims}


def beside(case: Case, state: ClaimState, law: LawPack, on: date, *, without: str = "") -> Left:
    """What money that counts from ``on`` can settle beside the principal of a claim.

    ``without`` is the money itself: what it settles already is not taken off.
    """
    late = accrued(case, state, law, on).total
    paid = [one for one in state.extras if one.payment != without]
    return left(late, costs_before(case, state, law, on), paid, state.residual)


def costs_before(case: Case, state: ClaimState, law: LawPack, on: date) -> Money:
    """What money that counts from ``on`` owes of costs: the earlier fees, and the compensation."""
    charged = charged_before(case, state.claim.id, on)
    return charged + claimed(case, state, law, on, charged).amount


def charged_before(case: Case, claim: str, on: date) -> Money:
    """The fees that a claim had borne before a day and that nobody credited.

    Money that comes on the day of a notice crossed it, and owes no fee for it.
    """
    fees = Money.zero(case.currency)
    for notice in case.notices.values():
        ours = notice.fee_claim == claim and notice.given and not notice.fee_credited
        if ours and notice.fee and notice.on is not None and notice.on < on:
            fees += notice.fee
    return fees

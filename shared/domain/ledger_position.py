"""The position of a claim on a day: principal, late interest and fees, less what was paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.domain import interest as accrual
from shared.domain.case import Case, ClaimState
from shared.domain.extras import Left, left
from shared.domain.lawpack import LawPack
from shared.domain.money import Money
from shared.domain.waivers import bearing


@dataclass(frozen=True, slots=True)
class Position:
    """A claim's parts on a day: open principal, late interest to that day, unpaid fees.

    ``interest`` is all that accrued, whether or not it was paid; ``settled`` is what of it was
    paid, let go or left to the ERP to invoice (None: nothing). ``over`` was paid beside the
    principal and is not owed.
    """

    open: Money
    interest: accrual.Interest
    fees: Money
    settled: Money | None = None
    over: Money | None = None

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
        return self.open + self.interest_due + self.fees


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


def accrued(state: ClaimState, law: LawPack, on: date) -> accrual.Interest:
    """The late interest of a claim to the end of a day, whether or not it was paid."""
    claim = state.claim
    return accrual.accrue(
        law,
        capacity=claim.capacity,
        natural_person=claim.natural_person,
        due=claim.due,
        balances=bearing(balances(state), state.interest_waived_to),
        to=on,
        agreed_rate=None,
    )


def position(case: Case, state: ClaimState, law: LawPack, on: date) -> Position:
    """What a claim amounts to on a day."""
    late = accrued(state, law, on)
    charged = case.fees_of(state.claim.id)
    if not state.extras and not state.residual:
        return Position(open=state.open, interest=late, fees=charged)
    rest = left(late.total, charged, state.extras, state.residual)
    return Position(
        open=state.open,
        interest=late,
        fees=rest.fees,
        settled=late.total - rest.interest,
        over=rest.over or None,
    )


def positions(case: Case, law: LawPack, on: date, claims: Iterable[str]) -> dict[str, Position]:
    """The positions of several claims on a day, by claim id."""
    return {one: position(case, case.claims[one], law, on) for one in claims}


def beside(case: Case, state: ClaimState, law: LawPack, on: date, *, without: str = "") -> Left:
    """What money that counts from ``on`` can settle beside the principal of a claim.

    ``without`` is the money itself: what it settles already is not taken off.
    """
    late = accrued(state, law, on).total
    paid = [one for one in state.extras if one.payment != without]
    return left(late, charged_before(case, state.claim.id, on), paid, state.residual)


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

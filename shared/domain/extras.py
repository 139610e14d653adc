"""Extras: what is owed of a claim beside its principal, once what was paid of it is taken off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from shared.domain.explain import Record
from shared.domain.extras_events import Becomes
from shared.domain.model import Id
from shared.domain.money import Money


class Paid(Record):
    """What one payment settles of a claim's interest and fees; see ``ExtrasPaid``."""

    payment: Id
    interest: Money
    fees: Money
    over: Money
    on: date

    @property
    def total(self) -> Money:
        """All that it brought beside the principal."""
        return self.interest + self.fees + self.over


class Residual(Record):
    """What became of interest and fees that were left; see ``ResidualSettled``."""

    becomes: Becomes
    interest: Money
    fees: Money
    why: Literal["small", "policy", "settlement", "not_owed"]
    on: date


class Left(Record):
    """What is still owed beside the principal, and what the debtor gets back; none negative."""

    interest: Money
    fees: Money
    over: Money

    @property
    def total(self) -> Money:
        """Interest and fees together."""
        return self.interest + self.fees


def left(
    interest: Money, fees: Money, paid: Iterable[Paid], residual: Iterable[Residual] = ()
) -> Left:
    """What is left of interest and charged fees.

    Money that was paid for one and turned out not to be owed there (a fee was credited later)
    settles the other; beyond both it is the debtor's.
    """
    nothing = Money.zero(interest.currency)
    over = nothing
    for one in paid:
        interest, fees, over = interest - one.interest, fees - one.fees, over + one.over
    over += max(nothing, -interest) + max(nothing, -fees)
    interest, fees = max(nothing, interest), max(nothing, fees)
    to_interest = min(over, interest)
    to_fees = min(over - to_interest, fees)
    interest, fees, over = interest - to_interest, fees - to_fees, over - to_interest - to_fees
    for gone in residual:
        interest = max(nothing, interest - gone.interest)
        fees = max(nothing, fees - gone.fees)
    return Left(interest=interest, fees=fees, over=over)

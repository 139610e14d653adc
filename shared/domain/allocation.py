"""Allocation: which of what is owed an amount of money settles first, and what is left of it.

The debtor's own word comes first, then the creditor's order, within what the law pack allows. The
hub's own order begins with the principal: of all three it alone bears interest, so the debt stops
growing soonest. No Nordic statute that was read fixes the order (Finland: kauppakaari 9:5 and the
special consumer rule of HE 57/2012; Sweden: handelsbalken 9:5; Norway and Denmark: practice).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from shared.domain.explain import Reason, Record
from shared.domain.lawpack import LawPack, treatment
from shared.domain.model import Capacity
from shared.domain.money import Money

Kind = Literal["principal", "interest", "costs"]
Order = tuple[Kind, Kind, Kind]

KINDEST: Order = ("principal", "interest", "costs")


class Owed(Record):
    """What is owed of one claim, none of it negative, in one currency; ``fees`` are its costs."""

    principal: Money
    interest: Money
    fees: Money

    def of(self, kind: Kind) -> Money:
        """The part of a kind."""
        return {"principal": self.principal, "interest": self.interest, "costs": self.fees}[kind]

    @property
    def total(self) -> Money:
        """All of it."""
        return self.principal + self.interest + self.fees


class Parts(Record):
    """What an amount settles; the parts and ``rest`` always sum to it, and none is negative."""

    principal: Money
    interest: Money
    fees: Money
    rest: Money

    @property
    def total(self) -> Money:
        """The amount that was allocated."""
        return self.principal + self.interest + self.fees + self.rest


def ordered(order: Order = KINDEST, designation: Sequence[Kind] = ()) -> Order:
    """The order for one payment: what the debtor named first, then the creditor's order."""
    first, second, third = dict.fromkeys([*designation, *order])
    return (first, second, third)


def allocate(
    amount: Money, owed: Owed, order: Order = KINDEST, designation: Sequence[Kind] = ()
) -> Parts:
    """What an amount settles of a claim, in order, each part up to what is owed of it.

    Raises ``ValueError`` for a negative amount, a negative part of what is owed, or another
    currency.
    """
    everything = (owed.principal, owed.interest, owed.fees)
    if amount.amount < 0 or any(one.amount < 0 for one in everything):
        raise ValueError("neither money nor a debt is negative")
    left, taken = amount, {}
    for kind in ordered(order, designation):
        taken[kind] = min(left, owed.of(kind))
        left -= taken[kind]
    return Parts(
        principal=taken["principal"], interest=taken["interest"], fees=taken["costs"], rest=left
    )


def refused(
    pack: LawPack, order: Order, capacity: Capacity, *, natural_person: bool, on: date
) -> Reason | None:
    """Why a creditor's order may not be used for a debtor, or None.

    Costs before the principal are refused where the pack says so: in Finland for natural persons.
    """
    if order.index("costs") > order.index("principal"):
        return None
    treated = treatment(capacity, natural_person=natural_person)
    rules = pack.allocations.get(("order", treated), ())
    rule = next((one for one in rules if one.in_force(on, on)), None)
    if rule is not None and treated in rule.costs_first:
        return None
    text = "costs may not be settled before the principal for this debtor"
    if rule is None:
        return Reason(rule="law.no_rule", text=text)
    return Reason(rule=rule.id, section=rule.section, text=text)


def binding(
    pack: LawPack, order: Order, capacity: Capacity, *, natural_person: bool, on: date
) -> Order:
    """The creditor's order, or the kindest one where the law refuses that."""
    reason = refused(pack, order, capacity, natural_person=natural_person, on=on)
    return KINDEST if reason is not None else order

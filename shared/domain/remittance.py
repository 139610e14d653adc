"""Remittances: what a collection partner pays out, line by line, and the bank line it comes as."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money, total

# principal, interest, reminder_fee: what the debtor paid and is the creditor's. commission, vat,
# court_cost, other: what the partner keeps or passes on; a deduction is negative.
Category = Literal[
    "principal", "interest", "reminder_fee", "compensation", "commission", "vat", "court_cost",
    "other",
]  # fmt: skip


class RemittanceLine(Record):
    """One amount of a remittance; ``vat`` is contained in ``amount``, ``paid`` the debtor's day."""

    case_id: Id | None = None
    claim: Id | None = None
    category: Category
    amount: Money
    vat: Money | None = None
    paid: date | None = None


class Remittance(Record):
    """What a partner pays out to the creditor's account at once.

    ``total`` is what reaches the bank, on ``value_date``, with ``bank_reference``; it is the exact
    sum of the lines, or the remittance cannot be made (``ValueError``).
    """

    id: Id
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    value_date: date
    bank_reference: str = Field(max_length=140)
    total: Money
    lines: tuple[RemittanceLine, ...] = Field(min_length=1, max_length=5000)

    @model_validator(mode="after")
    def _adds_up(self) -> Remittance:
        amounts = [line.amount for line in self.lines]
        if any(one.currency != self.currency for one in (*amounts, self.total)):
            raise ValueError("a remittance has one currency")
        if total(amounts, self.currency) != self.total:
            raise ValueError("the lines of a remittance must add up to its total")
        return self

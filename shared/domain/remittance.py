"""Remittances: what a collection partner pays out, line by line, and the bank line it comes as."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from pydantic import Field, model_validator

from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.references import canonical, compact
from shared.domain.sighting import Sighting

# principal, interest, reminder_fee: what the debtor paid and is the creditor's. commission, vat,
# court_cost, other: what the partner keeps or passes on; a deduction is negative.
Category = Literal[
    "principal", "interest", "reminder_fee", "compensation", "commission", "vat", "court_cost",
    "other",
]  # fmt: skip

# What of a remittance was the debtor's money for the creditor; the rest is the partner's account.
CREDITORS: frozenset[Category] = frozenset(
    {"principal", "interest", "reminder_fee", "compensation"}
)

# A transfer is on the account on its value date or, over a long weekend, some days later.
ARRIVES_WITHIN = timedelta(days=5)


class RemittanceLine(Record):
    """One amount of a remittance; ``vat`` is contained in ``amount``, ``paid`` the debtor's day."""

    case_id: Id | None = None
    claim: Id | None = None
    category: Category
    amount: Money
    vat: Money | None = None
    paid: date | None = None


class Advice(Record):
    """A remittance as a partner states it: nobody has added it up yet.

    ``total`` is what reaches the bank, on ``value_date``, with ``bank_reference``.
    """

    id: Id
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    value_date: date
    bank_reference: str = Field(max_length=140)
    total: Money
    lines: tuple[RemittanceLine, ...] = Field(min_length=1, max_length=5000)


class Remittance(Advice):
    """What a partner pays out to the creditor's account at once.

    ``total`` is the exact sum of the lines, or the remittance cannot be made (``ValueError``).
    """

    @model_validator(mode="after")
    def _adds_up(self) -> Remittance:
        amounts = [line.amount for line in self.lines]
        if any(one.currency != self.currency for one in (*amounts, self.total)):
            raise ValueError("a remittance has one currency")
        if total(amounts, self.currency) != self.total:
            raise ValueError("the lines of a remittance must add up to its total")
        return self


class Fault(Record):
    """Why an advice is refused: where it is (``lines.2.amount``) and what is wrong there."""

    path: str
    text: str


def faults(advice: Advice) -> tuple[Fault, ...]:
    """What is wrong with an advice by itself, line by line and in its sum; empty when nothing is.

    Money for the creditor must name the claim that it was paid for, or it could not be held
    against what the partner reported.
    """
    found = [fault for place, line in enumerate(advice.lines) for fault in _line(advice, place)]
    if advice.total.currency != advice.currency:
        found.append(Fault(path="total", text="a remittance has one currency"))
    elif not found and total([one.amount for one in advice.lines], advice.currency) != advice.total:
        found.append(Fault(path="total", text="the lines do not add up to the total"))
    return tuple(found)


def _line(advice: Advice, place: int) -> Iterable[Fault]:
    line, at = advice.lines[place], f"lines.{place}"
    if line.amount.currency != advice.currency:
        yield Fault(path=f"{at}.amount", text="a remittance has one currency")
    elif line.vat is not None and not _contained(line.vat, line.amount):
        yield Fault(path=f"{at}.vat", text="the tax of a line is contained in its amount")
    if line.category in CREDITORS and (line.case_id is None or line.claim is None):
        yield Fault(path=f"{at}.claim", text="money for the creditor names its case and claim")


def _contained(part: Money, whole: Money) -> bool:
    if part.currency != whole.currency:
        return False
    nothing = Money.zero(whole.currency)
    return min(nothing, whole) <= part <= max(nothing, whole)


def by_category(remittance: Remittance) -> dict[Category, Money]:
    """The sums of a remittance by category, only of those that it has."""
    sums: dict[Category, Money] = {}
    for line in remittance.lines:
        sums[line.category] = sums.get(line.category, Money.zero(remittance.currency)) + line.amount
    return dict(sorted(sums.items()))


def is_bank_line(remittance: Remittance, sighting: Sighting) -> bool:
    """Whether money on the creditor's account is this remittance, beyond doubt.

    Amount, days and the partner's bank reference agree; an amount alone proves nothing.
    """
    token = _form(remittance.bank_reference)
    late = sighting.value_date - remittance.value_date
    if sighting.kind != "receipt" or sighting.amount != remittance.total or not token:
        return False
    if not timedelta(0) <= late <= ARRIVES_WITHIN:
        return False
    said = (*sighting.references, sighting.text, *sighting.text.split())
    return token in {_form(one) for one in said}


def _form(text: str) -> str:
    return canonical(text) or compact(text)

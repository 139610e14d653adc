"""Client money: what a partner received for the creditor and has not paid out, claim by claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from shared.domain.events import CaseEvent
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.partner_events import PartnerPaid, PartnerPaidBack, PartnerRemitted
from shared.domain.remittance import CREDITORS, Category, RemittanceLine

# What a report of a payment is split by; a remittance splits the fees once more.
Part = Literal["principal", "interest", "fees"]
_PARTS: tuple[Part, ...] = ("principal", "interest", "fees")
_PART_OF: dict[Category, Part] = {
    "principal": "principal", "interest": "interest", "reminder_fee": "fees",
    "compensation": "fees",
}  # fmt: skip


@dataclass
class Pot:
    """One part of one claim at a partner: each amount that it received, and what it paid out.

    ``received`` is in the order in which it was reported; what went back is negative.
    """

    currency: str
    received: list[Money] = field(default_factory=list)
    remitted: list[Money] = field(default_factory=list)

    @property
    def came(self) -> Money:
        """All that the partner received and kept or passed on."""
        return total(self.received, self.currency)

    @property
    def paid_out(self) -> Money:
        """All that it passed on."""
        return total(self.remitted, self.currency)

    @property
    def held(self) -> Money:
        """The creditor's money that the partner has; negative when it paid out more."""
        return self.came - self.paid_out

    def explains(self, amount: Money) -> bool:
        """Whether an amount is what the partner owes of it: all, the oldest ones, or a single one.

        Never more than it holds.
        """
        if amount.currency != self.currency or amount > self.held:
            return False
        sums, left = [], Money.zero(self.currency) - self.paid_out
        for one in self.received:
            left += one
            sums.append(left)
        return amount in sums or amount in self.received


Pots = Mapping[tuple[Id, Part], Pot]


def pots(events: Iterable[CaseEvent], partner: str, without: str | None = None) -> Pots:
    """What a partner (a connection) received and paid out for each claim of a case.

    ``without`` leaves out a remittance by its id, as if it had not come yet.
    """
    found: dict[tuple[Id, Part], Pot] = {}
    for event in events:
        if isinstance(event, PartnerPaid | PartnerPaidBack | PartnerRemitted):
            mine = event.message.startswith(f"{partner}:")
            if isinstance(event, PartnerRemitted):
                if mine and event.remittance != without:
                    _paid_out(found, event)
            elif mine:
                _received(found, event)
    return found


def _received(found: dict[tuple[Id, Part], Pot], event: PartnerPaid | PartnerPaidBack) -> None:
    amounts = (event.principal, event.interest, event.fees)
    for part, amount in zip(_PARTS, amounts, strict=True):
        if amount:
            signed = amount if isinstance(event, PartnerPaid) else -amount
            _pot(found, event.claim, part, amount).received.append(signed)


def _paid_out(found: dict[tuple[Id, Part], Pot], event: PartnerRemitted) -> None:
    for line in event.lines:
        if line.category in CREDITORS:
            pot = _pot(found, line.claim, _PART_OF[line.category], line.amount)
            pot.remitted.append(line.amount)


def _pot(found: dict[tuple[Id, Part], Pot], claim: str, part: Part, amount: Money) -> Pot:
    return found.setdefault((claim, part), Pot(amount.currency))


class Difference(Record):
    """A line of a remittance that is not what the partner reported as received.

    ``line`` counts from 0; ``held`` is what the partner had of it before this line.
    """

    line: int
    case_id: Id
    claim: Id
    category: Category
    amount: Money
    held: Money


def differences(
    lines: Sequence[RemittanceLine], cases: Mapping[Id, Pots]
) -> tuple[Difference, ...]:
    """The lines for the creditor that no report explains; ``cases`` are the pots by case.

    The pots take up the lines as they are gone through: two lines never pay out the same money.
    """
    found = []
    for place, line in enumerate(lines):
        if line.category not in CREDITORS or line.case_id is None or line.claim is None:
            continue
        part = _PART_OF[line.category]
        pot = cases.get(line.case_id, {}).get((line.claim, part)) or Pot(line.amount.currency)
        if not pot.explains(line.amount):
            held = pot.held
            found.append(
                Difference(
                    line=place, case_id=line.case_id, claim=line.claim, category=line.category,
                    amount=line.amount, held=held,
                )
            )  # fmt: skip
        pot.remitted.append(line.amount)
    return tuple(found)

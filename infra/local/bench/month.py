"""A synthetic month of payments with known truth: what each was meant for, and what it looks like.

Seeded, so the same month every time. Nothing of it is anybody's: accounts, numbers and amounts are
drawn.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from infra.local.bench.month_books import (
    ACCOUNT,
    CURRENCY,
    Ledger,
    Meant,
    Paid,
    Said,
    at_least_a_cent,
    reference_of,
)
from infra.local.bench.month_habits import DRAWN, HABITS
from shared.domain.matching_parts import Credit, Item
from shared.domain.money import Money
from shared.domain.sighting import Payer, Sighting

FIRST = date(2026, 10, 1)
_PRICES = ("9.90", "29.90", "49.00", "100.00", "250.00", "500.00")


class Month:
    """``invoices`` items of about half as many debtors, and payments drawn against them in turn."""

    def __init__(self, invoices: int, seed: int = 20261001) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a repeatable world, nothing secret
        self.ledger = Ledger()
        self._country: dict[str, str] = {}
        self._count = 0
        for number in range(invoices):
            self._add(number, f"d{self.dice.randrange(max(1, invoices // 2))}")
        self._open = list(self.ledger.items)
        for debtor in list(self.ledger.of_debtor)[::12]:
            self._credit(debtor)

    def payments(self, count: int) -> Iterator[Paid]:
        """``count`` payments; whoever takes one settles it as it was meant before the next."""
        return (self._draw() for _ in range(count))

    # --- the books --------------------------------------------------------------------------------

    def _add(self, number: int, debtor: str) -> None:
        country = self._country.setdefault(
            debtor, self.dice.choices(list(CURRENCY), (60, 15, 15, 10))[0]
        )
        currency, dice = CURRENCY[country], self.dice
        cents = dice.randrange(1_000, 90_000)
        price = dice.choice(_PRICES) if dice.random() < 0.3 else str(Decimal(cents) / 100)
        handed = dice.random() < 0.08
        references = [reference_of(country, 100_000 + number)]
        if handed:
            references.append(reference_of(country, 7_000_000 + number))
        style = ("{}", "INV-2026-{:05d}", "2026/{:05d}")[number % 3]
        item = Item(
            invoice=f"erp:{number}",
            number=style.format(200_000 + number if number % 3 == 0 else number),
            debtor=debtor,
            open=Money(Decimal(price), currency),
            charges=Money(Decimal(5), currency) if dice.random() < 0.15 else None,
            due=FIRST - timedelta(days=dice.randrange(60)),
            references=tuple(references),
            accounts=(ACCOUNT[country],),
            state="with_partner" if handed else "open",
        )
        self.ledger.items[item.invoice] = item
        self.ledger.of_debtor.setdefault(debtor, []).append(item.invoice)

    def _credit(self, debtor: str) -> None:
        cheapest = min(self.ledger.owed(debtor), key=lambda item: item.open)
        left = Money.round(cheapest.open.amount / 4, cheapest.open.currency)
        name = f"erp:credit-{debtor}"
        credit = Credit(credit_note=name, number=f"C-{debtor[1:]}77", debtor=debtor, left=left)
        self.ledger.credits[name] = credit

    # --- one payment ------------------------------------------------------------------------------

    def _draw(self) -> Paid:
        habit = self.dice.choices(list(HABITS), list(HABITS.values()))[0]
        self._count += 1
        return DRAWN[habit](self, self._pick(), habit)

    def _pick(self) -> Item:
        while True:
            at = self.dice.randrange(len(self._open))
            item = self.ledger.items[self._open[at]]
            if item.state != "closed":
                return item
            self._open[at] = self._open[-1]
            if len(self._open) == 1:
                raise ValueError("the month has more payments than invoices can bear")
            self._open.pop()

    def paid(self, habit: str, item: Item, amount: Money, meant: Meant, said: Said) -> Paid:
        """A payment to the account of the item's country, by its debtor if nobody else is named."""
        on = FIRST + timedelta(days=self._count % 31)
        payer = f"A-{item.debtor}" if said.payer is None else said.payer
        sighting = Sighting(
            id=f"bank:{self._count}", version="1", kind="receipt", account=item.accounts[0],
            amount=amount, value_date=on, booked=on, references=said.references,
            split=said.split, text=said.text, payer=Payer(account=payer),
        )  # fmt: skip
        return Paid(sighting, habit, meant)

    def asked(self, item: Item) -> Money:
        """What the payer pays in full: the principal, sometimes with the charges."""
        return item.total if self.dice.random() < 0.5 else item.open

    def wrong(self, item: Item) -> Money:
        """A smaller amount that is not what is owed."""
        part = Decimal(self.dice.randrange(20, 90)) / 100
        return at_least_a_cent(Money.round(item.open.amount * part, item.open.currency))

    def slipped(self, reference: str) -> str:
        """The reference with one slip: a digit wrong, missing or doubled, neighbours swapped."""
        at, how = self.dice.randrange(len(reference) - 1), self.dice.randrange(4)
        a, b, rest = reference[:at], reference[at], reference[at + 1 :]
        if how == 0:
            return a + str((int(b) + self.dice.randrange(1, 10)) % 10) + rest
        if how == 1:
            return a + rest
        return a + b + b + rest if how == 2 else a + rest[0] + b + rest[1:]

"""A synthetic month of payments with known truth: what each was meant for, and what it looks like.

Seeded, so the same month every time. Nothing of it is anybody's: accounts, numbers and amounts are
drawn. The habits and their shares are this page's own guess at an unruly month, not a statistic.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from shared.domain.matching_parts import Credit, Item
from shared.domain.money import MINOR_UNITS, Money
from shared.domain.references import (
    fi_reference,
    fik_id,
    fik_line,
    kid,
    ocr_reference,
    printed_reference,
    rf_reference,
)
from shared.domain.sighting import Payer, Remitted, Sighting

FIRST = date(2026, 10, 1)
_PRICES = ("9.90", "29.90", "49.00", "100.00", "250.00", "500.00")
_CURRENCY = {"FI": "EUR", "SE": "SEK", "NO": "NOK", "DK": "DKK"}
_ACCOUNT = {"FI": "FI2112345600000785", "SE": "BGNR:54321234", "NO": "NO9386011117947",
            "DK": "DK5000400440116243"}  # fmt: skip

# What payers do, out of a hundred payments.
HABITS = {
    "exact": 40, "printed": 8, "in text": 8, "number in text": 5, "no reference, payer known": 5,
    "part payment": 4, "too much": 2, "typo": 5, "merged": 5, "merged in text": 2, "split": 3,
    "merged, payer known": 1, "credit netted": 2, "no reference, payer unknown": 2,
    "foreign reference": 2, "wrong amount, no reference": 2, "paid twice": 2,
    "stranger with the same amount": 1, "somebody else pays": 1,
}  # fmt: skip


Meant = dict[str, Money]


@dataclass(frozen=True)
class Said:
    """What the payer says with the money; ``payer`` is an account, None for the debtor's own."""

    references: tuple[str, ...] = ()
    text: str = ""
    payer: str | None = None
    split: tuple[Remitted, ...] = ()


@dataclass(frozen=True)
class Paid:
    """One payment and the truth: ``meant`` are the invoices and how much of it each gets."""

    sighting: Sighting
    habit: str
    meant: Meant


@dataclass
class Ledger:
    """The creditor's books as they truly are: what is open, whose, and the credit notes."""

    items: dict[str, Item] = field(default_factory=dict)
    credits: dict[str, Credit] = field(default_factory=dict)
    of_debtor: dict[str, list[str]] = field(default_factory=dict)

    def owed(self, debtor: str) -> list[Item]:
        """What a debtor owes, the oldest first."""
        each = (self.items[one] for one in self.of_debtor.get(debtor, ()))
        return sorted((i for i in each if i.state != "closed"), key=lambda i: (i.due, i.invoice))

    def settle(self, meant: Meant) -> None:
        """Lower what is open; an item without principal is closed."""
        for invoice, amount in meant.items():
            item = self.items[invoice]
            left = item.open - min(amount, item.open)
            update = {"open": left} if left else {"open": left, "charges": None, "state": "closed"}
            self.items[invoice] = item.model_copy(update=update)


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
            debtor, self.dice.choices(list(_CURRENCY), (60, 15, 15, 10))[0]
        )
        currency, dice = _CURRENCY[country], self.dice
        cents = dice.randrange(1_000, 90_000)
        price = dice.choice(_PRICES) if dice.random() < 0.3 else str(Decimal(cents) / 100)
        handed = dice.random() < 0.08
        references = [_reference(country, 100_000 + number)]
        if handed:
            references.append(_reference(country, 7_000_000 + number))
        style = ("{}", "INV-2026-{:05d}", "2026/{:05d}")[number % 3]
        item = Item(
            invoice=f"erp:{number}",
            number=style.format(200_000 + number if number % 3 == 0 else number),
            debtor=debtor,
            open=Money(Decimal(price), currency),
            charges=Money(Decimal(5), currency) if dice.random() < 0.15 else None,
            due=FIRST - timedelta(days=dice.randrange(60)),
            references=tuple(references),
            accounts=(_ACCOUNT[country],),
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
        return _DRAWN[habit](self, self._pick(), habit)

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
        return _at_least_a_cent(Money.round(item.open.amount * part, item.open.currency))

    def slipped(self, reference: str) -> str:
        """The reference with one slip: a digit wrong, missing or doubled, neighbours swapped."""
        at, how = self.dice.randrange(len(reference) - 1), self.dice.randrange(4)
        a, b, rest = reference[:at], reference[at], reference[at + 1 :]
        if how == 0:
            return a + str((int(b) + self.dice.randrange(1, 10)) % 10) + rest
        if how == 1:
            return a + rest
        return a + b + b + rest if how == 2 else a + rest[0] + b + rest[1:]


Drawn = Callable[[Month, Item, str], Paid]


def _exact(month: Month, item: Item, habit: str) -> Paid:
    amount = month.asked(item)
    reference = month.dice.choice(item.references)
    if item.open.currency == "EUR" and month.dice.random() < 0.4:
        padded = reference.zfill(20)
        reference = padded if month.dice.random() < 0.5 else rf_reference(reference)
    return month.paid(habit, item, amount, {item.invoice: amount}, Said(references=(reference,)))


def _printed(month: Month, item: Item, habit: str) -> Paid:
    amount = month.asked(item)
    reference = item.references[0]
    if item.open.currency == "EUR":
        rf = rf_reference(reference)
        text = month.dice.choice([printed_reference(rf), f"viite {printed_reference(reference)}"])
    elif item.open.currency == "DKK":
        text = fik_line("71", reference, "81234567")
    else:
        text = f"{'OCR' if item.open.currency == 'SEK' else 'KID'}: {reference}"
    return month.paid(habit, item, amount, {item.invoice: amount}, Said(text=text))


def _in_text(month: Month, item: Item, habit: str) -> Paid:
    amount = month.asked(item)
    before = month.dice.choice(
        ["", "Viite: ", "ref. ", "12.10.2026 ", "Kiitos! ", "puh 0401234567 "]
    )
    text = f"{before}{item.references[0]}"
    return month.paid(habit, item, amount, {item.invoice: amount}, Said(text=text))


def _number_in_text(month: Month, item: Item, habit: str) -> Paid:
    amount = month.asked(item)
    word = month.dice.choice(["lasku ", "faktura nr ", "invoice ", "", "maksu "])
    return month.paid(
        habit, item, amount, {item.invoice: amount}, Said(text=f"{word}{item.number}")
    )


def _silent(month: Month, item: Item, habit: str) -> Paid:
    amount = month.asked(item)
    unknown = "" if habit.endswith("unknown") else None
    text = month.dice.choice(["", "kiitos", "maksu", "12.10.2026"])
    return month.paid(habit, item, amount, {item.invoice: amount}, Said(text=text, payer=unknown))


def _part(month: Month, item: Item, habit: str) -> Paid:
    amount = month.wrong(item)
    meant = {item.invoice: amount}
    return month.paid(habit, item, amount, meant, Said(references=(item.references[0],)))


def _wrong(month: Month, item: Item, habit: str) -> Paid:
    amount = month.wrong(item)
    return month.paid(habit, item, amount, {item.invoice: amount}, Said())


def _too_much(month: Month, item: Item, habit: str) -> Paid:
    extra = Money(Decimal(month.dice.randrange(2, 50)), item.open.currency)
    meant = {item.invoice: item.total}
    return month.paid(
        habit, item, item.total + extra, meant, Said(references=(item.references[0],))
    )


def _typo(month: Month, item: Item, habit: str) -> Paid:
    amount, slip = month.asked(item), month.slipped(item.references[0])
    meant = {item.invoice: amount}
    if month.dice.random() < 0.3:
        return month.paid(habit, item, amount, meant, Said(text=f"viite {slip}"))
    return month.paid(habit, item, amount, meant, Said(references=(slip,)))


def _merged(month: Month, item: Item, habit: str) -> Paid:
    """Several invoices of one debtor: by references, by a split, in the text, or silently."""
    items = month.ledger.owed(item.debtor)[:4]
    amount = _sum(items)
    meant = {one.invoice: one.open for one in items}
    if habit == "merged in text":
        text = "laskut " + ", ".join(one.number for one in items)
        return month.paid(habit, item, amount, meant, Said(text=text))
    if habit == "merged, payer known":
        return month.paid(habit, item, amount, meant, Said())
    if month.dice.random() < 0.5:
        split = [Remitted(number=one.number, amount=one.open) for one in items]
        return month.paid(habit, item, amount, meant, Said(split=tuple(split)))
    references = [one.references[0] for one in items]
    return month.paid(habit, item, amount, meant, Said(references=tuple(references)))


def _split(month: Month, item: Item, habit: str) -> Paid:
    """One of several payments for the same invoice."""
    share = _at_least_a_cent(item.open.split(3)[0])
    meant = {item.invoice: share}
    return month.paid(habit, item, share, meant, Said(references=(item.references[0],)))


def _netted(month: Month, item: Item, habit: str) -> Paid:
    """A credit note is taken off by the payer, told in a split or left to be seen."""
    name = f"erp:credit-{item.debtor}"
    credit = month.ledger.credits.get(name)
    if credit is None or item.open <= credit.left:
        return _exact(month, item, habit)
    amount = item.open - credit.left
    meant = {item.invoice: amount}
    del month.ledger.credits[name]
    if month.dice.random() < 0.5:
        split = [
            Remitted(number=item.number, amount=item.open),
            Remitted(number=credit.number, amount=credit.left, credit=True),
        ]
        return month.paid(habit, item, amount, meant, Said(split=tuple(split)))
    return month.paid(habit, item, amount, meant, Said(references=(item.references[0],)))


def _foreign(month: Month, item: Item, habit: str) -> Paid:
    """Somebody else's money: a reference of another creditor, any amount."""
    number = month.dice.randrange(30_000_000, 90_000_000)
    country = next(one for one, account in _ACCOUNT.items() if account == item.accounts[0])
    amount = month.wrong(item) if month.dice.random() < 0.5 else item.open
    references = [_reference(country, number)]
    return month.paid(
        habit, item, amount, {}, Said(references=tuple(references), payer=f"X-{number}")
    )


def _twice(month: Month, item: Item, habit: str) -> Paid:
    """A settled invoice is paid once more; when none is settled yet, the stranger comes."""
    invoices = month.ledger.of_debtor[item.debtor]
    done = [month.ledger.items[one] for one in invoices]
    done = [one for one in done if one.state == "closed"]
    if not done:
        return _stranger(month, item, "stranger with the same amount")
    again = month.dice.choice(done)
    return month.paid(habit, again, item.open, {}, Said(references=(again.references[0],)))


def _stranger(month: Month, item: Item, habit: str) -> Paid:
    """Money that is not ours to keep, of just the amount of somebody's invoice."""
    payer = f"X-{month.dice.randrange(10_000)}"
    return month.paid(habit, item, item.open, {}, Said(text="loan back", payer=payer))


def _somebody(month: Month, item: Item, habit: str) -> Paid:
    """Another debtor of the same creditor pays, with the right reference."""
    amount, payer = month.asked(item), f"A-{month.dice.choice(list(month.ledger.of_debtor))}"
    meant = {item.invoice: amount}
    return month.paid(habit, item, amount, meant, Said(references=item.references[:1], payer=payer))


_DRAWN: dict[str, Drawn] = {
    "exact": _exact, "printed": _printed, "in text": _in_text, "number in text": _number_in_text,
    "no reference, payer known": _silent, "part payment": _part, "too much": _too_much,
    "typo": _typo, "merged": _merged, "merged in text": _merged, "split": _split,
    "merged, payer known": _merged, "credit netted": _netted,
    "no reference, payer unknown": _silent, "foreign reference": _foreign,
    "wrong amount, no reference": _wrong, "paid twice": _twice,
    "stranger with the same amount": _stranger, "somebody else pays": _somebody,
}  # fmt: skip


def _reference(country: str, number: int) -> str:
    match country:
        case "FI":
            return fi_reference(str(number))
        case "SE":
            return ocr_reference(str(number), length_digit=True)
        case "NO":
            return kid(f"00{number}", 11 if mod11_is_plain(number) else 10)
        case _:
            return fik_id("71", number)


def mod11_is_plain(number: int) -> bool:
    """Whether the KID by modulus 11 ends in a digit: an issuer skips those that end in a dash."""
    return not kid(f"00{number}", 11).endswith("-")


def _sum(items: Sequence[Item]) -> Money:
    whole = Money.zero(items[0].open.currency)
    for item in items:
        whole += item.open
    return whole


def _at_least_a_cent(amount: Money) -> Money:
    return max(amount, Money(Decimal(1).scaleb(-MINOR_UNITS[amount.currency]), amount.currency))

"""The habits of payers in the synthetic month: what each does with an invoice, and says with it.

Their shares are this page's own guess at an unruly month, not a statistic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from infra.local.bench.month_books import ACCOUNT, Paid, Said, at_least_a_cent, reference_of
from shared.domain.matching_parts import Item
from shared.domain.money import Money
from shared.domain.references import fik_line, printed_reference, rf_reference
from shared.domain.sighting import Remitted

if TYPE_CHECKING:
    from infra.local.bench.month import Month

    Drawn = Callable[[Month, Item, str], Paid]

# What payers do, out of a hundred payments.
HABITS = {
    "exact": 40, "printed": 8, "in text": 8, "number in text": 5, "no reference, payer known": 5,
    "part payment": 4, "too much": 2, "typo": 5, "merged": 5, "merged in text": 2, "split": 3,
    "merged, payer known": 1, "credit netted": 2, "no reference, payer unknown": 2,
    "foreign reference": 2, "wrong amount, no reference": 2, "paid twice": 2,
    "stranger with the same amount": 1, "somebody else pays": 1,
}  # fmt: skip


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
    share = at_least_a_cent(item.open.split(3)[0])
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
    country = next(one for one, account in ACCOUNT.items() if account == item.accounts[0])
    amount = month.wrong(item) if month.dice.random() < 0.5 else item.open
    references = [reference_of(country, number)]
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


DRAWN: dict[str, Drawn] = {
    "exact": _exact, "printed": _printed, "in text": _in_text, "number in text": _number_in_text,
    "no reference, payer known": _silent, "part payment": _part, "too much": _too_much,
    "typo": _typo, "merged": _merged, "merged in text": _merged, "split": _split,
    "merged, payer known": _merged, "credit netted": _netted,
    "no reference, payer unknown": _silent, "foreign reference": _foreign,
    "wrong amount, no reference": _wrong, "paid twice": _twice,
    "stranger with the same amount": _stranger, "somebody else pays": _somebody,
}  # fmt: skip


def _sum(items: Sequence[Item]) -> Money:
    whole = Money.zero(items[0].open.currency)
    for item in items:
        whole += item.open
    return whole

"""Money in: what each source saw, how often it was the same money, and that it was booked once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from infra.local.report.book import Book
from shared.domain.explain import Record
from shared.domain.ledger_pairs import Receipt, paired
from shared.domain.money import Money, total

BOOKS = "the books"


class Tally(Record):
    """How many, and how much together."""

    count: int
    amount: Money


class MoneyIn(Record):
    """The money that came in for invoices, seen by each source and booked once.

    ``sources`` are the receipts of each source, by its name, and ``times`` the monies by how many
    sources saw them. ``booked`` counts each money once, as far as it was not taken back;
    ``payouts`` are providers' own transfers, ``waiting`` what has no place yet. ``checked`` is
    how many invoices were held against what payers really paid, ``differences`` those that differ.
    """

    sources: dict[str, Tally]
    times: dict[int, Tally]
    booked: Tally
    payouts: Tally
    waiting: Tally
    checked: int = 0
    differences: tuple[str, ...] = ()


def money_in(book: Book, really: Mapping[str, Money] | None = None) -> MoneyIn:
    """The money of a book; ``really`` is what was paid for each invoice, where somebody knows."""
    receipts = [(invoice, one) for invoice, of in _receipts(book).items() for one in of]
    sources: dict[str, list[Money]] = defaultdict(list)
    times: dict[int, list[Money]] = defaultdict(list)
    for _, receipt in receipts:
        seen = _seen_by(receipt)
        for source in seen:
            sources[source].append(receipt.gross)
        times[len(seen)].append(receipt.gross)
    payouts = [one.amount for one, _ in book.money if one.kind == "payout"]
    waiting = [
        became.rest
        for seen, became in book.money
        if seen.kind == "receipt" and became is not None and became.rest
    ]
    return MoneyIn(
        sources={name: _tally(book, sources[name]) for name in sorted(sources)},
        times={count: _tally(book, times[count]) for count in sorted(times)},
        booked=_tally(book, [one.net for _, one in receipts if one.net]),
        payouts=_tally(book, payouts),
        waiting=_tally(book, waiting),
        checked=len(really or {}),
        differences=_differences(book, receipts, really or {}),
    )


def lines(money: MoneyIn) -> list[tuple[str, Tally]]:
    """The figures with their names, in the order of an argument: seen, seen again, booked."""
    found = [(f"Seen by {name}", tally) for name, tally in money.sources.items()]
    words = {1: "one source", 2: "two sources", 3: "three sources"}
    found += [
        (f"Known from {words.get(count, f'{count} sources')}", tally)
        for count, tally in money.times.items()
    ]
    found.append(("Booked, each money once", money.booked))
    found.append(("Payouts of providers, matched to nothing", money.payouts))
    found.append(("Without a place yet", money.waiting))
    return found


def _receipts(book: Book) -> dict[str, tuple[Receipt, ...]]:
    return {invoice: paired(truth) for invoice, truth in book.truths.items()}


def _seen_by(receipt: Receipt) -> set[str]:
    feeds = {one.seen.feed for one in (*receipt.lots, *receipt.twins)}
    return feeds | ({BOOKS} if receipt.books else set())


def _differences(
    book: Book, receipts: list[tuple[str, Receipt]], really: Mapping[str, Money]
) -> tuple[str, ...]:
    """The invoices on which the hub counts more or less than what was really paid."""
    counted: Counter[str] = Counter()
    for invoice, receipt in receipts:
        counted[invoice] += int(receipt.net.amount.scaleb(2))
    return tuple(
        book.truths[invoice].invoice.number
        for invoice, paid in sorted(really.items())
        if invoice in book.truths and counted[invoice] != int(paid.amount.scaleb(2))
    )


def _tally(book: Book, amounts: list[Money]) -> Tally:
    return Tally(count=len(amounts), amount=total(amounts, book.currency))

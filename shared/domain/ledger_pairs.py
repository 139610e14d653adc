"""Pairs: which sightings of money on one invoice are the same money; a pure function of the set.

The books state a payment and the hub booked one from a bank or provider. They are one money when
the amounts are equal and the days are close, or when both carry one transfer id; a money that one
feed states in up to four parts is one too. What comes first or twice makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import TypeVar

from shared.domain.ledger_truth import Lot, Seen, Truth, Waiting
from shared.domain.model import Payment
from shared.domain.money import Money, total

_T = TypeVar("_T")
_Span = tuple[date, date]

# Books are kept within days of the bank, a long weekend between the two.
_APART = timedelta(days=5)
# One feed's parts of another feed's sum: more is guesswork.
_PARTS = 4
_AMONG = 10


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment of the books, as far as it settles this invoice."""

    payment: Payment
    amount: Money


@dataclass(frozen=True, slots=True)
class Receipt:
    """One money that came in, as each feed states it.

    ``lots`` is what the hub booked of it, in one part or several; ``twins`` are lots of further
    feeds that saw the same; ``books`` what the books state of it. One side may be empty.
    """

    lots: tuple[Lot, ...] = ()
    twins: tuple[Lot, ...] = ()
    books: tuple[Booked, ...] = ()

    @property
    def papers(self) -> tuple[str, ...]:
        """Every id that feeds know it by, the hub's own first."""
        hub = (one.payment for one in (*self.lots, *self.twins))
        return (*hub, *(one.payment.id for one in self.books))

    @property
    def gross(self) -> Money:
        """How much it is, whether or not it was taken back since."""
        parts = [one.gross for one in self.lots] or [one.amount for one in self.books]
        return total(parts, parts[0].currency)

    @property
    def net(self) -> Money:
        """How much of it has not been taken back, as far as the hub knows."""
        parts = [one.net for one in self.lots] or [one.amount for one in self.books]
        return total(parts, parts[0].currency)


def paired(truth: Truth) -> tuple[Receipt, ...]:
    """Every money on the invoice once, by its ids; lots that were unmatched again are none."""
    hub = _across_feeds(sorted((one for one in truth.lots if one.gross.amount > 0), key=_lot_order))
    books = sorted(
        (
            Booked(payment, amount)
            for payment in truth.payments
            if (amount := truth.booked_by(payment)).amount > 0
        ),
        key=lambda one: (one.payment.received, one.payment.id),
    )
    found = _one_to_one(hub, books)
    receipts = [_with(hub[mine], books[theirs]) for mine, theirs in found.items()]
    receipts += _in_parts(
        [one for number, one in enumerate(hub) if number not in found],
        [one for number, one in enumerate(books) if number not in found.values()],
    )
    return tuple(sorted(receipts, key=lambda one: one.papers))


def shows(receipt: Receipt, waiting: Waiting) -> bool:
    """Whether money that waits is this receipt: a shared id, or equal amount and close days."""
    known = [one.seen for one in (*receipt.lots, *receipt.twins)]
    if any(set(one.transfer_ids) & set(waiting.seen.transfer_ids) for one in known):
        return True
    return waiting.amount == receipt.gross and close_to(receipt, waiting.seen)


def close_to(receipt: Receipt, seen: Seen) -> bool:
    """Whether money was seen within days of a receipt."""
    known = [one.seen for one in (*receipt.lots, *receipt.twins)]
    days = [*map(_days, known), *map(_book_days, receipt.books)]
    return any(_close(_days(seen), one) for one in days)


def _across_feeds(lots: Sequence[Lot]) -> list[Receipt]:
    """Lots of different feeds that carry one transfer id and one amount are one money."""
    groups: list[Receipt] = []
    for lot in lots:
        for number, group in enumerate(groups):
            if _twin(group, lot):
                groups[number] = replace(group, twins=(*group.twins, lot))
                break
        else:
            groups.append(Receipt(lots=(lot,)))
    return groups


def _twin(group: Receipt, lot: Lot) -> bool:
    known = [one.seen for one in (*group.lots, *group.twins)]
    return (
        lot.gross == group.gross
        and all(one.feed != lot.seen.feed for one in known)
        and any(set(one.transfer_ids) & set(lot.seen.transfer_ids) for one in known)
    )


def _one_to_one(hub: Sequence[Receipt], books: Sequence[Booked]) -> dict[int, int]:
    """A largest set of pairs of equal amount and close days (augmenting paths), hub to books."""
    taken: dict[int, int] = {}
    wanted = [_fitting(one, books) for one in hub]

    def place(mine: int, tried: set[int]) -> bool:
        for theirs in wanted[mine]:
            if theirs in tried:
                continue
            tried.add(theirs)
            if theirs not in taken or place(taken[theirs], tried):
                taken[theirs] = mine
                return True
        return False

    for mine in range(len(hub)):
        place(mine, set())
    return {mine: theirs for theirs, mine in taken.items()}


def _fitting(one: Receipt, books: Sequence[Booked]) -> list[int]:
    """The payments of the books that a money of the hub may be, the nearest first."""
    days, amounts = _days(one.lots[0].seen), _amounts(one.lots)
    fits = [
        (_gap(days, _book_days(book)), number)
        for number, book in enumerate(books)
        if book.amount in amounts and _close(days, _book_days(book))
    ]
    return [number for _, number in sorted(fits)]


def _in_parts(hub: list[Receipt], books: list[Booked]) -> list[Receipt]:
    """Monies that one side states in parts; the rest are monies that one side alone knows."""
    found = []
    for one in list(hub):
        close = [book for book in books if _close(_days(one.lots[0].seen), _book_days(book))]
        for parts in _combinations(close):
            if total([part.amount for part in parts], one.gross.currency) in _amounts(one.lots):
                found.append(replace(one, books=parts))
                hub.remove(one)
                books = [book for book in books if book not in parts]
                break
    for book in list(books):
        near = [one for one in hub if _close(_days(one.lots[0].seen), _book_days(book))]
        for some in _combinations(near):
            if total([one.gross for one in some], book.amount.currency) == book.amount:
                lots = tuple(lot for one in some for lot in one.lots)
                twins = tuple(lot for one in some for lot in one.twins)
                found.append(Receipt(lots, twins, (book,)))
                hub = [one for one in hub if one not in some]
                books.remove(book)
                break
    return [*found, *hub, *(Receipt(books=(book,)) for book in books)]


def _combinations(of: Sequence[_T]) -> Iterator[tuple[_T, ...]]:
    for size in range(2, _PARTS + 1):
        yield from combinations(of[:_AMONG], size)


def _with(one: Receipt, book: Booked) -> Receipt:
    return replace(one, books=(book,))


def _amounts(lots: Sequence[Lot]) -> list[Money]:
    """What books may state of a money: its principal, or that with the charges that it settled."""
    gross = total([one.gross for one in lots], lots[0].gross.currency)
    return [gross, *(gross + one.charges for one in lots if one.charges)]


def _lot_order(lot: Lot) -> tuple[date, str]:
    return lot.seen.booked, lot.payment


def _days(seen: Seen) -> _Span:
    days = [seen.value_date, seen.booked, *([seen.paid] if seen.paid else [])]
    return min(days), max(days)


def _book_days(book: Booked) -> _Span:
    days = [book.payment.received, book.payment.value_date, book.payment.booked]
    return min(days), max(days)


def _gap(one: _Span, other: _Span) -> timedelta:
    return max(one[0] - other[1], other[0] - one[1], timedelta(0))


def _close(one: _Span, other: _Span) -> bool:
    return _gap(one, other) <= _APART

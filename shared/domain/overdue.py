"""Overdue: what a source says is open, by the day that it falls due, and when that jumps.

Time alone makes claims overdue, and that is no fault: what is expected to be overdue on a day is
all that was known to fall due before it. What is overdue beyond that came with one read: invoices
that were opened again, payments that are gone, due days that moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from shared.domain.explain import Reason, Record
from shared.domain.model import Invoice
from shared.domain.money import Money

# Beyond this share of what was expected to be overdue it is a jump, in count or in amount.
_JUMP = Decimal("1.4")
# A picture of fewer open invoices says nothing yet, and a jump is of so many invoices at least.
_LEAST_KNOWN, _LEAST_MORE = 10, 5
# What fell due is one bucket, and so is what falls due later than any usual term.
_PAST, _FUTURE = timedelta(days=1), timedelta(days=120)

# An invoice as it was stated before (None: it was not known) and as it is stated now.
Change = tuple[Invoice | None, Invoice]
# How many invoices fall due on a day in a currency, and their sum.
_Held = dict[tuple[date, str], tuple[int, Money]]


class Bucket(Record):
    """The open invoices of one currency that fall due on a day: how many, and their sum."""

    due: date
    count: int
    open: Money


class Picture(Record):
    """All that a source says is open, by due day and currency; what is overdue is one day."""

    buckets: tuple[Bucket, ...] = ()

    def count(self) -> int:
        """How many invoices are open."""
        return sum(one.count for one in self.buckets)

    def overdue(self, today: date) -> dict[str, tuple[int, Money]]:
        """How many invoices fell due before ``today``, and their sum, by currency."""
        found: dict[str, tuple[int, Money]] = {}
        for one in self.buckets:
            if one.due < today:
                count, total = found.get(one.open.currency, (0, Money.zero(one.open.currency)))
                found[one.open.currency] = count + one.count, total + one.open
        return found


def after(before: Picture, changes: Iterable[Change], today: date) -> Picture:
    """The picture after invoices changed; beginning with an empty one, a full list is its own.

    A change of what was never counted takes nothing below none.
    """
    held: _Held = {}
    for one in before.buckets:
        _add(held, one.due, one.count, one.open, today)
    for old, new in changes:
        if old is not None and old.open:
            _add(held, old.due, -1, -old.open, today)
        if new.open:
            _add(held, new.due, 1, new.open, today)
    kept = (
        Bucket(due=due, count=count, open=total)
        for (due, _), (count, total) in sorted(held.items())
        if count > 0 and total > Money.zero(total.currency)
    )
    return Picture(buckets=tuple(kept))


def jumped(before: Picture, now: Picture, today: date) -> Reason | None:
    """Why more is overdue than time can explain, or None; never where little was known before."""
    if before.count() < _LEAST_KNOWN:
        return None
    expected, found = before.overdue(today), now.overdue(today)
    for currency, (count, total) in sorted(found.items()):
        most, worth = expected.get(currency, (0, Money.zero(currency)))
        more = count >= most + _LEAST_MORE and count > most * _JUMP
        dearer = most >= _LEAST_KNOWN and total > worth.times(_JUMP, rounding=ROUND_HALF_UP)
        if more or dearer:
            facts = {
                "currency": currency, "overdue": str(count), "expected": str(most),
                "amount": str(total.amount), "expected_amount": str(worth.amount),
            }  # fmt: skip
            text = "far more is overdue than the days that passed explain"
            return Reason(rule="source.overdue_jump", text=text, facts=facts)
    return None


def _add(held: _Held, due: date, count: int, open_: Money, today: date) -> None:
    day = min(max(due, today - _PAST), today + _FUTURE)
    known, total = held.get((day, open_.currency), (0, Money.zero(open_.currency)))
    held[day, open_.currency] = known + count, total + open_

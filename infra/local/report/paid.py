"""What was paid, after which step, and how fast."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from infra.local.report.book import Book, Movement, Receivable
from infra.local.report.history import Path, paths
from shared.domain.explain import Record
from shared.domain.money import Money, total

_MONEY = {"payment", "partner"}
_DAY = timedelta(days=1)
_TENTH = Decimal("0.1")


class PaidAfter(Record):
    """Money received after a step and before the next one.

    ``key`` is ``in_time``, ``overdue`` (late, before any reminder), ``reminded_<n>`` or
    ``partner``; ``steps`` names the policy steps behind a number. ``claims`` were settled by this
    money, ``amount`` is all of it, part payments too, and ``reached`` counts the claims that came
    so far.
    """

    key: str
    label: str
    steps: tuple[str, ...]
    reached: int
    claims: int
    amount: Money


def paid_after(book: Book) -> tuple[PaidAfter, ...]:
    """Money received in the book's days, by the step that the claim had come to."""
    walked = paths(book)
    settled: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    amounts: dict[str, Money] = {}
    for one in book.receivables.values():
        path = walked.get(one.invoice.id, Path())
        last = one.settled_by()
        reached.update(_reached(book, one, path))
        for move in one.movements:
            if move.kind not in _MONEY or not book.first <= move.on <= book.last:
                continue
            key = step_before(book, one, path, move)
            amounts[key] = amounts.get(key, Money.zero(book.currency)) + move.amount
            settled[key] += move is last
    numbers = {key for key in reached | settled if key.startswith("reminded_")}
    order = ["in_time", "overdue", *sorted(numbers), "partner"]
    names = _steps(book)
    nothing = Money.zero(book.currency)
    return tuple(
        PaidAfter(
            key=key,
            label=_label(key),
            steps=names.get(key, ()),
            reached=reached[key],
            claims=settled[key],
            amount=amounts.get(key, nothing),
        )
        for key in order
    )


def step_before(book: Book, one: Receivable, path: Path, move: Movement) -> str:
    """The step that came last before the day on which money was received.

    Money of the very day of a reminder was on its way already: the reminder did not bring it.
    """
    if move.kind == "partner" or path.on(move.on - _DAY) == "partner":
        return "partner"
    if move.on <= one.payable:
        return "in_time"
    given = len([day for day in _reminder_days(book, one) if day < move.on])
    return f"reminded_{given}" if given else "overdue"


def late_amount(book: Book, one: Receivable) -> Money:
    """What was open after the last day of payment, or when the book begins; zero if never late."""
    day = max(one.payable, book.first - _DAY)
    return one.open_on(day) if day < book.last else Money.zero(book.currency)


def collected(book: Book) -> Money:
    """Money received in the book's days after the last day of payment."""
    return total(
        [
            move.amount
            for one in book.receivables.values()
            for move in one.movements
            if move.kind in _MONEY and book.first <= move.on <= book.last and move.on > one.payable
        ],
        book.currency,
    )


def speed(book: Book) -> tuple[Decimal | None, Decimal | None]:
    """Mean days from issue to full payment, weighted by amount, and mean days late (one decimal).

    Of invoices whose last money came in the book's days; None when there are none.
    """
    weight, weighted, late, count = Decimal(0), Decimal(0), 0, 0
    for one in book.receivables.values():
        last = one.settled_by()
        if last is None or last.kind not in _MONEY or not book.first <= last.on <= book.last:
            continue
        amount = one.invoice.total.amount
        weight += amount
        weighted += amount * (last.on - one.invoice.issued).days
        late += (last.on - one.payable).days
        count += 1
    if not count:
        return None, None
    return (weighted / weight).quantize(_TENTH), (Decimal(late) / count).quantize(_TENTH)


def _reached(book: Book, one: Receivable, path: Path) -> set[str]:
    """How far an invoice came in the book's days."""
    keys = set()
    last = one.settled_by()
    ended = one.payable <= book.last if last is None else last.on >= book.first
    if ended and one.payable >= book.first:
        keys.add("in_time")
    if late_amount(book, one):
        keys.add("overdue")
    for number, _ in enumerate(_reminder_days(book, one), start=1):
        keys.add(f"reminded_{number}")
    if "partner" in path.stages:
        keys.add("partner")
    return keys


def _reminder_days(book: Book, one: Receivable) -> list[date]:
    if one.case is None:
        return []
    given = book.cases[one.case].state.notices_of(one.invoice.id)
    return sorted(notice.on for notice in given if notice.on)


def _steps(book: Book) -> dict[str, tuple[str, ...]]:
    """The policy steps behind each number of a reminder."""
    names: dict[str, list[str]] = {}
    for log in book.cases.values():
        for claim in log.state.claims:
            for number, notice in enumerate(log.state.notices_of(claim), start=1):
                steps = names.setdefault(f"reminded_{number}", [])
                if notice.step not in steps:
                    steps.append(notice.step)
    return {key: tuple(steps) for key, steps in names.items()}


def _label(key: str) -> str:
    known = {
        "in_time": "By the due date",
        "overdue": "Late, before any reminder",
        "partner": "With the partner",
    }
    return known.get(key) or f"After reminder {key.removeprefix('reminded_')}"

"""What an accountant books of a history, day by day, and how far that has come."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from infra.local.erp.books import Books
from infra.local.erp.entries import Customer, NewInvoice, Receipt
from infra.local.history_file import Entry, History


@dataclass
class Position:
    """How far a replay is: the last day lived, and which row is which record of the ERP.

    ``source`` is the file's SHA-256; ``days`` counts the days lived, ``seconds`` the time it took.
    """

    source: str
    day: date | None = None
    days: int = 0
    seconds: float = 0.0
    customers: dict[str, int] = field(default_factory=dict)
    invoices: dict[int, int] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The position as JSON has it."""
        return {**asdict(self), "day": self.day.isoformat() if self.day else None}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Position:
        """The position that ``plain`` gave."""
        day = plain["day"]
        return cls(
            **{
                **plain,
                "day": date.fromisoformat(day) if day else None,
                # JSON has no numbers as keys.
                "invoices": {int(row): record for row, record in plain["invoices"].items()},
            }
        )


class Bookings:
    """A history as it is booked. ``position`` grows with it."""

    def __init__(self, history: History, position: Position) -> None:
        self._history = history
        self._books: Books | None = None
        self._issued: dict[date, list[Entry]] = defaultdict(list)
        self._settled: dict[date, list[Entry]] = defaultdict(list)
        for one in history.entries:
            self._issued[one.issued].append(one)
            if one.settled:
                self._settled[one.settled].append(one)
        self._days = sorted({*self._issued, *self._settled})
        self.position = position

    @property
    def total(self) -> int:
        """How many bookings there are: invoices and settlements."""
        entries = self._history.entries
        return len(entries) + sum(one.settled is not None for one in entries)

    @property
    def done(self) -> int:
        """How many bookings have been made, as far as whole days go."""
        upto = self.position.day
        settled = sum(
            upto is not None and one.settled is not None and one.settled <= upto
            for one in self._history.entries
        )
        return len(self.position.invoices) + settled

    @property
    def disputed(self) -> int:
        """How many of the posted invoices are disputed."""
        return sum(
            one.disputed and one.row in self.position.invoices for one in self._history.entries
        )

    def next_event(self, after: date) -> date | None:
        """The next day on which something is booked."""
        place = bisect_right(self._days, after)
        return self._days[place] if place < len(self._days) else None

    def open(self, books: Books) -> None:
        """Go on in books that hold what was booked so far."""
        self._books = books

    def begin(self, books: Books) -> None:
        """Open new books: every customer, and the first day's invoices."""
        self._books = books
        names = sorted({one.customer for one in self._history.entries})
        made = books.create_customers([_customer(name) for name in names])
        self.position.customers.update(zip(names, made, strict=True))
        self._post(self._days[0])

    def live(self, day: date) -> None:
        """Post the day's invoices, mark the disputed ones, and book the money that came in."""
        self._post(day)
        paid = [
            Receipt(self.position.invoices[one.row], day, one.amount) for one in self._settled[day]
        ]
        if paid:
            self._open_books.book_statement(paid)

    @property
    def _open_books(self) -> Books:
        if self._books is None:
            raise RuntimeError("the books are not open yet")
        return self._books

    def _post(self, day: date) -> None:
        new = [one for one in self._issued[day] if one.row not in self.position.invoices]
        if not new:
            return
        posted = self._open_books.post_invoices([self._invoice(one) for one in new])
        for entry, made in zip(new, posted, strict=True):
            self.position.invoices[entry.row] = made.id
            if entry.disputed:
                # The hub leaves a claim alone that the ERP says not to dun.
                self._open_books.block_dunning(made.id)

    def _invoice(self, one: Entry) -> NewInvoice:
        return NewInvoice(
            customer=self.position.customers[one.customer],
            issued=one.issued,
            due=one.due,
            amount=one.amount,
            reference=one.number,
            description=f"Invoice {one.number}",
        )


def _customer(name: str) -> Customer:
    """A customer of whom only the id is known, at an address where Finnish law holds."""
    return Customer(
        name=f"Customer {name}",
        kind="unknown",
        street="Esimerkkikatu 1",
        postal_code="20100",
        city="Turku",
        email=f"customer{name}@payer.example",
    )

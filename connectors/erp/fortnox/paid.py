"""What Fortnox's payments mean: what came in for one invoice, and what was written off with it.

A payment belongs to one invoice and may bring write-offs. ``Amount`` is in SEK, ``AmountCurrency``
in the invoice's currency. Whether ``Amount`` holds the write-offs too is unconfirmed; what payments
settle is therefore bounded by what the balance fell (``rows.Reading.payments``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from connectors.erp.fortnox.values import Row, Unclear, money, needed, needed_day, text
from shared.domain.money import Money, total


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment of an invoice: Fortnox's number and day, its amount, what it writes off."""

    number: str
    on: date
    amount: Money
    written_off: Money


@dataclass(frozen=True, slots=True)
class Moved:
    """What happened to an invoice: its booked payments by day, and whether one is not booked."""

    paid: tuple[Paid, ...] = ()
    unbooked: bool = False

    def received(self, currency: str) -> Money:
        """What all booked payments came to."""
        return total([one.amount for one in self.paid], currency)

    def written_off(self, currency: str) -> Money:
        """What all booked payments wrote off, never negative."""
        found = total([one.written_off for one in self.paid], currency)
        return max(found, Money.zero(currency))


def moved_by(rows: Iterable[Paid], *, unbooked: bool) -> Moved:
    """Payments in the order of their days and numbers."""
    ordered = sorted(rows, key=lambda one: (one.on, int(one.number)))
    return Moved(tuple(ordered), unbooked)


def payment(row: Row, currency: str) -> Paid:
    """A payment's own record (or its row in a list, which says as much of one in SEK).

    ``Amount`` is in SEK, ``AmountCurrency`` in the invoice's currency. Raises ``Unclear``.
    """
    if needed(row, "Currency") != currency:
        raise Unclear("Currency", "the payment is in another currency than its invoice")
    number = needed(row, "Number")
    if not (number.isascii() and number.isdigit()):
        raise Unclear("Number", "a number is expected")
    offs = [one for one in row.get("WriteOffs") or () if isinstance(one, dict)]
    if any((text(one, "Currency") or currency) != currency for one in offs):
        raise Unclear("WriteOffs.Currency", "the write-off is in another currency")
    written = [money(one, "Amount", currency) for one in offs]
    return Paid(
        number=number,
        on=needed_day(row, "PaymentDate"),
        amount=money(row, "Amount" if currency == "SEK" else "AmountCurrency", currency),
        written_off=total(written, currency),
    )

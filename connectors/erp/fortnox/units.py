"""One invoice with all that belongs to it: customer, reminders, payments, write-offs.

Fortnox's lists are thin (no credit reference, no reminders, no write-offs), so an invoice costs one
request for itself, one for its payments, and one for each customer that is new in this read. A fact
is made of these alone, whatever list named the invoice: the same books give the same facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from pydantic import ValidationError

from connectors.contract import RowError
from connectors.erp.fortnox import paid, rows
from connectors.erp.fortnox.paid import Moved
from connectors.erp.fortnox.parties import People, capacity
from connectors.erp.fortnox.rest import FortnoxRest
from connectors.erp.fortnox.rows import Reading
from connectors.erp.fortnox.values import Row, Unclear, flag, needed, text
from shared.domain.model import Capacity, Fact, Missing, OpenItem
from shared.errors import Unreadable

LIMIT = 100
# Customers and invoices that one read remembers; beyond, they are simply read once more.
_REMEMBERED = 20_000
_GONE = Row()
_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)
# A field that holds another kind of value than the specification says.
_STRANGE = (AttributeError, KeyError, TypeError, ValueError)


class Units:
    """Reads invoices by their numbers; remembers for one read which ones it has given."""

    def __init__(self, rest: FortnoxRest, reading: Reading, people: People) -> None:
        self._rest, self._reading, self._people = rest, reading, people
        self._capacities: dict[str, Capacity] = {}
        self._given: set[str] = set()
        self._refused: list[RowError] = []

    def begin(self) -> None:
        """A new read knows nothing of the one before."""
        self._capacities.clear()
        self._given.clear()

    def was_given(self, number: str) -> bool:
        """Whether this read has given the invoice already."""
        return number in self._given

    def facts(self, number: str) -> list[Fact]:
        """The facts of one invoice, its debtor first; what is unclear is kept apart."""
        if len(self._given) >= _REMEMBERED:
            self._given.clear()
        self._given.add(number)
        row = self._rest.record(f"/3/invoices/{number}", "Invoice")
        if row is None:
            return [Missing(id=self._reading.id(number))]
        found: list[Fact] = []
        self._clear(f"invoice,{number}", lambda: self._read(row, found))
        return found

    def customer(self, number: str) -> list[Fact]:
        """A customer as a fact, unless this read has given it already."""
        found: list[Fact] = []
        self._clear(
            f"customer,{self._people.name(number)}", lambda: self._debtor(number, _GONE, found)
        )
        return found

    def open_item(self, invoice: str, number: str) -> OpenItem:
        """What Fortnox says now of an invoice. Raises ``Unreadable`` when that is unclear."""
        row = self._rest.record(f"/3/invoices/{number}", "Invoice")
        if row is None:
            return OpenItem(invoice=invoice, open=None)
        try:
            left = rows.open_of(row)
            moved = self._moved(row) if left else Moved()
            return OpenItem(invoice=invoice, open=left, do_not_dun=self._reading.flags(row, moved))
        except Unclear as unclear:
            fault = f"an invoice is unclear in its field {unclear.field}"
        except _STRANGE:
            fault = "an invoice is not as Fortnox makes it"
        raise Unreadable(fault)

    def refuse(self, kind: str, row: Row, unclear: Unclear) -> None:
        """Keep a row of a list that does not say which record it stands for."""
        names = (row.get(name) for name in ("DocumentNumber", "Number"))
        number = next((str(one) for one in names if _DIGITS.fullmatch(str(one))), "unnumbered")
        refusal = RowError(row=f"{kind},{number}", field=unclear.field, text=str(unclear))
        self._refused.append(refusal)

    def taken_refusals(self) -> tuple[RowError, ...]:
        """What was unclear since the last time that this was asked."""
        found, self._refused = tuple(self._refused), []
        return found

    def _read(self, row: Row, found: list[Fact]) -> None:
        """Append what an invoice's record means. Raises ``Unclear``."""
        debtor = needed(row, "CustomerNumber")
        owes = self._debtor(debtor, row, found)
        name, moved = self._people.id(debtor), self._moved(row)
        if rows.is_credit(row):
            found.append(self._reading.credit_note(row, name, moved))
            return
        rows.follows(row, moved)
        note = rows.credited_by(row)
        if note and not self.was_given(note):
            found += self.facts(note)
        found.append(self._reading.invoice(row, name, owes, moved))
        reminder = self._reading.reminder(row)
        found += [reminder] if reminder is not None else []
        found += self._reading.payments(row, name, moved)

    def _debtor(self, number: str, invoice: Row, found: list[Fact]) -> Capacity:
        """Append the customer where it is new, and say in which capacity it owes."""
        known = self._capacities.get(number)
        if known is not None:
            return known
        if len(self._capacities) >= _REMEMBERED:
            self._capacities.clear()
        row = self._rest.record(f"/3/customers/{quote(number, safe='')}", "Customer")
        if row is None and invoice is _GONE:
            return "unknown"
        party = self._people.party(row) if row else self._people.named_on(invoice)
        found.append(party)
        self._capacities[number] = capacity(party)
        return self._capacities[number]

    def _moved(self, row: Row) -> Moved:
        """The payments of an invoice, with their write-offs."""
        number, currency = rows.number_of(row), needed(row, "Currency")
        booked, unbooked = [], False
        for thin in self._payments(number):
            if not flag(thin, "Booked"):
                unbooked = True
                continue
            whole: Row | None = thin
            if flag(thin, "WriteOffExist") or currency != "SEK":
                path = f"/3/invoicepayments/{quote(needed(thin, 'Number'), safe='')}"
                whole = self._rest.record(path, "InvoicePayment")
            if whole is not None:
                booked.append(paid.payment(whole, currency))
        return paid.moved_by(booked, unbooked=unbooked)

    def _payments(self, number: str) -> list[Row]:
        """The rows of an invoice's payments; another invoice's never count, whatever is listed."""
        found, page, pages = list[Row](), 1, 1
        while page <= pages:
            asked = {"invoicenumber": number}
            listed = self._rest.page("/3/invoicepayments", "InvoicePayments", asked, page, LIMIT)
            found += [one for one in listed.rows if text(one, "InvoiceNumber") == number]
            page, pages = page + 1, listed.pages
        return found

    def _clear(self, name: str, read: Callable[[], object]) -> None:
        """Read one record; what is unclear in it is kept for a person and stops no other."""
        try:
            read()
        except Unclear as unclear:
            self._refused.append(RowError(row=name, field=unclear.field, text=str(unclear)))
        except ValidationError as error:
            path = ".".join(str(part) for part in error.errors()[0]["loc"])
            self._refused.append(RowError(row=name, field=path, text="the value is not allowed"))
        except _STRANGE:
            fault = "the record is not as Fortnox makes it"
            self._refused.append(RowError(row=name, field="", text=fault))

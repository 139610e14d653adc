"""Invoices asked for by their ids, with all that belongs to them, as facts and refused rows.

What is asked depends on what an invoice is. One that is closed or partly paid: its payment events.
One that is open: its log, for the day of sending and for reminders. In the proof of a balance every
invoice is asked for its events, for no status is trusted there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from connectors.contract import RowError
from connectors.erp.procountor import history, invoices
from connectors.erp.procountor.history import History
from connectors.erp.procountor.invoices import (
    CLOSED,
    DRAFTS,
    OPEN,
    VOIDED,
    Books,
    Told,
    left,
    total,
)
from connectors.erp.procountor.parties import Customer, People
from connectors.erp.procountor.rest import ProcountorApi, results
from connectors.erp.procountor.settling import settled
from connectors.erp.procountor.values import Row, Unclear, parts, text
from shared.domain.model import DoNotDun, Fact, Missing, OpenItem
from shared.domain.money import Money

_EVENTS = 200
_REFUSED = "the record is not as the vendor describes it"


class Reader:
    """Reads invoices of one company; ``api`` is its door."""

    def __init__(self, api: ProcountorApi, people: People, books: Books) -> None:
        self._api, self._people, self._books = api, people, books

    def facts(
        self, ids: Sequence[int], *, thorough: bool = False
    ) -> tuple[tuple[Fact, ...], tuple[RowError, ...]]:
        """Debtors, invoices, credit notes, payments and past notices of these invoices, in order.

        ``thorough`` asks every invoice for its events. An invoice that is gone, or a draft again,
        is ``Missing``. Raises ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``.
        """
        rows = self._api.by_ids("/invoices", ids)
        register = self._register(rows.values())
        found: dict[str, Fact] = {}
        refused: list[RowError] = []
        for one in ids:
            row = rows.get(one)
            try:
                if row is None or text(row, "status") in DRAFTS:
                    made: Sequence[Fact] = (Missing(id=self._books.id(one)),)
                else:
                    made = self._made(row, register, thorough=thorough)
            except Unclear as unclear:
                refused.append(_refusal(one, unclear.field, str(unclear)))
                continue
            except ValidationError as error:
                refused.append(_refusal(one, _path(error), "the value is not allowed"))
                continue
            found |= {f"{type(fact).__name__} {fact.id}": fact for fact in made}
        return tuple(found.values()), tuple(refused)

    def customers(self, ids: Sequence[int]) -> tuple[tuple[Fact, ...], tuple[RowError, ...]]:
        """Records of the customer register; one that is gone is left out."""
        found: list[Fact] = []
        refused: list[RowError] = []
        for one, row in self._api.by_ids("/businesspartners", ids).items():
            try:
                found.append(self._people.customer(row).party)
            except Unclear as unclear:
                refused.append(_refusal(one, unclear.field, str(unclear)))
            except ValidationError as error:
                refused.append(_refusal(one, _path(error), "the value is not allowed"))
        return tuple(found), tuple(refused)

    def open_items(self, ids: Sequence[int]) -> dict[int, OpenItem]:
        """What is open of each invoice that is known and clear, proven by its events."""
        rows = self._api.by_ids("/invoices", ids)
        register = self._register(rows.values())
        found = {}
        for one, row in rows.items():
            try:
                item = self._item(one, row, register)
            except (Unclear, ValidationError):
                # Whoever asks must not act on it: to him it is as if it were gone.
                continue
            if item is not None:
                found[one] = item
        return found

    def listed(self, row: Row) -> OpenItem | None:
        """What is open of an invoice as the list of open ones shows it; None for a credit note."""
        try:
            state, sum_ = invoices.status(row), total(row)
            events = self.events(int(row["id"])) if state == "PARTLY_PAID" else None
            rest = self._left(row, sum_, state, events)
        except Unclear:
            return None
        own = self._books.id(int(row["id"]))
        return OpenItem(invoice=own, open=rest) if rest.amount > 0 else None

    def events(self, invoice: int) -> list[Row]:
        """All payment events of an invoice."""
        path = f"/invoices/{invoice}/paymentevents"
        return [row for rows in self._api.pages(path, _EVENTS) for row in rows]

    def owes(self, customer: int) -> bool:
        """Whether a customer has a sales invoice that is open."""
        asked = {
            "types": "SALES_INVOICE", "status": ",".join(OPEN),
            "businessPartnerId": str(customer), "size": "1",
        }  # fmt: skip
        return bool(results(self._api.get("/invoices", asked)))

    def _item(self, one: int, row: Row, register: dict[int, Row]) -> OpenItem | None:
        state, sum_ = text(row, "status"), total(row)
        if state in DRAFTS:
            return None
        invoices.status(row)
        rest = self._left(row, sum_, state, self.events(one))
        own = self._books.barred(row, History())
        bars: tuple[DoNotDun, ...] = (*own, *self._customer(row, register).party.do_not_dun)
        nothing = Money.zero(sum_.currency)
        return OpenItem(invoice=self._books.id(one), open=max(rest, nothing), do_not_dun=bars)

    def _left(self, row: Row, sum_: Money, state: str, events: Sequence[Row] | None) -> Money:
        own = self._books.id(int(row["id"]))
        found = settled(events or (), sum_, self._books.connection, own, None)
        return left(sum_, state, events, found)

    def _made(self, row: Row, register: dict[int, Row], *, thorough: bool) -> Sequence[Fact]:
        """The facts of one invoice, its debtor first."""
        number, state = int(row["id"]), invoices.status(row)
        customer = self._customer(row, register)
        asks = thorough or state in CLOSED or state == "PARTLY_PAID"
        events = self.events(number) if asks and state not in VOIDED else None
        if total(row).amount < 0:
            note = self._books.credit_note(Told(row, customer, events))
            return (customer.party, note)
        told = Told(row, customer, events, self._history(number, state))
        payments = self._books.settled(told).payments
        return (customer.party, self._books.invoice(told), *payments, *told.history.notices)

    def _history(self, number: int, state: str) -> History:
        if state in CLOSED or state in VOIDED:
            return History()
        said = self._api.get(f"/invoices/{number}/transactions")
        log = parts(said, "transactions") if isinstance(said, dict) else None
        if log is None:
            raise Unclear("transactions", _REFUSED)
        return history.read(log, self._books.id(number))

    def _register(self, rows: Any) -> dict[int, Row]:
        """The register's records of the buyers."""
        wanted = {row.get("partnerId") for row in rows}
        numbers = sorted(one for one in wanted if isinstance(one, int) and one > 0)
        return self._api.by_ids("/businesspartners", numbers)

    def _customer(self, row: Row, register: dict[int, Row]) -> Customer:
        """The debtor by the register, else by the invoice itself."""
        partner = row.get("partnerId")
        if not isinstance(partner, int):
            return self._people.buyer(row, f"{self._books.id(row['id'])}-buyer")
        if partner in register:
            return self._people.customer(register[partner])
        return self._people.buyer(row, self._people.id(partner))


def _refusal(one: int, field: str, sentence: str) -> RowError:
    return RowError(row=str(one), field=field, text=sentence)


def _path(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return ".".join(str(part) for part in first["loc"])

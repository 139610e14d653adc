"""The walks through Fortnox's lists: changes, all that is open, the years, the unpaid invoices.

Lists are walked by page number, sorted by document number where Fortnox can sort. A row that is
changed meanwhile is moved to nowhere; a new one can only push others to a later page, where they
are given twice. Rows that are deleted pull others forward: the daily sweep finds what that skips.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from connectors.contract import Page
from connectors.erp.fortnox.cursor import Cursor, Feed
from connectors.erp.fortnox.rest import FortnoxRest, Listed
from connectors.erp.fortnox.rows import is_issued, number_of
from connectors.erp.fortnox.units import LIMIT, Units
from connectors.erp.fortnox.values import Row, Unclear, flag, money, needed, text
from shared.domain.model import Fact, OpenItem
from shared.errors import Unreadable

# Rows of a list whose records are read for one page of facts: some seconds of the budget.
_CHUNK = 25
_SORTED = {"sortby": "documentnumber", "sortorder": "ascending"}
_INVOICES, _PAYMENTS = ("/3/invoices", "Invoices"), ("/3/invoicepayments", "InvoicePayments")
_LISTS: dict[Feed, tuple[str, str, dict[str, str]]] = {
    "all": (*_INVOICES, _SORTED),
    "years": (*_INVOICES, _SORTED),
    "customers": ("/3/customers", "Customers", {}),
    "invoices": (*_INVOICES, _SORTED),
    "payments": (*_PAYMENTS, {}),
}

# What a row of a list is called when it is refused; of all others it is an invoice.
_ROW: dict[Feed, str] = {"customers": "customer", "payments": "payment"}


class Books:
    """The lists of one company; ``connection`` begins every id."""

    def __init__(
        self, rest: FortnoxRest, units: Units, connection: str, overlap: timedelta
    ) -> None:
        self._rest, self._units = rest, units
        self._connection, self._overlap = connection, overlap
        # Who owes, once a pull has asked.
        self._owing: set[str] | None = None

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """What is open, or what changed since the cursor; see ``contract.Erp``."""
        state = Cursor.read(cursor)
        self._units.begin()
        self._owing = None
        if state.feed is None:
            filled = self._filled()
            if state.since and not filled:
                raise Unreadable("the books were filled and now show no invoice")
            state = state.begin(self._rest.clock or now)
        yield from self._walk(state, {}, now)

    def backfill(self, since: date, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """All invoices dated since a day; see ``contract_erp.Backfills``."""
        state = Cursor.read(cursor)
        self._units.begin()
        if state.feed is None:
            self._filled()
            state = Cursor(feed="years", began=self._rest.clock or now)
        yield from self._walk(state, {"fromdate": since.isoformat()}, now)

    def open_list(self) -> Iterator[Sequence[OpenItem]]:
        """Every invoice that is open; none at all in books without an invoice is ``Unreadable``."""
        for rows in self._unpaid():
            if not rows and not self._filled():
                raise Unreadable("the books show no invoice at all")
            yield [one for row in rows if (one := self._open(row)) is not None]

    def _unpaid(self) -> Iterator[Sequence[Row]]:
        """The list of the invoices that Fortnox calls unpaid, page by page."""
        page, pages = 1, 1
        while page <= pages:
            listed = self._rest.page(*_INVOICES, {"filter": "unpaid", **_SORTED}, page, LIMIT)
            yield listed.rows
            page, pages = page + 1, listed.pages

    def _walk(self, state: Cursor, more: dict[str, str], now: datetime) -> Iterator[Page]:
        """Pages of facts from ``state`` to the end of its last list."""
        began = state.began or now
        while state.feed is not None:
            feed = state.feed
            path, name, asked = _LISTS[feed]
            asked = {**asked, **state.changed(self._overlap), **more}
            listed = self._rest.page(path, name, asked, state.page, LIMIT)
            for rows, after in _steps(state, listed):
                state = after
                facts = self._facts(feed, rows)
                refused = self._units.taken_refusals()
                if facts or refused or state.feed is None:
                    through = began if state.feed is None else None
                    yield Page(
                        facts=tuple(facts), refused=refused, cursor=state.text(),
                        complete_through=through,
                    )  # fmt: skip

    def _facts(self, feed: Feed, rows: Sequence[Row]) -> list[Fact]:
        """What rows of a list stand for, each read with all that belongs to it."""
        found: list[Fact] = []
        for row in rows:
            try:
                found += self._of(feed, row)
            except Unclear as unclear:
                self._units.refuse(_ROW.get(feed, "invoice"), row, unclear)
        return found

    def _of(self, feed: Feed, row: Row) -> list[Fact]:
        match feed:
            case "customers":
                number = needed(row, "CustomerNumber")
                return self._units.customer(number) if self._owes(number) else []
            case "payments":
                number = needed(row, "InvoiceNumber")
            case "all" if not _is_open(row):
                return []
            case _:
                number = number_of(row)
        # An invoice that this read has given is as new as its row.
        return [] if self._units.was_given(number) else self._units.facts(number)

    def _owes(self, customer: str) -> bool:
        """Whether a customer has an unpaid invoice; of no other is anything kept.

        One walk through the unpaid invoices serves a whole pull: a search by customer would find
        parts of numbers too ("1" in "21"), and so most of a large company's books.
        """
        if self._owing is None:
            self._owing = {text(row, "CustomerNumber") for rows in self._unpaid() for row in rows}
        return customer in self._owing

    def _filled(self) -> bool:
        return self._rest.page(*_INVOICES, {}, 1, 1).total > 0

    def _open(self, row: Row) -> OpenItem | None:
        """An open invoice of the list of unpaid ones; no credit note, no draft, nothing unclear.

        What is unclear here is unclear in the invoice's own record too, and kept there.
        """
        with suppress(Unclear):
            currency = needed(row, "Currency")
            left, whole = money(row, "Balance", currency), money(row, "Total", currency)
            owed = left.amount > 0 and whole.amount > 0 and not flag(row, "Cancelled")
            if owed and is_issued(row):
                return OpenItem(invoice=f"{self._connection}:{number_of(row)}", open=left)
        return None


def _steps(state: Cursor, listed: Listed) -> Iterator[tuple[Sequence[Row], Cursor]]:
    """The rows of a page from the cursor on, some at a time, and where each step leaves it."""
    rows = listed.rows
    for start in range(state.row, max(len(rows), state.row + 1), _CHUNK):
        end = start + _CHUNK
        if end < len(rows):
            yield rows[start:end], state.at(listed.page, end)
        elif listed.page < listed.pages:
            yield rows[start:end], state.at(listed.page + 1, 0)
        else:
            yield rows[start:end], state.ended()


def _is_open(row: Row) -> bool:
    """Whether a row of the list of invoices has a balance, owed or to be given back."""
    return bool(money(row, "Balance", needed(row, "Currency"))) and not flag(row, "Cancelled")

"""The walk through Netvisor's books: a pull and a backfill, as pages of facts.

A pull goes by stages: invoices and credit notes with their customers, then (not the first time)
customers that changed and owe, payments that changed, and the invoices that were deleted. The
invoices whose *payments* changed come with the first stage (``includemodifiedpayments``). The first
pull and a backfill give the payments of partly paid invoices alone: what is settled needs none.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from datetime import date, datetime, timedelta

from connectors.contract import Page
from connectors.erp.netvisor.books import AT_ONCE, Books, keys_of
from connectors.erp.netvisor.cursor import Cursor, YearsCursor
from connectors.erp.netvisor.facts import Reading, Settlement
from connectors.erp.netvisor.fields import Fields, Odd
from connectors.erp.netvisor.gathering import Found, Gathering
from connectors.erp.netvisor.listed import Listed, read_listed
from connectors.xml_door import Element
from shared.domain.model import Missing
from shared.errors import Unreadable

Stage = Generator[Page, None, Cursor]
# Invoices that a walk remembers by their numbers; beyond, one is asked for when it was paid.
_REMEMBERED = 20_000


class Walk:
    """One walk; it remembers by their numbers the invoices that it has passed, for payments."""

    def __init__(self, books: Books, reading: Reading, overlap: timedelta) -> None:
        self._books, self._reading, self._overlap = books, reading, overlap
        self._gathering = Gathering(books, reading)
        self._numbers: dict[str, list[Settlement]] = {}

    def pull(self, state: Cursor, now: datetime) -> Iterator[Page]:
        """The pages of a pull from ``state``; the last one has ``complete_through``.

        Raises ``Unreadable`` when the books, once filled, show no invoice at all.
        """
        since = state.since(self._overlap)
        resumed = state.stage is not None
        if state.stage is None or state.stage == "invoices":
            state = (yield from self._invoices(state, since, now)).at_stage("customers")
        if since is not None:
            if state.stage == "customers":
                state = (yield from self._customers(state, since)).at_stage("payments")
            if resumed:
                self._recall(since, now)
            state = yield from self._payments(state, since)
        gone = self._books.deleted(since, now) if since is not None else []
        lost = self._books.deleted_payments(since, now) if since is not None else []
        facts = [Missing(id=self._reading.id(key)) for key in gone]
        facts += [self._reading.no_payment(key) for key in lost]
        yield Page(facts=tuple(facts), cursor=state.rested().text(), complete_through=state.at)

    def years(self, since: date, state: YearsCursor) -> Iterator[Page]:
        """All that was issued since a day, by rising key."""
        for reply in self._books.invoices({"begininvoicedate": since.isoformat()}, state.after):
            for rows in _chunks(reply.records):
                found = self._gathering.of_rows(rows, with_payments=True)
                passed = max(keys_of(rows), default=state.after)
                state = state.model_copy(update={"after": passed})
                yield _page(found, state.model_dump_json())
        yield Page(cursor=state.model_dump_json(), complete_through=state.at)

    def _invoices(self, state: Cursor, since: datetime | None, now: datetime) -> Stage:
        empty = state.after == 0
        for reply in self._books.invoices(_window(since, now), state.after):
            if state.began is None:
                begun = {"stage": "invoices", "began": reply.stamp, "at": reply.date or now}
                state = state.model_copy(update=begun)
            empty = empty and not reply.records
            for rows in _chunks(reply.records):
                found = self._gathering.of_rows(rows, with_payments=since is None)
                state = state.past(max(keys_of(rows), default=state.after))
                for one in found.listed:
                    state = state.model_copy(update={"known": one.issued})
                    if since is not None:
                        self._remember(one)
                yield _page(found, state.text())
        if empty and state.known is not None and not self._books.any_on(state.known):
            raise Unreadable("the books were filled and now show no invoice")
        return state

    def _customers(self, state: Cursor, since: datetime) -> Stage:
        changed = [key for key in self._books.changed_customers(since) if key > state.after]
        owing = self._books.owing() if changed else set()
        wanted = [key for key in changed if key in owing]  # of no other customer is anything kept
        for start in range(0, len(wanted), AT_ONCE):
            batch, found = wanted[start : start + AT_ONCE], Found()
            self._gathering.parties(batch, found)
            state = state.at_stage("customers").past(batch[-1])
            yield _page(found, state.text())
        return state

    def _payments(self, state: Cursor, since: datetime) -> Stage:
        for records in self._books.payments(since, state.after):
            found = Found()
            for one in records:
                self._payment(one, found)
            if records:
                state = state.past(max(keys_of(records), default=state.after))
                yield _page(found, state.text())
        return state

    # -- which invoice a payment is for ----------------------------------------------------------

    def _payment(self, row: Element, found: Found) -> None:
        """A payment names its invoice by number alone; it may also be for an order, or for none."""
        try:
            named = self._named(Fields(row).text("invoicenumber"))
        except Odd as odd:
            found.refuse("salespayment", row, odd)
            return
        if len(named) > 1:
            twice = Odd("invoicenumber", "two invoices bear the number")
            found.refuse("salespayment", row, twice)
            return
        self._gathering.payment(row, named[0] if named else None, found)

    def _named(self, number: str) -> list[Settlement]:
        """The invoices of a number; those that the walk has not passed are asked for."""
        if number and number not in self._numbers:
            found = self._books.numbered(number)
            for one in found:
                self._remember(one)
            if not found:
                self._numbers[number] = []
        return self._numbers.get(number, [])

    def _remember(self, one: Listed) -> None:
        if len(self._numbers) >= _REMEMBERED and one.number not in self._numbers:
            self._numbers.clear()
        settled = Settlement(one.key, one.customer, one.total.currency)
        known = self._numbers.setdefault(one.number, [])
        if settled not in known:
            known.append(settled)

    def _recall(self, since: datetime, now: datetime) -> None:
        """Remember the invoices of a pull that goes on: those whose payments it has yet to give."""
        for reply in self._books.invoices(_window(since, now)):
            for row in reply.records:
                try:
                    self._remember(read_listed(row))
                except Odd:
                    continue  # it was refused by name when it was passed


def _window(since: datetime | None, now: datetime) -> dict[str, object]:
    """The filter of invoices that changed, or had a payment changed, since a stamp.

    The list takes days; its end is one that no zone has reached.
    """
    if since is None:
        return {}
    end = now.date() + timedelta(days=2)
    return {
        "lastmodifiedstart": since.date().isoformat(), "lastmodifiedend": end.isoformat(),
        "includemodifiedpayments": 1,
    }  # fmt: skip


def _chunks(records: Sequence[Element]) -> Iterator[Sequence[Element]]:
    for start in range(0, len(records), AT_ONCE):
        yield records[start : start + AT_ONCE]


def _page(found: Found, cursor: str) -> Page:
    return Page(facts=tuple(found.facts), refused=tuple(found.refused), cursor=cursor)

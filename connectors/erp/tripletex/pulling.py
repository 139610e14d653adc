"""The pull: changed customers, new invoices, new money, and once a day every open invoice.

Tripletex lists no changed invoices. New ones and new money are known by their numbers within some
days of the books; what escapes that (a due date that was moved, a payment dated long ago, a close
group that was undone) is found by reading all open invoices again once a day, and by the hub's own
daily sweep.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from connectors.bounds import TooLarge
from connectors.contract import Page, RowError
from connectors.erp.tripletex import fields, parties
from connectors.erp.tripletex.books import (
    AHEAD,
    Books,
    collected,
    debtor,
    norwegian,
    refusal,
    vouchers,
)
from connectors.erp.tripletex.calls import CHUNK, Calls, Row
from connectors.erp.tripletex.config import Config
from connectors.erp.tripletex.cursor import Cursor, Years
from connectors.erp.tripletex.fields import RowRefused
from connectors.erp.tripletex.invoices import WHOLE, Reading, brought_money
from shared.domain.model import Fact

# Stamps of changes are set back by as much: they name no zone, and a UTC stamp that is read as
# Norway's is one or two hours early.
_OVERLAP = timedelta(minutes=10)
# The pages of a feed, and where the pull stands after it.
Turn = Generator[Page, None, Cursor]
# Invoices of a page of years: with customers and postings some 4 kB each.
_YEARS_PAGE = 200


class Pulling:
    """One pull or backfill of one company."""

    def __init__(self, calls: Calls, config: Config, reading: Reading) -> None:
        self._calls = calls
        self._config = config
        self._reading = reading
        self._books = Books(calls, config)

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """Page by page; the last page is empty and has ``complete_through``: when the pull began.

        Raises ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``.
        """
        state = Cursor.read(cursor)
        if state.feed is None:
            state = state.turned(began=now)
        began = state.began or now
        feeds = {
            "customers": self._customers, "invoices": self._invoices, "money": self._money,
            "open": self._open,
        }  # fmt: skip
        while state.feed is not None:
            state = yield from feeds[state.feed](state, began)
        yield Page(cursor=state.rested().text(), complete_through=began)

    def years(self, since: date, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """All that was issued since a day, month by month. Raises as ``pull``."""
        state, today = Years.read(cursor, since), norwegian(now)
        count = _YEARS_PAGE
        while state.month <= today:
            span = {"invoiceDateFrom": str(state.month), "invoiceDateTo": str(state.end)}
            asked = {**span, "fields": WHOLE, "sorting": "invoiceDate,id"}
            try:
                rows = self._calls.page("/invoice", asked, start=state.done, count=count)
            except TooLarge:
                if count == 1:
                    raise
                count = max(count // 4, 1)
                continue
            whole = len(rows) < count
            done = {"month": state.end, "done": 0} if whole else {"done": state.done + len(rows)}
            state = state.model_copy(update=done)
            if rows:
                facts, refused = collected(self._reading, rows)
                yield Page(
                    facts=tuple(facts), refused=tuple(refused), cursor=state.model_dump_json()
                )
        yield Page(cursor=state.model_dump_json(), complete_through=now)

    # -- the feeds -----------------------------------------------------------------------------

    def _customers(self, state: Cursor, began: datetime) -> Turn:
        """Changed customers that owe something; of no other is anything kept.

        The first pull has none: every invoice comes with its customer.
        """
        since, mark = state.customers, {"customers": began}
        owing: set[object] | None = None
        while since is not None:
            stamp = (since - _OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
            asked = {"changedSince": stamp, "fields": parties.WANTED}
            rows = self._calls.page("/customer", asked, start=state.after, count=CHUNK)
            if rows and owing is None:
                posts = self._books.open_posts(norwegian(began))
                owing = {(row.get("customer") or {}).get("id") for row in posts}
            state = state.past(state.after + len(rows))
            facts: list[Fact] = []
            refused: list[RowError] = []
            for row in rows:
                if row.get("id") in (owing or ()):
                    debtor(self._reading, row, facts, refused)
            if facts or refused:
                yield Page(facts=tuple(facts), refused=tuple(refused), cursor=state.text())
            if len(rows) < CHUNK:
                break
        return state.turned(**mark)

    def _invoices(self, state: Cursor, began: datetime) -> Turn:
        """Invoices and credit notes that are new within the days that are looked back."""
        today = norwegian(began)
        days = self._config.look_back_days if state.newest else self._config.first_days
        numbers, new, newest = Numbers(), array("q"), state.newest
        dated = self._books.dated(today - timedelta(days=days), today + AHEAD)
        for row in numbers.counted(dated):
            if row["id"] > state.invoices.before:
                new.append(row["id"])
            newest = max((one for one in (newest, _day(row)) if one is not None), default=None)
        if not numbers.some and state.newest:
            self._books.has_invoices(state.newest)
        state = yield from self._read("id", array("q", sorted(new)), state)
        return state.turned(invoices=state.invoices.next(numbers.highest), newest=newest)

    def _money(self, state: Cursor, began: datetime) -> Turn:
        """The invoices that new money or a new close group settles; and money without a place."""
        today = norwegian(began)
        first, last = today - timedelta(days=self._config.look_back_days), today + AHEAD
        posted, new = Numbers(), News()
        for row in posted.counted(self._books.money(first, last)):
            if row["id"] > state.postings.before:
                new.take(row)
        grouped, wanted = Numbers(), set[int]()
        for row in grouped.counted(self._books.groups(first, last)):
            if row["id"] > state.groups.before:
                wanted |= vouchers(row.get("postings") or ())
        if not posted.some and not grouped.some and state.newest:
            self._books.has_postings(state.newest)
        if new.invoices:
            paid, posts = new.invoices, self._books.open_posts(today)
            wanted |= vouchers(one for one in posts if str(one.get("invoiceNumber")) in paid)
        yield from self._unplaced(new.unplaced, state)
        state = yield from self._read("voucherId", sorted(wanted), state)
        return state.turned(
            postings=state.postings.next(posted.highest), groups=state.groups.next(grouped.highest)
        )

    def _open(self, state: Cursor, began: datetime) -> Turn:
        """Every open invoice again, at the first pull of a day."""
        today = norwegian(began)
        if state.walked == today:
            return state.turned()
        posts = self._books.open_posts(today, filled=state.newest is not None)
        wanted = array("q", sorted(vouchers(posts)))
        state = yield from self._read("voucherId", wanted, state)
        return state.turned(walked=today)

    def _read(self, name: str, numbers: Sequence[int], state: Cursor) -> Turn:
        """The invoices of rising numbers that are past the place where ``state`` stands."""
        for start in range(bisect_right(numbers, state.after), len(numbers), CHUNK):
            asked = numbers[start : start + CHUNK]
            facts, refused = collected(self._reading, self._calls.named(name, asked, WHOLE))
            state = state.past(asked[-1])
            yield Page(facts=tuple(facts), refused=tuple(refused), cursor=state.text())
        return state

    def _unplaced(self, postings: Sequence[Row], state: Cursor) -> Iterator[Page]:
        """Payments that name no invoice and are matched with none."""
        for start in range(0, len(postings), CHUNK):
            facts: list[Fact] = []
            refused: list[RowError] = []
            for row in postings[start : start + CHUNK]:
                try:
                    if brought_money(row, credited=True):
                        facts.append(self._reading.payment(row))
                except (RowRefused, ValueError) as error:
                    refused.append(refusal(f"posting/{row.get('id')}", error))
            if facts or refused:
                yield Page(facts=tuple(facts), refused=tuple(refused), cursor=state.text())


class Numbers:
    """The highest number of the records of a list, and whether there was one."""

    def __init__(self) -> None:
        self.highest, self.some = 0, False

    def counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The records as they come; none is held."""
        for row in rows:
            self.highest, self.some = max(self.highest, row["id"]), True
            yield row


class News:
    """What new postings of money leave to do; those of a close group come with their group."""

    def __init__(self) -> None:
        self.invoices: set[str] = set()
        self.unplaced: list[Row] = []

    def take(self, row: Row) -> None:
        """Note the invoice that a posting pays in part, or a posting that names none."""
        if row.get("closeGroup"):
            return
        if row.get("invoiceNumber"):
            self.invoices.add(str(row["invoiceNumber"]))
        else:
            self.unplaced.append(row)


def _day(row: Row) -> date | None:
    """The day of an invoice; what is wrong with it is said when the invoice is read."""
    try:
        return fields.day(row, "invoiceDate")
    except RowRefused:
        return None

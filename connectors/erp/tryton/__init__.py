"""Tryton 8: customers, invoices, credit notes and payments over its REST API.

An administrator of the ERP makes a user whose group may read parties with their addresses, contact
mechanisms, identifiers, categories and languages, customer invoices, receivable lines with their
moves, journals and reconciliations, dunnings with procedures and levels, the company, currencies
and countries; and for that user an application key of kind REST. The key is all that the hub has,
unless it is to write back (``writing.py``): that takes a second key, of a user of its own.

Left to a person, because Tryton does not say it: when an invoice was sent, and which of several
instalments is overdue (an invoice counts as due when its last open instalment is).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property, partial

from pydantic import ValidationError

from connectors.bounds import TooLarge
from connectors.contract import Connection, Finding, Page, Receipt, RowError, Spec
from connectors.contract_write_back import StatusNote, Voucher
from connectors.erp.tryton import rows
from connectors.erp.tryton.config import Config
from connectors.erp.tryton.cursor import FEEDS, Cursor, Feed
from connectors.erp.tryton.findings import findings
from connectors.erp.tryton.questions import BUSINESS_IDS, MODELS, Questions
from connectors.erp.tryton.rest import Row, TrytonRest
from connectors.erp.tryton.writing import Writing
from connectors.http import Door
from shared.domain.model import Fact, Id, OpenItem
from shared.errors import Reconnect, Unreadable

_PAGE = 100
# Unpaid invoices of which only the party is asked: each such page names at least one more.
_UNPAID = 1_000
# A page of invoices costs Tryton up to some seconds of CPU (trytond's own limit is 60 s).
_TOTAL_SECONDS = 60


SPEC = Spec(
    name="erp.tryton",
    title="Tryton 8",
    countries=("*",),
    config=Config,
    secrets=("application_key", "write_key"),
    capabilities=frozenset(
        {"customers", "invoices", "credit_notes", "payments", "open_items", "incremental",
         "payment_cursor", "do_not_dun", "write_back", "vouchers"}
    ),
    docs="docs/connectors/erp.tryton.md",
    verified="live",
    data=("name", "address", "contact", "invoice", "payment"),
    processing="the creditor's choice",
    idempotency="idempotent",
    ordered=True,
    environments=("production", "sandbox"),
    proof="open_items",
    overlap_minutes=10,
)  # fmt: skip


def connect(connection: Connection) -> TrytonErp:
    """The ERP of a connection; nothing is dialled yet."""
    return TrytonErp(connection)


class TrytonErp:
    """One company's books in one Tryton database."""

    def __init__(self, connection: Connection) -> None:
        config = connection.config
        self._config = config if isinstance(config, Config) else Config(**config.model_dump())
        self._connection = connection
        self._ask = Questions(self._config.company, dunning=self._config.dunning)
        self._writing = Writing(connection, self._config)
        self._overlap = timedelta(minutes=self._config.overlap_minutes)
        self._reading = rows.Reading(
            connection=connection.id,
            country=self._config.country,
            reference=self._config.reference,
            claim_class=self._config.claim_class,
            sent_when_dated=self._config.sent_when_dated,
            capacities={
                self._config.consumer_category: "consumer",
                self._config.business_category: "business",
                self._config.public_category: "public",
            },
        )

    @cached_property
    def _rest(self) -> TrytonRest:
        key = self._connection.secrets.get("application_key", "")
        if not key:
            raise Reconnect("the application key is missing", lacks="settings")
        door = Door(
            self._config.url, private_targets=self._connection.private_targets,
            total_seconds=_TOTAL_SECONDS, secrets=(key,),
        )  # fmt: skip
        return TrytonRest(door, self._config.database, key, self._config.company)

    def test(self) -> Sequence[Finding]:
        """Read the company and the newest record of each feed, with all that a pull reads of it.

        And whether Tryton reminds by itself.
        """
        config = self._config
        return findings(lambda: self._rest, self._first, config.company, dunning=config.dunning)

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """Customers with open invoices, then invoices and credit notes, then payments.

        An invoice's page starts with its customer. What changes during the pull comes with the
        next one. ``complete_through`` is the server's own clock at the start. Raises ``Unreadable``
        when the books, once filled, show no invoice: the key's user has then lost its rights, for
        Tryton hides records and says nothing.
        """
        state = Cursor.read(cursor)
        if state.feed is None:
            state = self._begin(state, FEEDS[0])
        while state.feed is not None:
            found, ended = self._page(state, state.feed)
            facts, refused = self._read(state.feed, found, state)
            state = self._next(state, state.feed) if ended else state.past(found[-1]["id"])
            if found or state.feed is None:
                began, state_text = state.began or now, state.rested().text()
                through = began if state.feed is None else None
                yield Page(
                    facts=facts, refused=refused, cursor=state_text, complete_through=through
                )

    def open_items(self, invoices: Sequence[Id]) -> Sequence[OpenItem]:
        """What Tryton says of each invoice now; a draft or a record that is gone is missing."""
        numbers = {self._number(each): each for each in invoices}
        found: dict[str, OpenItem] = {}
        asked = [number for number in numbers if number is not None]
        for start in range(0, len(asked), _PAGE):
            domain = [*self._ask.domain("invoices"), ["id", "in", asked[start : start + _PAGE]]]
            for row in self._rest.search("account.invoice", domain, self._ask.open_item):
                name = numbers[row["id"]]
                found[name] = OpenItem(
                    invoice=name, open=rows.open_amount(row), do_not_dun=rows.flags(row)
                )
        return [found.get(each) or OpenItem(invoice=each, open=None) for each in invoices]

    def written(self, one: StatusNote | Voucher, *, key: str) -> Receipt:
        """Whether a note or a draft move of ``key`` is in the books."""
        return self._writing.written(one, key=key)

    def note(self, note: StatusNote, *, key: str) -> Receipt:
        """Put a note on an invoice."""
        return self._writing.note(note, key=key)

    def voucher(self, voucher: Voucher, *, key: str) -> Receipt:
        """Lay down a draft move."""
        return self._writing.voucher(voucher, key=key)

    # -- the walk through the feeds ------------------------------------------------------------

    def _begin(self, state: Cursor, feed: Feed) -> Cursor:
        """The start of a feed; its mark is the newest stamp that the server shows now."""
        stamps = [self._newest(feed, name) for name in ("write_date", "create_date")]
        known = [each for each in stamps if each is not None]
        if not known and state.since.get(feed) is not None:
            raise Unreadable("the books were filled and now show no record of a kind")
        began = state.began or self._rest.clock
        until = max(known, default=None)
        return state.model_copy(update={"feed": feed, "after": 0, "until": until, "began": began})

    def _newest(self, feed: Feed, field: str) -> datetime | None:
        domain = [*self._ask.domain(feed), [field, "!=", None]]
        found = self._rest.search(MODELS[feed], domain, [field], order=f"{field} DESC", limit=1)
        return found[0][field] if found else None

    def _page(self, state: Cursor, feed: Feed) -> tuple[list[Row], bool]:
        """The next records of a feed, and whether they are its last.

        One payment of hundreds of invoices stands in the reconciliation of each: what is too large
        is asked for in shorter pages.
        """
        changed = state.changed(feed, self._ask.watched(feed), self._overlap)
        domain, fields = [*self._ask.domain(feed), *changed], self._ask.fields(feed)
        limit = _PAGE
        while True:
            try:
                found = self._rest.search(MODELS[feed], domain, fields, limit=limit)
            except TooLarge:
                if limit == 1:
                    raise
                limit = max(limit // 4, 1)
            else:
                return found, len(found) < limit

    def _next(self, state: Cursor, feed: Feed) -> Cursor:
        """The start of the feed after one, or the end."""
        ended = state.ended(feed)
        following = FEEDS[FEEDS.index(feed) + 1 :]
        return self._begin(ended, following[0]) if following else ended

    def _first(self, feed: Feed) -> list[Row]:
        return self._rest.search(
            MODELS[feed], self._ask.domain(feed), self._ask.fields(feed), order="id DESC", limit=1
        )

    # -- what the answers mean -----------------------------------------------------------------

    def _read(
        self, feed: Feed, found: list[Row], state: Cursor
    ) -> tuple[tuple[Fact, ...], tuple[RowError, ...]]:
        facts: list[Fact] = []
        refused: list[RowError] = []
        for model, row, fact in (*self._facts(feed, found), *self._freed(feed, found, state)):
            try:
                facts.append(fact())
            except ValidationError as error:
                path = ".".join(str(part) for part in error.errors()[0]["loc"])
                refused.append(_refusal(model, row, path, "the value is not allowed"))
            except (ValueError, KeyError, TypeError, AttributeError):
                refused.append(_refusal(model, row, "", "the record is not as Tryton makes it"))
        return tuple(facts), tuple(refused)

    def _facts(self, feed: Feed, found: list[Row]) -> Iterator[tuple[str, Row, Callable[[], Fact]]]:
        """Each record with its model and the fact that it is: parties before their invoices."""
        reading = self._reading
        if feed == "payments":
            yield from (("account.move.line", row, partial(reading.payment, row)) for row in found)
            return
        parties, identifiers = self._parties(feed, found)
        for number, party in parties.items():
            yield "party.party", party, partial(reading.party, party, identifiers[number])
        for row in found if feed == "invoices" else ():
            credit = row["total_amount"] < 0
            party = parties.get(row["party"], {})
            fact = partial(reading.credit_note, row) if credit else None
            yield "account.invoice", row, fact or partial(reading.invoice, row, party)

    def _freed(
        self, feed: Feed, found: list[Row], state: Cursor
    ) -> Iterator[tuple[str, Row, Callable[[], Fact]]]:
        """Payments that settle nothing, of the debtors of changed invoices.

        One that was taken off an invoice leaves no trace of its own, and is the debtor's all the
        same. A first pull gives them with all others.
        """
        if feed != "invoices" or not found or state.since.get(feed) is None:
            return
        domain = self._ask.free_payments(sorted({row["party"] for row in found}))
        free = self._rest.search("account.move.line", domain, self._ask.fields("payments"))
        yield from self._facts("payments", free)

    def _parties(self, feed: Feed, found: list[Row]) -> tuple[dict[int, Row], dict[int, list[Row]]]:
        """The debtors among the changed parties or of the invoices, and their company numbers."""
        if feed == "customers":
            owing = self._debtors([row["id"] for row in found])
            parties = {row["id"]: row for row in found if row["id"] in owing}
        else:
            wanted = sorted({row["party"] for row in found})
            domain = [*self._ask.domain("customers"), ["id", "in", wanted]]
            answer = self._rest.search("party.party", domain, self._ask.fields("customers"))
            parties = {row["id"]: row for row in answer} if wanted else {}
        identifiers: dict[int, list[Row]] = {number: [] for number in parties}
        if parties:
            asked = [["party", "in", sorted(parties)], ["type", "in", list(BUSINESS_IDS)]]
            for row in self._rest.search("party.identifier", asked, ["party", "type", "code"]):
                identifiers[row["party"]].append(row)
        return parties, identifiers

    def _debtors(self, parties: list[int]) -> set[int]:
        """Those with an unpaid invoice; of no other party is anything kept."""
        owing, left, full = set[int](), set(parties), True
        unpaid = [*self._ask.domain("invoices"), ["state", "=", "posted"]]
        while left and full:
            domain = [*unpaid, ["party", "in", sorted(left)]]
            rows = self._rest.search("account.invoice", domain, ["party"], limit=_UNPAID)
            full = len(rows) == _UNPAID
            owing |= {row["party"] for row in rows}
            left -= owing
        return owing

    def _number(self, invoice: Id) -> int | None:
        connection, _, number = invoice.rpartition(":")
        ours = connection == self._reading.connection and number.isascii() and number.isdigit()
        return int(number) if ours else None


def _refusal(model: str, row: Row, field: str, text: str) -> RowError:
    return RowError(row=f"{model},{row['id']}", field=field, text=text)

"""Fortnox: customers, invoices, credit notes, payments and its own reminders over its REST API.

A system administrator of the company consents for a service account with the scopes
companyinformation, customer, invoice and payment; Fortnox's scopes read and write, and the hub
writes nothing but a line in an invoice's internal comments, when write-back is on.

The first pull reads all that is open; older, settled invoices come with a backfill. Then changes of
customers, invoices and payments are asked for, and each invoice that one of them names is read
with all that belongs to it. Left to a person, because Fortnox does not say it: when an invoice was
sent, what a reminder charged, which day an earlier reminder than the latest was made, in which
language a customer reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

from connectors.contract import Connection, Finding, Page, Receipt, Spec
from connectors.contract_erp import Consent
from connectors.contract_write_back import StatusNote
from connectors.erp.fortnox.config import Config
from connectors.erp.fortnox.consent import FortnoxConsent
from connectors.erp.fortnox.findings import findings
from connectors.erp.fortnox.parties import People
from connectors.erp.fortnox.reading import Books
from connectors.erp.fortnox.rest import FortnoxRest
from connectors.erp.fortnox.rows import Reading
from connectors.erp.fortnox.units import Units
from connectors.erp.fortnox.writing import Writing
from connectors.lent import Budget
from shared.domain.model import Fact, Id, OpenItem

SPEC = Spec(
    name="erp.fortnox",
    title="Fortnox",
    countries=("SE",),
    config=Config,
    secrets=("client_secret",),
    capabilities=frozenset(
        {"customers", "invoices", "credit_notes", "payments", "open_items", "incremental",
         "payment_cursor", "do_not_dun", "sweep", "backfill", "past_notices", "documents",
         "write_back"}
    ),
    docs="docs/connectors/erp.fortnox.md",
    verified="spec only",
    data=("name", "address", "contact", "invoice", "payment"),
    processing="Sweden (Fortnox AB)",
    regions=("SE",),
    idempotency="askable",
    query_by_key=True,
    environments=("production", "sandbox"),
    proof="open_items",
    overlap_minutes=10,
    confirm=True,
    # 25 requests in 5 seconds for each access token (the OpenAPI's own words).
    budget=Budget(calls=25, seconds=5, reserve=5),
    grant="consented",
)  # fmt: skip


def connect(connection: Connection) -> FortnoxErp:
    """The ERP of a connection; nothing is dialled yet."""
    return FortnoxErp(connection)


def grant(connection: Connection) -> Consent:
    """How a token for a connection is got."""
    return FortnoxConsent(connection, _config(connection))


class FortnoxErp:
    """One company's books in Fortnox."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._config = connection, _config(connection)
        self._writing = Writing(lambda: self._rest, self._number)

    @cached_property
    def _rest(self) -> FortnoxRest:
        return FortnoxRest(self._connection, self._config.api)

    @cached_property
    def _units(self) -> Units:
        config, name = self._config, self._connection.id
        reading = Reading(
            connection=name,
            claim_class=config.claim_class,
            sent_when_dated=config.sent_when_dated,
            hold_label=config.hold_label,
            hold_house_work=config.house_work == "hold",
        )
        return Units(self._rest, reading, People(name, config.country))

    @cached_property
    def _books(self) -> Books:
        overlap = timedelta(minutes=self._config.overlap_minutes)
        return Books(self._rest, self._units, self._connection.id, overlap)

    def test(self) -> Sequence[Finding]:
        """Look at login, company, licences and scopes, and whether Fortnox reminds by itself."""
        return findings(lambda: self._rest, self._config)

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """All that is open, or what changed since: customers that owe, invoices, payments.

        ``complete_through`` is Fortnox's own clock at the start. Raises ``Unreadable`` when the
        books, once filled, show no invoice.
        """
        return self._books.pull(cursor, now=now)

    def open_items(self, invoices: Sequence[Id]) -> Sequence[OpenItem]:
        """What Fortnox says of each invoice now; one that it does not know is missing."""
        return [self._open_item(one) for one in invoices]

    def open_list(self, *, now: datetime) -> Iterator[Sequence[OpenItem]]:
        """Every invoice that Fortnox calls unpaid; ``now`` is not needed."""
        del now
        return self._books.open_list()

    def read(self, invoices: Sequence[Id], *, now: datetime) -> Page:
        """The facts of invoices as ``pull`` gives them; ``now`` is not needed."""
        del now
        numbers = [number for one in invoices if (number := self._number(one)) is not None]
        self._units.begin()
        facts: list[Fact] = [fact for number in numbers for fact in self._units.facts(number)]
        return Page(facts=tuple(facts), refused=self._units.taken_refusals(), cursor="")

    def backfill(self, since: date, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """All invoices dated since a day, settled ones too, by their numbers."""
        return self._books.backfill(since, cursor, now=now)

    def document(self, invoice: Id) -> bytes | None:
        """The invoice as a PDF; the preview, because printing would mark it as sent."""
        number = self._number(invoice)
        return None if number is None else self._rest.pdf(f"/3/invoices/{number}/preview")

    def written(self, one: StatusNote, *, key: str) -> Receipt:
        """Whether a note of ``key`` is in the books."""
        return self._writing.written(one, key=key)

    def note(self, note: StatusNote, *, key: str) -> Receipt:
        """Put a note into an invoice's internal comments."""
        return self._writing.note(note, key=key)

    def _open_item(self, invoice: Id) -> OpenItem:
        number = self._number(invoice)
        if number is None:
            return OpenItem(invoice=invoice, open=None)
        return self._units.open_item(invoice, number)

    def _number(self, invoice: Id) -> str | None:
        """Fortnox's number of an invoice of this connection, else None."""
        connection, _, number = invoice.rpartition(":")
        ours = connection == self._connection.id and number.isascii() and number.isdigit()
        return number if ours else None


def _config(connection: Connection) -> Config:
    config = connection.config
    return config if isinstance(config, Config) else Config(**config.model_dump())

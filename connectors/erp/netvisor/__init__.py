"""Netvisor (Finland): customers, invoices, credit notes and payments over its XML interface.

A user of the creditor's company makes API identifiers in Netvisor (customer id and key), the hub's
operator has those of a software partner (partner id and key, separate ones for the test
environment); an administrator of the company gives the interface user the right to the resources
that are read (``salesinvoicelist``, ``getsalesinvoice``, ``deletedsalesinvoices``,
``customerlist``, ``getcustomer``, ``salespaymentlist``) and to ``salesinvoicecomment`` where
notes are to go back. The package must include the web service interface.

Written from Netvisor's public pages, its DTDs and others' samples; it has not met a live company.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from connectors.contract import Connection, Finding, Page, Receipt, Spec
from connectors.contract_erp import MAX_DOCUMENT
from connectors.contract_write_back import StatusNote
from connectors.erp.netvisor.books import Books
from connectors.erp.netvisor.cursor import Cursor, YearsCursor
from connectors.erp.netvisor.facts import Reading
from connectors.erp.netvisor.fields import Odd
from connectors.erp.netvisor.gathering import Gathering
from connectors.erp.netvisor.listed import Listed, read_listed
from connectors.erp.netvisor.looks import PRODUCTION, Looks
from connectors.erp.netvisor.service import Service
from connectors.erp.netvisor.signature import Signer
from connectors.erp.netvisor.walk import Walk
from connectors.erp.netvisor.writing import Writing
from connectors.lent import Budget
from connectors.xml_door import Element
from shared.domain.model import ClaimClass, DoNotDun, Id, Missing, OpenItem
from shared.domain.money import Money
from shared.errors import HubError, Reconnect, Unreadable

_PLAIN = r"^[!-~]([ -~]{0,98}[!-~])?$"


class Config(BaseModel):
    """What an administrator enters for a company in Netvisor."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(
        default=PRODUCTION, max_length=300,
        description="Netvisor's address; the test environment has another, and keys of its own.",
    )  # fmt: skip
    organisation: str = Field(
        pattern=r"^\d{7}-\d$", description="The company's business id (Y-tunnus), 1234567-8."
    )
    customer_id: str = Field(
        pattern=_PLAIN,
        description="The API identifier that a user of the company made in Netvisor.",
    )
    partner_id: str = Field(
        pattern=_PLAIN, description="The software partner's identifier, given by Netvisor."
    )
    sender: str = Field(
        default="Dunlin", pattern=_PLAIN,
        description="The integration's name as it was registered with Netvisor.",
    )  # fmt: skip
    country: str = Field(
        default="FI", pattern=r"^[A-Z]{2}$", description="Country of customers that name none."
    )
    claim_class: ClaimClass = Field(
        default="other", description="What the creditor's invoices are for, in the law's classes."
    )
    sent_when_dated: bool = Field(
        default=False,
        description="Whether every invoice is sent on its invoice date; Netvisor does not say. "
        "Where the law lets a fee hang on it, invoices of unknown sending bear none.",
    )
    public_groups: tuple[str, ...] = Field(
        default=(), max_length=20, description="Names of the customer groups of public bodies."
    )
    fee_products: tuple[str, ...] = Field(
        default=(), max_length=50,
        description="Product codes of interest and reminder fees: an invoice of these alone is "
        "never dunned.",
    )  # fmt: skip
    overlap_minutes: int = Field(
        default=200, ge=1, le=1440,
        description="How far a pull looks back. Netvisor names no zone for its stamps: 200 covers "
        "a clock in UTC beside one in Finnish time.",
    )  # fmt: skip


SPEC = Spec(
    name="erp.netvisor",
    title="Netvisor",
    countries=("FI",),
    config=Config,
    secrets=("customer_key", "partner_key"),
    capabilities=frozenset(
        {"customers", "invoices", "credit_notes", "payments", "open_items", "incremental",
         "payment_cursor", "do_not_dun", "sweep", "backfill", "documents", "write_back"}
    ),
    docs="docs/connectors/erp.netvisor.md",
    verified="spec only",
    data=("name", "address", "contact", "invoice", "payment"),
    processing="the countries in the creditor's agreement with Visma",
    regions=("FI", "*"),
    idempotency="askable",
    query_by_key=True,
    environments=("production", "sandbox"),
    proof="open_items",
    overlap_minutes=200,
    confirm=True,
    # Netvisor publishes no limit and asks for one message at a time: a courtesy of our own.
    budget=Budget(calls=120, seconds=60, reserve=20),
)  # fmt: skip


def connect(connection: Connection) -> Netvisor:
    """The ERP of a connection; nothing is dialled yet."""
    return Netvisor(connection)


class Netvisor:
    """One company's books in Netvisor."""

    def __init__(self, connection: Connection) -> None:
        config = connection.config
        self._config = config if isinstance(config, Config) else Config(**config.model_dump())
        self._connection = connection
        self._reading = Reading(
            connection=connection.id,
            country=self._config.country,
            claim_class=self._config.claim_class,
            sent_when_dated=self._config.sent_when_dated,
            fee_products=frozenset(self._config.fee_products),
            public_groups=frozenset(self._config.public_groups),
        )

    @cached_property
    def _service(self) -> Service:
        keys = [self._connection.secrets.get(name, "") for name in SPEC.secrets]
        if not all(keys):
            raise Reconnect("a key is missing", lacks="settings")
        config = self._config
        signer = Signer(
            sender=config.sender, customer=config.customer_id, partner=config.partner_id,
            organisation=config.organisation, customer_key=keys[0], partner_key=keys[1],
        )  # fmt: skip
        return Service(self._connection, config.url, signer)

    @cached_property
    def _books(self) -> Books:
        return Books(self._service, lines=bool(self._config.fee_products))

    @property
    def _walk(self) -> Walk:
        overlap = timedelta(minutes=self._config.overlap_minutes)
        return Walk(self._books, self._reading, overlap)

    def test(self) -> Sequence[Finding]:
        """Look at the keys, each resource that is read, and whether Netvisor reminds by itself."""
        try:
            return Looks(self._service, self._books, self._config.url).findings()
        except HubError as error:
            return [Finding(check="login", ok=False, text=f"{error}: compare the settings")]

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """Changed invoices with their customers, changed customers that owe, payments, deletions.

        ``complete_through`` is when Netvisor gave the first answer. Raises ``Unreadable`` when the
        books, once filled, show no invoice.
        """
        yield from self._walk.pull(Cursor.read(cursor), now)

    def backfill(self, since: date, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """All that was issued since a day, by rising key; what is open of it as it is now."""
        yield from self._walk.years(since, YearsCursor.read(cursor, now))

    def open_items(self, invoices: Sequence[Id]) -> Sequence[OpenItem]:
        """What the invoice list says of each invoice now, and every reason not to dun it.

        One that Netvisor gives neither details nor a row of is missing.
        """
        keys = {one: self._key(one) for one in invoices}
        wanted = {key for key in keys.values() if key is not None}
        details = self._books.details(wanted)
        if self._books.withheld(sorted(wanted - details.keys())):
            raise Unreadable("an invoice is listed, and its details are not given")
        items: dict[int, OpenItem] = {}
        for key, row in self._books.by_key(details).items():
            try:
                listed = read_listed(row)
                flags = (*self._reading.flags(listed, details[key]), *_unissued(listed))
            except Odd:
                raise Unreadable("an invoice's balance cannot be read") from None
            items[key] = _item(self._reading.id(key), listed, flags)
        found = ((one, items.get(key or 0)) for one, key in keys.items())
        return [item or OpenItem(invoice=one, open=None) for one, item in found]

    def open_list(self, *, now: datetime) -> Iterator[Sequence[OpenItem]]:  # noqa: ARG002
        """Every open invoice. Raises ``Unreadable`` for none, where the whole list shows some."""
        some = False
        for page in self._books.invoices({"invoicestatus": "open"}):
            rows = _clear(page.records)
            items = [_item(self._reading.id(one.key), one, one.flags) for one in rows]
            some = some or bool(items)
            yield [one for one in items if one.open]
        if not some:
            page = next(iter(self._books.invoices({})))
            if not page.records or any(one.status == "open" for one in _clear(page.records)):
                raise Unreadable("the list of open invoices is empty, and the books are not")

    def read(self, invoices: Sequence[Id], *, now: datetime) -> Page:  # noqa: ARG002
        """The facts of some invoices, with debtors and payments; ``Missing`` for what is gone."""
        keys = {one: self._key(one) for one in invoices}
        found = Gathering(self._books, self._reading).of_keys(
            key for key in keys.values() if key is not None
        )
        strange = [Missing(id=one) for one, key in keys.items() if key is None]
        return Page(facts=(*found.facts, *strange), refused=tuple(found.refused), cursor="")

    def document(self, invoice: Id) -> bytes | None:
        """The invoice as Netvisor prints it, None where it gives none."""
        key = self._key(invoice)
        text = self._books.document(key) if key is not None else ""
        if not text:
            return None
        try:
            document = base64.b64decode("".join(text.split()), validate=True)
        except binascii.Error:
            document = b""
        if not document.startswith(b"%PDF-") or len(document) > MAX_DOCUMENT:
            raise Unreadable("the document is no PDF of a size that can be kept")
        return document

    def written(self, one: StatusNote, *, key: str) -> Receipt:
        """Whether a note of ``key`` stands in the invoice's history."""
        number = self._key(one.invoice)
        if number is None:
            return Receipt(outcome="rejected", code="not_found")
        return Writing(self._service).written(number, _mark(key))

    def note(self, note: StatusNote, *, key: str) -> Receipt:
        """Put a note into the invoice's history."""
        number = self._key(note.invoice)
        if number is None:
            return Receipt(outcome="rejected", code="unknown_invoice")
        return Writing(self._service).note(note, number, _mark(key))

    def _key(self, invoice: Id) -> int | None:
        """Netvisor's key of an invoice of ours, None for another's."""
        connection, _, key = invoice.rpartition(":")
        ours = connection == self._connection.id and key.isascii() and key.isdigit()
        return int(key) if ours and len(key) <= 15 and int(key) > 0 else None


def _mark(key: str) -> str:
    return f"[dunlin:{key}]"


def _item(name: Id, listed: Listed, flags: Sequence[DoNotDun]) -> OpenItem:
    """The balance of a row; nothing is owed on a credit note, nor on what was rejected."""
    never = listed.is_credit or listed.status == "rejected"
    owed = Money.zero(listed.open.currency) if never else listed.owed
    return OpenItem(invoice=name, open=owed, do_not_dun=tuple(flags))


def _unissued(listed: Listed) -> tuple[DoNotDun, ...]:
    """A reason for what was taken back into the drafts since it was read."""
    return ("invoice_blocked",) if listed.status == "unsent" else ()


def _clear(records: Sequence[Element]) -> Iterator[Listed]:
    """The rows that can be read; the others are refused where they are read as facts."""
    for one in records:
        with contextlib.suppress(Odd):
            yield read_listed(one)

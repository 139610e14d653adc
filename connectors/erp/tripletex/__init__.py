"""Tripletex (Norway): customers, invoices, credit notes and payments over its REST API 2.

Tripletex gives the hub's operator a consumer token; an administrator of the company makes an
employee token for that application (user settings, tab *API access*) with the rights to read
customers, invoices, reminders and the ledger. From both the hub makes a session that ends with the
day. The tokens do not rotate.

Tripletex lists no changed invoices: new ones and new money are found by their numbers at each pull,
and all that are open are read again once a day. A webhook only brings the next pull forward.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cached_property

from connectors.contract import Connection, Delivery, Finding, Hook, Page, Spec
from connectors.contract_erp import MAX_DOCUMENT
from connectors.erp.tripletex import webhook
from connectors.erp.tripletex.books import Books, collected, norwegian, vouchers
from connectors.erp.tripletex.calls import CHUNK, Calls
from connectors.erp.tripletex.config import Config
from connectors.erp.tripletex.fields import RowRefused
from connectors.erp.tripletex.findings import findings
from connectors.erp.tripletex.invoices import BALANCE, WHOLE, Reading, is_credit, open_item
from connectors.erp.tripletex.pulling import Pulling
from connectors.erp.tripletex.session import SECRETS, Sessions
from connectors.http import Door
from connectors.lent import Budget
from shared.domain.model import Fact, Id, Missing, OpenItem
from shared.errors import HubError, Unreadable

__all__ = ["SPEC", "Config", "TripletexErp", "connect", "grant"]

SPEC = Spec(
    name="erp.tripletex",
    title="Tripletex",
    countries=("NO",),
    config=Config,
    secrets=(*SECRETS, "webhook_secret"),
    capabilities=frozenset(
        {"customers", "invoices", "credit_notes", "payments", "open_items", "incremental",
         "payment_cursor", "do_not_dun", "sweep", "backfill", "past_notices", "documents",
         "webhooks"}
    ),
    docs="docs/connectors/erp.tripletex.md",
    verified="spec only",
    data=("name", "address", "contact", "invoice", "payment"),
    processing="Norway (Tripletex AS)",
    regions=("NO",),
    environments=("production", "sandbox"),
    rate_scope="connection",
    proof="open_items",
    overlap_minutes=10,
    confirm=True,
    # The vendor's number is not published: the hub's own bound.
    budget=Budget(calls=50, seconds=10, reserve=10),
    grant="fetched",
)  # fmt: skip


def connect(connection: Connection) -> TripletexErp:
    """The ERP of a connection; nothing is dialled yet."""
    return TripletexErp(connection)


def grant(connection: Connection) -> Sessions:
    """How the connection gets its session token."""
    return Sessions(connection, _config(connection))


def _config(connection: Connection) -> Config:
    config = connection.config
    return config if isinstance(config, Config) else Config(**config.model_dump())


class TripletexErp:
    """One company's books in Tripletex."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._config = _config(connection)
        self._reading = Reading(connection.id, self._config)

    def __repr__(self) -> str:
        return f"TripletexErp({self._connection.id})"

    @cached_property
    def _calls(self) -> Calls:
        return Calls(self._connection, self._config)

    @cached_property
    def _books(self) -> Books:
        return Books(self._calls, self._config)

    def test(self) -> Sequence[Finding]:
        """Tokens, company and rights, and whether Tripletex reminds or collects by itself."""
        try:
            return tuple(findings(self._connection, self._config, self._calls))
        except HubError:
            text = "The address of the API must be a public https address."
            return (Finding(check="address", ok=False, text=text),)

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """Changed customers, new invoices, new money; at the first pull of a day all that is open.

        Raises ``Unreadable`` when books that were filled show nothing.
        """
        return Pulling(self._calls, self._config, self._reading).pull(cursor, now=now)

    def backfill(self, since: date, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """All that was issued since a day, month by month."""
        return Pulling(self._calls, self._config, self._reading).years(since, cursor, now=now)

    def open_items(self, invoices: Sequence[Id]) -> Sequence[OpenItem]:
        """What Tripletex says of each invoice now."""
        numbers = {each: self._number(each) for each in invoices}
        asked = [number for number in numbers.values() if number is not None]
        rows = self._books.by_id(asked, BALANCE)
        found = []
        for name in invoices:
            row = rows.get(numbers[name] or 0)
            try:
                found.append(open_item(row, name) if row else OpenItem(invoice=name, open=None))
            except RowRefused:
                raise Unreadable("the balance of an invoice cannot be read") from None
        return found

    def open_list(self, *, now: datetime) -> Iterator[Sequence[OpenItem]]:
        """Every open invoice with its balance; one that cannot be read is left out.

        Raises ``Unreadable`` when the ledger shows nothing.
        """
        wanted = sorted(vouchers(self._books.open_posts(norwegian(now))))
        for start in range(0, len(wanted), CHUNK):
            rows = self._calls.named("voucherId", wanted[start : start + CHUNK], BALANCE)
            items = []
            for row in rows:
                try:
                    one = open_item(row, self._reading.id(row["id"]))
                    keep = not is_credit(row) and bool(one.open)
                except RowRefused:
                    continue
                if keep:
                    items.append(one)
            yield items

    def read(self, invoices: Sequence[Id], *, now: datetime) -> Page:
        """Facts of single invoices; one that Tripletex does not know is missing."""
        del now  # the books date everything
        numbers = {each: self._number(each) for each in invoices}
        asked = [number for number in numbers.values() if number is not None]
        rows = self._books.by_id(asked, WHOLE)
        facts, refused = collected(self._reading, list(rows.values()))
        gone: list[Fact] = [Missing(id=each) for each, one in numbers.items() if one not in rows]
        return Page(facts=(*facts, *gone), refused=tuple(refused), cursor="")

    def document(self, invoice: Id) -> bytes | None:
        """The invoice as a PDF, None where Tripletex has none."""
        number = self._number(invoice)
        if number is None:
            return None
        connection = self._connection
        door = Door(
            self._config.address, private_targets=connection.private_targets,
            max_bytes=MAX_DOCUMENT, secrets=connection.secrets.values(), meter=connection.meter,
        )  # fmt: skip
        calls = Calls(connection, self._config, door)
        answer = calls.answer(f"/invoice/{number}/pdf", {"download": "false"}, missing=404)
        if answer.status == 404:
            return None
        if not answer.body.startswith(b"%PDF-"):
            raise Unreadable("what came is no PDF")
        return answer.body

    def verify(self, delivery: Delivery, *, now: datetime) -> Hook:
        """Check a delivery's signature over its raw bytes; it asks for a pull and names nothing.

        Raises ``Refused`` (``bad_signature``), ``Unreadable`` or ``Reconnect``.
        """
        del now  # a delivery does not say when it was signed
        return webhook.hook_of(self._connection.secrets.get("webhook_secret", ""), delivery)

    def _number(self, invoice: Id) -> int | None:
        connection, _, number = invoice.rpartition(":")
        ours = connection == self._connection.id and number.isascii() and number.isdigit()
        return int(number) if ours and len(number) < 19 else None

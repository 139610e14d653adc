"""Procountor: customers, sales invoices, credit notes and payments over its REST API.

An administrator of the company makes an API key for the hub's API client (machine to machine), for
a user who may search and view all sales invoices, reference payments and the customer register;
and write notes on sales invoices, if the hub is to leave notes there. Procountor gives client id
and secret to whoever registers an API client with it.

The first pull reads what is open; what was settled before comes by a backfill. A balance is the
invoice's sum less its payment events, for Procountor states none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cached_property

from connectors.contract import Connection, Finding, Page, Receipt, Spec
from connectors.contract_erp import Granted, Kept
from connectors.contract_write_back import StatusNote
from connectors.erp.procountor.config import Config
from connectors.erp.procountor.findings import findings
from connectors.erp.procountor.invoices import OPEN, Books
from connectors.erp.procountor.parties import People
from connectors.erp.procountor.reading import Reader
from connectors.erp.procountor.rest import BASE, ProcountorApi, follows
from connectors.erp.procountor.walk import Walk
from connectors.erp.procountor.writing import Writing
from connectors.json_calls import door_to
from connectors.lent import Budget
from connectors.oauth import App, client_credentials
from shared.domain.model import Id, Missing, OpenItem
from shared.errors import Reconnect, Unreadable

_LISTED = 200
_YEARS = 50

SPEC = Spec(
    name="erp.procountor",
    title="Procountor",
    countries=("FI", "SE", "NO", "DK"),
    config=Config,
    secrets=("client_secret", "api_key"),
    capabilities=frozenset(
        {"customers", "invoices", "credit_notes", "payments", "open_items", "incremental",
         "payment_cursor", "do_not_dun", "sweep", "backfill", "past_notices", "write_back"}
    ),
    docs="docs/connectors/erp.procountor.md",
    verified="spec only",
    confirm=True,
    data=("name", "address", "contact", "invoice", "payment"),
    processing="Finland (Procountor); where it hosts is not confirmed",
    regions=("FI", "*"),
    idempotency="askable",
    query_by_key=True,
    environments=("production", "sandbox"),
    proof="open_items",
    overlap_minutes=90,
    # The vendor publishes no limit: this one is our own courtesy.
    budget=Budget(calls=100, seconds=20, reserve=20),
    grant="fetched",
)  # fmt: skip


def connect(connection: Connection) -> ProcountorErp:
    """The ERP of a connection; nothing is dialled yet."""
    return ProcountorErp(connection)


def grant(connection: Connection) -> ProcountorGrant:
    """How an access token for a connection is got: client credentials with the API key."""
    return ProcountorGrant(connection)


class ProcountorGrant:
    """Machine-to-machine login (dev.procountor.com/m2m-authentication).

    The API key is bound to user, company and client and good until it is revoked; a token is good
    for an hour and comes without a refresh token, so none can be lost.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection, self._config = connection, _config(connection)

    def fetch(self, kept: Kept, *, now: datetime) -> Granted:  # noqa: ARG002
        """A new token; nothing that was kept is needed."""
        config, secrets = self._config, self._connection.secrets
        secret, key = secrets.get("client_secret", ""), secrets.get("api_key", "")
        if not secret or not key:
            raise Reconnect("the client secret or the API key is missing", lacks="settings")
        form = {"api_key": key}
        if config.redirect_uri:
            form["redirect_uri"] = config.redirect_uri
        app = App("", f"{BASE}/oauth/token", config.client_id, secret, basic=False)
        return client_credentials(door_to(self._connection, config.url), app, now=now, form=form)


class ProcountorErp:
    """One company's books in Procountor."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._config = connection, _config(connection)
        self._writing = Writing(lambda: self._api, self._number)

    @cached_property
    def _api(self) -> ProcountorApi:
        return ProcountorApi(self._connection, self._config.url)

    @cached_property
    def _reader(self) -> Reader:
        config, own = self._config, self._connection.id
        people = People(own, config.country, config.public_group, config.no_dunning_group)
        late = frozenset(config.fee_products) - {""}
        return Reader(self._api, people, Books(own, config.claim_class, late))

    def test(self) -> Sequence[Finding]:
        """Look at key, company, environment, currency and rights, and at who else may remind."""
        return findings(lambda: self._api, self._config)

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """Invoices that changed with their debtors, those that were paid, then changed customers.

        Without a cursor: all invoices that are open. ``complete_through`` is the server's own time
        at the start. Raises ``Unreadable`` when books that were filled show no sales invoice, and
        ``Reconnect`` when the key is for another company.
        """
        walk = Walk(self._api, self._reader, self._config)
        return walk.pages(cursor, now)

    def open_items(self, invoices: Sequence[Id]) -> Sequence[OpenItem]:
        """What is open of each invoice by its payment events now.

        One that is gone, a draft again, or whose balance is not clear is missing.
        """
        numbers = {each: self._number(each) for each in invoices}
        asked = list(dict.fromkeys(one for one in numbers.values() if one is not None))
        found = self._reader.open_items(asked)
        return [found.get(numbers[each] or 0) or OpenItem(invoice=each, open=None)
                for each in invoices]  # fmt: skip

    def open_list(self, *, now: datetime) -> Iterator[Sequence[OpenItem]]:  # noqa: ARG002
        """Every invoice that is open in the books; one that is partly paid by its events.

        Raises ``Unreadable`` when none is and not even a settled one is visible.
        """
        asked = {"types": "SALES_INVOICE", "status": ",".join(OPEN)}
        some = False
        for rows in self._api.pages("/invoices", _LISTED, asked):
            some = some or bool(rows)
            yield [item for row in rows if (item := self._reader.listed(row)) is not None]
        if not some and not self._api.page("/invoices", 1, 0, {"types": "SALES_INVOICE"}):
            raise Unreadable("the books show no sales invoice")

    def read(self, invoices: Sequence[Id], *, now: datetime) -> Page:  # noqa: ARG002
        """Invoices by their ids, with debtors, payments and past notices."""
        numbers = {each: self._number(each) for each in invoices}
        known = list(dict.fromkeys(one for one in numbers.values() if one is not None))
        facts, refused = self._reader.facts(known, thorough=True)
        strange = [Missing(id=each) for each, number in numbers.items() if number is None]
        return Page(facts=(*facts, *strange), refused=refused, cursor="")

    def backfill(self, since: date, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """All sales invoices billed since a day, in the order of their ids."""
        after = _years(cursor)
        asked = {"types": "SALES_INVOICE", "startDate": since.isoformat()}
        while True:
            rows = self._api.page("/invoices", _YEARS, after, asked)
            after = follows(rows, after)
            facts, refused = self._reader.facts([row["id"] for row in rows])
            facts = tuple(one for one in facts if not isinstance(one, Missing))
            ended = len(rows) < _YEARS
            through = (self._api.clock or now).astimezone(UTC) if ended else None
            yield Page(facts=facts, refused=refused, cursor=str(after), complete_through=through)
            if ended:
                return

    def written(self, one: StatusNote, *, key: str) -> Receipt:
        """Whether a note of ``key`` stands on its invoice."""
        return self._writing.written(one, key=key)

    def note(self, note: StatusNote, *, key: str) -> Receipt:
        """Add a note to an invoice's notes."""
        return self._writing.note(note, key=key)

    def _number(self, invoice: Id) -> int | None:
        """Procountor's id of an invoice, None for one that is not of these books."""
        own, _, number = invoice.rpartition(":")
        good = own == self._connection.id and number.isascii() and number.isdigit()
        return int(number) or None if good and len(number) <= 18 else None


def _config(connection: Connection) -> Config:
    config = connection.config
    return config if isinstance(config, Config) else Config(**config.model_dump())


def _years(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > 18:
        raise Unreadable("the cursor is malformed")
    return int(cursor)

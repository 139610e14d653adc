"""Tryton 8: customers, invoices, credit notes and payments over its REST API, read-only.

An administrator of the ERP makes a user with read rights (``docs/connectors/erp.tryton.md``) and an
application key of kind REST for it. The key is all that the hub has: it cannot write.

Left to a person, because Tryton does not say it: when an invoice was sent, and which of several
instalments is overdue (an invoice counts as due when its last open instalment is).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.contract import Connection, Finding, Page, RowError, Spec
from connectors.erp.tryton import rows
from connectors.erp.tryton.cursor import FEEDS, Cursor, Feed
from connectors.erp.tryton.rest import Row, TrytonRest
from connectors.http import Door
from shared.domain.model import ClaimClass, Fact, Id, OpenItem
from shared.errors import HubError, Reconnect, Unreadable

_PAGE = 100
_MODELS: dict[Feed, str] = {
    "customers": "party.party",
    "invoices": "account.invoice",
    "payments": "account.move.line",
}


class Config(BaseModel):
    """What an administrator enters for a Tryton server."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(max_length=300, description="The server's address, https://tryton.example.")
    database: str = Field(
        pattern=r"^[A-Za-z0-9_.-]{1,63}$", description="The name of the Tryton database."
    )
    company: int = Field(default=1, ge=1, description="The number of the company in Tryton.")
    country: str = Field(
        default="FI", pattern=r"^[A-Z]{2}$", description="Country of addresses that name none."
    )
    consumer_category: str = Field(
        default="Consumer", description="The party category of consumers."
    )
    business_category: str = Field(
        default="Business", description="The party category of businesses."
    )
    public_category: str = Field(
        default="Public sector", description="The party category of public bodies."
    )
    claim_class: ClaimClass = Field(
        default="other", description="What the creditor's invoices are for, in the law's classes."
    )
    reference: str = Field(
        default="customer_payment_reference",
        pattern=r"^(customer_payment_reference|reference)$",
        description="The field that holds the reference which the debtor pays with.",
    )
    dunning: bool = Field(
        default=True, description="Whether the module account_dunning is active (its blocks count)."
    )
    overlap_minutes: int = Field(
        default=10, ge=1, le=180,
        description="How far a pull looks back; more than 60 when the server's zone has summer time.",
    )  # fmt: skip


SPEC = Spec(
    name="erp.tryton",
    title="Tryton 8",
    countries=("*",),
    config=Config,
    secrets=("application_key",),
    capabilities=frozenset(
        {"customers", "invoices", "credit_notes", "payments", "open_items", "incremental",
         "payment_cursor", "do_not_dun"}
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
        key = connection.secrets.get("application_key", "")
        if not key:
            raise Reconnect("the application key is missing")
        door = Door(
            self._config.url, private_targets=connection.private_targets, total_seconds=60,
            secrets=(key,),
        )  # fmt: skip
        self._rest = TrytonRest(door, self._config.database, key, self._config.company)
        self._reading = rows.Reading(
            connection=connection.id,
            country=self._config.country,
            reference=self._config.reference,
            claim_class=self._config.claim_class,
            capacities={
                self._config.consumer_category: "consumer",
                self._config.business_category: "business",
                self._config.public_category: "public",
            },
        )

    def test(self) -> Sequence[Finding]:
        """Read the company, one invoice, one payment and a dunning block as a pull would."""
        company: list[object] = [["id", "=", self._config.company]]
        return [
            self._finding(
                "company",
                "the company number is wrong, or the key's user may not see that company",
                lambda: bool(self._rest.search("company.company", company, ["currency.code"])),
            ),
            self._finding(
                "read_invoices",
                "no posted customer invoice is visible: post one, or give the user the right",
                lambda: bool(self._first("invoices")),
            ),
            self._finding(
                "read_payments",
                "give the key's user the right to read receivable lines",
                lambda: self._first("payments") is not None,
            ),
            self._finding(
                "read_customers",
                "no party is visible: give the key's user the right to read parties",
                lambda: bool(self._first("customers")),
            ),
        ]

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
            found = self._page(state, state.feed)
            facts, refused = self._read(state.feed, found)
            state = self._next(state, state.feed, found)
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
        fields = [*rows.OPEN_ITEM, *self._dunning(rows.INVOICE_DUNNING, rows.OPEN_ITEM_DUNNING)]
        for start in range(0, len(asked), _PAGE):
            domain = [*self._domain("invoices"), ["id", "in", asked[start : start + _PAGE]]]
            for row in self._rest.search("account.invoice", domain, fields):
                name = numbers[row["id"]]
                found[name] = OpenItem(
                    invoice=name, open=rows.open_amount(row), do_not_dun=rows.flags(row)
                )
        return [found.get(each) or OpenItem(invoice=each, open=None) for each in invoices]

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
        domain = [*self._domain(feed), [field, "!=", None]]
        found = self._rest.search(_MODELS[feed], domain, [field], order=f"{field} DESC", limit=1)
        return found[0][field] if found else None

    def _page(self, state: Cursor, feed: Feed) -> list[Row]:
        domain = [*self._domain(feed), *state.changed(feed, self._overlap, self._config.dunning)]
        return self._rest.search(_MODELS[feed], domain, self._fields(feed), limit=_PAGE)

    def _next(self, state: Cursor, feed: Feed, found: list[Row]) -> Cursor:
        if len(found) == _PAGE:
            return state.past(found[-1]["id"])
        ended = state.ended(feed)
        following = FEEDS[FEEDS.index(feed) + 1 :]
        return self._begin(ended, following[0]) if following else ended

    def _first(self, feed: Feed) -> list[Row]:
        return self._rest.search(
            _MODELS[feed], self._domain(feed), self._fields(feed), order="id DESC", limit=1
        )

    # -- what is asked -------------------------------------------------------------------------

    @property
    def _overlap(self) -> timedelta:
        return timedelta(minutes=self._config.overlap_minutes)

    def _domain(self, feed: Feed) -> list[object]:
        company = self._config.company
        match feed:
            case "customers":
                return [["active", "in", [True, False]]]
            case "invoices":
                return [
                    ["type", "=", "out"], ["company", "=", company], ["number", "!=", None],
                    ["state", "in", ["posted", "paid", "cancelled"]],
                ]  # fmt: skip
            case "payments":
                return [
                    ["account.type.receivable", "=", True], ["move.company", "=", company],
                    ["move.state", "=", "posted"], ["credit", ">", 0],
                    ["move.journal.type", "in", ["cash", "statement"]],
                ]  # fmt: skip

    def _fields(self, feed: Feed) -> list[str]:
        match feed:
            case "customers":
                return [*rows.PARTY, *self._dunning(rows.PARTY_DUNNING)]
            case "invoices":
                return [*rows.INVOICE, *self._dunning(rows.INVOICE_DUNNING)]
            case "payments":
                return [*rows.PAYMENT]

    def _dunning(self, *groups: tuple[str, ...]) -> list[str]:
        return [field for group in groups for field in group] if self._config.dunning else []

    # -- what the answers mean -----------------------------------------------------------------

    def _read(self, feed: Feed, found: list[Row]) -> tuple[tuple[Fact, ...], tuple[RowError, ...]]:
        facts: list[Fact] = []
        refused: list[RowError] = []

        def keep(model: str, row: Row, fact: Callable[[], Fact]) -> None:
            try:
                facts.append(fact())
            except ValidationError as error:
                path = ".".join(str(part) for part in error.errors()[0]["loc"])
                refused.append(_refusal(model, row, path, "the value is not allowed"))
            except (ValueError, KeyError, TypeError, AttributeError):
                refused.append(_refusal(model, row, "", "the record is not as Tryton makes it"))

        reading = self._reading
        if feed == "payments":
            for row in found:
                keep("account.move.line", row, partial(reading.payment, row))
            return tuple(facts), tuple(refused)
        parties, identifiers = self._parties(feed, found)
        for number, party in parties.items():
            keep("party.party", party, partial(reading.party, party, identifiers[number]))
        for row in found if feed == "invoices" else ():
            if row["total_amount"] < 0:
                keep("account.invoice", row, partial(reading.credit_note, row))
            else:
                keep("account.invoice", row, partial(reading.invoice, row, parties[row["party"]]))
        return tuple(facts), tuple(refused)

    def _parties(self, feed: Feed, found: list[Row]) -> tuple[dict[int, Row], dict[int, list[Row]]]:
        """The debtors among the changed parties or of the invoices, and their company numbers."""
        if feed == "customers":
            owing = self._debtors([row["id"] for row in found])
            parties = {row["id"]: row for row in found if row["id"] in owing}
        else:
            wanted = sorted({row["party"] for row in found})
            domain = [*self._domain("customers"), ["id", "in", wanted]]
            answer = self._rest.search("party.party", domain, self._fields("customers"))
            parties = {row["id"]: row for row in answer} if wanted else {}
        identifiers: dict[int, list[Row]] = {number: [] for number in parties}
        if parties:
            asked = [["party", "in", sorted(parties)], ["type", "in", list(rows.BUSINESS_IDS)]]
            for row in self._rest.search("party.identifier", asked, ["party", "type", "code"]):
                identifiers[row["party"]].append(row)
        return parties, identifiers

    def _debtors(self, parties: list[int]) -> set[int]:
        """Those with an unpaid invoice; of no other party is anything kept."""
        if not parties:
            return set()
        domain = [*self._domain("invoices"), ["state", "=", "posted"], ["party", "in", parties]]
        return {row["party"] for row in self._rest.search("account.invoice", domain, ["party"])}

    def _number(self, invoice: Id) -> int | None:
        connection, _, number = invoice.rpartition(":")
        ours = connection == self._reading.connection and number.isascii() and number.isdigit()
        return int(number) if ours else None

    def _finding(self, check: str, remedy: str, look: Callable[[], bool]) -> Finding:
        try:
            good = look()
        except Reconnect:
            return Finding(check=check, ok=False, text="the application key was refused")
        except HubError as error:
            return Finding(check=check, ok=False, text=f"{error}: {remedy}")
        return Finding(check=check, ok=good, text="can be read" if good else remedy)


def _refusal(model: str, row: Row, field: str, text: str) -> RowError:
    return RowError(row=f"{model},{row['id']}", field=field, text=text)

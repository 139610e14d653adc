"""The contract of every connector: what its module declares, what it is given, what it returns.

A connector is a module ``connectors.<family>.<name>`` with a ``SPEC`` and a ``connect`` function.
It inherits nothing, reads no environment, and knows neither AWS nor the other connectors. An AWS
service that is the counterpart itself (SES, S3) is reached through a client that the connection
hands over. Errors are those of ``shared.errors``. What a collection partner is asked for stands in
``connectors/contract_collectors.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from connectors.lent import Budget, GrantKind, TokenDoor, no_token
from shared.domain.explain import Record
from shared.domain.model import AddressKind, Fact, Id, OpenItem
from shared.domain.money import Money
from shared.domain.sighting import Sighting

Family = Literal["erp", "payments", "banks", "collectors", "channels"]

Capability = Literal[
    "customers", "invoices", "credit_notes", "payments", "open_items", "incremental",
    "payment_cursor", "do_not_dun", "files", "send", "delivery_events", "submit", "case_pull",
    "partner_events", "write_back", "documents", "webhooks", "statements", "receipts",
    "payment_links", "tell", "find", "poll", "remittances", "price", "sweep", "backfill",
    "past_notices", "vouchers",
]  # fmt: skip

# What the counterpart does with a repeated key. ``idempotent``: the key is honoured for
# ``lifetime_days``. ``askable``: nothing is resent before a query by key. ``blind``: neither.
IdempotencyKind = Literal["idempotent", "askable", "blind"]

Verified = Literal["live", "vendor sandbox", "vendor sample", "spec only"]


@dataclass(frozen=True, slots=True)
class Spec:
    """What a connector module says about itself; the capability matrix and docs are made of it.

    ``config`` is a pydantic model with a description for every field; ``secrets`` names the
    entries of ``Connection.secrets``. ``proof`` is the read that proves a balance before a touch.
    ``window_minutes`` is how old the last complete read may be before the sweep asks for a pull.
    ``overlap_minutes`` is how far a cursor is set back to survive clock skew. ``data`` lists the
    categories of personal data that pass, ``processing`` the countries where the counterpart
    processes them ("the creditor's choice" for self-hosted systems), ``regions`` the same as codes
    (ISO 3166-1 alpha-2; ``*``: not known beforehand), empty for what stands where the creditor put
    it: a creditor may allow some and no others. ``services`` are the AWS
    services (boto3's names) that are the counterpart themselves: their clients are handed over.
    ``expiries`` names what runs out by a published rule: secrets by their names, or ``consent``.
    ``address`` is what a channel needs of a debtor; empty for what is no channel. ``delivery_days``
    are the calendar days after which what it took has certainly arrived; a connection whose config
    has ``delivery_days`` says it itself, in banking days. ``confirm`` says
    that a person must confirm before the connection is enabled: what is sent to the vendor rests
    on its documentation alone, and nothing has ever been sent to it. ``budget`` is the vendor's
    limit, counted for the connection or for all of the hub's (``rate_scope``). ``grant`` says how
    the hub gets the token that ``Connection.token`` gives.
    """

    name: str
    title: str
    countries: tuple[str, ...]
    config: type[BaseModel]
    secrets: tuple[str, ...]
    capabilities: frozenset[Capability]
    docs: str
    verified: Verified
    data: tuple[str, ...]
    processing: str
    regions: tuple[str, ...] = ()
    idempotency: IdempotencyKind = "blind"
    key_lifetime_days: int | None = None
    query_by_key: bool = False
    ordered: bool = False
    environments: tuple[str, ...] = ("production",)
    rate_scope: Literal["connection", "application"] = "connection"
    proof: Literal["open_items", "file", "none"] = "none"
    window_minutes: int = 60
    overlap_minutes: int = 5
    expiries: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    address: AddressKind = ""
    delivery_days: int = 1
    confirm: bool = False
    budget: Budget | None = None
    grant: GrantKind = "none"


@dataclass(frozen=True, slots=True)
class Connection:
    """All that a connector ever gets: its own settings, secrets, and hand-over clients.

    ``private_targets`` are the origins (``http://127.0.0.1:8000``) that may be private or plain
    http; they come from a stack parameter and are empty in production. ``clients`` holds AWS
    clients by service name for connectors whose counterpart is an AWS service. ``token`` gives the
    access token that the hub keeps; ``meter`` is called before each request and waits, or raises
    ``Retry``, when the counterpart's budget is used (``json_calls.door_to`` sees to it).
    """

    id: str
    config: BaseModel
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)
    private_targets: frozenset[str] = frozenset()
    clients: Mapping[str, Any] = field(repr=False, default_factory=dict)
    token: TokenDoor = field(repr=False, default=no_token)
    meter: Callable[[], None] | None = field(repr=False, default=None)


class RowError(Record):
    """One row that could not be read; it is kept for a person and stops no other row.

    ``row`` names it (an external id or a line number), ``field`` the path within it, and ``text``
    is a fixed sentence without the value.
    """

    row: str
    field: str
    text: str


class Page(Record):
    """Facts that belong together, and the cursor to store once they are durable.

    ``complete_through`` is the instant (UTC, source's clock) through which this feed is complete
    after the page; only the last page of a pull carries it, and ``unreadable``: a fixed sentence of
    why the newest that came cannot be read, said by every pull until something newer can be.
    """

    facts: tuple[Fact | Sighting, ...] = ()
    refused: tuple[RowError, ...] = ()
    cursor: str
    complete_through: datetime | None = None
    unreadable: str = ""


class Finding(Record):
    """One thing that a connection test looked at, in an administrator's words.

    ``check`` is a stable word (``login``, ``company``, ``read_invoices``), ``ok`` the verdict and
    ``text`` what to do when it is not.
    """

    check: str
    ok: bool
    text: str


class Receipt(Record):
    """How a counterpart answered an act.

    ``accepted``: it will do it. ``received``: it has it and answers later. ``rejected``: it will
    never do it (``code``). ``retry``: it has not got it; try after ``after`` seconds. ``unknown``:
    it may have it; nobody may send again before asking. ``segments`` are the parts that a text
    message was counted to have, ``cost`` what the settings expect it to cost.
    """

    outcome: Literal["accepted", "received", "rejected", "retry", "unknown"]
    reference: str | None = None
    code: str | None = None
    after: int | None = None
    segments: int | None = None
    cost: Money | None = None


FateKind = Literal["sent", "delivered", "delayed", "bounced", "complained"]


class Fate(Record):
    """What a carrier says later of one message, by the tags that it was sent with.

    ``sent`` proves that the carrier took it, ``delivered`` that it reached the reader's side,
    ``delayed`` that the carrier still tries, ``bounced`` that this attempt came back,
    ``complained`` that the reader reported it. ``lost``: it will not arrive. ``permanent``: the
    address is not to be used again. ``at`` is UTC, the carrier's clock; ``reference`` is the
    carrier's id. ``segments`` and ``cost`` are what it counted. Addresses are left behind.
    """

    act: str
    tenant: str
    kind: FateKind
    at: datetime
    permanent: bool = False
    lost: bool = False
    reference: str
    segments: int | None = None
    cost: Money | None = None


class Message(Record):
    """A rendered notice on its way to one address. All of it is personal data.

    ``to`` is the e-mail address or the phone number (E.164), empty for a letter on paper;
    ``address`` is the postal address, name first. ``sms`` is the whole short text, ``pdf`` the
    page to print. A channel takes what it needs.
    """

    to: str
    subject: str
    text: str
    html: str | None = None
    language: str
    tags: dict[str, str] = {}
    sms: str | None = None
    pdf: bytes | None = None
    address: tuple[str, ...] = ()


class HandOver(Record):
    """A thin notice to a partner: ids and amounts; the partner fetches the rest with its token.

    ``open`` is a plain decimal text in ``currency``; ``href`` is where the case file is served.
    """

    case_id: Id
    version: int
    creditor: Id
    country: str
    open: str
    currency: str
    as_of: date
    href: str


class Erp(Protocol):
    """An accounting system that we read."""

    def test(self) -> Sequence[Finding]:
        """Look at everything that a first pull needs; never raises for a wrong setting."""

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """Facts that changed since ``cursor`` (None = all), oldest first, page by page.

        Pulling twice from one cursor gives the same facts. Raises ``Retry``, ``Reconnect`` or
        ``Unreadable``; what was yielded before stays good.
        """

    def open_items(self, invoices: Sequence[Id]) -> Sequence[OpenItem]:
        """The balance of each invoice now, in the order asked; the proof before a touch."""


class Channel(Protocol):
    """A way to reach a debtor."""

    def send(self, message: Message, *, key: str) -> Receipt:
        """Send once under ``key``; never raises for what the counterpart answers."""


class Delivery(Record):
    """A webhook request as it came: the raw bytes, header names in lower case, the raw query."""

    body: bytes
    headers: dict[str, str] = {}
    query: str = ""


class Hook(Record):
    """What a delivery says: which event it is, and what to read again at the provider.

    ``event`` is the provider's id of the event. ``signed``: the provider's signature was right;
    an unsigned one is a hint and claims no id before the provider confirms it. ``fetch`` names the
    objects to read (``payment_intent/pi_1``); empty for an event that moves no money.
    """

    event: Id
    signed: bool
    fetch: tuple[str, ...] = ()


class PaymentRequest(Record):
    """What a payment link asks for: one claim, its amount, and the words on the page."""

    claim: Id
    amount: Money
    reference: str
    description: str
    language: str


class Payments(Protocol):
    """A payment provider: it pushes events, and everything that they say is read again from it."""

    def test(self) -> Sequence[Finding]:
        """Look at key, environment and webhook; never raises for a wrong setting."""

    def verify(self, delivery: Delivery, *, now: datetime) -> Hook:
        """Check a delivery's signature over its raw bytes (``now``: wall time), then read it.

        Raises ``Refused`` (``bad_signature``, ``wrong_environment``) or ``Unreadable``.
        """

    def fetch(self, what: str, *, now: datetime) -> Sequence[Sighting]:
        """All money movements of one object as the provider states them now."""

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """Movements since ``cursor``: closes every gap that lost webhooks leave."""

    def link(self, request: PaymentRequest, *, key: str) -> Receipt:
        """A page where a payer can settle a claim; the same ``key`` gives the same link.

        ``Receipt.reference`` is the link's https address.
        """


class Bank(Protocol):
    """A bank account's statements, read from files or an API."""

    def test(self) -> Sequence[Finding]:
        """Look at the folder or login, and at the accounts; never raises for a wrong setting."""

    def pull(self, cursor: str | None, *, now: datetime) -> Iterator[Page]:
        """Movements of statements that came since ``cursor``; a file is taken whole or not at all.

        ``complete_through`` of the last page is what the statements themselves prove.
        """

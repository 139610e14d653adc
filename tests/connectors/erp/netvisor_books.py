"""A company in Netvisor that is made up: the resources that are read, with their filters.

Written from the vendor's pages of each resource; what they leave open (the order of a page, what a
list of keys with one unknown gives) is a switch.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from connectors.contract import Connection
from connectors.erp import netvisor
from tests.connectors.stub_server import RawServer, ok


@dataclass
class Sale:
    """An invoice as Netvisor keeps it; ``changed`` is on its own clock."""

    key: int
    total: str = "100,00"
    open: str = "100,00"
    status: str = "open"
    attributes: str = ""
    customer: int = 1
    number: str = ""
    issued: str = "2026-01-02"
    due: str = "2026-01-16"
    changed: datetime = datetime(2026, 1, 2, 9)  # noqa: DTZ001
    extra: str = ""
    listed: str = ""

    @property
    def name(self) -> str:
        return self.number or str(5000 + self.key)


@dataclass
class Paid:
    """A payment; ``bank`` is its BankStatus."""

    key: int
    number: str
    total: str
    day: str = "2.3.2026"
    foreign: str = ""
    bank: str = "OK"
    loss: bool = False
    changed: datetime = datetime(2026, 3, 2, 13)  # noqa: DTZ001


@dataclass
class FakeNetvisor:
    """The books; ``stamp`` is what each answer says of the time, ``cap`` the longest page."""

    sales: list[Sale] = field(default_factory=list)
    payments: list[Paid] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    deleted_payments: list[int] = field(default_factory=list)
    stamp: str = "2.3.2026 14:00:00"
    cap: int = 500
    strict: bool = False  # a list of keys with an unknown one is refused as a whole
    descending: bool = False
    history: str = ""
    fails: dict[str, str] = field(default_factory=dict)  # resource: FAILED words
    asked: list[str] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)
    changed_customers: list[int] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    origin: str = ""

    def reply(self, request: bytes) -> list[bytes]:
        """The answer to one request."""
        head, _, body = request.partition(b"\r\n\r\n")
        target = head.split(b" ")[1].decode()
        self.raw.append(head)
        self.asked.append(target)
        if body:
            self.posted.append(body)
        parts = urlsplit(target)
        resource = parts.path[1:].removesuffix(".nv")
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if resource in self.fails:
            return [ok(self.failed(self.fails[resource]))]
        inner = getattr(self, resource)(asked)
        return [ok(inner if isinstance(inner, bytes) else self.root(inner))]

    def root(self, inner: str) -> bytes:
        """A good answer."""
        status = f"<Status>OK</Status><TimeStamp>{self.stamp}</TimeStamp>"
        return f"<Root><ResponseStatus>{status}</ResponseStatus>{inner}</Root>".encode()

    def failed(self, words: str) -> bytes:
        """An answer that is an error, under HTTP 200."""
        status = f"<Status>FAILED</Status><Status>{words}</Status>"
        return f"<Root><ResponseStatus>{status}</ResponseStatus></Root>".encode()

    def salesinvoicelist(self, asked: dict[str, str]) -> str:
        """The list, with its filters."""
        found = [one for one in self.sales if self._fits(one, asked)]
        found.sort(key=lambda one: one.key, reverse=self.descending)
        rows = "".join(self._row(one) for one in found[: self.cap])
        return f"<SalesInvoiceList>{rows}</SalesInvoiceList>"

    def _fits(self, one: Sale, asked: dict[str, str]) -> bool:
        start, end = asked.get("lastmodifiedstart"), asked.get("lastmodifiedend")
        changed = [one.changed.date()]
        if asked.get("includemodifiedpayments"):
            changed += [pay.changed.date() for pay in self.payments if pay.number == one.name]
        status = asked.get("invoicestatus", "")
        words = {one.status, *one.attributes.replace('"', " ").split()}
        return all(
            (
                one.key > int(asked.get("invoicesabovenetvisorkey", 0)),
                asked.get("begininvoicedate", "") <= one.issued,
                one.issued <= asked.get("endinvoicedate", "9999"),
                asked.get("invoicenumber", one.name) == one.name,
                asked.get("customernetvisorkey", str(one.customer)) == str(one.customer),
                not status or status in words,
                not start or any(start <= day.isoformat() <= str(end) for day in changed),
            )
        )

    def _row(self, one: Sale) -> str:
        return one.listed or (
            f"<SalesInvoice><NetvisorKey>{one.key}</NetvisorKey>"
            f"<InvoiceNumber>{one.name}</InvoiceNumber>"
            f'<Invoicedate format="ansi">{one.issued}</Invoicedate>'
            f"<InvoiceStatus {one.attributes}>{one.status}</InvoiceStatus>"
            f"<CustomerNetvisorKey>{one.customer}</CustomerNetvisorKey>"
            f"<InvoiceSum>{one.total}</InvoiceSum><OpenSum>{one.open}</OpenSum></SalesInvoice>"
        )

    def getsalesinvoice(self, asked: dict[str, str]) -> str | bytes:
        """Details by key."""
        keys = asked.get("netvisorkeylist", asked.get("netvisorkey", "")).split(",")
        found = [one for one in self.sales if str(one.key) in keys]
        if self.strict and len(found) < len(keys):
            return self.failed("INVALID_DATA :: Data form incorrect:. Invoice not found")
        details = "".join(self._detail(one) for one in found)
        return f"<SalesInvoices>{details}</SalesInvoices>"

    def _detail(self, one: Sale) -> str:
        return (
            f"<SalesInvoice><SalesInvoiceNetvisorKey>{one.key}</SalesInvoiceNetvisorKey>"
            f"<SalesInvoiceNumber>{one.name}</SalesInvoiceNumber>"
            f'<SalesInvoiceDueDate format="ansi">{one.due}</SalesInvoiceDueDate>'
            f"<SalesInvoiceAmount>{one.total.replace(',', '.')}</SalesInvoiceAmount>"
            f"<InvoicingCustomerNetvisorKey>{one.customer}</InvoicingCustomerNetvisorKey>"
            f"{one.extra}{self.history}</SalesInvoice>"
        )

    def getcustomer(self, asked: dict[str, str]) -> str:
        """Customers by key, each a person."""
        rows = "".join(
            f"<Customer><CustomerBaseInformation><NetvisorKey>{key}</NetvisorKey>"
            "<Name>Aino Esimerkki</Name><IsPrivateCustomer>1</IsPrivateCustomer>"
            "</CustomerBaseInformation></Customer>"
            for key in asked["idlist"].split(",")
        )
        return f"<Customers>{rows}</Customers>"

    def customerlist(self, _: dict[str, str]) -> str:
        """The customers that changed."""
        keys = "".join(
            f"<Customer><Netvisorkey>{key}</Netvisorkey></Customer>"
            for key in self.changed_customers
        )
        return f"<Customerlist>{keys}</Customerlist>"

    def salespaymentlist(self, asked: dict[str, str]) -> str:
        """Payments, with their filters."""
        numbers = {str(one.key): one.name for one in self.sales}
        start = asked.get("lastmodifiedstart", "")
        number = numbers.get(asked.get("invoicenetvisorkey", ""))
        found = [
            one
            for one in sorted(self.payments, key=lambda one: one.key)
            if one.key > int(asked.get("abovenetvisorkey", 0))
            and one.loss == (asked["limitbytype"] == "onlycreditloss")
            and one.changed.isoformat() >= start
            and number in {None, one.number}
        ]
        rows = "".join(
            f"<SalesPayment><NetvisorKey>{one.key}</NetvisorKey><Name>Aino Esimerkki</Name>"
            f"<Date>{one.day}</Date><Sum>{one.total}</Sum>"
            f"<ForeignCurrencyAmount>{one.foreign}</ForeignCurrencyAmount>"
            f"<InvoiceNumber>{one.number}</InvoiceNumber><BankStatus>{one.bank}</BankStatus>"
            "</SalesPayment>"
            for one in found[: self.cap]
        )
        return f"<SalesPaymentList>{rows}</SalesPaymentList>"

    def deletedsalesinvoices(self, _: dict[str, str]) -> str:
        """What was deleted."""
        rows = "".join(
            f"<DeletedSalesInvoice><NetvisorKey>{key}</NetvisorKey></DeletedSalesInvoice>"
            for key in self.deleted
        )
        return f"<DeletedSalesInvoices>{rows}</DeletedSalesInvoices>"

    def deletedsalespayments(self, _: dict[str, str]) -> str:
        """Which payments were deleted."""
        rows = "".join(
            f"<DeletedSalesPayment><NetvisorKey>{key}</NetvisorKey></DeletedSalesPayment>"
            for key in self.deleted_payments
        )
        return f"<DeletedSalesPayments>{rows}</DeletedSalesPayments>"

    def salesinvoicecomment(self, _: dict[str, str]) -> str:
        """A comment is taken."""
        return "<Replies/>"

    def resources(self) -> list[str]:
        """The resources that were asked, in order."""
        return [urlsplit(one).path[1:].removesuffix(".nv") for one in self.asked]


@contextmanager
def company(books: FakeNetvisor, **settings: object):
    """The connector of a company with these books."""
    with RawServer(books.reply) as server:
        config = netvisor.Config.model_validate(
            {"url": server.origin, "organisation": "0112038-9", "customer_id": "KK_1",
             "partner_id": "PA_1", **settings}
        )  # fmt: skip
        connection = Connection(
            id="nv", config=config, private_targets=frozenset({server.origin}),
            secrets={"customer_key": "invented-customer", "partner_key": "invented-partner"},
        )  # fmt: skip
        books.origin = server.origin
        yield netvisor.connect(connection)

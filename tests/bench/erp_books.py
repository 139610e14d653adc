"""Books of four ERPs, as large as wanted, each behind its connector on the loopback.

They are the books of the connectors' own tests: forms and filters by the vendors' specifications,
every value invented. Each invoice has one of a hundred customers, and one in ten is partly paid.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Connection
from connectors.erp import fortnox, procountor, tripletex
from tests.connectors.erp import tripletex_sample as sample
from tests.connectors.erp.fortnox_books import FortnoxBooks
from tests.connectors.erp.netvisor_books import FakeNetvisor, Paid, Sale, company
from tests.connectors.erp.procountor_books import ProcountorBooks, event, invoice, partner
from tests.connectors.erp.tripletex_books import TripletexBooks
from tests.connectors.stub_server import RawServer

NAMES = ("netvisor", "procountor", "fortnox", "tripletex")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_CUSTOMERS = 100


@dataclass
class Open:
    """A connector before its books; ``change_all`` marks every invoice as changed.

    ``now`` is the first pull's moment, ``later`` that of the second one.
    """

    connector: Any
    connection: str
    asked: list[Any]
    change_all: Any
    now: datetime = NOW
    later: datetime = NOW


def of(name, invoices):
    """The books of an ERP with so many open invoices, and its connector."""
    return _MAKERS[name](invoices)


@contextmanager
def _netvisor(count):
    half = {"open": "60,00"}
    sales = [
        Sale(key, customer=key % _CUSTOMERS + 1, **(half if key % 10 == 0 else {}))
        for key in range(1, count + 1)
    ]
    paid = [Paid(one.key, one.name, "40,00") for one in sales if one.key % 10 == 0]
    books = FakeNetvisor(sales, paid)

    def change_all():
        for one in books.sales:
            one.changed = datetime(2026, 3, 2, 13)  # noqa: DTZ001 - Netvisor names no zone

    with company(books) as connector:
        yield Open(connector, "nv", books.asked, change_all)


@contextmanager
def _procountor(count):
    now = datetime(2026, 10, 5, 9, tzinfo=UTC)
    partners = {one: partner(one) for one in range(1, _CUSTOMERS + 1)}
    books = ProcountorBooks(partners=partners)
    for number in range(1, count + 1):
        half = {"status": "PARTLY_PAID"} if number % 10 == 0 else {}
        books.add(invoice(number, partnerId=number % _CUSTOMERS + 1, **half))
        if half:
            books.events[number] = [event(number, "40.00")]

    def change_all():
        for one in books.invoices.values():
            one["version"] = "2026-10-05T09:00:00"

    with RawServer(books, keep=True) as server:
        config = procountor.Config(url=server.origin, client_id="hub", company=15521)
        yield Open(
            procountor.connect(_lent("pc", config, server)), "pc", books.asked, change_all, now, now
        )


@contextmanager
def _fortnox(count):
    books = FortnoxBooks(NOW)
    like = books.kept["invoices"]["2"]
    customer = books.kept["customers"][str(like["CustomerNumber"])]
    payment = next(iter(books.kept["invoicepayments"].values()))
    kept = {"invoices": {}, "customers": {}, "invoicepayments": {}}
    for one in range(1, _CUSTOMERS + 1):
        kept["customers"][str(one)] = {**deepcopy(customer), "CustomerNumber": str(one)}
    for number in range(1, count + 1):
        row = {**deepcopy(like), "DocumentNumber": str(number), "Total": 100, "Balance": 100}
        row |= {"CustomerNumber": str(number % _CUSTOMERS + 1)}
        if number % 10 == 0:
            row["Balance"] = 60
            kept["invoicepayments"][str(number)] = {
                **deepcopy(payment), "Number": str(number), "InvoiceNumber": number, "Amount": 40,
                "Booked": True, "Currency": row["Currency"], "WriteOffs": [],
            }  # fmt: skip
        kept["invoices"][str(number)] = row
    books.kept = kept

    def change_all():
        for number in kept["invoices"]:
            books.modified["invoices", number] = NOW.strftime("%Y-%m-%d %H:%M")

    with RawServer(books, keep=True) as server:
        config = fortnox.Config(
            api=server.origin, accounts=server.origin, database_number=29302, client_id="client-1"
        )
        yield Open(fortnox.connect(_lent("f", config, server)), "f", books.asked, change_all)


@contextmanager
def _tripletex(count):
    customers = [sample.customer(one, f"Kunde {one}") for one in range(1, _CUSTOMERS + 1)]
    rows, postings = [], []
    for number in range(1, count + 1):
        left = 60.0 if number % 10 == 0 else 100.0
        row = sample.invoice(number, customers[number % _CUSTOMERS], 100.0, left)
        own = [sample.posting(number * 10, row, 100.0, "2026-09-01")]
        if left < 100:
            own.append(sample.posting(number * 10 + 1, row, -40.0, "2026-10-01"))
        row["postings"] = own
        rows.append(row)
        postings += own
    books = TripletexBooks(
        {"customers": customers, "invoices": rows, "postings": postings, "groups": [],
         "reminders": []}
    )  # fmt: skip
    with RawServer(books, keep=True) as server:
        config = tripletex.Config(environment="production", organization_number="910000111")
        config = config.model_copy(update={"origin": server.origin})
        lent = _lent("tt", config, server)
        # Tripletex lists no changes: the first pull of the next day reads all that is open.
        yield Open(
            tripletex.connect(lent), "tt", books.asked, lambda: None,
            datetime(2026, 10, 6, 9, tzinfo=UTC), datetime(2026, 10, 7, 9, tzinfo=UTC),
        )  # fmt: skip


def _lent(name, config, server):
    return Connection(
        id=name, config=config, private_targets=frozenset({server.origin}),
        token=lambda stale="": "t",
    )  # fmt: skip


_MAKERS = {
    "netvisor": _netvisor, "procountor": _procountor, "fortnox": _fortnox, "tripletex": _tripletex,
}  # fmt: skip

"""Books of four ERPs of any length, whose records are made when they are asked for.

The forms are those of the connectors' own tests; nothing is kept, so that the books of a hundred
thousand invoices cost no more than those of ten. Each invoice is open, one in ten is partly paid,
and each has one of a hundred customers. Served by a process of its own, until its input ends::

    python -m tests.bench.erp_endless fortnox 100000
"""

from __future__ import annotations

import json
import sys
from collections import deque
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

from tests.connectors.erp import tripletex_sample as sample
from tests.connectors.erp.fortnox_books import COMPANY, THIN, FortnoxBooks
from tests.connectors.erp.netvisor_books import FakeNetvisor, Paid, Sale
from tests.connectors.erp.procountor_books import event, invoice, partner
from tests.connectors.erp.tripletex_books import projected, wanted
from tests.connectors.stub_server import RawServer, ok

CUSTOMERS = 100
FORTNOX_NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


# What Netvisor's own client asks of an invoice beside the rest; the names are its page's.
_EMPTY = (
    "SalesInvoiceDeliveryTerm", "DeliveryMethod", "DeliveryTerm", "SalesInvoiceFreeTextBeforeLines",
    "SalesInvoiceFreeTextAfterLines", "InvoicingCustomerAddressline", "InvoicingCustomerPostnumber",
    "InvoicingCustomerTown", "DeliveryAddressName", "DeliveryAddressLine",
    "DeliveryAddressPostnumber", "DeliveryAddressTown", "DeliveryAddressCountryCode",
    "SalesInvoiceOurReference", "SalesInvoiceYourReference", "SalesInvoicePrivateComment",
)  # fmt: skip
_DETAIL = (
    '<SalesInvoiceDate format="ansi">2026-01-02</SalesInvoiceDate>'
    '<SalesInvoiceDeliveryDate format="ansi">2026-01-02</SalesInvoiceDeliveryDate>'
    "<SalesInvoiceReferencenumber>1070</SalesInvoiceReferencenumber>"
    "<InvoicingCustomerName>Aino Esimerkki</InvoicingCustomerName>"
    '<InvoicingCustomerCountryCode ISO-3166="FI">Finland</InvoicingCustomerCountryCode>'
    '<InvoiceStatus status="open">open</InvoiceStatus>'
    + "".join(f"<{one}/>" for one in _EMPTY)
    + "<InvoiceLines/>"
)


class Netvisor(FakeNetvisor):
    """Lists by rising key; every invoice has changed, and so has every payment.

    Names are taken in any case: Netvisor's own client writes them in another one than we do.
    """

    def __init__(self, count):
        super().__init__()
        self.count = count

    def reply(self, request):
        method, target, rest = request.split(b" ", 2)
        path, _, query = target.partition(b"?")
        pairs = (one.partition(b"=") for one in query.split(b"&"))
        folded = b"&".join(name.lower() + sign + value for name, sign, value in pairs)
        found = super().reply(b" ".join((method, path.lower() + b"?" + folded, rest)))
        self.asked.clear()
        self.raw.clear()
        return found

    def _sale(self, key):
        half = {"open": "60,00"} if key % 10 == 0 else {}
        return Sale(key, customer=key % CUSTOMERS + 1, extra=_DETAIL, **half)

    def salesinvoicelist(self, asked):
        low, high = int(asked.get("invoicesabovenetvisorkey", 0)) + 1, self.count
        if "invoicenumber" in asked:
            low = high = int(asked["invoicenumber"]) - 5000
        high = min(high, low + self.cap - 1)
        rows = "".join(self._row(self._sale(key)) for key in range(low, high + 1))
        return f"<SalesInvoiceList>{rows}</SalesInvoiceList>"

    def getsalesinvoice(self, asked):
        keys = [int(one) for one in asked["netvisorkeylist"].split(",")]
        details = "".join(self._detail(self._sale(key)) for key in keys)
        return f"<SalesInvoices>{details}</SalesInvoices>"

    def salespaymentlist(self, asked):
        if asked["limitbytype"] == "onlycreditloss":
            return "<SalesPaymentList></SalesPaymentList>"
        after, high = int(asked.get("abovenetvisorkey", 0)), self.count
        if "invoicenetvisorkey" in asked:
            high = int(asked["invoicenetvisorkey"])
            after = high - 1
        first = after - after % 10 + 10
        keys = range(first, high + 1, 10)[: self.cap]
        self.payments = [Paid(key, str(5000 + key), "40,00") for key in keys]
        return super().salespaymentlist({"limitbytype": asked["limitbytype"]})


def procountor(count):
    """Searches by rising id."""

    def row(number):
        half = {"status": "PARTLY_PAID"} if number % 10 == 0 else {}
        return invoice(number, partnerId=number % CUSTOMERS + 1, **half)

    def listed(rows, total):
        return {"results": rows, "meta": {"totalCount": total, "resultCount": len(rows)}}

    def answer(_, path, asked):
        steps = path.removeprefix("/api").strip("/").split("/")
        if steps == ["company"]:
            return {"id": 15521, "operationType": "PRODUCTION", "companyCurrency": "EUR"}
        if len(steps) == 3:
            return {"transactions": []} if steps[2] == "transactions" else listed(
                [event(int(steps[1]), "40.00")], 1
            )  # fmt: skip
        make = row if steps[0] == "invoices" else partner
        if len(steps) == 2:
            rows = [make(int(one)) for one in steps[1].split(",")]
            return rows if len(rows) > 1 else rows[0]
        after = int(asked.get("previousId", 0))
        if steps[0] != "invoices":
            return listed([], 0)
        high = min(count, after + int(asked["size"]))
        return listed([row(one) for one in range(after + 1, high + 1)], count)

    return _json(answer, datetime(2026, 10, 5, 9, tzinfo=UTC))


def fortnox(count):
    """Lists by page number."""
    kept = FortnoxBooks(FORTNOX_NOW).kept
    like, buyer = kept["invoices"]["2"], next(iter(kept["customers"].values()))
    paid = next(iter(kept["invoicepayments"].values()))

    def row(number):
        left = 60 if number % 10 == 0 else 100
        owner = str(number % CUSTOMERS + 1)
        own = {"DocumentNumber": str(number), "Total": 100, "Balance": left}
        return {**like, **own, "CustomerNumber": owner}

    def payment(number):
        own = {"Number": str(number), "InvoiceNumber": number, "Amount": 40, "WriteOffs": []}
        return {**paid, **own, "Booked": True, "Currency": like["Currency"]}

    def listed(name, make, numbers, total, asked):
        page, limit = int(asked["page"]), int(asked["limit"])
        about = {
            "@TotalResources": total, "@TotalPages": -(-total // limit), "@CurrentPage": page,
        }  # fmt: skip
        rows = [make(one) for one in numbers[(page - 1) * limit : page * limit]]
        thin = [{field: one.get(field) for field in THIN[name]} for one in rows]
        return {"MetaInformation": about, name: thin}

    def answer(_, path, asked):
        _, _, kind, *rest = path.split("/")
        if kind == "companyinformation":
            return {"CompanyInformation": COMPANY}
        if rest and kind == "invoices":
            return {"Invoice": row(int(rest[0]))}
        if rest:
            return {"Customer": {**buyer, "CustomerNumber": rest[0]}}
        if kind == "invoices":
            return listed("Invoices", row, range(1, count + 1), count, asked)
        if kind == "customers":
            return listed("Customers", row, range(0), 0, asked)
        number = int(asked.get("invoicenumber", 1))
        numbers = range(number, number + 1)[: number % 10 == 0]
        return listed("InvoicePayments", payment, numbers, len(numbers), asked)

    return _json(answer, FORTNOX_NOW)


def tripletex(count):
    """Lists by place, and records by their numbers or those of their vouchers."""
    customers = [sample.customer(one, f"Kunde {one}") for one in range(1, CUSTOMERS + 1)]

    def row(number, *, postings=True):
        left = 60.0 if number % 10 == 0 else 100.0
        made = sample.invoice(number, customers[number % CUSTOMERS], 100.0, left)
        made["postings"] = [] if not postings else [owed(number), *money(number)]
        return made

    def owed(number):
        own = row(number, postings=False)
        return sample.posting(number * 10, own, 100.0, "2026-09-01")

    def money(number):
        own = row(number, postings=False)
        half = number % 10 == 0
        return [sample.posting(number * 10 + 1, own, -40.0, "2026-10-01")] * half

    def places(asked, total):
        start = int(asked.get("from", 0))
        return range(start + 1, min(total, start + int(asked.get("count", 1000))) + 1)

    def answer(_, path, asked):
        path, tree = path.removeprefix("/v2"), wanted(asked.get("fields", ""))
        if path == "/invoice" and ("id" in asked or "voucherId" in asked):
            less = 5000 if "voucherId" in asked else 0
            named = asked.get("id") or asked["voucherId"]
            numbers = [int(one) - less for one in named.split(",")]
            found, total = [row(one) for one in numbers], len(numbers)
            if int(asked.get("from", 0)):
                found = []
        elif path == "/invoice":
            found, total = [row(one, postings=False) for one in places(asked, count)], count
        elif path == "/ledger/posting/openPost":
            found, total = [owed(one) for one in places(asked, count)], count
        elif path == "/ledger/posting":
            total = count // 10
            found = [one for place in places(asked, total) for one in money(place * 10)]
        else:
            found, total = [], 0
        values = [projected(one, tree) for one in found]
        return {
            "fullResultSize": total, "from": int(asked.get("from", 0)), "count": len(values),
            "values": values,
        }  # fmt: skip

    return _json(answer, datetime(2026, 10, 6, 9, tzinfo=UTC))


def _json(answer, now):
    date = f"Date: {format_datetime(now, usegmt=True)}\r\nContent-Type: application/json\r\n"

    def reply(request):
        method, target, _ = request.split(b"\r\n", 1)[0].decode().split(" ")
        parts = urlsplit(target)
        said = answer(method, parts.path, dict(parse_qsl(parts.query)))
        return [ok(json.dumps(said, default=float).encode(), headers=date)]

    return reply


BOOKS = {
    "netvisor": lambda count: Netvisor(count).reply, "procountor": procountor,
    "fortnox": fortnox, "tripletex": tripletex,
}  # fmt: skip


def main(name, count):
    """Serve the books until the input ends; the origin is the first line of the output."""
    with RawServer(BOOKS[name](int(count)), keep=True) as server:
        server.requests = deque(maxlen=1)
        print(server.origin, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])

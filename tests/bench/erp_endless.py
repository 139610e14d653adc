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
    + "<InvoiceLines><InvoiceLine><SalesInvoiceProductLine>"
    '<ProductIdentifier type="customer">OMENA</ProductIdentifier>'
    "<SalesInvoiceProductLineVatSum>19,36</SalesInvoiceProductLineVatSum>"
    "<SalesInvoiceProductLineSum>80,64</SalesInvoiceProductLineSum>"
    "</SalesInvoiceProductLine></InvoiceLine></InvoiceLines>"
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


class Procountor:
    """Searches by rising id."""

    now = datetime(2026, 10, 5, 9, tzinfo=UTC)

    def __init__(self, count):
        self.count = count

    def answer(self, path, asked):
        steps = path.partition("/api/")[2].split("/")
        if steps == ["company"]:
            return {"id": 15521, "operationType": "PRODUCTION", "companyCurrency": "EUR"}
        if len(steps) == 3:
            paid = self._listed([event(int(steps[1]), "40.00")], 1)
            return {"transactions": []} if steps[2] == "transactions" else paid
        if len(steps) == 2:
            make = self._invoice if steps[0] == "invoices" else partner
            rows = [make(int(one)) for one in steps[1].split(",")]
            return rows if len(rows) > 1 else rows[0]
        if steps[0] != "invoices":
            return self._listed([], 0)
        after = int(asked.get("previousId", 0))
        high = min(self.count, after + int(asked["size"]))
        found = [self._invoice(one) for one in range(after + 1, high + 1)]
        return self._listed(found, self.count)

    @staticmethod
    def _invoice(number):
        half = {"status": "PARTLY_PAID"} if number % 10 == 0 else {}
        return invoice(number, partnerId=number % CUSTOMERS + 1, **half)

    @staticmethod
    def _listed(rows, total):
        return {"results": rows, "meta": {"totalCount": total, "resultCount": len(rows)}}


class Fortnox:
    """Lists by page number."""

    now = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __init__(self, count):
        self.count = count
        kept = FortnoxBooks(self.now).kept
        self.like = kept["invoices"]["2"]
        self.buyer = next(iter(kept["customers"].values()))
        self.paid = next(iter(kept["invoicepayments"].values()))

    def answer(self, path, asked):
        _, _, kind, *rest = path.split("/")
        match kind, rest:
            case "companyinformation", _:
                return {"CompanyInformation": COMPANY}
            case "invoices", [number]:
                return {"Invoice": self._invoice(int(number))}
            case "customers", [number]:
                return {"Customer": {**self.buyer, "CustomerNumber": number}}
            case "invoices", _:
                return self._listed("Invoices", self._invoice, range(1, self.count + 1), asked)
            case "customers", _:
                return self._listed("Customers", self._invoice, range(0), asked)
        number = int(asked.get("invoicenumber", 1))
        numbers = range(number, number + 1)[: number % 10 == 0]
        return self._listed("InvoicePayments", self._payment, numbers, asked)

    def _invoice(self, number):
        left = 60 if number % 10 == 0 else 100
        owner = str(number % CUSTOMERS + 1)
        own = {"DocumentNumber": str(number), "Total": 100, "Balance": left}
        return {**self.like, **own, "CustomerNumber": owner}

    def _payment(self, number):
        own = {"Number": str(number), "InvoiceNumber": number, "Amount": 40, "WriteOffs": []}
        return {**self.paid, **own, "Booked": True, "Currency": self.like["Currency"]}

    @staticmethod
    def _listed(name, make, numbers, asked):
        page, limit = int(asked["page"]), int(asked["limit"])
        about = {
            "@TotalResources": len(numbers), "@TotalPages": -(-len(numbers) // limit),
            "@CurrentPage": page,
        }  # fmt: skip
        rows = [make(one) for one in numbers[(page - 1) * limit : page * limit]]
        thin = [{field: one.get(field) for field in THIN[name]} for one in rows]
        return {"MetaInformation": about, name: thin}


class Tripletex:
    """Lists by place, and records by their numbers or those of their vouchers."""

    now = datetime(2026, 10, 6, 9, tzinfo=UTC)
    customers = tuple(sample.customer(one, f"Kunde {one}") for one in range(1, CUSTOMERS + 1))

    def __init__(self, count):
        self.count = count

    def answer(self, path, asked):
        found, total = self._found(path.removeprefix("/v2"), asked)
        tree = wanted(asked.get("fields", ""))
        values = [projected(one, tree) for one in found]
        return {
            "fullResultSize": total, "from": int(asked.get("from", 0)), "count": len(values),
            "values": values,
        }  # fmt: skip

    def _found(self, path, asked):
        match path:
            case "/invoice" if "id" in asked or "voucherId" in asked:
                less = 5000 if "voucherId" in asked else 0
                named = (asked.get("id") or asked["voucherId"]).split(",")
                numbers = [] if int(asked.get("from", 0)) else [int(one) - less for one in named]
                return [self._invoice(one) for one in numbers], len(named)
            case "/invoice":
                places = self._places(asked, self.count)
                return [self._bare(one) for one in places], self.count
            case "/ledger/posting/openPost":
                places = self._places(asked, self.count)
                return [self._owed(one) for one in places], self.count
            case "/ledger/posting":
                total = self.count // 10
                return [self._paid(one * 10) for one in self._places(asked, total)], total
        return [], 0

    @staticmethod
    def _places(asked, total):
        start = int(asked.get("from", 0))
        return range(start + 1, min(total, start + int(asked.get("count", 1000))) + 1)

    def _bare(self, number):
        left = 60.0 if number % 10 == 0 else 100.0
        return sample.invoice(number, self.customers[number % CUSTOMERS], 100.0, left)

    def _invoice(self, number):
        paid = [self._paid(number)] if number % 10 == 0 else []
        return {**self._bare(number), "postings": [self._owed(number), *paid]}

    def _owed(self, number):
        return sample.posting(number * 10, self._bare(number), 100.0, "2026-09-01")

    def _paid(self, number):
        return sample.posting(number * 10 + 1, self._bare(number), -40.0, "2026-10-01")


def _json(books):
    date = format_datetime(books.now, usegmt=True)

    def reply(request):
        _, target, _ = request.split(b"\r\n", 1)[0].decode().split(" ")
        parts = urlsplit(target)
        body = json.dumps(books.answer(parts.path, dict(parse_qsl(parts.query))), default=float)
        head = f"Date: {date}\r\nContent-Type: application/json\r\n"
        return [ok(body.encode(), headers=head)]

    return reply


BOOKS = {
    "netvisor": lambda count: Netvisor(count).reply,
    "procountor": lambda count: _json(Procountor(count)),
    "fortnox": lambda count: _json(Fortnox(count)),
    "tripletex": lambda count: _json(Tripletex(count)),
}


def main(name, count):
    """Serve the books until the input ends; the origin is the first line of the output."""
    with RawServer(BOOKS[name](int(count)), keep=True) as server:
        server.requests = deque(maxlen=1)
        print(server.origin, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])

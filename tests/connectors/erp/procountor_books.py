"""A company's books in Procountor as its API shows them: searches, records, notes.

Built from the vendor's OpenAPI (25.12). It takes the documented parameters and no others, so that
each request of the connector is held against that description.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.connectors.stub_server import ok

_SEARCH = {"orderById", "previousId", "size", "page"}
_INVOICES = _SEARCH | {
    "status", "startDate", "endDate", "createdStartDate", "createdEndDate", "versionStartDate",
    "versionEndDate", "dueStartDate", "dueEndDate", "types", "businessPartnerId",
    "factoringContractId", "originalInvoiceNumber", "invoiceNumber", "searchTerm", "orderByDate",
    "orderByCreated", "orderByVersion", "invoiceChannel",
}  # fmt: skip
_PARTNERS = _SEARCH | {
    "identifierType", "customerNumber", "mainGroup", "partnerGroup", "type", "active",
    "versionStartDate", "versionEndDate",
}  # fmt: skip
DOCUMENTED = {
    r"/company": set(),
    r"/company/expenses/collectionpenal/settings": set(),
    r"/invoices": _INVOICES,
    r"/invoices/[0-9,]+": set(),
    r"/invoices/[0-9]+/notes": set(),
    r"/invoices/[0-9]+/paymentevents": _SEARCH,
    r"/invoices/[0-9]+/transactions": set(),
    r"/businesspartners": _PARTNERS,
    r"/businesspartners/[0-9,]+": set(),
    r"/referencepayments": _SEARCH | {"startDate", "endDate"},
}
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_MISSING = {"requestId": "r", "timestamp": "t", "message": {"errors": [{"status": 404}]}}


def invoice(number, status="SENT", total="100.00", **more):
    """A sales invoice in euro."""
    sums = {"currency": "EUR", "inAccountingCurrency": True, "invoiceSumTotal": Decimal(total)}
    row = {
        "id": number, "partnerId": 77, "type": "SALES_INVOICE", "status": status,
        "date": "2026-09-01", "invoiceNumber": number + 5000,
        "counterParty": {"counterPartyAddress": {"name": "Kertaostaja"}},
        "paymentInfo": {"currency": "EUR", "dueDate": "2026-09-15", "currencyRate": 1},
        "invoiceRows": [{"product": "Palvelu", "productCode": "P1"}],
        "invoiceSumInfo": [sums], "version": "2026-10-01T08:00:00", "factoringContractId": None,
    }  # fmt: skip
    return {**row, **more}


def event(number, amount, kind="REFERENCEPAYMENT", status="PAID", **more):
    """A payment event in euro."""
    row = {
        "id": number, "type": kind, "status": status, "paymentDate": "2026-09-30",
        "amount": Decimal(amount), "currency": "EUR", "paidAmount": Decimal(amount),
        "paidCurrency": "EUR",
    }  # fmt: skip
    return {**row, **more}


def partner(number, **more):
    """A customer of the register."""
    row = {
        "id": number, "name": "Asiakas Oy", "type": "CUSTOMER", "version": "2026-08-01T10:00:00",
        "invoicingInfo": {"identifierType": "FI", "identifier": "1234567-1"},
        "paymentInfo": {"paymentMethod": "BANK_TRANSFER"},
    }  # fmt: skip
    return {**row, **more}


@dataclass
class ProcountorBooks:
    """The books; ``gone`` says what a question for several ids answers when one is gone."""

    invoices: dict[int, dict[str, Any]] = field(default_factory=dict)
    partners: dict[int, dict[str, Any]] = field(default_factory=lambda: {77: partner(77)})
    events: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    log: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    payments: dict[int, dict[str, Any]] = field(default_factory=dict)
    company: dict[str, Any] = field(
        default_factory=lambda: {
            "id": 15521, "operationType": "PRODUCTION", "companyCurrency": "EUR",
        }
    )  # fmt: skip
    settings: dict[str, Any] = field(default_factory=dict)
    gone: str = "left out"
    refuses: dict[str, int] = field(default_factory=dict)
    after: Any = lambda path, asked: None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def add(self, *rows):
        """Put invoices into the books."""
        self.invoices |= {row["id"]: row for row in rows}

    def __call__(self, request):
        head, _, body = request.partition(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        split = urlsplit(target)
        path, asked = split.path.removeprefix("/api"), dict(parse_qsl(split.query))
        self.asked.append((path, asked))
        known = [names for form, names in DOCUMENTED.items() if re.fullmatch(form, path)]
        if not known or not set(asked) <= known[0] or int(asked.get("size", 1)) > 200:
            return [ok(b"{}", status="400 Bad Request")]
        for form, status in self.refuses.items():
            if re.fullmatch(form, path):
                return [ok(b"{}", status=f"{status} Refused")]
        status, value = self._answer(method, path, asked, body)
        self.after(path, asked)
        return [ok(json.dumps(value, default=float).encode(), status=f"{status} OK")]

    def _answer(self, method, path, asked, body):
        steps = path.strip("/").split("/")
        if method == "PUT":
            self.invoices[int(steps[1])]["notes"] = json.loads(body)["notes"]
            return 200, {"message": "ok"}
        if steps == ["company"]:
            return 200, self.company
        if steps[0] == "company":
            return 200, self.settings
        if len(steps) == 3:
            number = int(steps[1])
            if steps[2] == "transactions":
                return 200, {"transactions": self.log.get(number, [])}
            return 200, _found({row["id"]: row for row in self.events.get(number, [])}, asked)
        pool = {"invoices": self.invoices, "businesspartners": self.partners}.get(steps[0])
        if len(steps) == 2:
            return self._by_ids(pool, [int(one) for one in steps[1].split(",")])
        return 200, _found(self.payments if pool is None else pool, asked)

    def _by_ids(self, pool, wanted):
        found = [pool[one] for one in wanted if one in pool]
        if not found or (self.gone == "404" and len(found) < len(wanted)):
            return 404, _MISSING
        return 200, found[0] if len(wanted) == 1 else found


def _found(pool, asked):
    """A search by the documented parameters."""
    rows = [row for _, row in sorted(pool.items()) if _fits(row, asked)]
    if "orderByVersion" in asked:
        rows.sort(key=lambda row: row["version"], reverse=asked["orderByVersion"] == "DESC")
    total = len(rows)
    rows = [row for row in rows if row["id"] > int(asked.get("previousId", 0))]
    rows = rows[: int(asked.get("size", 50))]
    return {"results": rows, "meta": {"totalCount": total, "resultCount": len(rows)}}


def _fits(row, asked):
    since = asked.get("versionStartDate")
    assert since is None or _STAMP.fullmatch(since), "a bound of a day loses rows until midnight"
    return (
        row.get("status", "") in asked.get("status", row.get("status", "")).split(",")
        and row.get("version", "") >= (since or "")
        and (row.get("date") or row.get("valueDate", "")) >= asked.get("startDate", "")
        and str(row.get("partnerId")) == asked.get("businessPartnerId", str(row.get("partnerId")))
    )

"""A company's books in Fortnox as its API answers from them: lists, records, pages, changes.

The records are those of ``fortnox/records.json``; the forms of lists, errors and empty lists are
the recorded ones of github.com/accodeing/fortnox-api. A record's ``modified`` (UTC) is what
``lastmodified`` goes by.
"""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.connectors.stub_server import ok

Row = dict[str, Any]
RECORDS = Path(__file__).parent / "fortnox" / "records.json"
COMPANY = {"DatabaseNumber": 29302, "CompanyName": "Exempel AB", "CountryCode": "SE"}
# What a row of a list has of a record: fortnox_InvoiceListItem and its like.
THIN = {
    "Invoices": (
        "Balance", "Booked", "Cancelled", "Currency", "CurrencyRate", "CustomerName",
        "CustomerNumber", "DocumentNumber", "DueDate", "FinalPayDate", "InvoiceDate",
        "InvoiceType", "NoxFinans", "OCR", "Sent", "Total",
    ),
    "Customers": ("CustomerNumber", "Name", "Address1", "City", "Email", "OrganisationNumber"),
    "InvoicePayments": (
        "Amount", "Booked", "Currency", "CurrencyRate", "InvoiceNumber", "Number", "PaymentDate",
        "Source",
    ),
}  # fmt: skip
KINDS = {
    "invoices": ("Invoices", "Invoice", "DocumentNumber"),
    "customers": ("Customers", "Customer", "CustomerNumber"),
    "invoicepayments": ("InvoicePayments", "InvoicePayment", "Number"),
}
LONG_AGO = "2020-01-01 00:00"


class FortnoxBooks:
    """Records by kind and number, and the answers to requests; ``asked`` are their targets."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)) -> None:
        known = json.loads(RECORDS.read_text())
        self.now, self.asked, self.sent = now, list[str](), list[Row]()
        # The most rows of a page, whatever is asked for.
        self.cap = 100
        self.kept: dict[str, dict[str, Row]] = {
            "invoices": {one["DocumentNumber"]: one for one in known["invoices"]},
            "customers": {one["CustomerNumber"]: one for one in known["customers"]},
            "invoicepayments": {one["Number"]: one for one in known["payments"]},
        }
        self.modified: dict[tuple[str, str], str] = {}

    def put(self, kind: str, number: str, like: str, **fields: Any) -> None:
        """Add or change a record, made like another one; it is modified now."""
        row = deepcopy(self.kept[kind].get(number) or self.kept[kind][like])
        row |= {KINDS[kind][2]: number, **fields}
        self.kept[kind][number] = row
        self.modified[kind, number] = self.now.strftime("%Y-%m-%d %H:%M")

    def __call__(self, request: bytes) -> list[bytes]:
        head, _, body = request.partition(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        self.asked.append(f"{method} {target}")
        if method == "PUT":
            self.sent.append(json.loads(body))
        status, said = self.answer(method, target, body)
        data = said if isinstance(said, bytes) else json.dumps(said).encode()
        return [ok(data, status=status, headers=f"Date: {self.date}\r\n")]

    @property
    def date(self) -> str:
        """The server's clock in the form of HTTP."""
        return format_datetime(self.now, usegmt=True)

    def answer(self, method: str, target: str, body: bytes = b"") -> tuple[str, Row | bytes]:
        """Status and body of the answer to a request."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        _, _, kind, *rest = parts.path.split("/")
        if kind == "companyinformation":
            return "200 OK", {"CompanyInformation": COMPANY}
        if not rest:
            return "200 OK", self._list(kind, query)
        row = self.kept[kind].get(unquote(rest[0]))
        if row is None:
            said = {"Error": 1, "Message": "Kan inte hitta fakturan.", "Code": 2000434}
            return "404 Not Found", {"ErrorInformation": said}
        if rest[1:] == ["preview"]:
            return "200 OK", b"%PDF-1.4 an invoice"
        if method == "PUT":
            row |= json.loads(body)[KINDS[kind][1]]
        return "200 OK", {KINDS[kind][1]: row}

    def _list(self, kind: str, query: dict[str, str]) -> Row:
        name, _, number = KINDS[kind]
        found = [
            row
            for key, row in self.kept[kind].items()
            if self._fits(row, self.modified.get((kind, key), LONG_AGO), query)
        ]
        if query.get("sortby") == "documentnumber":
            found.sort(key=lambda row: int(row[number]))
        limit, page = min(self.cap, int(query.get("limit", 100))), int(query.get("page", 1))
        thin = [{field: row.get(field) for field in THIN[name]} for row in found]
        if kind == "invoicepayments":
            for row, whole in zip(thin, found, strict=True):
                row["WriteOffExist"] = bool(whole["WriteOffs"])
        about = {
            "@TotalResources": len(found), "@TotalPages": -(-len(found) // limit),
            "@CurrentPage": page,
        }  # fmt: skip
        return {"MetaInformation": about, name: thin[(page - 1) * limit : page * limit]}

    @staticmethod
    def _fits(row: Row, modified: str, query: dict[str, str]) -> bool:
        balance = float(str(row.get("Balance", 0)).replace(",", "."))
        unpaid = balance > 0 and not row.get("Cancelled")
        late = unpaid and str(row.get("DueDate")) < "2026-03-02"
        return (
            modified >= query.get("lastmodified", "")
            and row.get("InvoiceDate", "9") >= query.get("fromdate", "")
            and query.get("customernumber", "") in str(row.get("CustomerNumber", ""))
            and query.get("invoicenumber", str(row.get("InvoiceNumber")))
            == str(row.get("InvoiceNumber"))
            and {"unpaid": unpaid, "unpaidoverdue": late}.get(query.get("filter", ""), True)
        )

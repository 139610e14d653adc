"""The recorded answers: what ``records.json`` makes of each request of the suite.

Its records name their source; how lists, pages and errors look is recorded (``fortnox_books.py``).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.connectors.erp.fortnox_books import FortnoxBooks

_SORTED = "sortby=documentnumber&sortorder=ascending"


def exchanges() -> list[dict[str, Any]]:
    """Every request that a first pull, a backfill, a sweep and the proofs make."""
    books = FortnoxBooks()
    paths = [
        "/3/invoices?page=1&limit=1",
        f"/3/invoices?{_SORTED}&page=1&limit=100",
        f"/3/invoices?{_SORTED}&fromdate=2016-01-01&page=1&limit=100",
        f"/3/invoices?filter=unpaid&{_SORTED}&page=1&limit=100",
    ]
    paths += [
        f"/3/customers/{quote(number, safe='')}" for number in (*books.kept["customers"], "9")
    ]
    for number in (*books.kept["invoices"], "999"):
        paths += [
            f"/3/invoices/{number}",
            f"/3/invoices/{number}/preview",
            f"/3/invoicepayments?invoicenumber={number}&page=1&limit=100",
        ]
    paths += [f"/3/invoicepayments/{number}" for number in books.kept["invoicepayments"]]
    return [_exchange(books, path) for path in paths]


def _exchange(books: FortnoxBooks, path: str) -> dict[str, Any]:
    status, body = books.answer("GET", path)
    said = body.decode() if isinstance(body, bytes) else body
    return {
        "request": {"method": "GET", "path": path},
        "response": {
            "status": int(status.split(" ")[0]), "headers": {"Date": books.date}, "body": said,
        },
    }  # fmt: skip

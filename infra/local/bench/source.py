"""A stand-in for an ERP that answers at once: Tryton's REST answer to "what is open on these?".

The real server costs some 25 ms an answer, on its own core; it would measure Tryton and not us.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

OPEN = "100.00"


class _Books(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer a search for invoices by id: each is posted, and all of it is open."""
        query = parse_qs(urlsplit(self.path).query)
        body = json.dumps([_invoice(number) for number in asked(query["d"][0])]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: a bench has its own progress."""


def asked(domain: str) -> list[int]:
    """The invoice numbers that a packed domain asks for by ``["id", "in", [...]]``."""
    clauses = json.loads(base64.urlsafe_b64decode(domain))
    return [number for clause in clauses if clause[:2] == ["id", "in"] for number in clause[2]]


def _invoice(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "state": "posted",
        "currency": {"id": 1, "code": "EUR"},
        "amount_to_pay": {"__class__": "Decimal", "decimal": OPEN},
        "party": {"id": 1, "code": "1", "dunning_procedure": None},
        "lines_to_pay": [],
    }


@contextmanager
def books() -> Iterator[str]:
    """The origin of a running stand-in."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Books)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

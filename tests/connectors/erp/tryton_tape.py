"""Recorded answers of Tryton: how they are written down from a live server and played back.

A tape is a JSON list of exchanges; a request is kept as what it asks (model, domain, order, limit,
fields), not as a URL. ``python -m tests.connectors.erp.tryton_tape`` records all tapes anew.
"""

import base64
import json
import sys
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from connectors.contract import Connection
from connectors.erp import tryton as connector
from connectors.http import Answer, Door
from infra.local.erp.books import Books
from infra.local.erp.entries import Customer, NewInvoice
from infra.local.erp.server import Tryton
from tests.connectors.stub_server import RawServer

TAPES = Path(__file__).parent / "tryton"
NOW = datetime(2024, 6, 3, 9, 0, tzinfo=UTC)
KEY = "recorded-key"


def asked(path):
    """What a request's path and query ask for."""
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    unpacked = {
        name: json.loads(base64.urlsafe_b64decode(query[short][0]))
        for name, short in (("domain", "d"), ("order", "o"))
    }
    return {
        "model": parts.path.rpartition("/")[2],
        **unpacked,
        "limit": int(query["s"][0]) if "s" in query else None,
        "fields": query["f"],
    }


def connection(url, key, database="books"):
    return Connection(
        id="books",
        config=connector.Config(url=url, database=database),
        secrets={"application_key": key},
        private_targets=frozenset({url}),
    )


class Player(RawServer):
    """Answers each question as the tape did; a question that is not on it is a 500."""

    def __init__(self, *names, edit=None):
        self.tape = [one for name in names for one in load(name)]
        self.unasked = [one["request"] for one in self.tape]
        self._edit = edit or (lambda model, rows: rows)
        super().__init__(self._play, keep=True)

    def connect(self, key=KEY):
        return connector.connect(connection(self.origin, key))

    def _play(self, request):
        head = request.split(b"\r\n\r\n")[0].decode()
        if f"Authorization: Bearer {KEY}" not in head:
            return [http(401, "text/html", b"<!doctype html><title>401 Unauthorized</title>")]
        question = asked(head.split(" ")[1])
        for exchange in self.tape:
            if exchange["request"] == question:
                if question in self.unasked:
                    self.unasked.remove(question)
                response = exchange["response"]
                rows = self._edit(question["model"], response["body"])
                body = json.dumps(rows).encode()
                return [http(response["status"], response["type"], body, response["date"])]
        return [http(500, "application/json", b"{}")]


def http(status, kind, body, day="Mon, 03 Jun 2024 09:00:00 GMT"):
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nDate: {day}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def load(name):
    return json.loads((TAPES / f"{name}.json").read_text())


class Recorder(Door):
    """A door that keeps what passes through it."""

    tape = []

    def call(self, method, path, **rest) -> Answer:
        answer = super().call(method, path, **rest)
        response = {
            "status": answer.status,
            "type": answer.headers["content-type"],
            "date": answer.headers["date"],
            "body": json.loads(answer.body),
        }
        self.tape.append({"request": asked(path), "response": response})
        return answer

    def save(self, name):
        (TAPES / f"{name}.json").write_text(
            json.dumps(self.tape, indent=1, ensure_ascii=False) + "\n"
        )
        self.tape.clear()


def fill(books):
    """Three customers, and an invoice in every state; answers their ids by name."""
    matti, yritys, liisa = books.create_customers(
        [Customer("Matti Meikäläinen", street="Kotikatu 1", postal_code="00100", city="Helsinki",
                  email="matti@example.invalid", phone="+358401234567"),
         Customer("Yritys Oy", "company", "sv", business_id=("fi_ytunnus", "1572860-0")),
         Customer("Liisa Esimerkki", do_not_dun=True)]
    )  # fmt: skip
    names = ("open", "part", "paid", "credited", "part_credited", "void", "blocked")
    posted = books.post_invoices(
        [NewInvoice((matti, yritys, liisa)[place % 3], date(2024, 5, 1), date(2024, 5, 15),
                    Decimal(100)) for place, _ in enumerate(names)]
    )  # fmt: skip
    ids = {name: one.id for name, one in zip(names, posted, strict=True)}
    books.pay(ids["part"], date(2024, 6, 1), Decimal(40))
    books.pay(ids["paid"], date(2024, 6, 1))
    books.credit(ids["credited"], date(2024, 6, 1))
    books.credit_part(ids["part_credited"], date(2024, 6, 1), Decimal(30))
    books.void(ids["void"])
    books.block_dunning(ids["blocked"])
    return ids


def record():
    """Record all tapes against a new server."""
    connector.Door = Recorder
    with tempfile.TemporaryDirectory() as folder, Tryton.start(Path(folder)) as server:
        books = Books.open(server)
        ids = fill(books)
        erp = connector.connect(connection(server.url, server.api_key))
        recorder = Recorder(server.url, private_targets=frozenset({server.url}))
        *_, last = erp.pull(None, now=NOW)
        recorder.save("first_pull")
        books.pay(ids["open"], date(2024, 6, 2))
        list(erp.pull(last.cursor, now=NOW))
        recorder.save("second_pull")
        erp.open_items([f"books:{number}" for number in (*ids.values(), 999)])
        recorder.save("open_items")
        erp.test()
        recorder.save("connection_test")


if __name__ == "__main__":
    sys.exit(record())

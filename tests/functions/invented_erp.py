"""An invented ERP behind the contract, whose books a test holds in its hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel, ConfigDict

import connectors
from connectors.contract import Budget, Finding, Hook, Page, Spec
from connectors.contract_erp import Granted, Kept
from shared.cloud import connections, keys, table
from shared.domain.model import Invoice, Missing, OpenItem, Party
from tests.functions.world import NORDIC, eur

NAME = "erp.invented"
DEBTOR = Party(id="erp:d1", version="1", kind="person", name="Aino Esimerkki", country="FI")


class Config(BaseModel):
    """No settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


SPEC = Spec(
    name=NAME,
    title="Invented",
    countries=("FI",),
    config=Config,
    secrets=(),
    capabilities=frozenset(
        {"customers", "invoices", "open_items", "incremental", "sweep", "backfill", "webhooks"}
    ),
    docs="",
    verified="spec only",
    data=("name",),
    processing="nowhere",
    proof="open_items",
    rate_scope="connection",
    budget=Budget(25, 5, 5),
    grant="consented",
)


def invoice(number, opened="100.00", due=date(2026, 1, 15)):
    """An invoice of 100.00 EUR of which ``opened`` is open."""
    return Invoice(
        id=f"erp:{number}", version=opened, number=str(number), debtor="erp:d1",
        issued=date(2026, 1, 1), due=due, total=eur("100.00"), open=eur(opened),
    )  # fmt: skip


@dataclass
class Books:
    """What the ERP holds, what its pull shows of it, and what was asked."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    pages: list[list[Any]] = field(default_factory=list)
    years: list[list[Any]] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    fails: dict[str, BaseException] = field(default_factory=dict)
    on_page: Any = None

    def hold(self, *invoices):
        """The invoices that the books have now."""
        self.invoices = {one.id: one for one in invoices}

    def connect(self, connection):
        """The connector before these books."""
        return Erp(self, connection)


class Erp:
    """The connector."""

    def __init__(self, books, connection):
        self._books, self._connection = books, connection

    def test(self):
        return [Finding(check="login", ok=True, text="fine")]

    def pull(self, cursor, *, now: datetime):
        yield from self._walk("pull", self._books.pages, cursor, now)

    def backfill(self, since, cursor, *, now: datetime):
        self._books.asked.append(("since", since))
        yield from self._walk("backfill", self._books.years, cursor, now)

    def _walk(self, what, pages, cursor, now):
        start = int(cursor or 0)
        for number in range(start, max(len(pages), start + 1)):
            self._tried(f"{what} {number}")
            facts = tuple(pages[number]) if number < len(pages) else ()
            ended = number + 1 >= len(pages)
            shown = str(number + 1 if number < len(pages) else number)
            yield Page(facts=facts, cursor=shown, complete_through=now if ended else None)

    def open_list(self, *, now):
        self._tried("open_list")
        held = [one for one in self._books.invoices.values() if one.open]
        yield [OpenItem(invoice=one.id, open=one.open) for one in held]

    def read(self, invoices, *, now):
        self._books.asked.append(tuple(invoices))
        found = [self._books.invoices.get(one) or Missing(id=one) for one in invoices]
        return Page(facts=(DEBTOR, *found), cursor="")

    def open_items(self, invoices):
        held = self._books.invoices
        return [OpenItem(invoice=one, open=held[one].open if one in held else None)
                for one in invoices]  # fmt: skip

    def verify(self, delivery, *, now):
        return Hook(event="hint-1", signed=True, fetch=("invoice/1",))

    def _tried(self, what):
        self._books.asked.append(what)
        if self._books.on_page:
            self._books.on_page()
        if what in self._books.fails:
            raise self._books.fails[what]


class Grant:
    """A consent at an invented vendor, for the company ``right``."""

    def url(self, asked):
        return f"https://vendor.example/auth?state={asked.state}&to={asked.redirect}"

    def redeem(self, code, asked, *, now):
        return Granted(f"access-{code}", now.replace(hour=23), f"refresh-{code}", "subject")

    def company(self, access, *, now):
        ok = access == "access-right"
        return Finding(check="company", ok=ok, text="the company of the consent is another one")

    def fetch(self, kept: Kept, *, now):
        return Granted("access-fetched", now.replace(hour=23), kept.refresh)


def install(monkeypatch):
    """Make the invented connector one of the hub's; its empty books."""
    books, known = Books(), connectors._module
    module = SimpleNamespace(SPEC=SPEC, connect=books.connect, grant=lambda _: Grant())
    monkeypatch.setattr(connectors, "_module", lambda n: module if n == NAME else known(n))
    made = connections.made(NORDIC, "erp", connector=NAME, config={}, start_line=date(2026, 1, 10))
    table.transact([made])
    table.update(keys.connection(NORDIC, "erp"), set_={"state": "enabled"})
    return books


def pulled():
    """One message of the pull queue, worked on; the connection's row afterwards."""
    from functions import pull

    body = json.dumps({"tenant": "nordic", "connection": "erp"})
    answer = pull.handler({"Records": [{"messageId": "m1", "body": body}]}, None)
    return answer["batchItemFailures"], table.get(keys.connection(NORDIC, "erp"))


def stated(number):
    """An invoice's row."""
    return table.get(keys.invoice(NORDIC, f"erp:{number}"))

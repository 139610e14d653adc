"""Procountor through the hub: its token, durable books, and a resync that changes nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from functions import wiring
from shared.cloud import backfills, clock, runtime, sealing, table, vault
from tests.connectors.erp.procountor_books import ProcountorBooks, event, invoice
from tests.connectors.stub_server import RawServer, ok
from tests.functions.pulling import ROW, enabled, pulled, stated
from tests.functions.world import NORDIC, NOW

TOKEN = b'{"access_token": "t", "token_type": "bearer", "expires_in": 3600}'
DATED = {
    "date": "2026-01-10", "version": "2026-02-27T08:00:00",
    "paymentInfo": {"currency": "EUR", "dueDate": "2026-01-24"},
}  # fmt: skip


@pytest.fixture
def tokens():
    """The requests for a token."""
    return []


@pytest.fixture
def books(aws, monkeypatch, tokens):
    """A company with four invoices, and its connection; the budget's waits take no time."""

    def pause(seconds):
        moment = clock.wall() + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "wall", lambda: moment)

    monkeypatch.setattr(wiring, "time", SimpleNamespace(sleep=pause))
    secrets = runtime.client("secretsmanager")
    secrets.create_secret(Name="dunlin-secret-prefix/hub/token-key", SecretString="invented")
    sealing._key.cache_clear()
    found = ProcountorBooks()
    found.add(invoice(1, **DATED), invoice(2, "PARTLY_PAID", **DATED), invoice(3, **DATED))
    found.add(invoice(4, "PAID", **DATED))
    found.events = {2: [event(1, "40.00")], 4: [event(2, "100.00")]}

    def reply(request):
        if not request.startswith(b"POST /api/oauth/token "):
            return found(request)
        tokens.append(request)
        return [ok(TOKEN)]

    with RawServer(reply, keep=True) as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        config = {"url": server.origin, "client_id": "hub", "company": 15521}
        kept = {"client_secret": "shh", "api_key": "key"}
        secrets.create_secret(Name=vault.name(NORDIC, "erp"), SecretString=json.dumps(kept))
        enabled("erp.procountor", config)
        yield found
    sealing._key.cache_clear()


def test_the_open_books_are_stored_under_one_token_and_a_resync_changes_nothing(books, tokens):
    row = pulled()

    assert (row["state"], row["swept_on"]) == ("enabled", "2026-03-02")
    assert (stated(2)["open"], stated(2)["status"]) == ("60.00", "partly_paid")
    assert stated(4) == {}

    row = pulled()
    assert row["rows_seen"] > 0
    # The overlap shows what was settled within it; nothing else is new, and nothing has changed.
    assert (row["rows_new"], row["rows_changed"]) == (2, 0)
    row = pulled()
    assert (row["rows_new"], row["rows_changed"]) == (0, 0)
    assert len(tokens) == 1


def test_the_daily_sweep_finds_what_no_list_of_changes_names(books):
    pulled()
    pulled()
    table.update(ROW, set_={"swept_on": "2026-03-01"})
    # Paid, invalidated, gone and reopened: without a stamp.
    books.invoices[1]["status"] = "PAID"
    books.invoices[2]["status"] = "INVALIDATED"
    del books.invoices[3]
    books.invoices[4]["status"] = "SENT"
    books.events = {1: [event(3, "100.00")]}
    for row in books.invoices.values():
        row["version"] = "2026-02-01T00:00:00"

    assert pulled()["swept_on"] == "2026-03-02"
    assert [stated(n)["status"] for n in (1, 2, 4)] == ["paid", "cancelled", "open"]
    assert stated(3)["missing"] is True


def test_a_backfill_brings_what_was_settled_before(books):
    books.invoices[4]["version"] = "2025-01-01T00:00:00"
    table.transact([backfills.begun(NORDIC, "erp", date(2016, 1, 1), NOW)])
    pulled()

    assert backfills.shown(NORDIC, "erp")["state"] == "done"
    assert stated(4)["status"] == "paid"

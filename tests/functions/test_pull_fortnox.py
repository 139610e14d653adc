"""Fortnox through the hub: durable pages within its budget, and a resync that changes nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from functions import wiring
from shared.cloud import backfills, clock, grants, runtime, sealing, table, truths, vault
from shared.domain.grant import Granted
from tests.connectors.erp.fortnox_books import FortnoxBooks
from tests.connectors.stub_server import RawServer
from tests.functions.pulling import ROW, enabled, pull_once, pulled, stated
from tests.functions.world import NORDIC, NOW


@pytest.fixture
def waited(monkeypatch):
    """Seconds that the hub has waited for Fortnox's budget; the clock goes on with them."""
    found = []

    def pause(seconds):
        found.append(seconds)
        moment = clock.wall() + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "wall", lambda: moment)

    monkeypatch.setattr(wiring, "time", SimpleNamespace(sleep=pause))
    return found


@pytest.fixture
def books(aws, monkeypatch, waited):
    """A company that has consented, and its connection."""
    secrets = runtime.client("secretsmanager")
    secrets.create_secret(Name="dunlin-secret-prefix/hub/token-key", SecretString="invented")
    sealing._key.cache_clear()
    found = FortnoxBooks(NOW)
    with RawServer(found) as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        config = {
            "database_number": 29302, "client_id": "client-1", "api": server.origin,
            "accounts": server.origin,
        }  # fmt: skip
        secrets.create_secret(
            Name=vault.name(NORDIC, "erp"), SecretString=json.dumps({"client_secret": "shh"})
        )
        grants.replace(NORDIC, "erp", Granted("t", NOW + timedelta(hours=9), "r", "29302"))
        enabled("erp.fortnox", config)
        yield found
    sealing._key.cache_clear()


def test_the_books_are_stored_within_the_budget_and_a_resync_changes_nothing(books, waited):
    row = pulled()

    assert (row["state"], row["swept_on"]) == ("enabled", "2026-03-02")
    assert (stated(3)["open"], stated(3)["status"]) == ("400.00", "partly_paid")
    assert stated(15)["status"] == "draft"
    assert row["rows_refused"] == 2  # a balance in another currency, a comma
    # After a burst no window of five seconds holds more than fifteen requests.
    assert sum(waited) > len(books.asked) / 15 * 5 - 10

    # An hour later: Fortnox shows the same changes once more, for the overlap.
    for number in ("2", "3", "5", "11"):
        books.put("invoices", number, number)
    row = pulled()
    assert row["rows_seen"] > 0
    assert (row["rows_new"], row["rows_changed"]) == (0, 0)


def test_the_daily_sweep_finds_what_no_list_of_changes_names(books):
    pulled()
    table.update(ROW, set_={"swept_on": "2026-03-01"})
    # Paid, cancelled and gone without a stamp; one was never seen.
    books.kept["invoices"]["2"]["Balance"] = 0
    books.kept["invoices"]["18"]["Cancelled"] = True
    del books.kept["invoices"]["17"]
    books.kept["invoices"]["50"] = {**books.kept["invoices"]["8"], "DocumentNumber": "50"}

    assert pulled()["swept_on"] == "2026-03-02"
    assert [stated(n)["status"] for n in (2, 18, 50)] == ["paid", "cancelled", "open"]
    assert stated(17)["missing"] is True


def test_a_payment_that_is_deleted_in_the_books_settles_nothing_any_more(books):
    pulled()
    assert stated(3)["open"] == "400.00"
    kept = books.kept["invoicepayments"]
    gone = [number for number, one in kept.items() if str(one["InvoiceNumber"]) == "3"]
    for number in gone:
        del kept[number]
    books.put("invoices", "3", "3", Balance=1000)
    pulled()

    assert (stated(3)["open"], stated(3)["status"]) == ("1000.00", "open")
    _, truth = truths.money_truth(NORDIC, "erp:3")
    assert len(truth.payments) == len(gone) == 2
    assert all(one.taken_back and not one.allocations for one in truth.payments)


def test_a_backfill_brings_what_was_settled_before(books):
    table.transact([backfills.begun(NORDIC, "erp", date(2016, 1, 1), NOW)])
    pulled()

    assert backfills.shown(NORDIC, "erp")["state"] == "done"
    assert [stated(n)["status"] for n in (1, 4, 13)] == ["paid", "paid", "cancelled"]


def test_a_consent_that_was_revoked_asks_for_a_new_one(books):
    books.kept["invoices"].clear()
    refused = b'{"ErrorInformation":{"Error":1,"Message":"x","Code":2000311}}'
    books.answer = lambda *_: ("400 Bad Request", refused)
    pull_once()

    row = table.get(ROW)
    assert (row["state"], row["last_error"]) == ("needs_auth", "Fortnox refuses the access token")

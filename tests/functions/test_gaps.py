"""A pull in slices, what a source asks us to wait, the daily sweep, and the backfill of years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from functions import book, process_webhook
from shared.cloud import backfills, clock, connections, hooks, keys, table
from shared.domain.model import Missing, PastNotice
from shared.errors import Retry, Unreadable
from tests.functions.invented_erp import DEBTOR, install, invoice, pulled, stated
from tests.functions.world import NORDIC, NOW, answer, call, load


@pytest.fixture
def books(aws, monkeypatch):
    return install(monkeypatch)


@pytest.fixture
def slow(books, monkeypatch):
    """Every page that the source gives takes as many seconds of wall time."""

    def each(seconds):
        moment = [NOW]
        monkeypatch.setattr(clock, "wall", lambda: moment[0])

        def on_page():
            moment[0] += timedelta(seconds=seconds)

        books.on_page = on_page

    return each


def booked(number="1"):
    body = f'{{"tenant": "nordic", "invoice": "erp:{number}"}}'
    assert book.handler({"Records": [{"messageId": "m", "body": body}]}, None) == {
        "batchItemFailures": []
    }


def test_a_long_read_goes_on_in_a_message_of_its_own_where_it_stopped(books, slow, queued):
    books.pages = [[DEBTOR], [invoice(1)], [invoice(2)]]
    books.hold(invoice(1), invoice(2))
    slow(130)

    _, row = pulled()
    assert (row["cursor"], "fresh_as_of" in row) == ("1", False)
    assert queued("pull") == [{"tenant": "nordic", "connection": "erp"}]
    began = row["reading_since"]
    pulled()
    _, row = pulled()

    assert books.asked[:3] == ["pull 0", "pull 1", "pull 2"]
    assert (row["cursor"], row["fresh_as_of"]) == ("3", began)
    assert "pulling" not in row
    assert "reading_since" not in row


def test_what_the_source_asks_us_to_wait_is_waited_whoever_wants_the_feed(books, monkeypatch):
    books.fails["pull 0"] = Retry("too many", after=90)

    failed, row = pulled()
    assert (failed, row["state"]) == ([], "degraded")
    assert row["due_at"] == row["not_before"] == clock.stamp(NOW + timedelta(seconds=90))
    books.fails.clear()
    pulled()
    assert books.asked == ["pull 0"]

    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(seconds=90))
    _, row = pulled()
    assert (row["state"], "not_before" in row) == ("enabled", False)


def test_the_sweep_reads_again_what_differs_and_nothing_else(books):
    books.pages = [[DEBTOR, *map(invoice, (1, 2, 3, 4))]]
    books.hold(*map(invoice, (1, 2, 3, 4)))
    pulled()
    assert [one for one in books.asked if isinstance(one, tuple)] == []
    # One is paid and the pull missed it, one is gone, one was never seen; one is as it was.
    table.update(keys.connection(NORDIC, "erp"), set_={"swept_on": "2026-03-01"})
    books.hold(invoice(1), invoice(2, "0.00"), invoice(4, "40.00"), invoice(5))

    _, row = pulled()

    read = next(one for one in books.asked if isinstance(one, tuple))
    assert sorted(read) == ["erp:2", "erp:3", "erp:4", "erp:5"]
    assert [stated(n)["open"] for n in (2, 4, 5)] == ["0.00", "40.00", "100.00"]
    assert stated(3)["missing"] is True
    assert row["swept_on"] == "2026-03-02"
    seen = len(books.asked)
    pulled()
    assert "open_list" not in books.asked[seen:]


def test_a_list_that_cannot_be_trusted_marks_nothing_and_the_pull_was_good_all_the_same(books):
    books.pages = [[DEBTOR, invoice(1)]]
    books.fails["open_list"] = Unreadable("the list is suddenly empty")

    failed, row = pulled()

    assert failed == []
    assert (row["state"], row["gap_error"]) == ("enabled", "the list is suddenly empty")
    assert "missing" not in stated(1)
    assert "swept_on" not in row


def test_an_invoice_that_is_gone_holds_its_claim_until_it_is_stated_again(books):
    books.pages = [[DEBTOR, invoice(1)]]
    books.hold(invoice(1))
    pulled()
    booked()
    case = stated(1)["case_id"]
    books.pages.append([Missing(id="erp:1")])
    pulled()
    booked()
    assert load(case=case).claims["erp:1"].missing
    assert load(case=case).claims["erp:1"].open.amount == 100

    books.pages.append([invoice(1)])
    pulled()
    booked()
    assert not load(case=case).claims["erp:1"].missing
    assert "missing" not in stated(1)


def test_an_invoice_that_is_gone_before_it_joined_never_joins(books):
    books.pages = [[DEBTOR, invoice(1)], [Missing(id="erp:1"), Missing(id="erp:unknown")]]
    pulled()
    booked()

    assert "case_id" not in stated(1)
    assert "due_at" not in stated(1)


def test_years_are_read_beside_the_changes_slice_by_slice(books, slow, queued):
    from functions import admin

    books.pages = [[DEBTOR, invoice(9)]]
    old = [invoice(n, due=date(2024, 1, n)) for n in (1, 2, 3)]
    books.years = [[DEBTOR, one] for one in old]
    books.hold(invoice(9), *old)
    pulled()
    table.update(keys.connection(NORDIC, "erp"), set_={"swept_on": "2026-03-02"})
    slow(130)
    path = {"id": "erp"}
    route = "POST /v1/connections/{id}/backfill"
    status, body = answer(admin.handler(call(route, path=path, body={"since": "2024-01-01"}), None))
    assert (status, body["backfill"]["state"]) == (202, "running")
    queued("pull")

    _, row = pulled()
    assert row["cursor"] == "1"
    assert backfills.running(NORDIC, "erp")["cursor"] == "1"
    assert queued("pull") == [{"tenant": "nordic", "connection": "erp"}]
    pulled()
    _, row = pulled()

    assert row["cursor"] == "1"
    assert ("since", date(2024, 1, 1)) in books.asked
    found = backfills.shown(NORDIC, "erp")
    assert (found["state"], found["rows_seen"]) == ("done", 6)


def test_what_a_backfill_brings_from_before_the_start_line_is_a_persons(books):
    books.pages = [[DEBTOR]]
    books.years = [[DEBTOR, invoice(1, due=date(2025, 5, 1))]]
    books.hold(invoice(1, due=date(2025, 5, 1)))
    table.transact([backfills.begun(NORDIC, "erp", date(2025, 1, 1), NOW)])
    pulled()
    booked()

    assert "case_id" not in stated(1)
    assert stated(1)["parked"] == "start_line"


def test_reminders_that_the_books_sent_come_with_the_pull(books):
    sent = PastNotice(
        id="erp:r1", invoice="erp:1", what="reminder", on=date(2026, 2, 1), level=1, proof="erp:r1"
    )
    books.pages = [[DEBTOR, invoice(1), sent]]
    books.hold(invoice(1))
    pulled()
    booked()

    case = load(case=stated(1)["case_id"])
    assert case.claims["erp:1"].level == 1


def test_an_erps_webhook_is_a_hint_that_wakes_a_pull(books, queued):
    hooks.receive(NORDIC, "erp", "hint-1", body=b"{}", fetch=("invoice/1",), signed=True, now=NOW)
    body = '{"tenant": "nordic", "connection": "erp", "event": "hint-1"}'
    done = process_webhook.handler({"Records": [{"messageId": "m", "body": body}]}, None)

    assert done == {"batchItemFailures": []}
    assert queued("pull") == [{"tenant": "nordic", "connection": "erp"}]
    assert connections.read(NORDIC, "erp")["wanted_at"] == clock.stamp(NOW)

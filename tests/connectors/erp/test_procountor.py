"""Procountor: what a pull, a sweep, a backfill and a proof give of books that move."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import connectors
from connectors.contract import Connection
from connectors.erp.procountor.config import Config
from shared.domain.grant import Kept
from shared.domain.model import CreditNote, Invoice, Missing, Party, Payment
from shared.domain.money import Money
from shared.errors import Reconnect, Retry, Unreadable
from tests.connectors.erp.procountor_books import ProcountorBooks, event, invoice, partner
from tests.connectors.stub_server import RawServer, ok

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
SECRETS = {"client_secret": "a-client-secret", "api_key": "an-api-key"}


def eur(text):
    return Money(Decimal(text), "EUR")


def connection(origin, **more):
    settings = {"url": origin, "client_id": "hub", "company": 15521, **more.pop("config", {})}
    return Connection(
        id="conn-1", config=Config(**settings), secrets=SECRETS,
        private_targets=frozenset({origin}), token=lambda stale="": f"token{stale}", **more,
    )  # fmt: skip


@contextmanager
def served(books, **more):
    with RawServer(books, keep=True) as server:
        yield connectors.connect("erp.procountor", connection(server.origin, **more))


def pulled(erp, cursor=None):
    pages = list(erp.pull(cursor, now=NOW))
    return [fact for page in pages for fact in page.facts], pages[-1].cursor, pages


def invoices(facts):
    return {fact.id: fact for fact in facts if isinstance(fact, Invoice)}


def stamped(minute, second=0):
    return f"2026-10-02T10:{minute:02}:{second:02}"


# -- the walk ----------------------------------------------------------------------------------


def test_a_row_that_moves_during_a_walk_comes_with_the_next_one():
    books = ProcountorBooks()
    books.add(*(invoice(number, version=stamped(0)) for number in range(1, 121)))

    def moves(path, asked):
        if asked.get("previousId") == "50":  # number 5 was given with the page before
            books.add(invoice(5, "PARTLY_PAID", version=stamped(30)))
            books.events[5] = [event(1, "40.00")]

    with served(books) as erp:
        books.after = moves
        first, cursor, pages = pulled(erp)
        books.after = lambda path, asked: None
        second, _, _ = pulled(erp, cursor)
    assert len(pages) == 5
    assert len(invoices(first)) == 120
    assert invoices(first)["conn-1:5"].open == eur("100.00")
    assert invoices(second)["conn-1:5"].open == eur("60.00")


def test_rows_with_one_stamp_at_the_border_of_a_pull_are_all_given():
    books = ProcountorBooks()
    books.add(*(invoice(number, version=stamped(7, 7)) for number in range(1, 52)))
    with served(books) as erp:
        first, cursor, _ = pulled(erp)
        books.add(invoice(9, version=stamped(7, 7)), invoice(99, version=stamped(7, 7)))
        second, _, _ = pulled(erp, cursor)
    assert len(invoices(first)) == 51
    assert {"conn-1:9", "conn-1:99"} <= set(invoices(second))


def test_a_pull_that_is_cut_goes_on_from_the_last_durable_page():
    books = ProcountorBooks()
    books.add(*(invoice(number) for number in range(1, 121)))
    with served(books) as erp:
        whole, _, pages = pulled(erp)
        for page in pages[:-1]:
            asked = len(books.asked)
            rest, _, _ = pulled(erp, page.cursor)
            assert not [one for one in books.asked[asked:] if "orderByVersion" in one[1]]
            given = set(invoices(rest)) | {
                fact.id for one in pages[: pages.index(page) + 1] for fact in one.facts
            }
            assert set(invoices(whole)) <= given


def test_a_clock_that_goes_back_an_hour_loses_no_row():
    books = ProcountorBooks()
    books.add(invoice(1, version="2026-10-25T03:59:59"))
    with served(books) as erp:
        _, cursor, _ = pulled(erp)
        books.add(invoice(2, version="2026-10-25T03:00:01"))  # the same hour once more
        facts, _, _ = pulled(erp, cursor)
    assert "conn-1:2" in invoices(facts)


def test_an_invoice_of_the_past_is_left_to_the_backfill_and_a_later_change_of_it_is_not():
    books = ProcountorBooks()
    books.add(invoice(1), invoice(2, "PAID"))
    with served(books) as erp:
        first, cursor, _ = pulled(erp)
        books.add(invoice(2, "SENT", version=stamped(1)))
        second, _, _ = pulled(erp, cursor)
    assert set(invoices(first)) == {"conn-1:1"}
    assert set(invoices(second)) == {"conn-1:1", "conn-1:2"}


def test_an_open_invoice_that_is_a_draft_again_is_missing_and_one_that_is_invalidated_cancelled():
    books = ProcountorBooks()
    books.add(invoice(1), invoice(2))
    with served(books) as erp:
        _, cursor, _ = pulled(erp)
        books.add(invoice(1, "UNFINISHED", version=stamped(1)))
        books.add(invoice(2, "INVALIDATED", version=stamped(1)))
        facts, _, _ = pulled(erp, cursor)
    assert [fact.id for fact in facts if isinstance(fact, Missing)] == ["conn-1:1"]
    assert invoices(facts)["conn-1:2"].cancelled


def test_one_row_that_is_not_clear_stops_no_other():
    books = ProcountorBooks()
    books.add(invoice(1, version="no stamp", date="yesterday"), invoice(2, status="VERIFIED"))
    books.add(invoice(3, total="10.005"), invoice(4, invoiceSumInfo=[]), invoice(5))
    books.add(invoice(6, invoiceNumber=None), invoice(7, paymentInfo={"currency": "SEK"}))
    books.add(invoice(8, "PARTLY_PAID"), invoice(9, paymentInfo={"currency": "EUR"}))
    books.add(invoice(10, version=stamped(1)))
    asked = ",".join(f"conn-1:{number}" for number in range(1, 11)).split(",")
    with served(books) as erp:
        page = erp.read(asked, now=NOW)
    assert set(invoices(page.facts)) == {"conn-1:5", "conn-1:10"}
    assert {(one.row, one.field) for one in page.refused} == {
        ("1", "date"), ("2", "status"), ("3", "invoiceSumTotal"), ("4", "invoiceSumInfo"),
        ("6", "invoiceNumber"), ("7", "invoiceSumInfo"), ("8", "paymentevents"), ("9", "dueDate"),
    }  # fmt: skip


# -- payments ----------------------------------------------------------------------------------


def paid(number, to=None):
    row = {"id": number, "valueDate": "2026-10-02", "sum": 40.0, "allocated": to is not None}
    return {**row, "invoiceId": to} if to else row


def test_a_payment_that_does_not_move_the_invoice_is_found_by_its_own_mark():
    books = ProcountorBooks()
    books.add(*(invoice(number, version="2026-09-01T08:00:00") for number in range(1, 4)))
    books.add(invoice(4, version=stamped(0)))
    with served(books) as erp:
        _, cursor, _ = pulled(erp)
        books.payments = {1: paid(1, to=2), 2: paid(2)}
        books.invoices[2]["status"] = "PARTLY_PAID"
        books.events[2] = [event(11, "40.00")]
        second, cursor, _ = pulled(erp, cursor)
        books.payments[2] = paid(2, to=3)
        books.invoices[3]["status"] = "PARTLY_PAID"
        books.events[3] = [event(12, "40.00")]
        third, cursor, _ = pulled(erp, cursor)
        fourth, _, _ = pulled(erp, cursor)
    assert set(invoices(second)) == {"conn-1:2", "conn-1:4"}
    assert [fact.id for fact in second if isinstance(fact, Payment)] == ["conn-1:event-11"]
    assert invoices(third)["conn-1:3"].open == eur("60.00")
    assert set(invoices(fourth)) == {"conn-1:4"}


def test_a_payment_that_waits_for_its_place_is_looked_at_until_it_has_one():
    books = ProcountorBooks(payments={1: paid(1)})
    books.add(invoice(1, version="2026-09-01T08:00:00"), invoice(2, version=stamped(0)))
    with served(books) as erp:
        _, cursor, _ = pulled(erp)
        for _ in range(3):
            facts, cursor, _ = pulled(erp, cursor)
            assert set(invoices(facts)) == {"conn-1:2"}
        books.payments[1] = paid(1, to=1)
        facts, _, _ = pulled(erp, cursor)
    assert "conn-1:1" in invoices(facts)


def test_a_payment_whose_record_is_seen_after_one_with_a_higher_id_is_not_lost():
    books = ProcountorBooks(payments={1: paid(1)})
    books.add(invoice(1, version="2026-09-01T08:00:00"), invoice(2, version=stamped(0)))
    with served(books) as erp:
        _, cursor, _ = pulled(erp)
        books.payments[9] = paid(9, to=2)
        _, cursor, _ = pulled(erp, cursor)
        books.payments[8] = paid(8, to=1)
        facts, _, _ = pulled(erp, cursor)
    assert "conn-1:1" in invoices(facts)


def test_a_deleted_payment_reopens_a_paid_invoice():
    books = ProcountorBooks()
    books.add(invoice(1, "PAID"))
    books.events[1] = [event(1, "100.00")]
    with served(books) as erp:
        before = erp.open_items(["conn-1:1"])
        books.invoices[1]["status"] = "SENT"
        books.events[1] = [event(1, "100.00", status="PAYMENT_TRANSACTION_REMOVED")]
        listed = [one for page in erp.open_list(now=NOW) for one in page]
        page = erp.read(["conn-1:1"], now=NOW)
    assert before[0].open == eur("0.00")
    assert [(one.invoice, one.open) for one in listed] == [("conn-1:1", eur("100.00"))]
    assert invoices(page.facts)["conn-1:1"].open == eur("100.00")


@pytest.mark.parametrize("gone", ["left out", "404"])
def test_nothing_counts_as_gone_before_it_was_asked_for_alone(gone):
    books = ProcountorBooks(gone=gone)
    books.add(invoice(1), invoice(3, partnerId=88))
    with served(books) as erp:
        items = erp.open_items(["conn-1:3", "conn-1:2", "conn-1:1", "other:1", "conn-1:x"])
        page = erp.read(["conn-1:1", "conn-1:2", "other:1"], now=NOW)
    amounts = [one.open for one in items]
    assert amounts == [eur("100.00"), None, eur("100.00"), None, None]
    missing = {fact.id for fact in page.facts if isinstance(fact, Missing)}
    assert missing == {"conn-1:2", "other:1"}


class WideBooks(ProcountorBooks):
    """Records by their ids are a quarter of a megabyte each."""

    def _by_ids(self, pool, wanted):
        status, found = super()._by_ids(pool, wanted)
        wide = {"additionalInformation": "x" * 250_000}
        return status, [{**row, **wide} for row in found] if len(wanted) > 1 else {**found, **wide}


def test_invoices_of_hundreds_of_rows_are_asked_for_in_smaller_parts():
    books = WideBooks()
    books.add(*(invoice(number) for number in range(1, 31)))
    with served(books) as erp:
        facts, *_ = pulled(erp)
    assert len(invoices(facts)) == 30
    asked = [path.count(",") + 1 for path, _ in books.asked if path.startswith("/invoices/1,")]
    assert asked == [25, 12]


def test_the_proof_asks_for_events_whatever_the_status_says():
    books = ProcountorBooks()
    books.add(invoice(1), invoice(2, "PARTLY_PAID"), invoice(3), invoice(4, "UNFINISHED"))
    books.add(invoice(5, total="-20.00"), invoice(6), invoice(7, "PAID"), invoice(8))
    books.events = {
        1: [event(1, "30.00")],
        3: [event(2, "30.00", kind="NEW_KIND")],
        6: [event(3, "130.00")],
        7: [event(4, "99.99")],
        8: [event(5, "30.00", paidCurrency="USD", currency="SEK")],
    }
    with served(books) as erp:
        items = erp.open_items([f"conn-1:{number}" for number in range(1, 9)])
    assert [str(one.open) for one in items] == [
        "70.00 EUR", "None", "None", "None", "0.00 EUR", "0.00 EUR", "0.00 EUR", "None",
    ]  # fmt: skip


def test_the_proof_carries_what_bars_the_invoice_and_its_customer():
    books = ProcountorBooks()
    books.partners[77]["registryInfo"] = {"partnerGroups": [{"name": "Never"}]}
    books.add(invoice(1, factoringContractId=4))
    with served(books, config={"no_dunning_group": "Never"}) as erp:
        (item,) = erp.open_items(["conn-1:1"])
    assert item.do_not_dun == ("factored", "customer_blocked")


# -- customers ---------------------------------------------------------------------------------


def test_a_changed_customer_comes_if_he_owes_something_and_no_other():
    books = ProcountorBooks(partners={number: partner(number) for number in (77, 78, 79)})
    books.add(invoice(1, version="2026-09-01T08:00:00"), invoice(2, "PAID", partnerId=78))
    books.add(invoice(3, version=stamped(0), partnerId=79))
    with served(books) as erp:
        _, cursor, _ = pulled(erp)
        for number in (77, 78):
            books.partners[number] |= {"version": stamped(5), "name": "New name"}
        facts, _, _ = pulled(erp, cursor)
    named = {fact.id for fact in facts if isinstance(fact, Party) and fact.name == "New name"}
    assert named == {"conn-1:77"}


# -- sudden emptiness, strangers, limits --------------------------------------------------------


def test_books_that_were_filled_and_show_nothing_are_unreadable():
    books = ProcountorBooks()
    books.add(invoice(1))
    with served(books) as erp:
        _, cursor, _ = pulled(erp)
        books.invoices.clear()
        with pytest.raises(Unreadable):
            pulled(erp, cursor)
        with pytest.raises(Unreadable):
            list(erp.open_list(now=NOW))
        books.add(invoice(1, "PAID"))
        assert [one for page in erp.open_list(now=NOW) for one in page] == []


@pytest.mark.parametrize(
    "said",
    [
        {"results": [{"id": 1, "status": "SENT"}], "meta": {"totalCount": 4}},
        {"results": [{"status": "SENT"}], "meta": {}},
        {"results": [{"id": 2}, {"id": 1}] * 100, "meta": {}},
        {"meta": {"totalCount": 0}},
        {"results": [1]},
        {"requestId": "r", "timestamp": "t", "message": "broken"},
    ],
)
def test_a_list_that_is_cut_or_out_of_order_is_unreadable(said):
    answer = ok(json.dumps(said).encode())
    with (
        served(lambda request: [answer]) as erp,
        pytest.raises(Unreadable),
    ):
        list(erp.open_list(now=NOW))


def test_a_key_of_another_company_reads_nothing():
    books = ProcountorBooks(company={"id": 7})
    books.add(invoice(1))
    with served(books) as erp, pytest.raises(Reconnect) as caught:
        pulled(erp)
    assert caught.value.lacks == "settings"
    assert [path for path, _ in books.asked] == ["/company"]


def test_every_call_is_counted_and_a_spent_budget_stops_the_reading():
    books, left = ProcountorBooks(), [6]
    books.add(*(invoice(number) for number in range(1, 20)))

    def meter():
        left[0] -= 1
        if left[0] < 0:
            raise Retry("the budget is used", after=20)

    with served(books, meter=meter) as erp, pytest.raises(Retry):
        pulled(erp)
    assert len(books.asked) == 6


def test_a_changed_invoice_costs_one_call_of_its_own_and_a_partly_paid_one_two():
    books = ProcountorBooks()
    books.add(*(invoice(number, version=stamped(0)) for number in range(1, 101)))
    books.add(*(invoice(number, "PARTLY_PAID", version=stamped(0)) for number in range(51, 101)))
    books.events = {number: [event(number, "1.00")] for number in range(51, 101)}
    with served(books) as erp:
        pulled(erp)
    own = [path for path, _ in books.asked if path.count("/") == 3]
    assert len(own) == 150
    # Company, newest, three pages, four times details, two times customers, payments.
    assert len(books.asked) - len(own) == 12


# -- years -------------------------------------------------------------------------------------


def test_a_backfill_reads_the_years_page_by_page_and_goes_on_after_a_crash():
    books = ProcountorBooks()
    books.add(*(invoice(number, "PAID", date="2024-05-01") for number in range(1, 121)))
    books.add(invoice(500, "PAID", date="2019-12-31"), invoice(501, "UNFINISHED"))
    since = date(2020, 1, 1)
    with served(books) as erp:
        whole = list(erp.backfill(since, None, now=NOW))
        rest = list(erp.backfill(since, whole[0].cursor, now=NOW))
    found = [fact for page in whole for fact in page.facts]
    assert len(invoices(found)) == 120
    assert not [fact for fact in found if isinstance(fact, Missing)]
    assert [page.complete_through is not None for page in whole] == [False, False, True]
    assert [page.cursor for page in rest] == [page.cursor for page in whole[1:]]
    with served(books) as erp, pytest.raises(Unreadable):
        list(erp.backfill(since, "x", now=NOW))


def test_a_credit_note_is_open_with_what_is_left_of_it():
    books = ProcountorBooks()
    books.add(invoice(1, total="-50.00"), invoice(2, "PARTLY_PAID", total="-50.00"))
    books.add(invoice(3, "PAID", total="-50.00"))
    books.events[2] = [event(1, "-20.00", kind="COMPENSATIONINVOICE")]
    with served(books) as erp:
        page = erp.read([f"conn-1:{number}" for number in (1, 2, 3)], now=NOW)
    notes = [fact for fact in page.facts if isinstance(fact, CreditNote)]
    assert [(note.total, note.open) for note in notes] == [
        (eur("50.00"), eur("50.00")), (eur("50.00"), eur("30.00")), (eur("50.00"), eur("0.00")),
    ]  # fmt: skip


# -- the token ---------------------------------------------------------------------------------


def granted(reply, **more):
    with RawServer(reply) as server:
        found = connectors.grant("erp.procountor", connection(server.origin, **more))
        return found.fetch(Kept(), now=NOW), server.requests


def test_a_token_is_got_by_the_api_key_and_nothing_of_it_is_kept():
    token = b'{"access_token": "t1", "token_type": "bearer", "expires_in": 3600}'
    answer, (request,) = granted(lambda request: [ok(token)], config={"redirect_uri": "https://x"})
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/oauth/token ")
    assert sorted(body.decode().split("&")) == [
        "api_key=an-api-key", "client_id=hub", "client_secret=a-client-secret",
        "grant_type=client_credentials", "redirect_uri=https%3A%2F%2Fx",
    ]  # fmt: skip
    assert (answer.access, answer.refresh) == ("t1", "")
    assert answer.until == datetime(2026, 10, 5, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("401 Unauthorized", b"{}", Reconnect),
        ("400 Bad Request", b'{"error": "invalid_client"}', Reconnect),
        ("503 Unavailable", b"", Retry),
        ("200 OK", b"<html>", Unreadable),
        ("200 OK", b'{"error": "invalid_grant"}', Reconnect),
    ],
)
def test_a_refused_key_asks_for_a_new_one_and_an_outage_for_patience(status, body, error):
    with pytest.raises(error):
        granted(lambda request: [ok(body, status=status)])


def test_without_the_api_key_nobody_is_asked():
    bare = Connection(id="conn-1", config=Config(client_id="hub", company=1), secrets={})
    with pytest.raises(Reconnect) as caught:
        connectors.grant("erp.procountor", bare).fetch(Kept(), now=NOW)
    assert caught.value.lacks == "settings"

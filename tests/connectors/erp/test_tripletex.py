"""Tripletex before its books in memory: what is read, when again, and what is refused."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from connectors.erp import tripletex
from connectors.erp.tripletex import calls, pulling
from connectors.erp.tripletex.books import collected
from connectors.erp.tripletex.invoices import Reading
from connectors.http import Door
from shared.domain.model import CreditNote, Invoice, Party, PastNotice, Payment, invoice_status
from shared.domain.money import Money
from shared.errors import Reconnect, Retry, Unreadable
from tests.connectors.conformance import Fixture
from tests.connectors.erp import tripletex_books as world
from tests.connectors.erp import tripletex_sample as sample
from tests.connectors.stub_server import RawServer

NOW = datetime(2026, 10, 6, 9, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)


@contextmanager
def served(rows=None, **settings):
    """The connector before books, and the books."""
    books = world.TripletexBooks(rows or sample.company())
    with RawServer(books, keep=True) as server:
        plain = Fixture("erp.tripletex").connection(server.origin)
        config = plain.config.model_copy(update=settings)
        yield tripletex.connect(replace(plain, config=config)), books


def pulled(erp, cursor=None, now=NOW):
    """All facts of a pull, its refusals, and the cursor that it leaves."""
    pages = list(erp.pull(cursor, now=now))
    facts = [fact for page in pages for fact in page.facts]
    return facts, [one for page in pages for one in page.refused], pages[-1].cursor


def settled(erp):
    """The cursor after two pulls: from then on only what is new is read."""
    _, _, cursor = pulled(erp)
    return pulled(erp, cursor)[2]


def read(*rows):
    """Facts and refusals of invoices."""
    config = Fixture("erp.tripletex").connection("https://api-test.tripletex.tech").config
    return collected(Reading("c", config), exact(rows))


def exact(rows):
    """Records as the JSON door gives them: no float."""
    return json.loads(json.dumps(rows), parse_float=Decimal)


def only(kind, facts):
    return [fact for fact in facts if isinstance(fact, kind)]


def bill(amount=100.0, left=100.0, paid=(), **more):
    """An invoice of one customer with its own posting and payments (amount, type)."""
    row = sample.invoice(1, sample.customer(2, "A"), amount, left, **more)
    own = sample.posting(10, row, 1.0, "2026-09-01", amountCurrency=row["amountCurrency"])
    row["postings"] = [own] + [
        sample.posting(11 + place, row, -one, f"2026-09-{10 + place}", type=kind)
        for place, (one, kind) in enumerate(paid)
    ]
    return row


# -- what records mean ---------------------------------------------------------------------------


def test_balances_alone_decide_the_status():
    with served() as (erp, _):
        facts, _, _ = pulled(erp)
    found = {one.id: invoice_status(one) for one in only(Invoice, facts)}
    assert found == {
        "conn-1:2147": "partly_paid", "conn-1:2148": "open", "conn-1:2149": "paid",
        "conn-1:2150": "credited", "conn-1:2152": "paid", "conn-1:2154": "open",
        "conn-1:2156": "paid",
    }  # fmt: skip


def test_an_invoice_in_euro_is_owed_in_euro():
    facts, _ = read(bill(11500.0, 5750.0, amountCurrency=1000.0, currency=sample.EUR,
                           amountCurrencyOutstanding=500.0))  # fmt: skip
    (one,) = only(Invoice, facts)
    assert (one.total, one.open) == (Money.of("1000.00", "EUR"), Money.of("500.00", "EUR"))


def test_a_charge_for_a_reminder_is_no_principal_and_interest_is_no_fee():
    due = sample.reminder(5, "REMINDER", "2026-09-30", chargeCurrency=70.0, interests=9.9)
    facts, refused = read(bill(1250.0, 250.0, amountOutstandingTotal=329.9, reminders=[due]))
    assert not refused
    assert only(Invoice, facts)[0].open == Money.of("250.00", "NOK")
    assert only(PastNotice, facts)[0].fee == Money.of("70.00", "NOK")


def test_a_hand_over_at_tripletex_is_a_reason_not_to_dun_and_a_past_notice():
    facts, _ = read(bill(reminders=[sample.reminder(6, "DEBT_COLLECTION", "2026-10-03")]))
    assert only(Invoice, facts)[0].do_not_dun == ("with_other_collector",)
    assert [(one.what, one.on) for one in only(PastNotice, facts)] == [
        ("hand_over", date(2026, 10, 3))
    ]


def test_a_private_individuals_number_goes_nowhere():
    person = sample.customer(2, "A", isPrivateIndividual=True, organizationNumber="010170 12345")
    nine = {**person, "id": 3, "organizationNumber": "999888777"}
    facts, _ = read({**bill(), "customer": person}, {**bill(), "customer": nine})
    assert [one.business_id for one in only(Party, facts)] == [None, None]
    assert "12345" not in repr(facts)
    assert {one.capacity for one in only(Invoice, facts)} == {"consumer"}


@pytest.mark.parametrize(
    ("more", "capacity", "kind"),
    [
        ({"organizationNumber": "999 888 777"}, "business", "company"),
        ({"isPrivateIndividual": True}, "consumer", "person"),
        ({"organizationNumber": "DE123"}, "unknown", "unknown"),
        ({}, "unknown", "unknown"),
        ({"category2": {"id": 1, "name": "Kommune"}}, "public", "public"),
    ],
)
def test_capacity_follows_from_the_customers_own_signs(more, capacity, kind):
    plain = Fixture("erp.tripletex").connection("https://api-test.tripletex.tech").config
    reading = Reading("c", plain.model_copy(update={"public_category": "Kommune"}))
    facts, _ = collected(reading, exact([{**bill(), "customer": sample.customer(2, "A", **more)}]))
    assert only(Invoice, facts)[0].capacity == capacity
    assert only(Party, facts)[0].kind == kind


@pytest.mark.parametrize(
    ("row", "allocated", "credited"),
    [
        # Paid in two parts.
        (bill(100.0, 0.0, [(60.0, "INCOMING_PAYMENT_OPPOSITE"), (40.0, None)]),
         ["60.00", "40.00"], None),
        # More than was owed: what is over settles nothing.
        (bill(100.0, -50.0, [(150.0, "INCOMING_PAYMENT_OPPOSITE")]), ["100.00"], None),
        # Taken back: the balance says that nothing is settled.
        (bill(100.0, 100.0, [(100.0, "INCOMING_PAYMENT_OPPOSITE")]), [None], None),
        # Paid in part, the rest credited; the credit note's posting is no money.
        (bill(100.0, 0.0, [(30.0, "INCOMING_PAYMENT_OPPOSITE"), (70.0, None)], isCredited=True),
         ["30.00"], "70.00"),
        # Credited after it was paid.
        (bill(100.0, 0.0, [(100.0, "INCOMING_PAYMENT_OPPOSITE")], isCredited=True),
         ["100.00"], None),
    ],
)  # fmt: skip
def test_what_settled_an_invoice_adds_up_to_what_its_balance_says(row, allocated, credited):
    facts, refused = read(row)
    assert not refused
    (one,) = only(Invoice, facts)
    payments = only(Payment, facts)
    parts = [part for each in payments for part in each.allocations]
    shares = [
        str(each.allocations[0].amount.amount) if each.allocations else None for each in payments
    ]
    assert shares == allocated
    assert one.credited == (Money.of(credited, "NOK") if credited else None)
    total = sum((part.amount.amount for part in parts), Decimal(0))
    assert total + (one.credited.amount if one.credited else 0) == (one.total - one.open).amount


@pytest.mark.parametrize("sign", [1, -1])
def test_a_credit_note_is_positive_whatever_its_sign_at_tripletex(sign):
    row = bill(sign * 80.0, sign * 30.0, isCreditNote=True, creditedInvoice=7)
    (one,) = only(CreditNote, read(row)[0])
    assert (str(one.total.amount), str(one.open.amount)) == ("80.00", "30.00")
    assert [(each.invoice, str(each.amount.amount)) for each in one.allocations] == [
        ("c:7", "50.00")
    ]


def test_an_invoice_of_less_than_nothing_is_the_debtors_money():
    (one,) = only(CreditNote, read(bill(-100.0, -100.0))[0])
    assert (str(one.total.amount), one.allocations) == ("100.00", ())


@pytest.mark.parametrize(
    ("more", "row", "field"),
    [
        ({"invoiceDueDate": None}, "invoice/1", "invoiceDueDate"),
        ({"invoiceDueDate": "2026-02-30"}, "invoice/1", "invoiceDueDate"),
        ({"invoiceDueDate": "2026-9-15"}, "invoice/1", "invoiceDueDate"),
        ({"amountCurrencyOutstanding": None}, "invoice/1", "amountCurrencyOutstanding"),
        ({"amountCurrencyOutstanding": 1.005}, "invoice/1", "amountCurrencyOutstanding"),
        ({"amountCurrencyOutstanding": 101}, "invoice/1", "amountCurrencyOutstanding"),
        ({"amountCurrency": True}, "invoice/1", "amountCurrency"),
        ({"currency": {"code": "XXX"}}, "invoice/1", "currency"),
        ({"invoiceNumber": "10"}, "invoice/1", "invoiceNumber"),
        ({"customer": {"id": 2}}, "customer/2", "version"),
        ({"customer": None}, "customer/None", "id"),
        ({"postings": []}, "invoice/1", "postings"),
        ({"reminders": [sample.reminder(9, "LETTER", "2026-09-30")]}, "reminder/9", "type"),
        ({"reminders": [sample.reminder(9, "REMINDER", None)]}, "reminder/9", "reminderDate"),
    ],
)
def test_a_record_that_is_odd_is_refused_by_its_field_and_stops_no_other(more, row, field):
    other = {**bill(), "id": 77, "customer": sample.customer(5, "B")}
    facts, refused = read({**bill(), **more}, other)
    assert (row, field) in {(one.row, one.field) for one in refused}
    # Each is kept under its name, which is part of a key.
    assert all(re.fullmatch(r"[^\s#]+", one.row) for one in refused)
    assert "c:77" in {one.id for one in only(Invoice, facts)}


def test_no_invoice_comes_without_its_customer():
    facts, refused = read({**bill(), "customer": {"id": 2}})
    assert facts == []
    assert ("invoice/1", "customer") in {(one.row, one.field) for one in refused}


# -- what is read again --------------------------------------------------------------------------


def test_a_payment_of_an_invoice_that_was_long_read_brings_it_again():
    rows = sample.company()
    with served(rows) as (erp, _):
        cursor = settled(erp)
        assert pulled(erp, cursor)[0] == []
        handed = rows["invoices"][1]
        new = sample.posting(40001, handed, -200.0, "2026-10-06")
        rows["postings"].append(new)
        handed["postings"].append(new)
        handed["amountCurrencyOutstanding"] = 300.0
        facts, _, cursor = pulled(erp, cursor)
        assert [one.open.amount for one in only(Invoice, facts)] == [Decimal("300.00")]
        assert [one.id for one in only(Payment, facts)] == ["conn-1:40001"]
        # Once more for what may have been committed late, and then no more.
        assert pulled(erp, cursor)[0]
        assert pulled(erp, pulled(erp, cursor)[2])[0] == []


def test_a_close_group_brings_the_invoices_that_it_settled():
    rows = sample.company()
    with served(rows) as (erp, books):
        cursor = settled(erp)
        factored, less = rows["invoices"][7], rows["invoices"][8]
        both = [one for one in rows["postings"] if one["voucher"]["id"] in {7154, 7155}]
        rows["groups"].append(sample.group(900, "2026-10-06", *both))
        factored["amountCurrencyOutstanding"] = less["amountCurrencyOutstanding"] = 0.0
        books.asked.clear()
        facts, _, _ = pulled(erp, cursor)
    assert {one.id for one in facts} == {"conn-1:57", "conn-1:2154", "conn-1:55", "conn-1:2155"}
    assert not [path for _, path, _ in books.asked if path.endswith("openPost")]


def test_invoices_of_one_day_are_told_apart_by_their_numbers():
    rows = sample.company()
    with served(rows, look_back_days=60) as (erp, _):
        cursor = settled(erp)
        # Dated like all others, committed late: its number is below the newest that was seen.
        late = {**rows["invoices"][0], "id": 2157, "voucher": {"id": 7157}}
        newer = {**late, "id": 2158, "voucher": {"id": 7158}}
        rows["invoices"] += [newer]
        facts, _, cursor = pulled(erp, cursor)
        assert [one.id for one in only(Invoice, facts)] == ["conn-1:2158"]
        rows["invoices"] += [late]
        facts, _, cursor = pulled(erp, cursor)
    assert "conn-1:2157" in {one.id for one in only(Invoice, facts)}


@pytest.mark.parametrize("way", ["pull", "backfill"])
def test_a_read_that_is_cut_after_any_page_goes_on_and_loses_nothing(monkeypatch, way):
    monkeypatch.setattr(calls, "MANY", 3)
    monkeypatch.setattr(pulling, "CHUNK", 2)
    monkeypatch.setattr(pulling, "_YEARS_PAGE", 2)
    with served() as (erp, _):
        ways = {
            "pull": lambda cursor: erp.pull(cursor, now=NOW),
            "backfill": lambda cursor: erp.backfill(date(2026, 7, 15), cursor, now=NOW),
        }
        whole = list(ways[way](None))
        assert len(whole) > 5
        for stop in range(1, len(whole)):
            rest = list(ways[way](whole[stop - 1].cursor))
            assert said([*whole[:stop], *rest]) == said(whole)
            assert rest[-1].cursor == whole[-1].cursor
            assert [page.complete_through is None for page in rest[:-1]] == [True] * len(rest[:-1])


def said(pages):
    """What pages tell, whatever the order and however often."""
    return {fact.model_dump_json() for page in pages for fact in page.facts}


def test_a_due_date_that_was_moved_is_seen_the_next_day():
    rows = sample.company()
    with served(rows) as (erp, _):
        cursor = settled(erp)
        rows["invoices"][1]["invoiceDueDate"] = "2026-12-24"
        assert pulled(erp, cursor)[0] == []
        facts, _, cursor = pulled(erp, cursor, TOMORROW)
        assert {one.due for one in only(Invoice, facts)} >= {date(2026, 12, 24)}
        assert pulled(erp, cursor, TOMORROW)[0] == []


def test_of_changed_customers_those_that_owe_are_kept():
    rows = sample.company()
    with served(rows) as (erp, _):
        cursor = settled(erp)
        rows["customers"].append(sample.customer(90, "Owes Nothing", changed="2026-10-06T09:30:00"))
        rows["customers"][1] |= {"changed": "2026-10-06T08:55:00", "version": 4}
        facts, _, _ = pulled(erp, cursor, NOW + timedelta(hours=1))
    assert [(one.id, one.version) for one in facts] == [("conn-1:56", "4")]


def test_a_payment_that_names_no_invoice_is_the_debtors_without_a_place():
    with served() as (erp, _):
        facts, _, _ = pulled(erp)
    (one,) = [one for one in only(Payment, facts) if one.id == "conn-1:30001"]
    assert (one.debtor, str(one.amount.amount), one.allocations) == ("conn-1:55", "60.00", ())


def test_an_invoice_that_is_open_again_stands_in_the_list_of_open_ones():
    rows = sample.company()
    with served(rows) as (erp, _):
        before = {one.invoice for page in erp.open_list(now=NOW) for one in page}
        foreign = rows["invoices"][2]
        foreign["amountCurrencyOutstanding"] = 1000.0
        for one in foreign["postings"]:
            one["closeGroup"] = None
        after = {one.invoice for page in erp.open_list(now=NOW) for one in page}
    assert after - before == {"conn-1:2149"}


def test_the_proof_of_a_balance_brings_the_reasons_not_to_dun():
    with served() as (erp, _):
        items = erp.open_items(["conn-1:2148", "conn-1:2154", "conn-1:2155", "other:2148"])
    shown = [None if one.open is None else str(one.open.amount) for one in items]
    assert list(zip(shown, (one.do_not_dun for one in items), strict=True)) == [
        ("500.00", ("with_other_collector",)), ("75.50", ("factored",)), ("0.00", ()), (None, ()),
    ]  # fmt: skip


@pytest.mark.parametrize("hidden", ["invoices", "postings"])
def test_books_that_were_filled_and_show_nothing_are_no_quiet_day(hidden):
    rows = sample.company()
    with served(rows) as (erp, _):
        cursor = settled(erp)
        rows[hidden] = []
        if hidden == "postings":
            rows["groups"] = []
        with pytest.raises(Unreadable):
            pulled(erp, cursor)
        if hidden == "postings":
            with pytest.raises(Unreadable):
                list(erp.open_list(now=NOW))


def test_a_list_that_counts_records_and_shows_none_is_unreadable():
    with served() as (erp, books):
        shown = books.answer

        def filtered(method, path, params):
            status, body = shown(method, path, params)
            return status, {**body, "values": []} if path == "/ledger/closeGroup" else body

        cursor = settled(erp)
        books.answer = filtered
        with pytest.raises(Unreadable, match="shows none"):
            pulled(erp, cursor)


def test_that_all_are_gone_is_believed_only_when_others_can_be_seen():
    rows = sample.company()
    with served(rows) as (erp, _):
        assert erp.open_items(["conn-1:1"])[0].open is None
        rows["invoices"] = []
        with pytest.raises(Unreadable):
            erp.open_items(["conn-1:1"])


def test_paid_invoices_are_read_a_hundred_at_a_time_and_an_unchanged_day_costs_next_to_nothing():
    one = sample.customer(55, "Fjord Handel AS")
    rows = {"customers": [one], "invoices": [], "postings": [], "groups": [], "reminders": []}
    for number in range(1, 301):
        row = sample.invoice(number, one, 100.0, 0.0)
        own = sample.posting(2 * number, row, 100.0, "2026-09-01")
        paid = sample.posting(2 * number + 1, row, -100.0, "2026-10-05")
        rows["groups"].append(sample.group(number, "2026-10-05", own, paid))
        row["postings"] = [own, paid]
        rows["invoices"].append(row)
        rows["postings"] += [own, paid]
    with served(rows) as (erp, books):
        _, _, cursor = pulled(erp)
        _, _, cursor = pulled(erp, cursor)
        books.asked.clear()
        pulled(erp, cursor)
        assert len(books.asked) <= 5
        again = json.loads(cursor)
        again |= {"postings": {"last": 0}, "groups": {"last": 0}}
        books.asked.clear()
        facts, _, _ = pulled(erp, json.dumps(again))
    assert len(only(Invoice, facts)) == 300
    assert len(books.asked) <= 8


def test_every_request_is_one_that_the_vendors_specification_knows():
    if not world.SPEC.is_file():
        pytest.skip("the vendor's specification is not here (DUNLIN_SHARED)")
    rows = sample.company()
    with served(rows) as (erp, books):
        _, _, cursor = pulled(erp)
        rows["customers"][0]["changed"] = "2026-10-06T10:00:00"
        pulled(erp, cursor, TOMORROW)
        list(erp.backfill(date(2026, 8, 1), None, now=NOW))
        list(erp.open_list(now=NOW))
        erp.read(["conn-1:2147", "conn-1:1"], now=NOW)
        erp.open_items(["conn-1:2147"])
        erp.document("conn-1:2147")
        erp.test()
        fetched(books, erp)
    assert {path for _, path, _ in books.asked} >= {*world.LISTS, "/token/session/:create"}
    assert world.faults(books.asked, json.loads(world.SPEC.read_text())) == []


def fetched(books, erp, now=NOW, **connection):
    """A new session of the connector's connection."""
    own = replace(erp._connection, **connection)
    return tripletex.grant(own).fetch(None, now=now)


# -- sessions, calls, webhooks -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "day", "until"),
    [
        ("2026-01-10T22:59:00Z", "2026-01-11", "2026-01-10T23:00:00Z"),
        ("2026-01-10T23:01:00Z", "2026-01-12", "2026-01-11T23:00:00Z"),
        ("2026-07-10T21:59:00Z", "2026-07-11", "2026-07-10T22:00:00Z"),
    ],
)
def test_a_session_ends_with_the_day_in_norway(now, day, until):
    with served() as (erp, books):
        granted = fetched(books, erp, datetime.fromisoformat(now))
    assert (granted.access, granted.until) == ("session-1", datetime.fromisoformat(until))
    assert books.sessions == [
        {"consumerToken": "test-consumer-1", "employeeToken": "test-employee-1",
         "expirationDate": day}
    ]  # fmt: skip
    assert "session-1" not in repr(granted)


def test_a_session_for_another_company_is_never_kept():
    with served() as (erp, books):
        books.company = {"id": 4711, "organizationNumber": "910000222"}
        with pytest.raises(Reconnect, match="another company") as caught:
            fetched(books, erp)
    assert caught.value.lacks == "settings"


@pytest.mark.parametrize(
    "secrets",
    [
        {},
        {"consumer_token": "test-1"},
        {"consumer_token": "live-1", "employee_token": "test-1"},
        {"consumer_token": "test-1", "employee_token": "live-1"},
    ],
)
def test_tokens_that_are_missing_or_of_production_never_reach_the_test_environment(secrets):
    with served() as (erp, books):
        with pytest.raises(Reconnect):
            fetched(books, erp, secrets=secrets)
        assert books.asked == []


@pytest.mark.parametrize(
    ("status", "error"),
    [("401 No", Reconnect), ("422 No", Reconnect), ("403 No", Reconnect), ("503 No", Retry)],
)
def test_tokens_that_are_refused_need_a_person(status, error):
    with served() as (erp, books):
        books.answer = lambda *_: (status, {"status": 0, "code": 3000, "message": "no"})
        with pytest.raises(error) as caught:
            fetched(books, erp)
    assert "test-consumer-1" not in f"{caught.value!r} {caught.value.__context__!r}"


def test_every_call_names_the_company_and_the_session():
    with served(client_company=4711) as (erp, books):
        erp.open_items(["conn-1:2147"])
    # base64 of 4711:session-1
    assert "authorization: Basic NDcxMTpzZXNzaW9uLTE=" in books.headers[0]


def test_a_limit_that_is_reached_names_its_wait_in_a_header_of_its_own():
    fixture = Fixture("erp.tripletex")
    with fixture.answered("429", b"") as erp, pytest.raises(Retry) as caught:
        erp.open_items(["conn-1:1"])
    assert (caught.value.after, caught.value.throttled) == (17, True)


def test_a_document_that_is_no_pdf_is_unreadable():
    with served() as (erp, books):
        books.answer = lambda *_: ("200 OK", b"<html>")
        with pytest.raises(Unreadable):
            erp.document("conn-1:2147")


def test_pages_that_are_shorter_than_asked_for_end_no_list():
    with served() as (erp, books):
        whole = {fact.id for fact in pulled(erp)[0]}
        plain = books.answer
        books.answer = lambda method, path, params: plain(
            method, path, {**params, "count": str(min(3, int(params.get("count", 1))))}
        )
        assert {fact.id for fact in pulled(erp)[0]} == whole


def test_a_list_that_gives_one_page_for_ever_is_not_read_for_ever():
    with served() as (erp, books):
        plain = books.answer

        def stuck(method, path, params):
            status, body = plain(method, path, {**params, "from": "0"})
            return status, {**body, "fullResultSize": 10_000}

        books.answer = stuck
        with pytest.raises(Unreadable):
            pulled(erp)


def test_records_that_are_too_large_together_are_asked_for_in_parts(monkeypatch):
    rows = {"customers": [], "postings": [], "groups": [], "reminders": []}
    buyer = sample.customer(2, "A")
    bills = [sample.invoice(number, buyer, 100.0, 100.0) for number in range(1, 41)]
    for one in bills:
        one["postings"] = [sample.posting(one["id"] * 10, one, 100.0, "2026-09-01")]
    rows |= {"invoices": bills, "postings": [one["postings"][0] for one in bills]}
    small = partial(Door, max_bytes=20_000)
    monkeypatch.setattr(calls, "door_to", lambda connection, origin: small(
        origin, private_targets=connection.private_targets
    ))  # fmt: skip
    with served(rows) as (erp, books):
        facts, refused, _ = pulled(erp)
        years = list(erp.backfill(date(2026, 9, 1), None, now=NOW))
    numbers = {f"conn-1:{one['id']}" for one in bills}
    assert {one.id for one in only(Invoice, facts)} == numbers
    listed = [fact.id for page in years for fact in page.facts if isinstance(fact, Invoice)]
    assert sorted(listed) == sorted(numbers)
    assert refused == []
    assert {"200", "50", "12"} <= {asked.get("count") for _, _, asked in books.asked}

"""The Tryton connector on recorded answers of a real Tryton 8, and on answers that are wrong."""

import copy
import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors import http as http_door
from connectors.contract import Connection
from connectors.erp import tryton as connector
from connectors.erp.tryton import settling
from connectors.erp.tryton.rest import unfold
from connectors.erp.tryton.rows import Reading
from shared.domain.model import CreditNote, Invoice, Party, Payment, invoice_status
from shared.domain.money import Money
from shared.errors import Reconnect, Retry, Unreadable
from tests.connectors.erp.tryton_tape import KEY, NOW, Player, asked, connection, http, load
from tests.connectors.stub_server import RawServer


def eur(text):
    return Money(Decimal(text), "EUR")


def facts(pages, kind):
    return [fact for page in pages for fact in page.facts if isinstance(fact, kind)]


@pytest.fixture
def first():
    with Player("first_pull") as player:
        yield list(player.connect().pull(None, now=NOW))


def test_every_state_of_an_invoice_follows_from_its_balances(first):
    invoices = {one.number: one for one in facts(first, Invoice)}

    assert [(number, invoice_status(one), str(one.open)) for number, one in invoices.items()] == [
        ("202400001", "open", "100.00 EUR"),
        ("202400002", "partly_paid", "60.00 EUR"),
        ("202400003", "paid", "0.00 EUR"),
        ("202400004", "credited", "0.00 EUR"),
        ("202400005", "partly_paid", "70.00 EUR"),
        ("202400006", "cancelled", "0.00 EUR"),
        ("202400007", "open", "100.00 EUR"),
    ]
    assert invoices["202400007"].do_not_dun == ("invoice_blocked",)
    assert {one.capacity for one in invoices.values()} == {"consumer", "business"}


def test_payments_and_credit_notes_say_what_they_settle(first):
    payments = [
        (one.allocations[0].invoice, one.amount, one.received) for one in facts(first, Payment)
    ]
    notes = [
        (one.number, one.allocations[0].invoice, one.total) for one in facts(first, CreditNote)
    ]

    assert payments == [
        ("books:2", eur("40"), date(2024, 6, 1)), ("books:3", eur("100"), date(2024, 6, 1)),
    ]  # fmt: skip
    assert notes == [
        ("C202400001", "books:4", eur("100")), ("C202400002", "books:5", eur("30")),
    ]  # fmt: skip


def test_a_customer_comes_before_the_invoice_that_names_it(first):
    known = set()
    for page in first:
        for fact in page.facts:
            if isinstance(fact, Party):
                known.add(fact.id)
            if isinstance(fact, Invoice):
                assert fact.debtor in known
    assert len(known) == 3


def test_the_same_cursor_gives_the_same_facts_and_the_next_one_goes_on(first):
    with Player("first_pull", "second_pull") as player:
        again = list(player.connect().pull(None, now=NOW))
        *_, last = player.connect().pull(again[-1].cursor, now=NOW)

    assert again == first
    (paid,) = [one for one in facts([last], Payment) if one.received == date(2024, 6, 2)]
    assert [one.invoice for one in paid.allocations] == ["books:1"]
    assert player.unasked == []


def test_a_pull_that_finds_a_page_of_each_costs_fourteen_questions(first):
    with Player("first_pull", "second_pull") as player:
        list(player.connect().pull(first[-1].cursor, now=NOW))

        asked = [one.split(b"/model/")[1].split(b"?")[0].decode() for one in player.requests]

    # The newest stamps twice a feed, and the page; the debtors among customers with their numbers;
    # the debtors of invoices with theirs, and their payments that settle nothing.
    assert len(asked) == 14
    assert asked.count("account.move.line") == 4


def test_complete_through_is_the_servers_own_clock(first):
    recorded = load("first_pull")[0]["response"]["date"]

    assert [page.complete_through for page in first[:-1]] == [None] * (len(first) - 1)
    assert first[-1].complete_through.strftime("%a, %d %b %Y %H:%M:%S GMT") == recorded


def test_open_items_prove_balance_and_flags():
    with Player("open_items") as player:
        items = player.connect().open_items([f"books:{number}" for number in (*range(1, 8), 999)])

    assert [item.open for item in items] == [
        eur("0"), eur("60"), eur("0"), eur("0"), eur("70"), eur("0"), eur("100"), None,
    ]  # fmt: skip
    assert items[6].do_not_dun == ("invoice_blocked",)
    assert items[2].do_not_dun == ("customer_blocked",)


def test_the_connection_test_passes_on_good_books():
    with Player("connection_test") as player:
        assert all(finding.ok for finding in player.connect().test())


DRAFT = [{"__name__": "account.dunning", "id": 1, "state": "draft"}]
NO_LEVELS = {"account.dunning.procedure": []}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "do not let its wizards run"),
        ({"account.dunning": DRAFT}, "account_dunning is in use"),
        (NO_LEVELS, "Tryton reminds nobody"),
        ({**NO_LEVELS, "account.dunning": DRAFT}, "Tryton reminds nobody"),
    ],
)
def test_whether_tryton_reminds_by_itself_is_said_and_keeps_nobody_out(answers, said):
    def edit(model, rows):
        return answers.get(model, rows)

    with Player("connection_test", edit=edit) as player:
        found = player.connect().test()[-1]
    assert (found.check, found.ok) == ("own_dunning", True)
    assert said in found.text


@pytest.mark.parametrize(
    ("active", "said"), [(True, "give the key's user the right"), (False, "see that Tryton")]
)
def test_dunning_that_cannot_be_read_is_a_fault_where_the_settings_count_on_it(active, said):
    with Player("first_pull") as player:
        config = connector.Config(url=player.origin, database="books", dunning=active)
        made = connection(player.origin, KEY)
        found = connector.connect(dataclasses.replace(made, config=config)).test()[-1]
    assert (found.check, found.ok) == ("own_dunning", not active)
    assert said in found.text


def test_a_refused_key_asks_to_connect_again():
    with Player("first_pull") as player, pytest.raises(Reconnect):
        list(player.connect("another-key").pull(None, now=NOW))


def test_a_missing_key_asks_to_connect_again():
    config = connection("https://tryton.example", "x").config
    erp = connector.connect(Connection(id="books", config=config))

    with pytest.raises(Reconnect):
        list(erp.pull(None, now=NOW))


@pytest.mark.parametrize("url", ["http://tryton.example", "ftp://x", "https://127.0.0.1:1", "x"])
def test_a_wrong_address_is_a_finding_and_not_an_error(url):
    connection_ = Connection(
        id="books",
        config=connector.Config(url=url, database="books"),
        secrets={"application_key": "k"},
    )

    assert not any(finding.ok for finding in connector.connect(connection_).test())


def test_an_address_that_leads_nowhere_is_not_blamed_on_the_company(monkeypatch):
    def nowhere(*_):
        raise OSError

    monkeypatch.setattr(http_door, "resolve", nowhere)
    config = connector.Config(url="https://tryton.example", database="books")
    made = Connection(id="books", config=config, secrets={"application_key": "k"})

    company = connector.connect(made).test()[0]

    assert company.text == (
        "the host name could not be resolved: see that the url in the settings is right and that "
        "Tryton runs"
    )


def spoil(change):
    """The answers of the tape, one of their records changed."""

    def edit(model, rows):
        rows = copy.deepcopy(rows)
        for row in rows:
            change(model, row)
        return rows

    return edit


def unknown_currency(model, row):
    if model == "account.invoice" and row["id"] == 2 and "currency" in row:
        row["currency"] = {"id": 9, "code": "XAU"}


def no_date(model, row):
    if model == "account.invoice" and row["id"] == 2 and "number" in row:
        row["invoice_date"] = None


def bad_country(model, row):
    if model == "party.party" and row["id"] == 2 and "addresses" in row:
        row["addresses"][0]["country"] = {"id": 1, "code": "Finland"}


@pytest.mark.parametrize(
    ("change", "row"),
    [(unknown_currency, "account.invoice,2"), (no_date, "account.invoice,2"),
     (bad_country, "party.party,2")],
)  # fmt: skip
def test_a_broken_record_is_refused_by_name_and_stops_no_other(first, change, row):
    with Player("first_pull", edit=spoil(change)) as player:
        pages = list(player.connect().pull(None, now=NOW))

    refused = [error for page in pages for error in page.refused]
    assert {error.row for error in refused} == {row}
    assert all("Finland" not in error.text + error.field for error in refused)
    assert len({one.id for one in facts(pages, Invoice)}) >= len(facts(first, Invoice)) - 1


def test_a_malformed_cursor_is_unreadable():
    with Player("first_pull") as player:
        erp = player.connect()
        for cursor in ("", "{", '{"feed": "secrets"}', '{"since": {"invoices": "soon"}}', "[]"):
            with pytest.raises(Unreadable):
                list(erp.pull(cursor, now=NOW))


def test_a_page_that_is_too_large_is_asked_for_in_shorter_ones():
    limits = []

    def reply(request):
        question = asked(request.split(b" ")[1].decode())
        large = question["model"] == "account.invoice" and len(question["fields"]) > 5
        if large:
            limits.append(question["limit"])
        body = b" " * 5_000_001 if large and question["limit"] > 1 else b"[]"
        return [http(200, "application/json", body)]

    with RawServer(reply, keep=True) as server:
        *_, last = connector.connect(connection(server.origin, KEY)).pull(None, now=NOW)

    assert limits == [100, 25, 6, 1]
    assert last.complete_through is not None


def test_books_that_were_filled_and_show_nothing_are_unreadable(first):
    with (
        RawServer(lambda _: [http(200, "application/json", b"[]")], keep=True) as server,
        pytest.raises(Unreadable, match="now show no record"),
    ):
        list(connector.connect(connection(server.origin, "k")).pull(first[-1].cursor, now=NOW))


@pytest.mark.parametrize(
    ("status", "kind", "body", "error"),
    [
        (200, "text/html", b"<html>log in</html>", Unreadable),
        (200, "application/json", b'{"a": 1, "a": 2}', Unreadable),
        (200, "application/json", b'{"status": 200}', Unreadable),
        (200, "application/json", b"[1]", Unreadable),
        (200, "application/json", b'[{"id": {"__class__": "Decimal"}}]', Unreadable),
        (423, "application/json", b"{}", Retry),
        (503, "text/plain", b"locked", Retry),
        (401, "text/html", b"<html>", Reconnect),
    ],
)
def test_a_wrong_answer_is_an_error_and_not_nothing_changed(status, kind, body, error):
    with (
        RawServer(lambda _: [http(status, kind, body)], keep=True) as server,
        pytest.raises(error),
    ):
        list(connector.connect(connection(server.origin, "k")).pull(None, now=NOW))


def test_a_retry_after_date_is_counted_from_the_servers_own_clock():
    answer = http(503, "text/plain", b"").replace(
        b"\r\n\r\n", b"\r\nRetry-After: Mon, 03 Jun 2024 09:02:00 GMT\r\n\r\n"
    )
    with RawServer(lambda _: [answer], keep=True) as server, pytest.raises(Retry) as caught:
        list(connector.connect(connection(server.origin, "k")).pull(None, now=NOW))

    assert caught.value.after == 120


def test_typed_values_unfold_at_any_depth():
    moment = {
        "__class__": "datetime", "year": 2024, "month": 6, "day": 3,
        "hour": 9, "minute": 1, "second": 2, "microsecond": 3,
    }  # fmt: skip
    got = unfold([{"a": {"__class__": "Decimal", "decimal": "1.50"}, "b": [moment]}])

    assert got == [{"a": Decimal("1.50"), "b": [datetime(2024, 6, 3, 9, 1, 2, 3)]}]  # noqa: DTZ001


def line(number, amount, day, *, origin=None, journal="revenue", linked=(), foreign=None):
    return {
        "id": number,
        "debit": max(Decimal(amount), Decimal(0)),
        "credit": max(-Decimal(amount), Decimal(0)),
        "amount_second_currency": foreign and Decimal(foreign),
        "invoice_payments": list(linked),
        "move": {"date": date(2024, 5, day), "origin": origin, "journal": {"type": journal}},
    }


def test_a_payment_of_two_invoices_is_shared_oldest_first():
    lines = [
        line(1, 100, 2, origin="account.invoice,8"),
        line(2, 50, 1, origin="account.invoice,7"),
        line(3, -120, 3, journal="cash"),
        line(4, -30, 4, journal="cash"),
    ]

    assert shares(lines, 3) == {"books:7": eur("50"), "books:8": eur("70")}
    assert shares(lines, 4) == {"books:8": eur("30")}


@pytest.mark.parametrize(
    ("state", "to_pay", "left"), [("posted", "-30.00", "30"), ("paid", "0.00", "0")]
)
def test_a_credit_note_that_was_paid_out_owes_the_debtor_nothing_more(state, to_pay, left):
    row = {
        "id": 9, "state": state, "amount_to_pay": Decimal(to_pay), "number": "C1", "party": 1,
        "write_date": datetime(2024, 6, 1, tzinfo=UTC), "invoice_date": date(2024, 6, 1),
        "total_amount": Decimal("-30.00"), "currency": {"code": "EUR"}, "lines_to_pay": [],
    }  # fmt: skip
    note = Reading("books", "FI", "reference", "other", {}).credit_note(row)

    assert (note.open, note.unallocated) == (eur(left), eur(left))


def test_a_linked_payment_goes_to_its_invoice_before_the_others_are_shared():
    lines = [
        line(1, 100, 1, origin="account.invoice,7"),
        line(2, 100, 2, origin="account.invoice,8"),
        line(3, -100, 3, journal="cash"),
        line(4, -100, 4, journal="cash", linked=[7]),
    ]

    assert shares(lines, 3) == {"books:8": eur("100")}
    assert shares(lines, 4) == {"books:7": eur("100")}


def test_money_paid_back_on_a_credit_note_is_no_invoice():
    lines = [
        line(1, -100, 1, origin="account.invoice,9"),
        line(2, 100, 2, origin="account.invoice,9", journal="cash"),
    ]

    assert shares(lines, 1) == {}


@pytest.mark.parametrize(
    ("back", "linked", "said"),
    [
        (-100, [], (eur("100"), {}, True)),  # cancelled by the wizard: the same journal, turned
        (-100, [7], (eur("100"), {}, True)),  # its link to the invoice stays
        (-30, [], (eur("70"), {"books:7": eur("70")}, False)),
        (-30, [7], (eur("70"), {"books:7": eur("70")}, False)),
    ],
)
def test_a_payment_that_went_back_settles_only_what_stayed(back, linked, said):
    lines = [
        line(1, 100, 1, origin="account.invoice,7"),
        line(2, -100, 3, journal="cash", linked=linked),
        line(3, -back, 4, origin="account.move,2", journal="cash"),
    ]
    found = payment(lines, 2)
    assert (found.amount, allocated(found), found.taken_back) == said


def test_a_difference_of_exchange_settles_nothing_of_the_foreign_amount():
    lines = [
        line(1, 100, 1, origin="account.invoice,7", foreign="110"),
        line(2, -97, 3, journal="cash", foreign="-110"),
        line(3, -3, 3, journal="write-off", foreign="0"),
    ]
    row = {
        "payment_lines": [], "reconciliation_lines": [
            {**one, "move": {**one["move"], "description": None}} for one in lines[1:]
        ],
    }  # fmt: skip

    assert settling.settled_by(row, "write-off", Money(Decimal(110), "USD")) is None
    assert allocated(payment(lines, 2, "USD")) == {"books:7": Money(Decimal(110), "USD")}


def test_lines_in_two_currencies_say_of_no_invoice_what_settles_it():
    lines = [
        line(1, 100, 1, origin="account.invoice,7", foreign="110"),
        line(2, -100, 3, journal="cash"),
    ]
    assert allocated(payment(lines, 2)) == {}


def test_an_invoice_names_the_payments_that_stand_on_it_and_nothing_else(first):
    named = {one.number: one.payments for one in facts(first, Invoice)}
    paid = {one.allocations[0].invoice: one.id for one in facts(first, Payment)}

    assert named["202400002"] == (paid["books:2"],)
    assert named["202400003"] == (paid["books:3"],)
    assert {number for number, found in named.items() if found == ()} == {
        "202400001", "202400004", "202400005", "202400006", "202400007",
    }  # fmt: skip


def shares(lines, number):
    return allocated(payment(lines, number))


def allocated(found):
    return {one.invoice: one.amount for one in found.allocations}


def payment(lines, number, foreign=None):
    (own,) = [one for one in lines if one["id"] == number]
    euro = {"company": {"currency": {"code": "EUR"}}}
    row = {
        **own, "account": euro, "second_currency": foreign and {"code": foreign}, "party": 1,
        "write_date": datetime(2024, 6, 1, tzinfo=UTC), "reconciliation": {"lines": lines},
    }  # fmt: skip
    return Reading("books", "FI", "reference", "other", {}).payment(row)

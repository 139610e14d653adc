"""Fortnox's books as facts: balances, signs, currencies, moving rows, and what the vendor hides."""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.contract import Connection
from connectors.contract_write_back import StatusNote
from connectors.erp import fortnox
from connectors.erp.fortnox.parties import People
from connectors.erp.fortnox.values import Unclear, flag, money
from shared.domain.model import CreditNote, Invoice, Missing, Party, PastNotice, Payment
from shared.domain.money import Money
from shared.errors import Reconnect, Refused, Retry, Unreadable
from tests.connectors.erp.fortnox_books import RECORDS, FortnoxBooks
from tests.connectors.stub_server import RawServer, ok

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SETTINGS = {"database_number": 29302, "client_id": "client-1", "hold_label": 7}


def sek(text):
    return Money(Decimal(text), "SEK")


def connected(origin, **settings):
    config = fortnox.Config(api=origin, accounts=origin, **{**SETTINGS, **settings})
    return fortnox.connect(
        Connection(
            id="f", config=config, secrets={"client_secret": "shh"}, token=lambda stale="": "t",
            private_targets=frozenset({origin}),
        )
    )  # fmt: skip


@contextmanager
def serving(reply, **settings):
    with RawServer(reply) as server:
        yield connected(server.origin, **settings)


@pytest.fixture
def books():
    return FortnoxBooks()


def pulled(books, cursor=None, **settings):
    """The facts and refusals of one pull, and the cursor that it leaves."""
    with serving(books, **settings) as erp:
        pages = list(erp.pull(cursor, now=NOW))
    facts = [fact for page in pages for fact in page.facts]
    return facts, [one for page in pages for one in page.refused], pages[-1].cursor


def read(books, number, **settings):
    with serving(books, **settings) as erp:
        page = erp.read([f"f:{number}"], now=NOW)
    return page.facts, page.refused


def only(facts, kind):
    (found,) = [fact for fact in facts if isinstance(fact, kind)]
    return found


# -- what records mean -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "opened", "flags"),
    [
        ("2", "1250.00", ()),
        ("3", "400.00", ()),
        ("4", "0.00", ()),
        ("8", "100.00", ("with_other_collector",)),
        ("9", "50.00", ("other",)),  # an interest invoice bears no interest again
        ("10", "700.00", ("other",)),  # the Tax Agency pays a part (ROT)
        ("13", "0.00", ()),  # cancelled
        ("14", "250.10", ("other",)),  # a payment waits to be booked
        ("16", "0.00", ()),  # overpaid
        ("18", "1250.50", ("invoice_blocked",)),  # numbers as texts; the label of the settings
    ],
)
def test_a_pull_and_the_proof_before_a_touch_say_the_same_of_an_invoice(
    books, number, opened, flags
):
    facts, refused = read(books, number)
    with serving(books) as erp:
        (item,) = erp.open_items([f"f:{number}"])

    invoice = only(facts, Invoice)
    assert (invoice.open, item.open) == (sek(opened), sek(opened))
    assert (invoice.do_not_dun, item.do_not_dun) == (flags, flags)
    assert not refused


def test_payments_write_offs_and_credit_together_explain_the_balance(books):
    books.put("invoices", "3", "3", Balance=300, CreditInvoiceReference="6")
    books.put("invoices", "6", "6", Total=-100, CreditInvoiceReference="3")
    facts, _ = read(books, "3")

    invoice, note = only(facts, Invoice), only(facts, CreditNote)
    paid = [one.allocations[0].amount for one in facts if isinstance(one, Payment)]
    assert (invoice.written_off, invoice.credited) == (sek("5"), sek("100"))
    assert paid == [sek("500"), sek("95")]
    assert note.allocations[0].amount == sek("100")
    assert note.allocations[0].invoice == invoice.id
    assert invoice.total - sek("595") - sek("5") - sek("100") == invoice.open


def test_a_credit_note_keeps_what_nothing_has_used_and_loses_what_was_paid_out(books):
    books.put("invoices", "6", "6", Balance=-200)
    assert only(read(books, "6")[0], CreditNote).allocations[0].amount == sek("300")
    assert only(read(books, "7")[0], CreditNote).unallocated == sek("200")

    books.put("invoicepayments", "30", "17", InvoiceNumber=7, Amount=-200)
    books.put("invoices", "7", "7", Balance=0)
    assert only(read(books, "7")[0], CreditNote).unallocated == sek("0")
    books.put("invoices", "7", "7", CreditInvoiceReference="2", Total=-500)
    assert only(read(books, "7")[0], CreditNote).allocations[0].amount == sek("300")


@pytest.mark.parametrize("change", [{"Cancelled": True}, {"Booked": False, "Sent": False}])
def test_a_credit_note_that_is_a_draft_or_cancelled_gives_nothing(books, change):
    books.put("invoices", "7", "7", Balance=0, CreditInvoiceReference="2", **change)
    note = only(read(books, "7")[0], CreditNote)

    assert (note.allocations, note.unallocated) == ((), sek("0"))


def test_what_was_overpaid_or_turned_back_settles_nothing(books):
    books.put("invoicepayments", "31", "21", Amount=-550, PaymentDate="2026-02-11")
    books.put("invoices", "16", "16", Balance=500)
    assert only(read(books, "16")[0], Payment).allocations == ()

    del books.kept["invoicepayments"]["31"]
    books.put("invoices", "16", "16", Balance=-50)
    assert only(read(books, "16")[0], Payment).allocations[0].amount == sek("500")


def test_a_payment_that_holds_its_write_off_settles_the_rest(books):
    books.put("invoices", "4", "4", Total=1000)
    offs = [{"Amount": 5, "AccountNumber": 3740}]
    books.put("invoicepayments", "16", "16", Amount=1000, WriteOffs=offs)
    facts, _ = read(books, "4")

    assert only(facts, Invoice).written_off == sek("5")
    assert only(facts, Payment).allocations[0].amount == sek("995")


def test_payments_of_other_invoices_never_count_though_fortnox_lists_them(books):
    with serving(lambda request: books(request.replace(b"invoicenumber=3&", b""))) as erp:
        facts = erp.read(["f:3"], now=NOW).facts

    assert ids(facts, Payment) == {"f:payment.17", "f:payment.18"}


def test_a_foreign_balance_counts_only_where_it_follows_from_the_payments(books):
    euro = only(read(books, "11")[0], Invoice)
    assert euro.open == Money(Decimal("60.00"), "EUR")

    books.put("invoices", "11", "11", Balance=59)
    facts, (refused,) = read(books, "11")
    assert not [fact for fact in facts if isinstance(fact, Invoice)]
    assert (refused.row, refused.field) == ("invoice,11", "Balance")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Balance", "100,00"), ("Balance", None), ("Balance", 10.001), ("Balance", True),
        ("Balance", 1251), ("Total", []), ("Currency", "XXX"), ("DueDate", ""),
        ("DueDate", "2026-02-31"), ("Cancelled", "maybe"), ("Labels", [{"Id": "x"}]),
    ],
)  # fmt: skip
def test_an_unclear_row_is_refused_with_row_and_field_and_stops_no_other(books, field, value):
    books.put("invoices", "2", "2", **{field: value})
    with serving(books) as erp:
        page = erp.read(["f:2", "f:3"], now=NOW)

    assert only(page.facts, Invoice).number == "3"
    assert [(one.row, one.field) for one in page.refused] == [
        ("invoice,2", "Id" if field == "Labels" else field)
    ]


@pytest.mark.parametrize(
    "change", [{"Labels": 5}, {"CustomerNumber": "9", "EmailInformation": ["x"]}]
)
def test_a_record_of_another_shape_is_refused_and_stops_no_other(books, change):
    books.put("invoices", "2", "2", **change)
    with serving(books) as erp:
        page = erp.read(["f:2", "f:3"], now=NOW)
        if "Labels" in change:
            with pytest.raises(Unreadable):
                erp.open_items(["f:2"])

    assert only(page.facts, Invoice).number == "3"
    assert [one.row for one in page.refused] == ["invoice,2"]


def test_what_does_not_print_is_left_out_of_a_name():
    party = People("f", "SE").party({"CustomerNumber": "1", "Name": "Ex\u200bempel\n AB\x00"})

    assert party.name == "Exempel AB"


def test_the_binary_dust_of_a_double_is_no_amount_and_a_tenth_of_an_ore_is_refused():
    row = {"A": Decimal("30.100000000000001"), "B": Decimal("30.101"), "C": "1e3"}

    assert money(row, "A", "SEK") == sek("30.10")
    for name in "BCD":
        with pytest.raises(Unclear):
            money(row, name, "SEK")
    assert [flag({"F": one}, "F") for one in (True, "true", "FALSE", "", None)] == [
        True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "kind", "number"),
    [
        ({"Type": "COMPANY", "OrganisationNumber": "559999-0003"}, "company", "5599990003"),
        ({"Type": "COMPANY", "OrganisationNumber": "165599990003"}, "company", "5599990003"),
        ({"Type": "COMPANY", "OrganisationNumber": "800101-1234"}, "company", None),
        ({"Type": "COMPANY", "OrganisationNumber": "198001011234"}, "company", None),
        ({"Type": "PRIVATE", "OrganisationNumber": "800101-1234"}, "person", None),
        ({"Type": "COMPANY", "OrganisationNumber": "212000-0001"}, "public", "2120000001"),
        ({"Type": "PRIVATE", "OrganisationNumber": "139999-0001"}, "estate", None),
        ({"Type": None, "OrganisationNumber": ""}, "unknown", None),
        (
            {"Type": "COMPANY", "OrganisationNumber": "559999-0003", "CountryCode": "FI"},
            "company",
            None,
        ),
    ],
)
def test_a_personal_identity_number_is_left_behind_and_a_company_number_kept(row, kind, number):
    party = People("f", "SE").party({"CustomerNumber": "1", "Name": "X", **row})

    assert (party.kind, party.business_id) == (kind, number)


def test_nobodys_identity_number_comes_with_a_pull(books):
    facts, refused, cursor = pulled(books)

    text = "".join(one.model_dump_json() for one in (*facts, *refused)) + cursor
    assert not re.search(r"800101-?1234", text)


def test_a_customer_that_is_gone_is_named_as_on_the_invoice(books):
    party = only(read(books, "17")[0], Party)

    assert (party.name, party.emails, party.kind) == (
        "Borttagen Kund", ("borttagen@example.com",), "unknown",
    )  # fmt: skip


def test_the_latest_reminder_of_fortnox_is_a_past_notice(books):
    notice = only(read(books, "14")[0], PastNotice)

    assert (notice.level, notice.on, notice.fee) == (2, date(2026, 2, 20), None)


@pytest.mark.parametrize(("setting", "sent"), [(False, None), (True, date(2026, 1, 2))])
def test_the_day_of_sending_is_unsaid_unless_the_settings_name_it(books, setting, sent):
    assert only(read(books, "2", sent_when_dated=setting)[0], Invoice).sent == sent


@pytest.mark.parametrize(
    ("balance", "flags"), [(700, ()), (300, ()), (1000, ("other",))]
)  # more open than the customer was asked for: the Tax Agency's share is in it
def test_an_invoice_with_a_tax_reduction_is_dunned_by_the_customers_share_alone(
    books, balance, flags
):
    books.put("invoices", "10", "10", Balance=balance)
    invoice = only(read(books, "10", house_work="dun")[0], Invoice)

    assert invoice.total == sek("700")
    assert invoice.open == sek(str(min(balance, 700)))
    assert invoice.do_not_dun == flags


# -- walking through the lists -----------------------------------------------------------------


def changed(books, minutes=60):
    """Time passes; the first pull's cursor."""
    cursor = pulled(books)[2]
    books.now += timedelta(minutes=minutes)
    return cursor


def ids(facts, *kinds):
    return {fact.id for fact in facts if isinstance(fact, kinds)}


def test_a_pull_without_news_gives_nothing_and_is_complete_by_fortnoxs_clock(books):
    cursor = changed(books)
    with serving(books) as erp:
        (page,) = erp.pull(cursor, now=NOW)

    assert (page.facts, page.complete_through) == ((), books.now)
    marks = json.loads(page.cursor)["since"]
    at = books.now.isoformat().replace("+00:00", "Z")
    assert marks == {"customers": at, "invoices": at, "payments": at}


def test_a_payment_alone_brings_its_invoice_with_the_new_balance(books):
    cursor = changed(books)
    # The invoice's own stamp does not move: only the payments' list knows.
    books.kept["invoices"]["2"]["Balance"] = 0
    books.put("invoicepayments", "40", "17", InvoiceNumber=2, Amount=1250)
    facts, _, _ = pulled(books, cursor)

    assert only(facts, Invoice).open == sek("0")
    assert only(facts, Payment).allocations[0].amount == sek("1250")


def test_a_deleted_payment_opens_its_invoice_again(books):
    cursor = changed(books)
    del books.kept["invoicepayments"]["16"]
    books.put("invoices", "4", "4", Balance=99.5, FinalPayDate=None)
    facts, _, _ = pulled(books, cursor)

    assert only(facts, Invoice).open == sek("99.50")
    assert ids(facts, Payment) == set()


def test_of_changed_customers_only_those_that_owe_are_read(books):
    cursor = changed(books)
    # "2" is a part of "A 2/å", which owes.
    for number in ("11", "2", "4"):
        books.put("customers", number, "1", Name=f"Changed {number}")
    facts, _, _ = pulled(books, cursor)

    assert {one.customer_number for one in facts if isinstance(one, Party)} == {"4"}


def many(books, first, last):
    """More invoices than a page holds."""
    books.cap = 10
    for number in range(first, last + 1):
        books.put("invoices", str(number), "2", Balance=10, Total=10)


def test_a_row_that_moves_between_pages_and_pulls_is_given_all_the_same(books):
    cursor = changed(books)
    many(books, 100, 135)
    with serving(books) as erp:
        pages = erp.pull(cursor, now=NOW)
        facts = list(next(pages).facts)
        # Between two pages an old invoice is changed (it pushes the others on) and so is a new one.
        books.now += timedelta(minutes=1)
        books.put("invoices", "3", "3", Balance=390)
        books.put("invoices", "120", "120", Balance=5)
        rest = list(pages)
        facts += [fact for page in rest for fact in page.facts]
    assert ids(facts, Invoice) >= {f"f:{number}" for number in range(100, 136)}

    second, _, _ = pulled(books, rest[-1].cursor)
    found = {one.number: one.open for one in second if isinstance(one, Invoice)}
    assert (found["3"], found["120"]) == (sek("390"), sek("5"))


def test_rows_changed_in_one_minute_at_the_border_are_all_given(books):
    cursor = changed(books)
    many(books, 100, 119)
    first, _, after = pulled(books, cursor)
    # In the very minute in which the pull began, after it had read its list.
    many(books, 200, 201)
    second, _, _ = pulled(books, after)

    assert ids(first, Invoice) == {f"f:{number}" for number in range(100, 120)}
    assert ids(second, Invoice) >= {"f:200", "f:201"}


def test_a_pull_that_is_cut_goes_on_from_its_last_page(books):
    cursor = changed(books)
    many(books, 100, 135)
    with serving(books) as erp:
        first = next(erp.pull(cursor, now=NOW))
    books.asked.clear()
    rest, _, _ = pulled(books, first.cursor)

    assert ids((*first.facts, *rest), Invoice) == {f"f:{number}" for number in range(100, 136)}
    assert not ids(first.facts, Invoice) & ids(rest, Invoice)


def test_changes_are_asked_for_in_the_digits_of_utc_less_the_overlap(books):
    cursor = changed(books)
    books.asked.clear()
    pulled(books, cursor, overlap_minutes=15)

    asked = [parse_qs(urlsplit(one).query) for one in books.asked]
    assert {one["lastmodified"][0] for one in asked if "lastmodified" in one} == {
        "2026-03-02 11:45"
    }


def test_an_invoice_that_is_listed_and_then_gone_is_missing(books):
    cursor = changed(books)
    books.put("invoicepayments", "41", "17", InvoiceNumber=77)
    facts, _, _ = pulled(books, cursor)

    assert facts == [Missing(id="f:77")]


def test_the_same_books_give_the_same_facts_by_whatever_list(books):
    first, _, _ = pulled(books)
    with serving(books) as erp:
        again = erp.read(sorted(ids(first, Invoice)), now=NOW).facts
        years = [
            fact for page in erp.backfill(date(2016, 1, 1), None, now=NOW) for fact in page.facts
        ]

    assert {one.model_dump_json() for one in first if not isinstance(one, CreditNote)} == {
        one.model_dump_json() for one in again if not isinstance(one, CreditNote)
    }
    assert {one.model_dump_json() for one in years} >= {one.model_dump_json() for one in first}


def test_a_backfill_brings_what_was_settled_and_leaves_the_marks_of_the_pull_alone(books):
    with serving(books) as erp:
        pages = list(erp.backfill(date(2025, 11, 1), None, now=NOW))

    facts = [fact for page in pages for fact in page.facts]
    assert {"f:4", "f:13"} <= ids(facts, Invoice)
    assert "f:1" not in ids(facts, Invoice)  # of 2016
    assert "f:payment.16" in ids(facts, Payment)
    assert pages[-1].complete_through == NOW


def test_the_list_of_unpaid_invoices_may_be_empty_where_the_books_are_not(books):
    for row in books.kept["invoices"].values():
        row["Balance"] = 0
    with serving(books) as erp:
        assert list(erp.open_list(now=NOW)) == [[]]
        books.kept["invoices"].clear()
        with pytest.raises(Unreadable):
            list(erp.open_list(now=NOW))


# -- answers that are none ---------------------------------------------------------------------


def listing(total, pages, current, rows):
    about = {"@TotalResources": total, "@TotalPages": pages, "@CurrentPage": current}
    return json.dumps({"MetaInformation": about, "Invoices": rows}).encode()


@pytest.mark.parametrize(
    "body",
    [
        listing(5, 1, 1, []),  # rows promised, none given
        listing(5, 1, 1, [{}] * 4),
        listing(500, 5, 1, [{}] * 60),
        listing(500, 5, 2, [{}] * 100),  # another page than the one that was asked for
        listing(0, 0, 1, [{}]),
        b'{"Invoices": []}',
        b'{"MetaInformation": {"@TotalResources": 1}, "Invoices": [{}]}',
        b'{"MetaInformation": {}, "Invoices": {}}',
        b"[]",
    ],
)
def test_a_list_that_is_cut_short_or_another_one_is_unreadable(body):
    with serving(lambda _: [ok(body)]) as erp, pytest.raises(Unreadable):
        list(erp.open_list(now=NOW))


def test_a_page_that_lost_a_row_is_unreadable_though_the_next_ones_are_whole(books):
    many(books, 100, 135)

    def reply(request):
        (answer,) = books(request)
        said = json.loads(answer.partition(b"\r\n\r\n")[2])
        if b"page=1&" in request:
            del said["Invoices"][3]
        return [ok(json.dumps(said).encode())]

    with serving(reply) as erp, pytest.raises(Unreadable):
        list(erp.open_list(now=NOW))


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        ("400 Bad Request", 2000311, Reconnect),
        ("400 Bad Request", 2001101, Reconnect),
        ("200 OK", 2001103, Reconnect),
        ("400 Bad Request", 2000588, Refused),
        ("404 Not Found", None, Refused),  # a gateway's: it is no word on the invoice
        ("500 Internal Server Error", 1000003, Retry),
        ("200 OK", 1000003, Unreadable),
    ],
)
def test_an_error_means_what_its_code_says_and_no_invoice_is_missing_by_it(status, code, error):
    said = {"ErrorInformation": {"Error": 1, "Message": "Kanari", "Code": code}}
    body = b"{}" if code is None else json.dumps(said).encode()
    with serving(lambda _: [ok(body, status=status)]) as erp, pytest.raises(error) as caught:
        erp.open_items(["f:1"])
    assert "Kanari" not in str(caught.value)


def test_ids_of_others_are_missing_without_a_question(books):
    with serving(books) as erp:
        items = erp.open_items(["other:2", "f:x", "f:../2"])
        assert erp.document("other:2") is None
    assert [one.open for one in items] == [None] * 3
    assert books.asked == []


def test_a_document_that_is_no_pdf_is_unreadable():
    with serving(lambda _: [ok(b"{}")]) as erp, pytest.raises(Unreadable):
        erp.document("f:2")


# -- writing back ------------------------------------------------------------------------------

NOTE = StatusNote(invoice="f:2", text="Dunlin: reminder 1 sent")


def test_a_note_is_put_under_its_key_once_and_keeps_what_people_wrote(books):
    books.put("invoices", "2", "2", Comments="Call first")
    before, _ = read(books, "2")
    with serving(books) as erp:
        assert erp.written(NOTE, key="k1").code == "not_found"
        assert erp.note(NOTE, key="k1").outcome == "accepted"
        assert erp.written(NOTE, key="k1").outcome == "accepted"
        assert erp.written(NOTE, key="k2").code == "not_found"

    assert books.sent == [
        {"Invoice": {"Comments": "Call first\nDunlin: reminder 1 sent [dunlin:k1]"}}
    ]
    assert read(books, "2")[0] == before


@pytest.mark.parametrize(
    ("number", "personal"),
    [
        ("811218-9876", True), ("198112189876", True), ("811278-9873", True), ("8112189876", True),
        ("811218-9877", False), ("556677-8899", False), ("1042", False), ("K-17", False),
    ],
)  # fmt: skip
def test_a_customer_number_that_is_a_persons_own_stands_in_no_id(number, personal):
    party = People("f", "SE").party({"CustomerNumber": number, "Name": "X"})
    assert (party.customer_number is None) == personal
    assert (number in party.id) != personal
    assert party.id == People("f", "SE").id(number) != People("g", "SE").id(number)


def test_what_cannot_be_written_is_rejected_with_a_code(books):
    books.put("invoices", "2", "2", Comments="x" * 1000)
    gone, foreign = (NOTE.model_copy(update={"invoice": one}) for one in ("f:9999", "x:2"))
    with serving(books) as erp:
        receipts = [
            erp.note(NOTE, key="k1"), erp.note(gone, key="k"), erp.note(foreign, key="k"),
        ]  # fmt: skip

    assert [one.code for one in receipts] == [
        "comments_full", "unknown_invoice", "unknown_invoice",
    ]  # fmt: skip
    assert books.sent == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"", "unknown"),
        (ok(b"", status="429 Too Many Requests", headers="Retry-After: 3\r\n"), "retry"),
        (ok(b"{}", status="400 Bad Request"), "rejected"),
        (ok(b"<html>"), "unknown"),
    ],
)
def test_a_note_whose_answer_is_lost_is_unknown_and_a_refused_one_rejected(books, answer, outcome):
    def reply(request):
        return [answer] if request.startswith(b"PUT") else books(request)

    with serving(reply) as erp:
        assert erp.note(NOTE, key="k1").outcome == outcome


# -- the connection test -----------------------------------------------------------------------


def findings(books, **settings):
    with serving(books, **settings) as erp:
        return {one.check: one for one in erp.test()}


def test_a_good_connection_says_so_and_whether_fortnox_reminds_by_itself(books):
    found = findings(books)
    assert all(one.ok for one in found.values())
    assert "Fortnox Finans" in found["own_dunning"].text

    books.put("invoices", "8", "8", NoxFinans=False, Reminders=1, LastRemindDate="2026-02-25")
    assert "itself has reminded" in findings(books)["own_dunning"].text
    books.put("invoices", "8", "8", LastRemindDate="2025-02-25")
    assert "reminds nobody" in findings(books)["own_dunning"].text


def test_a_refused_login_is_called_so_and_nothing_more_is_read(books):
    refused = b'{"ErrorInformation":{"Error":1,"Message":"x","Code":2000311}}'
    books.answer = lambda *_: ("400 Bad Request", refused)
    found = findings(books)

    assert {name: one.ok for name, one in found.items()} == {"login": False}
    assert "authorise the connection anew" in found["login"].text


def test_another_company_is_named_and_nothing_more_is_read(books):
    found = findings(books, database_number=1)

    assert [one.ok for one in found.values()] == [False]
    assert "another company" in found["company"].text
    assert books.asked == ["GET /3/companyinformation"]


@pytest.mark.parametrize(("code", "word"), [(2001101, "licence"), (2000663, "scope")])
def test_a_missing_licence_or_scope_is_named_with_what_to_do(books, code, word):
    said = {"ErrorInformation": {"Error": 1, "Message": "x", "Code": code}}

    def reply(request):
        refused = b"/3/invoicepayments" in request
        return (
            [ok(json.dumps(said).encode(), status="403 Forbidden")] if refused else books(request)
        )

    found = findings(reply)
    assert (found["read_invoices"].ok, found["read_payments"].ok) == (True, False)
    assert word in found["read_payments"].text
    assert "payment" in found["read_payments"].text


# -- the vendor's own specification ------------------------------------------------------------

# Search words of every list (fortnox.se/developer/guides-and-good-to-know/parameters).
GLOBAL = {"page", "limit", "sortorder", "lastmodified", "fromdate"}


@pytest.fixture(scope="module")
def specification():
    root = Path(os.environ.get("DUNLIN_SHARED", Path(__file__).parents[4] / "shared"))
    page = root / "specs" / "fortnox" / "fortnox_api.json"
    if not page.is_file():
        pytest.skip("the vendor's specification is not there (DUNLIN_SHARED)")
    return json.loads(page.read_text())


def test_every_request_is_one_of_the_vendors_specification(books, specification):
    cursor = changed(books)
    books.put("customers", "4", "4")
    books.put("invoicepayments", "40", "17", InvoiceNumber=2)
    pulled(books, cursor)
    with serving(books) as erp:
        list(erp.backfill(date(2016, 1, 1), None, now=NOW))
        list(erp.open_list(now=NOW))
        erp.document("f:2")
        erp.note(NOTE, key="k")
        erp.test()

    patterns = {
        path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in specification["paths"]
    }
    for one in set(books.asked):
        method, target = one.split(" ")
        parts = urlsplit(target)
        (path,) = [name for name, fits in patterns.items() if fits.fullmatch(parts.path)]
        known = specification["paths"][path][method.lower()].get("parameters", [])
        wanted = {each["name"]: each for each in known}
        for name, (value, *_) in parse_qs(parts.query).items():
            assert name in wanted or name in GLOBAL, (path, name)
            allowed = wanted.get(name, {}).get("schema", {}).get("enum")
            assert not allowed or value in allowed, (path, name)


def test_the_recorded_records_have_the_fields_of_the_vendors_specification(specification):
    schemas = specification["components"]["schemas"]
    names = {"invoices": "Invoice", "customers": "Customer", "payments": "InvoicePayment"}
    for kind, rows in json.loads(RECORDS.read_text()).items():
        known = schemas[f"fortnox_{names[kind]}"]["properties"]
        for row in rows:
            assert {*row} - {"source"} <= {*known}, kind
    payload = schemas["fortnox_InvoicePayload"]["properties"]
    assert payload["Comments"]["maxLength"] == 1024

"""Netvisor's connector against books that are made up, and against the vendor's samples."""

import base64
import hashlib
import hmac
import os
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.erp.netvisor.facts import is_business_id
from connectors.erp.netvisor.fields import read_day, read_number, read_stamp
from connectors.erp.netvisor.service import parsed
from connectors.erp.netvisor.signature import Signer
from shared.domain.model import CreditNote, Invoice, Missing, Party, Payment
from shared.domain.money import Money
from shared.errors import Reconnect, Refused, Retry, Unreadable
from tests.connectors.erp.netvisor_books import FakeNetvisor, Paid, Sale, company

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAMPLES = (
    Path(os.environ.get("DUNLIN_SHARED", Path(__file__).parents[4] / "shared"))
    / "specs/netvisor/heltti-responsemodels"
)


def eur(text):
    return Money(Decimal(text), "EUR")


def of(pages, kind):
    return [fact for page in pages for fact in page.facts if isinstance(fact, kind)]


# -- what the texts mean -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [("123,45", "123.45"), ("244.12", "244.12"), ("-5", "-5"), ("1 234,50", "1234.50"),
     ("1\u00a0234,50", "1234.50"), ("200", "200"), ("1.234,50", None), ("1,2,3", None),
     ("", None), ("1e3", None), ("NaN", None), ("kymmenen", None), ("1,", None)],
)  # fmt: skip
def test_an_amount_has_a_comma_or_a_dot_and_one_reading(text, number):
    assert read_number(text) == (Decimal(number) if number else None)


@pytest.mark.parametrize(
    ("text", "found"),
    [("2026-03-02", date(2026, 3, 2)), ("2018-5-29", date(2018, 5, 29)),
     ("7.2.2014", date(2014, 2, 7)), ("31.2.2026", None), ("2/3/2026", None), ("", None)],
)  # fmt: skip
def test_a_day_is_ansi_or_finnish(text, found):
    assert read_day(text) == found


def test_a_stamp_is_netvisors_own_clock_in_the_form_of_its_samples():
    assert read_stamp("1.10.2009 16:03:24") == datetime(2009, 10, 1, 16, 3, 24)  # noqa: DTZ001
    assert read_stamp("2022-06-08 15:14") == datetime(2022, 6, 8, 15, 14)  # noqa: DTZ001
    assert read_stamp("2022-06-08") is None


@pytest.mark.parametrize(
    ("text", "good"),
    [("0112038-9", True), ("0112038-8", False), ("1234567-8", False), ("010190-123X", False),
     ("0112038", False), ("", False), ("FI01120389", False)],
)  # fmt: skip
def test_only_a_business_id_with_its_check_digit_is_one(text, good):
    assert is_business_id(text) == good


# -- requests ------------------------------------------------------------------------------------


def test_the_mac_is_the_hmac_of_the_parts_in_the_vendors_order():
    signer = Signer(
        sender="Dunlin", customer="KK_1", partner="PA_1", organisation="0112038-9",
        customer_key="ckey", partner_key="p\u00e4key",
        wall=lambda: datetime(2026, 3, 2, 12, 0, 0, 123_000, tzinfo=UTC),
        transaction=lambda: "0123456789abcdef",
    )  # fmt: skip
    url = "https://integration.netvisor.fi/salesinvoicelist.nv?invoicestatus=open"
    headers = signer.headers(url)
    text = (
        f"{url}&Dunlin&KK_1&2026-03-02 12:00:00.123&EN&0112038-9&0123456789abcdef&1772452800"
        "&ckey&p\u00e4key"
    )
    wanted = hmac.new("ckey&p\u00e4key".encode("latin-1"), text.encode("latin-1"), hashlib.sha256)
    assert headers["X-Netvisor-Authentication-MAC"] == wanted.hexdigest()
    assert "key" not in repr(signer)


def test_what_is_signed_is_the_very_address_that_is_sent_and_no_id_is_used_twice():
    books = FakeNetvisor([Sale(1), Sale(2, open="40,00")])
    with company(books) as connector:
        list(connector.pull(None, now=NOW))
        connector.open_items(["nv:1", "nv:2"])
    ids = []
    for head in books.raw:
        lines = head.decode("latin-1").split("\r\n")
        named = dict(line.split(": ", 1) for line in lines[1:])
        said = {name.removeprefix("X-Netvisor-Authentication-"): v for name, v in named.items()}
        parts = (
            books.origin + lines[0].split(" ")[1], "Dunlin", "KK_1", said["Timestamp"], "EN",
            "0112038-9", said["TransactionId"], said["TimestampUnix"],
            "invented-customer", "invented-partner",
        )  # fmt: skip
        key = b"invented-customer&invented-partner"
        assert said["MAC"] == hmac.new(key, "&".join(parts).encode(), hashlib.sha256).hexdigest()
        assert said["UseHTTPResponseStatusCodes"] == "1"
        ids.append(said["TransactionId"])
    assert len(set(ids)) == len(ids) > 4
    assert any("netvisorkeylist=1,2&" in line for line in books.asked)


@pytest.mark.parametrize(
    ("words", "kind"),
    [("AUTHENTICATION_FAILED :: Integration keys are not valid", Reconnect),
     ("SERVICE_ACCESS_ERROR :: no right", Reconnect), ("SYSTEM_MAINTANANCE :: later", Retry),
     ("TECHNICAL_ERROR :: x", Retry), ("REQUEST_NOT_UNIQUE :: x", Retry),
     ("INVALID_DATA_SIZE :: x", Refused), ("PERIOD_LOCK :: x", Refused), ("NEW_CODE :: x", Refused),
     ("", Refused)],
)  # fmt: skip
def test_failed_under_http_200_is_the_error_of_its_category(words, kind):
    books = FakeNetvisor([Sale(1)], fails={"salesinvoicelist": words})
    with company(books) as connector, pytest.raises(kind):
        list(connector.pull(None, now=NOW))


# -- pulls ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cap", [500, 150, 100])
def test_a_walk_gives_each_invoice_once_whatever_the_page_of_the_vendor(cap):
    books = FakeNetvisor([Sale(key) for key in range(1, 331)], cap=cap)
    with company(books) as connector:
        found = of(connector.pull(None, now=NOW), Invoice)
    assert [one.id for one in found] == [f"nv:{key}" for key in range(1, 331)]


def test_a_full_page_that_is_not_in_order_could_hide_rows():
    books = FakeNetvisor([Sale(key) for key in range(1, 131)], cap=120, descending=True)
    with company(books) as connector, pytest.raises(Unreadable):
        list(connector.pull(None, now=NOW))


def test_a_thousand_changed_invoices_take_few_requests():
    books = FakeNetvisor([Sale(key) for key in range(1, 1001)])
    with company(books) as connector:
        cursor = list(connector.pull(None, now=NOW))[-1].cursor
        books.asked.clear()
        for one in books.sales:
            one.changed = datetime(2026, 3, 2, 13)  # noqa: DTZ001
        list(connector.pull(cursor, now=NOW))
    assert len(books.asked) <= 19


def test_the_days_before_midnight_are_asked_for_again_after_it():
    # Changed at 23:50 on Netvisor's clock, after a pull whose answer was stamped 00:10.
    books = FakeNetvisor([Sale(1)], stamp="3.3.2026 00:10:00")
    with company(books) as connector:
        cursor = list(connector.pull(None, now=NOW))[-1].cursor
        books.sales.append(Sale(2, changed=datetime(2026, 3, 2, 23, 50)))  # noqa: DTZ001
        found = of(connector.pull(cursor, now=NOW), Invoice)
    assert [one.id for one in found] == ["nv:2"]


def test_a_payment_changes_its_invoice_and_is_linked_by_the_invoices_number():
    books = FakeNetvisor([Sale(1), Sale(2), Sale(3, number="77"), Sale(4, number="77")])
    with company(books) as connector:
        cursor = list(connector.pull(None, now=NOW))[-1].cursor
        books.sales[0].open = "40,00"
        books.payments = [
            Paid(10, "5001", "60,00"),
            Paid(11, "9999", "5,00"),  # for an order
            Paid(12, "", "7,50"),
            Paid(13, "77", "9,00"),
            Paid(14, "5001", "40,00", bank="FAILED"),
            Paid(15, "5001", "-10,00"),
            Paid(16, "5001", "40,00", loss=True),
        ]
        pages = list(connector.pull(cursor, now=NOW))
    assert next((one.id, one.open) for one in of(pages, Invoice)) == ("nv:1", eur("40.00"))
    paid = of(pages, Payment)
    assert [one.id for one in paid] == ["nv:payment-10", "nv:payment-11", "nv:payment-12"]
    assert [(a.invoice, a.amount) for one in paid for a in one.allocations] == [
        ("nv:1", eur("60.00"))
    ]
    assert paid[0].received == date(2026, 3, 2)
    refused = [(one.row, one.field) for page in pages for one in page.refused]
    assert refused == [("salespayment 13", "invoicenumber"), ("salespayment 15", "sum")]


@pytest.mark.parametrize("refused", [None, "SERVICE_ACCESS_ERROR", "INVALID_DATA"])
def test_a_payment_that_was_deleted_or_failed_is_taken_back(refused):
    books = FakeNetvisor([Sale(1), Sale(2)])
    with company(books) as connector:
        cursor = list(connector.pull(None, now=NOW))[-1].cursor
        books.payments = [Paid(14, "5001", "40,00", bank="FAILED")]
        books.deleted_payments = [11]
        if refused:
            books.fails["deletedsalespayments"] = f"{refused} :: x"
        pages = list(connector.pull(cursor, now=NOW))
    gone = [one.id for one in of(pages, Missing) if one.what == "payment"]
    assert gone == ["nv:payment-14", *([] if refused else ["nv:payment-11"])]
    assert pages[-1].complete_through is not None


def test_a_pull_that_was_cut_among_the_payments_still_links_them():
    sales = [Sale(1), *(Sale(key, number=str(key)) for key in range(2, 4))]
    books = FakeNetvisor(sales, cap=100)
    with company(books) as connector:
        cursor = list(connector.pull(None, now=NOW))[-1].cursor
        books.payments = [Paid(key, "5001", "0,50") for key in range(1, 131)]
        whole = list(connector.pull(cursor, now=NOW))
        cut = next(page.cursor for page in whole if of([page], Payment))
        rest = of(connector.pull(cut, now=NOW), Payment)
    assert [one.id for one in rest] == [f"nv:payment-{key}" for key in range(101, 131)]
    assert all(one.allocations[0].invoice == "nv:1" for one in rest)


def test_a_customer_who_owes_nothing_is_left_in_netvisor():
    books = FakeNetvisor([Sale(1, customer=1), Sale(2, customer=2, status="paid", open="0,00")])
    with company(books) as connector:
        cursor = list(connector.pull(None, now=NOW))[-1].cursor
        books.changed_customers = [1, 2, 3]
        found = of(connector.pull(cursor, now=NOW), Party)
    assert [one.id for one in found] == ["nv:1"]


def test_books_that_were_filled_and_show_nothing_are_not_believed():
    books = FakeNetvisor([Sale(1)])
    with company(books) as connector:
        cursor = list(connector.pull(None, now=NOW))[-1].cursor
        assert list(connector.pull(cursor, now=NOW))[-1].complete_through is not None
        books.sales.clear()
        with pytest.raises(Unreadable):
            list(connector.pull(cursor, now=NOW))
        with pytest.raises(Unreadable):
            list(connector.open_list(now=NOW))


def test_an_empty_list_of_the_open_is_believed_only_where_the_whole_list_shows_none():
    books = FakeNetvisor([Sale(1, status="paid", open="0,00")])
    with company(books) as connector:
        assert [one for page in connector.open_list(now=NOW) for one in page] == []
        books.sales[0].status = books.sales[0].attributes = "open"
        books._fits = lambda one, asked: "invoicestatus" not in asked
        with pytest.raises(Unreadable):
            list(connector.open_list(now=NOW))


# -- what is gone, and what comes back -----------------------------------------------------------


@pytest.mark.parametrize("strict", [False, True])
def test_what_vanished_is_missing_and_nothing_else(strict):
    books = FakeNetvisor([Sale(key) for key in (1, 2, 4, 9)], strict=strict)
    with company(books) as connector:
        asked = ["nv:4", "nv:3", "nv:1", "other:1", "nv:x"]
        items = connector.open_items(asked)
        page = connector.read(asked, now=NOW)
    assert [one.open for one in items] == [eur("100.00"), None, eur("100.00"), None, None]
    assert {one.id for one in page.facts if isinstance(one, Missing)} == {
        "nv:3", "other:1", "nv:x"
    }  # fmt: skip


def test_details_that_are_withheld_are_not_taken_for_a_deletion():
    books = FakeNetvisor([Sale(1)], fails={"getsalesinvoice": "INVALID_DATA :: x"})
    with company(books) as connector:
        with pytest.raises(Unreadable):
            connector.open_items(["nv:1"])
        page = connector.read(["nv:1"], now=NOW)
        assert (page.facts, [one.row for one in page.refused]) == ((), ["salesinvoice 1"])
        first = next(connector.pull(None, now=NOW))
        assert [one.row for one in first.refused] == ["salesinvoice 1"]
        books.sales = [Sale(key) for key in range(1, 11)]
        with pytest.raises(Unreadable):
            list(connector.pull(None, now=NOW))


def test_a_deleted_payment_opens_a_paid_invoice_again():
    books = FakeNetvisor([Sale(1, status="paid", open="0,00")], [Paid(5, "5001", "100,00")])
    with company(books) as connector:
        before = of([connector.read(["nv:1"], now=NOW)], Invoice | Payment)
        books.payments.clear()
        books.sales[0].status, books.sales[0].open = "open", "100,00"
        listed = [one for page in connector.open_list(now=NOW) for one in page]
        after = of([connector.read(["nv:1"], now=NOW)], Invoice | Payment)
    assert [one.id for one in before] == ["nv:1", "nv:payment-5"]
    assert [(one.invoice, one.open) for one in listed] == [("nv:1", eur("100.00"))]
    assert [(one.id, one.open) for one in after] == [("nv:1", eur("100.00"))]


def test_a_partial_payment_a_credit_and_a_loss_leave_what_netvisor_says_is_open():
    books = FakeNetvisor(
        [
            Sale(1, total="100,00", open="30,00"),
            Sale(2, total="-20,00", open="0,00",
                 extra="<CreditedInvoiceNetvisorKey>1</CreditedInvoiceNetvisorKey>"),
            Sale(3, total="-20,00", open="-20,00"),
            Sale(4, total="80,00", open="0,00", status="creditloss"),
        ],
        [Paid(7, "5001", "50,00"), Paid(8, "5004", "60,00", loss=True)],
    )  # fmt: skip
    with company(books) as connector:
        pages = list(connector.pull(None, now=NOW))
    invoices = {one.id: one for one in of(pages, Invoice)}
    notes = {one.id: one for one in of(pages, CreditNote)}
    assert invoices["nv:1"].open == eur("30.00")
    assert invoices["nv:4"].written_off == eur("60.00")
    assert [one.amount for one in notes["nv:2"].allocations] == [eur("20.00")]
    assert notes["nv:3"].allocations == ()
    assert notes["nv:3"].unallocated == eur("20.00")
    assert [one.amount for one in of(pages, Payment)] == [eur("50.00")]


@pytest.mark.parametrize(
    ("sale", "flags", "owed"),
    [
        (Sale(1, attributes='substatus="collected"'), ("with_other_collector",), "100.00"),
        (Sale(1, attributes='isincollection="1"'), ("with_other_collector",), "100.00"),
        (Sale(1, extra="<PaymentPlan><Part>1</Part></PaymentPlan>"), ("promised",), "100.00"),
        (Sale(1, extra="<Factoring><Account>1</Account></Factoring>"), ("factored",), "100.00"),
        (Sale(1, extra="<PaymentPlan/><Factoring/>"), (), "100.00"),
        (Sale(1, status="unsent"), ("invoice_blocked",), "100.00"),
        (Sale(1, status="rejected"), (), "0.00"),
        (Sale(1, total="-5,00", open="-5,00"), (), "0.00"),
        (Sale(1, open="-5,00"), (), "0.00"),
    ],
)
def test_the_proof_before_a_touch_names_every_reason_not_to(sale, flags, owed):
    with company(FakeNetvisor([sale])) as connector:
        (item,) = connector.open_items(["nv:1"])
    assert (item.do_not_dun, item.open) == (flags, eur(owed))


def test_one_record_that_cannot_be_read_stops_no_other():
    broken = "<SalesInvoice><NetvisorKey>2</NetvisorKey><InvoiceStatus>strange</InvoiceStatus>"
    books = FakeNetvisor([Sale(1), Sale(2, listed=f"{broken}</SalesInvoice>"), Sale(3, due="")])
    with company(books) as connector:
        pages = list(connector.pull(None, now=NOW))
    assert [one.id for one in of(pages, Invoice)] == ["nv:1"]
    assert [(one.row, one.field) for page in pages for one in page.refused] == [
        ("salesinvoice 2", "invoicestatus"), ("salesinvoice 3", "salesinvoiceduedate"),
    ]  # fmt: skip


def test_an_open_row_that_cannot_be_read_does_not_keep_customers_from_changing():
    broken = "<SalesInvoice><NetvisorKey>2</NetvisorKey><InvoiceStatus>open</InvoiceStatus>"
    books = FakeNetvisor([Sale(1), Sale(2, listed=f"{broken}</SalesInvoice>")])
    with company(books) as connector:
        cursor = list(connector.pull(None, now=NOW))[-1].cursor
        books.changed_customers = [1]
        pages = list(connector.pull(cursor, now=NOW))
    assert [one.id for one in of(pages, Party)] == ["nv:1"]
    assert pages[-1].complete_through is not None


LINE = "<a/>" * 10
MANY = f"<InvoiceLines>{f'<InvoiceLine>{LINE}</InvoiceLine>' * 2_000}</InvoiceLines>"


def test_thousands_of_lines_are_passed_over_where_nothing_of_them_is_asked():
    books = FakeNetvisor([Sale(1), Sale(2, extra=MANY), Sale(3)])
    with company(books) as connector:
        pages = list(connector.pull(None, now=NOW))
    assert [one.id for one in of(pages, Invoice)] == ["nv:1", "nv:2", "nv:3"]


def test_an_invoice_that_is_too_large_is_refused_by_name_and_stops_no_other():
    books = FakeNetvisor([Sale(1), Sale(2, extra=MANY), Sale(3)])
    with company(books, fee_products=["KORKO"]) as connector:
        pages = list(connector.pull(None, now=NOW))
        with pytest.raises(Unreadable):
            connector.open_items(["nv:2"])
    assert [one.id for one in of(pages, Invoice)] == ["nv:1", "nv:3"]
    assert [one.row for page in pages for one in page.refused] == ["salesinvoice 2"]


# -- documents -----------------------------------------------------------------------------------


def test_a_document_of_several_megabytes_is_read_whole():
    pdf = b"%PDF-1.4 " + bytes(3_000_000)
    text = base64.encodebytes(pdf).decode()
    there = f"<LastSentInvoicePDFBase64Data>{text}</LastSentInvoicePDFBase64Data>"
    with company(FakeNetvisor([Sale(1, extra=there)])) as connector:
        assert connector.document("nv:1") == pdf


def test_a_document_that_is_no_pdf_is_refused():
    damaged = "<LastSentInvoicePDFBase64Data>AAAA</LastSentInvoicePDFBase64Data>"
    with company(FakeNetvisor([Sale(1, extra=damaged)], strict=True)) as connector:
        assert connector.document("nv:2") is None
        with pytest.raises(Unreadable):
            connector.document("nv:1")


# -- the vendor's samples ------------------------------------------------------------------------


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the samples under DUNLIN_SHARED")
@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*List.xml")))
def test_each_list_of_the_samples_is_read_to_its_records(name):
    body = (SAMPLES / name).read_bytes()
    _, records = parsed(body)
    lists = {"CustomerList.xml", "SalesInvoiceList.xml", "SalesPaymentList.xml"}
    details = {"GetCustomerList.xml", "GetSalesInvoiceList.xml"}
    if name in lists | details:
        word = "Customer" if "Customer" in name else "SalesPayment" if "Pay" in name else None
        kind = word or "SalesInvoice"
        assert len(records) == len(re.findall(rf"<{kind}>".encode(), body)) > 1
        assert {one.name for one in records} == {kind}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the samples under DUNLIN_SHARED")
def test_an_invoice_that_is_not_found_has_no_children_in_the_sample():
    _, records = parsed((SAMPLES / "GetSalesInvoiceNotFound.xml").read_bytes())
    assert [len(one.children) for one in records] == [0]

"""The drop folder: what a statement says, what is refused and told, and what is never concluded."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import boto3
import openpyxl
import pytest
from botocore.config import Config as BotoConfig
from botocore.stub import Stubber

from connectors.contract import Connection
from connectors.erp import csv_file
from connectors.erp.csv_file import Config
from shared.domain.explain import canonical
from shared.domain.model import CreditNote, Invoice, Party, PastNotice, Payment
from shared.domain.money import Money
from shared.errors import Reconnect, Retry, Unreadable
from tests.connectors.fake_s3 import FakeS3, client_error

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HEADER = "Nro;Asiakas;Nimi;Pvm;Eräpvm;Summa;Avoin"
COLUMNS = {
    "invoice_number": "Nro", "customer_number": "Asiakas", "customer_name": "Nimi", "issued": "Pvm",
    "due": "Eräpvm", "total": "Summa", "open": "Avoin",
}  # fmt: skip
ROW = "1001;C1;Aalto Oy;1.2.2026;15.2.2026;120,00;120,00"


def opened(s3=None, *, mode="full", columns=None, **mapping):
    s3 = s3 or FakeS3()
    read = {
        "columns": {**COLUMNS, **(columns or {})}, "date_format": "DD.MM.YYYY", "decimal_mark": ",",
        "currency": "EUR", "country": "FI", **mapping,
    }  # fmt: skip
    config = Config.model_validate(
        {"bucket": "books", "prefix": "in/", "mode": mode, "mapping": read}
    )
    return s3, csv_file.connect(Connection("c1", config, clients={"s3": s3}))


def drop(s3, name, *rows, header=HEADER, **settings):
    s3.drop(f"in/c1/inbox/{name}", "\r\n".join([header, *rows]).encode(), **settings)


def pulled(connector, cursor=None):
    pages = list(connector.pull(cursor, now=NOW))
    facts = [fact for page in pages for fact in page.facts]
    refused = [row for page in pages for row in page.refused]
    return facts, refused, pages[-1]


def errors(s3, name):
    text = s3.body(f"in/c1/errors/{name}.errors.csv").decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_row_becomes_a_party_and_an_invoice_with_its_balance():
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    (party, invoice), refused, last = pulled(connector)
    assert isinstance(party, Party)
    assert (party.id, party.name, party.country, party.kind) == (
        "c1:C1", "Aalto Oy", "FI", "unknown",
    )  # fmt: skip
    assert isinstance(invoice, Invoice)
    assert (invoice.id, invoice.debtor, invoice.due) == ("c1:1001", "c1:C1", date(2026, 2, 15))
    assert (invoice.total, invoice.open) == (Money.of("120.00", "EUR"), Money.of("120.00", "EUR"))
    assert refused == []
    assert last.complete_through == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def test_every_optional_column_is_read():
    extra = {
        "currency": "Val", "sent": "Lähetetty", "reference": "Viite", "description": "Selite",
        "state": "Tila", "capacity": "Asema", "kind": "Laji", "business_id": "Y",
        "language": "Kieli",
        "email": "Sposti", "phone": "Puh", "address": "Osoite", "postal_code": "Pnro",
        "city": "Ptp",
        "country": "Maa", "do_not_dun": "Esto", "payment_date": "Maksupvm",
        "payment_amount": "Maksu",
    }  # fmt: skip
    s3, connector = opened(columns=extra)
    values = (
        "SEK;2.2.2026;1232;Service;open;business;company;1234567-8;SV;a@x.fi, b@x.fi;+358401;"
        "Gatan 1;00100;Helsinki;SE;promised;20.2.2026;20,00"
    )
    drop(s3, "a.csv", f"1001;C1;Aalto;1.2.2026;15.2.2026;120,00;100,00;{values}",
         header=f"{HEADER};{';'.join(extra.values())}")  # fmt: skip
    (party, invoice, payment), refused, _ = pulled(connector)
    assert refused == []
    assert (party.emails, party.phones, party.language) == (
        ("a@x.fi", "b@x.fi"),
        ("+358401",),
        "sv",
    )
    assert (party.addresses[0].lines, party.addresses[0].country) == (("Gatan 1",), "SE")
    assert invoice.capacity == "business"
    assert invoice.do_not_dun == ("invoice_blocked",)
    assert invoice.open == Money.of("100.00", "SEK")
    assert isinstance(payment, Payment)
    assert payment.allocations[0].invoice == invoice.id
    assert (payment.amount, payment.value_date) == (Money.of("20.00", "SEK"), date(2026, 2, 20))


def test_what_was_agreed_for_an_invoice_comes_with_it():
    s3, connector = opened(columns={"fee_agreed": "Ehto", "agreed_rate": "Korko"})
    header = f"{HEADER};Ehto;Korko"
    drop(s3, "a.csv", "1001;C1;Aalto;1.2.2026;15.2.2026;120,00;120,00;1.1.2026;8,5", header=header)
    (_, agreement, invoice), refused, _ = pulled(connector)
    assert refused == []
    assert invoice.agreement == agreement.id
    assert (agreement.reminder_fee_clause, agreement.agreed_rate) == (date(2026, 1, 1), "8.5")
    drop(s3, "b.csv", "1001;C1;Aalto;1.2.2026;15.2.2026;120,00;120,00;;high", header=header)
    _, wrong, _ = pulled(connector)
    assert [one.field for one in wrong] == ["file", "agreed_rate"]


PAPERS = {
    "delivered_from": "Alku", "delivered_to": "Loppu", "vat_rate": "ALV", "vat_amount": "Vero",
    "original_creditor": "Alkup",
}  # fmt: skip
PAPERS_HEADER = f"{HEADER};Alku;Loppu;ALV;Vero;Alkup"
START = "1001;C1;Aalto;1.2.2026;15.2.2026;125,50;125,50"


def test_delivery_vat_and_the_original_creditor_come_with_an_invoice():
    s3, connector = opened(columns=PAPERS)
    drop(s3, "a.csv", f"{START};1.1.2026;31.1.2026;25,5;25,50;Vanha Oy", header=PAPERS_HEADER)
    (_, invoice), refused, _ = pulled(connector)
    assert refused == []
    assert (invoice.delivered.first_day, invoice.delivered.last_day) == (
        date(2026, 1, 1), date(2026, 1, 31),
    )  # fmt: skip
    (rate,) = invoice.vat
    assert (rate.rate, rate.net, rate.tax) == (
        "25.5", Money.of("100.00", "EUR"), Money.of("25.50", "EUR"),
    )  # fmt: skip
    assert invoice.original_creditor == "Vanha Oy"


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (";;;25,50;", "vat_rate"),
        (";;25,5;125,51;", "vat_amount"),
        ("31.1.2026;1.1.2026;;;", "delivered_to"),
    ],
)
def test_delivery_and_vat_that_cannot_be_are_refused(cells, field):
    s3, connector = opened(columns=PAPERS)
    drop(s3, "a.csv", f"{START};{cells}", header=PAPERS_HEADER)
    _, wrong, _ = pulled(connector)
    assert wrong[-1].field == field


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("issued", "1001;C1;Aalto;31.2.2026;15.2.2026;120,00;120,00"),
        ("issued", "1001;C1;Aalto;2026-02-01;15.2.2026;120,00;120,00"),
        ("due", "1001;C1;Aalto;1.2.2026;;120,00;120,00"),
        ("due", "1001;C1;Aalto;1.2.2026;31.1.2026;120,00;120,00"),
        ("total", "1001;C1;Aalto;1.2.2026;15.2.2026;120.00;120,00"),
        ("total", "1001;C1;Aalto;1.2.2026;15.2.2026;120,001;120,00"),
        ("open", "1001;C1;Aalto;1.2.2026;15.2.2026;120,00;"),
        ("open", "1001;C1;Aalto;1.2.2026;15.2.2026;120,00;120,01"),
        ("open", "1001;C1;Aalto;1.2.2026;15.2.2026;-120,00;1,00"),
        ("customer_name", "1001;C1; ;1.2.2026;15.2.2026;120,00;120,00"),
        ("customer_name", "1001;C1;A\u202ealto;1.2.2026;15.2.2026;120,00;120,00"),
        ("invoice_number", ";C1;Aalto;1.2.2026;15.2.2026;120,00;120,00"),
        ("row", "1001;C1;Aalto;1.2.2026;15.2.2026;120,00"),
        ("row", f"{'9' * 201};C1;Aalto;1.2.2026;15.2.2026;120,00;120,00"),
        ("row", "Total;;;;;;240,00;"),
    ],
)
def test_a_bad_row_is_named_with_its_field_and_the_good_ones_go_in(field, row):
    s3, connector = opened()
    drop(s3, "a.csv", row, ROW.replace("1001", "1002").replace("C1", "C2"))
    facts, refused, last = pulled(connector)
    assert [fact.id for fact in facts] == ["c1:C2", "c1:1002"]
    assert [(each.row, each.field) for each in refused] == [("a.csv:2", field)]
    assert errors(s3, "a.csv")[1][:2] == ["2", field]
    assert last.complete_through is not None
    assert connector.open_items(["c1:1001"])[0].open is None


def test_no_cell_of_a_refused_row_is_in_what_leaves_the_folder():
    s3, connector = opened()
    drop(
        s3, "a.csv", "1001;C1;Canary Person;Canary;15.2.2026;1,00;1,00", ROW.replace("1001", "1002")
    )
    _, refused, _ = pulled(connector)
    assert "Canary" not in repr(refused)
    assert errors(s3, "a.csv")[1][3] == "Canary"


def test_the_error_file_defuses_what_a_spreadsheet_would_run():
    s3, connector = opened()
    drop(s3, "a.csv", "1001;C1;A;=HYPERLINK(1);15.2.2026;1,00;1,00", ROW.replace("1001", "1002"))
    pulled(connector)
    assert errors(s3, "a.csv")[1][3] == "'=HYPERLINK(1)"


def test_a_corrected_file_of_the_same_name_takes_its_error_file_away():
    s3, connector = opened()
    drop(s3, "a.csv", "1001;C1;Aalto;x;15.2.2026;1,00;1,00", ROW.replace("1001", "1002"))
    _, _, last = pulled(connector)
    drop(s3, "a.csv", ROW)
    facts, refused, _ = pulled(connector, last.cursor)
    assert (len(facts), refused) == (2, [])
    assert "in/c1/errors/a.csv.errors.csv" not in s3.keys("in/c1/errors/")


@pytest.mark.parametrize(
    ("setting", "field", "row"),
    [
        ({"date_format": None}, "issued", "1;C1;A;03/04/2026;15.6.2026;12,50;12,50"),
        ({"decimal_mark": None}, "total", "1;C1;A;1.2.2026;15.2.2026;1,234;0,00"),
        ({"date_format": None}, "due", "1;C1;A;1.2.2026;03/04/2026;12,50;12,50"),
        ({"currency": None}, "currency", "1;C1;A;1.2.2026;15.2.2026;12,50;12,50"),
        ({"currency": "XXX"}, "currency", "1;C1;A;1.2.2026;15.2.2026;12,50;12,50"),
    ],
)
def test_what_was_not_declared_is_not_guessed(setting, field, row):
    s3, connector = opened(mode="delta", **setting)
    drop(s3, "a.csv", row)
    facts, _, last = pulled(connector)
    assert facts == []
    assert [row[1] for row in errors(s3, "a.csv")] == ["field", "file", field]
    assert last.complete_through is None


def test_a_file_without_a_configured_column_is_refused_whole_and_says_which():
    s3, connector = opened()
    drop(s3, "a.csv", ROW, header=HEADER.replace("Eräpvm", "Due").replace("Avoin", "Open"))
    facts, refused, last = pulled(connector)
    assert facts == []
    assert [(each.row, each.field) for each in refused] == [("a.csv", "file")]
    assert refused[0].text == "the file has no column named: 'Eräpvm', 'Avoin'"
    assert last.complete_through is None
    with pytest.raises(Unreadable):
        connector.open_items(["c1:1001"])


def test_a_column_that_stands_twice_is_refused():
    s3, connector = opened()
    drop(s3, "a.csv", f"{ROW};1,00", header=f"{HEADER};Avoin")
    assert pulled(connector)[1][0].text == "the file has two columns named: Avoin"


def test_an_invoice_that_stands_twice_is_refused_in_both_rows():
    s3, connector = opened()
    drop(s3, "a.csv", ROW, ROW.replace("120,00", "100,00"), ROW.replace("1001", "1002"))
    facts, refused, _ = pulled(connector)
    assert [each.row for each in refused] == ["a.csv:2", "a.csv:3"]
    assert [fact.id for fact in facts] == ["c1:C1", "c1:1002"]


def test_a_customer_that_two_rows_describe_differently_is_told():
    s3, connector = opened()
    drop(s3, "a.csv", ROW, ROW.replace("1001", "1002").replace("Aalto", "Other"))
    _, refused, _ = pulled(connector)
    assert [(each.row, each.field) for each in refused] == [("a.csv:3", "customer_number")]


def test_an_overpaid_invoice_owes_nothing_and_a_negative_row_is_a_credit_note():
    s3, connector = opened()
    drop(s3, "a.csv", "1;C1;A;1.2.2026;15.2.2026;120,00;-5,00",
         "2;C1;A;1.2.2026;15.2.2026;-30,00;-30,00")  # fmt: skip
    (_, invoice, note), _, _ = pulled(connector)
    assert invoice.open == Money.zero("EUR")
    assert isinstance(note, CreditNote)
    assert note.total == Money.of("30.00", "EUR")


def test_an_invoice_that_left_a_full_statement_is_missing_and_not_paid():
    s3, connector = opened()
    drop(s3, "a.csv", ROW, ROW.replace("1001", "1002"))
    drop(s3, "b.csv", ROW.replace("1001", "1002"))
    items = connector.open_items(["c1:1001", "c1:1002"])
    assert [(item.invoice, item.open) for item in items] == [
        ("c1:1001", None), ("c1:1002", Money.of("120.00", "EUR")),
    ]  # fmt: skip


def test_in_delta_mode_the_newest_mention_counts_and_a_refused_one_proves_nothing():
    s3, connector = opened(mode="delta")
    drop(s3, "a.csv", ROW, ROW.replace("1001", "1002"), ROW.replace("1001", "1003"))
    drop(s3, "b.csv", ROW.replace("120,00;120,00", "120,00;20,00"), ROW.replace("1001", "1003;x"))
    drop(s3, "c.csv", ROW.replace("1001", "1003").replace(";120,00", ";x"))
    drop(s3, "d.csv", ROW.replace("1001", "1004"))
    ids = ["c1:1001", "c1:1002", "c1:1003", "c1:none"]
    amounts = [str(item.open) for item in connector.open_items(ids)]
    assert amounts == ["20.00 EUR", "120.00 EUR", "None", "None"]


@pytest.mark.parametrize("rows", [[], ["1001;C1;Aalto;x;x;x;x"]])
def test_a_statement_that_suddenly_lists_nothing_is_refused_and_proves_nothing(rows):
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    _, _, last = pulled(connector)
    drop(s3, "b.csv", *rows)
    facts, refused, after = pulled(connector, last.cursor)
    assert facts == []
    assert refused[0].text == "no open invoice can be read from the file"
    assert after.complete_through is None
    with pytest.raises(Unreadable):
        connector.open_items(["c1:1001"])
    drop(s3, "c.csv", ROW.replace("120,00;120,00", "120,00;60,00"))
    facts, _, healed = pulled(connector, after.cursor)
    assert len(facts) == 2
    assert healed.complete_through == s3.now - timedelta(minutes=60)


def test_an_empty_delta_says_that_nothing_changed():
    s3, connector = opened(mode="delta")
    drop(s3, "a.csv")
    facts, refused, last = pulled(connector)
    assert (facts, refused) == ([], [])
    assert last.complete_through is not None


def test_nothing_new_is_one_empty_page_that_repeats_what_is_known():
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    _, _, last = pulled(connector)
    facts, refused, again = pulled(connector, last.cursor)
    assert (facts, refused, again) == ([], [], last.model_copy(update={"facts": ()}))


def test_the_same_content_under_another_name_adds_nothing_but_is_news():
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    _, _, last = pulled(connector)
    drop(s3, "b.csv", ROW, minutes=30)
    facts, refused, after = pulled(connector, last.cursor)
    assert (facts, refused) == ([], [])
    assert after.complete_through == last.complete_through + timedelta(minutes=60)


def test_content_of_an_older_statement_is_asked_about():
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    drop(s3, "b.csv", ROW, ROW.replace("1001", "1002"))
    _, _, last = pulled(connector)
    drop(s3, "c.csv", ROW)
    drop(s3, "d.csv", ROW)
    facts, refused, after = pulled(connector, last.cursor)
    assert facts == []
    assert [each.row for each in refused] == ["c.csv", "d.csv"]
    assert after.complete_through is None
    with pytest.raises(Unreadable, match="older file had this content"):
        connector.open_items(["c1:1002"])
    s3.drop("in/c1/inbox/e.csv", f"{HEADER}\r\n{ROW}\r\n\r\n".encode())
    assert connector.open_items(["c1:1002"])[0].open is None
    assert len(pulled(connector, after.cursor)[0]) == 2


def test_a_drop_that_appears_behind_a_newer_one_does_not_turn_balances_back():
    s3, connector = opened()
    start = s3.now
    s3.now = start + timedelta(hours=1)
    drop(s3, "new.csv", ROW.replace("120,00;120,00", "120,00;0,00"))
    _, _, last = pulled(connector)
    s3.now = start
    drop(s3, "late.csv", ROW)
    facts, refused, after = pulled(connector, last.cursor)
    assert facts == []
    assert refused[0].row == "late.csv"
    assert after.complete_through == last.complete_through
    assert pulled(connector, after.cursor)[1] == []


def test_equal_stamps_lose_no_file_whatever_their_names():
    s3, connector = opened(mode="delta")
    drop(s3, "m.csv", ROW, minutes=0)
    _, _, last = pulled(connector)
    drop(s3, "a.csv", ROW.replace("1001", "1002"), minutes=0)
    drop(s3, "z.csv", ROW.replace("1001", "1003"), minutes=0)
    facts, refused, _ = pulled(connector, last.cursor)
    assert refused == []
    assert [fact.id for fact in facts] == ["c1:C1", "c1:1002", "c1:C1", "c1:1003"]


def test_pulling_twice_from_any_cursor_gives_the_same_bytes():
    s3, connector = opened()
    for day in range(4):
        drop(s3, f"{day}.csv", ROW, ROW.replace("1001", f"20{day}"), minutes=24 * 60)
    cursors = [None]
    pages = list(connector.pull(None, now=NOW))
    cursors += [page.cursor for page in pages]
    for cursor in cursors:
        once = [page.model_dump_json() for page in connector.pull(cursor, now=NOW)]
        _, other = opened(s3)
        assert [page.model_dump_json() for page in other.pull(cursor, now=NOW)] == once


def test_a_crash_inside_a_long_file_loses_nothing(monkeypatch):
    monkeypatch.setattr(csv_file, "_PAGE", 10)
    s3, connector = opened()
    drop(s3, "a.csv", *(ROW.replace("1001", str(number)) for number in range(35)))
    whole, _, end = pulled(connector)
    assert len(whole) == 36
    for stop in range(4):
        pages = connector.pull(None, now=NOW)
        stored = [next(pages) for _ in range(stop)]
        cursor = stored[-1].cursor if stored else None
        facts, _, last = pulled(connector, cursor)
        ids = {fact.id for page in stored for fact in page.facts} | {fact.id for fact in facts}
        assert ids == {fact.id for fact in whole}
        assert last == end


def test_a_listing_of_many_pages_is_read_to_its_end():
    s3, connector = opened(FakeS3(page_size=2), mode="delta")
    for day in range(7):
        drop(s3, f"{day}.csv", ROW.replace("1001", str(day)))
    assert len(pulled(connector)[0]) == 14


def test_an_unchanged_invoice_keeps_its_version_over_days():
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    drop(s3, "b.csv", ROW, ROW.replace("1001", "1002"))
    facts, _, _ = pulled(connector)
    assert facts[1] == facts[3]
    assert canonical(facts[0].model_dump(mode="json")) == canonical(
        facts[2].model_dump(mode="json")
    )


def test_a_workbook_reads_like_the_csv_file_of_the_same_statement():
    s3, connector = opened(decimal_mark=None, date_format=None)
    page = openpyxl.Workbook()
    page.active.append(HEADER.split(";"))
    days = [datetime(2026, 2, 1), datetime(2026, 2, 15)]  # noqa: DTZ001 - a cell has no zone
    page.active.append([1001, "C1", "Aalto Oy", *days, 120.0, 120])
    body = io.BytesIO()
    page.save(body)
    s3.drop("in/c1/inbox/a.xlsx", body.getvalue())
    csv_s3, csv_connector = opened()
    drop(csv_s3, "a.csv", ROW)
    assert pulled(connector)[0] == pulled(csv_connector)[0]


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.xls", "a.xlsm"])
def test_another_kind_of_file_is_refused(name):
    s3, connector = opened()
    drop(s3, name, ROW)
    assert pulled(connector)[1][0].text == "the file is neither .csv, .txt nor .xlsx"


def test_folders_and_other_connections_are_not_looked_at():
    s3, connector = opened()
    s3.drop("in/c1/inbox/", b"")
    s3.drop("in/c2/inbox/a.csv", b"x")
    s3.drop("in/c1/inbox/a.csv", b"x", bucket="other")
    assert pulled(connector)[0:2] == ([], [])


@pytest.mark.parametrize("cursor", ["", "x", "[]", '{"through": "soon"}', '{"more": 1}'])
def test_a_malformed_cursor_is_unreadable(cursor):
    with pytest.raises(Unreadable):
        list(opened()[1].pull(cursor, now=NOW))


@pytest.mark.parametrize("prefix", ["in", "/", "../", "in//", "in/\n"])
def test_a_prefix_is_a_folder(prefix):
    with pytest.raises(ValueError, match="prefix"):
        Config(bucket="books", prefix=prefix, mode="full", mapping=opened()[1]._config.mapping)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDenied", 403, Reconnect), ("NoSuchBucket", 404, Reconnect),
        ("SlowDown", 503, Retry),
        ("InternalError", 500, Retry), ("RequestTimeout", 400, Retry),
        ("ExpiredToken", 400, Reconnect),
    ],
)  # fmt: skip
def test_each_s3_error_says_what_to_do(code, status, kind):
    s3, connector = opened()
    s3.failure = client_error(code, status)
    with pytest.raises(kind) as caught:
        list(connector.pull(None, now=NOW))
    assert caught.value.__context__ is None
    assert connector.test()[0].ok is False


def test_an_error_of_our_own_is_not_taken_for_one_of_s3():
    s3, connector = opened()
    s3.failure = KeyError("bug")
    with pytest.raises(KeyError):
        list(connector.pull(None, now=NOW))


def boto_s3(**settings):
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-north-1"}
    return boto3.client("s3", **keys, **settings)


def test_the_real_client_takes_our_calls_and_its_errors_are_known():
    s3 = boto_s3()
    _, connector = opened(s3)
    with Stubber(s3) as stubber:
        stubber.add_response(
            "list_objects_v2",
            {"Name": "books", "IsTruncated": False},
            {"Bucket": "books", "Prefix": "in/c1/inbox/"},
        )
        stubber.add_client_error("list_objects_v2", "AccessDenied", http_status_code=403)
        assert pulled(connector)[0] == []
        with pytest.raises(Reconnect):
            list(connector.pull(None, now=NOW))


def test_an_answer_that_is_no_listing_is_not_an_empty_folder():
    s3 = boto_s3()
    _, connector = opened(s3)
    with Stubber(s3) as stubber:
        stubber.add_response("list_objects_v2", {})
        with pytest.raises(Unreadable, match="not a bucket"):
            connector.open_items(["c1:1"])


def test_a_bucket_that_cannot_be_reached_is_retried():
    quick = BotoConfig(retries={"total_max_attempts": 1}, connect_timeout=1)
    _, connector = opened(boto_s3(endpoint_url="http://127.0.0.1:9", config=quick))
    with pytest.raises(Retry):
        connector.open_items(["c1:1"])


def test_the_connection_test_says_what_to_do_next():
    s3, connector = opened()
    assert [(found.check, found.ok) for found in connector.test()] == [
        ("bucket", True), ("file", False),
    ]  # fmt: skip
    drop(s3, "a.csv", ROW, ROW.replace("1001", "1002").replace("15.2.2026", "x"))
    assert connector.test()[1].text == "1 of 2 rows of the newest file can be read"
    drop(s3, "b.csv", ROW, header="nothing")
    assert connector.test()[1].ok is False


def test_without_a_file_nothing_is_proven():
    with pytest.raises(Unreadable, match="no statement"):
        opened()[1].open_items(["c1:1"])


SHEET = "key;invoice;what;on;level;fee;proof"
TOLD = "k1;1001;reminder;2026-02-20;;5.00;posti-1"


def test_a_sheet_of_past_notices_is_read_beside_the_statements_and_once():
    s3, connector = opened()
    drop(s3, "notices-2026.csv", TOLD, header=SHEET)
    drop(s3, "a.csv", ROW)
    facts, refused, page = pulled(connector)
    notice = facts[-1]
    assert isinstance(notice, PastNotice)
    assert (notice.id, notice.invoice, notice.on) == ("k1", "c1:1001", date(2026, 2, 20))
    assert (notice.fee, notice.proof) == (Money.of("5.00", "EUR"), "posti-1")
    assert refused == []
    assert pulled(opened(s3)[1], page.cursor)[0] == []


def test_each_refused_row_of_a_sheet_is_kept_with_line_and_field_and_the_others_stand():
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    drop(s3, "old/Notices.CSV", TOLD, "k2;1009;reminder;2026-02-20;;;",
         "k3;1001;reminder;2026-03-03;;;", "k1;1001;hold;2026-02-20;;;", header=SHEET)  # fmt: skip
    facts, refused, _ = pulled(connector)
    assert [one.id for one in facts if isinstance(one, PastNotice)] == ["k1"]
    assert [(one.row, one.field) for one in refused] == [
        ("old/Notices.CSV:3", "invoice"), ("old/Notices.CSV:4", "on"), ("old/Notices.CSV:5", "key"),
    ]  # fmt: skip
    assert [row[:2] for row in errors(s3, "old/Notices.CSV")[1:]] == [
        ["3", "invoice"], ["4", "on"], ["5", "key"],
    ]  # fmt: skip


@pytest.mark.parametrize("header", ["key;invoice;what", SHEET.replace("fee", "price")])
def test_a_sheet_that_cannot_be_read_is_one_refused_row_and_stops_nothing(header):
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    drop(s3, "notices.csv", TOLD, header=header)
    facts, refused, page = pulled(connector)
    assert [type(one) for one in facts] == [Party, Invoice]
    assert [(one.row, one.field) for one in refused] == [("notices.csv", "file")]
    assert page.complete_through == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def test_a_sheet_waits_for_the_first_statement_however_long_that_takes():
    s3, connector = opened()
    drop(s3, "notices.csv", TOLD, header=SHEET, minutes=9 * 24 * 60)
    facts, refused, page = pulled(connector)
    assert (facts, refused, page.complete_through) == ([], [], None)
    assert connector.test()[1].ok is False
    drop(s3, "a.csv", ROW)
    assert isinstance(pulled(opened(s3)[1], page.cursor)[0][-1], PastNotice)


def test_a_sheet_is_no_statement_whatever_is_asked():
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    drop(s3, "notices.csv", TOLD, header=SHEET)
    (item,) = connector.open_items(["c1:1001"])
    assert item.open == Money.of("120.00", "EUR")
    assert connector.test()[1].text == "1 of 1 rows of the newest file can be read"


def test_an_invoice_that_has_left_the_statements_is_found_in_an_earlier_one_by_number_or_id():
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    drop(s3, "b.csv", ROW.replace("1001", "1002"))
    drop(s3, "notices.csv", TOLD, header=SHEET)
    drop(s3, "notices-2.csv", TOLD.replace("k1;1001", "k2;c1:1001"), header=SHEET)
    told = [one for one in pulled(connector)[0] if isinstance(one, PastNotice)]
    assert [(one.id, one.invoice) for one in told] == [("k1", "c1:1001"), ("k2", "c1:1001")]


def test_a_cursor_of_before_sheets_goes_on_as_it_was():
    s3, connector = opened()
    drop(s3, "a.csv", ROW)
    kept = pulled(connector)[2].cursor
    assert "notices" not in kept
    drop(s3, "notices.csv", TOLD, header=SHEET)
    (notice,), _, page = pulled(opened(s3)[1], kept)
    assert notice.id == "k1"
    drop(s3, "b.csv", ROW.replace("120,00;120,00", "120,00;20,00"))
    later, _, _ = pulled(opened(s3)[1], page.cursor)
    assert [type(one) for one in later] == [Party, Invoice]

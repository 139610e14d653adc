"""E-invoices from files: what each says, what is refused, and what is never concluded from one."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.contract import Connection
from connectors.drop_folder import Drop
from connectors.erp import einvoice_files
from connectors.erp.einvoice_files import Config
from connectors.erp.einvoice_files import cursor as cursor_module
from connectors.erp.einvoice_files.cursor import Cursor, Delivery
from shared.domain.model import CreditNote, Invoice, Missing, Party
from shared.domain.money import Money
from shared.errors import Unreadable
from tests.connectors.fake_s3 import FakeS3

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
INBOX = Path(__file__).parent / "einvoice_files" / "inbox"
UBL = (INBOX / "1-ubl-invoice.xml").read_text()
FINVOICE = (INBOX / "2-finvoice.xml").read_text()
NOTE = (INBOX / "3-ubl-credit-note.xml").read_text()
SAME = (INBOX / "4-finvoice-of-the-same.xml").read_text()
STRANGER = (INBOX / "5-of-another-seller.xml").read_text()
SHARED = Path(os.environ.get("DUNLIN_SHARED", Path(__file__).parents[4] / "shared"))
SCHEMA = SHARED / "specs" / "bank" / "demand_docs" / "Finvoice3.0.xsd"
ACCOUNT = "FI2112345600000785"
BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
TYPE = "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
HOME = "<cbc:IdentificationCode>{}</cbc:IdentificationCode></cac:Country>\n"
PAYABLE = '<cbc:PayableAmount currencyID="EUR">250.50</cbc:PayableAmount>'


def opened(s3=None, **settings):
    s3 = s3 or FakeS3()
    given = {
        "bucket": "books", "prefix": "in/", "sellers": ["1234567-1"], "accounts": [ACCOUNT],
        "country": "FI", **settings,
    }  # fmt: skip
    config = Config.model_validate(given)
    return s3, einvoice_files.connect(Connection("c1", config, clients={"s3": s3}))


def drop(s3, *texts, minutes=60):
    for text in texts:
        body = text if isinstance(text, bytes) else text.encode("utf-8")
        number = len(s3.keys("in/c1/inbox/"))
        s3.drop(f"in/c1/inbox/{number:03}.xml", body, minutes=minutes)


def pulled(connector, cursor=None):
    pages = list(connector.pull(cursor, now=NOW))
    facts = [fact for page in pages for fact in page.facts]
    return facts, [row for page in pages for row in page.refused], pages[-1]


def said(*texts, **settings):
    """All that some files say: facts by id (the last counts), and the refused fields."""
    s3, connector = opened(**settings)
    drop(s3, *texts)
    facts, refused, _ = pulled(connector)
    return {fact.id: fact for fact in facts}, [row.field for row in refused]


def invoice(*texts, **settings):
    facts, refused = said(*texts, **settings)
    assert refused == []
    return next(fact for fact in facts.values() if isinstance(fact, Invoice))


def changed(text, *pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def eur(text):
    return Money.of(text, "EUR")


def open_of(connector, number):
    (item,) = connector.open_items([f"c1:{number}"])
    return item.open


def test_the_finvoices_of_these_tests_follow_the_published_schema():
    if not SCHEMA.is_file():
        pytest.skip(f"the schema is not there: {SCHEMA}")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for text in (FINVOICE, SAME):
        schema.assertValid(etree.fromstring(text.encode("iso-8859-15")))


def test_another_sellers_file_is_refused_and_changes_nothing():
    s3, connector = opened()
    theirs = changed(NOTE, ("1234567-1", "1111111-1"))
    drop(s3, UBL, theirs, STRANGER)
    facts, refused, _ = pulled(connector)
    assert [(row.row, row.field) for row in refused] == [
        ("001.xml", "seller"),
        ("002.xml", "seller"),
    ]
    assert open_of(connector, "26-0101") == eur("250.50")
    assert not any(isinstance(fact, CreditNote | Missing) for fact in facts)
    told = s3.body("in/c1/errors/001.xml.errors.csv").decode("utf-8-sig")
    assert "the seller bears none of the numbers in the settings" in told


@pytest.mark.parametrize("text", [UBL, FINVOICE])
def test_an_invoice_to_be_paid_elsewhere_is_refused_and_the_account_never_shown(text):
    other = "FI4950009420028730"
    s3, connector = opened()
    drop(s3, text.replace(ACCOUNT, other))
    facts, refused, _ = pulled(connector)
    assert (facts, [row.field for row in refused]) == ([], ["account"])
    shown = [*refused, s3.body("in/c1/errors/000.xml.errors.csv"), *connector.test()]
    assert not any(one in str(shown) for one in (other, ACCOUNT))


def test_the_same_invoice_counts_once_whatever_its_format_and_file():
    s3, connector = opened()
    drop(s3, UBL)
    first, _, page = pulled(connector)
    drop(s3, UBL, SAME, minutes=2 * 24 * 60)
    again, refused, _ = pulled(connector, page.cursor)
    assert refused == []
    assert [one for one in again if isinstance(one, Invoice)] == [first[1], first[1]]
    assert not any(isinstance(one, Party) for one in again)


def test_a_known_number_with_other_amounts_is_refused_and_the_first_stands():
    more = changed(UBL, ("278.50", "300.00"), ("250.50", "272.00"))
    facts, refused = said(UBL, more)
    assert refused == ["number"]
    assert facts["c1:26-0101"].open == eur("250.50")


SECOND = changed(NOTE, ("26-0103", "26-0104"), ("50.20", "30.00"), ("2026-02-10", "2026-02-11"))
DROPS = [UBL, SAME, NOTE, SECOND, NOTE]


@settings(max_examples=25, deadline=None)
@given(st.permutations(DROPS))
def test_files_in_any_order_give_the_same_balance(texts):
    facts, refused = said(*texts)
    assert refused == []
    assert facts["c1:26-0101"].open == eur("170.30")
    assert facts["c1:26-0101"].credited == eur("80.20")
    notes = [fact for fact in facts.values() if isinstance(fact, CreditNote)]
    settled = sorted(part.amount.amount for note in notes for part in note.allocations)
    assert settled == [eur("30.00").amount, eur("50.20").amount]


def test_credit_beyond_what_is_left_stays_with_the_debtor():
    big = changed(NOTE, ("50.20", "400.00"))
    facts, _ = said(UBL, big)
    assert facts["c1:26-0101"].open == eur("0.00")
    assert facts["c1:credit-26-0103"].unallocated == eur("149.50")


def test_a_credit_note_that_cannot_be_read_holds_its_invoice_until_it_can():
    s3, connector = opened()
    drop(
        s3,
        UBL,
        changed(
            NOTE,
            (
                '<cbc:PayableAmount currencyID="EUR">50.20',
                '<cbc:PayableAmount currencyID="EUR">5.20',
            ),
        ),
    )
    facts, refused, page = pulled(connector)
    assert [row.field for row in refused] == ["PayableAmount"]
    assert facts[-1] == Missing(id="c1:26-0101")
    assert open_of(connector, "26-0101") is None
    drop(s3, NOTE)
    facts, refused, _ = pulled(connector, page.cursor)
    assert refused == []
    assert not any(isinstance(fact, Missing) for fact in facts)
    assert open_of(connector, "26-0101") == eur("200.30")


def test_a_note_over_several_invoices_or_another_buyers_settles_none_of_them():
    both = changed(
        NOTE,
        (
            "<cac:BillingReference>",
            "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>26-0102</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference><cac:BillingReference>",
        ),
    )
    for note in (both, changed(NOTE, ("7654321-7", "2345678-1"), ("FI76543217", "FI23456781"))):
        s3, connector = opened()
        drop(s3, UBL, note)
        _, refused, _ = pulled(connector)
        assert [row.field for row in refused] == ["preceding"]
        assert open_of(connector, "26-0101") is None


REFUSED = [
    (UBL, TYPE, "", "InvoiceTypeCode"),
    (UBL, ">380<", ">384<", "InvoiceTypeCode"),
    (UBL, ">380<", ">71<", "InvoiceTypeCode"),
    (UBL, ">EUR</cbc:Doc", ">XXX</cbc:Doc", "DocumentCurrencyCode"),
    (UBL, "<cbc:IssueDate>2026-02-02", "<cbc:IssueDate>2026-02-30", "IssueDate"),
    (UBL, "<cbc:DueDate>2026-02-16</cbc:DueDate>", "", "due"),
    (UBL, "<cbc:DueDate>2026-02-16", "<cbc:DueDate>2026-02-01", "due"),
    (UBL, PAYABLE, "", "LegalMonetaryTotal"),
    (UBL, PAYABLE, PAYABLE.replace("250.50", "250.51"), "PayableAmount"),
    (UBL, PAYABLE, PAYABLE.replace("250.50", "250,50"), "PayableAmount"),
    (UBL, PAYABLE, PAYABLE.replace("EUR", "SEK"), "PayableAmount"),
    (UBL, PAYABLE, PAYABLE.replace("250.50", "250.505"), "PayableAmount"),
    (UBL, PAYABLE, PAYABLE * 2, "file"),
    (UBL, "<cbc:ID>26-0101</cbc:ID>", "<cbc:ID> </cbc:ID>", "ID"),
    (UBL, ">25.50<", ">x<", "Percent"),
    (UBL, "Rantatien Kahvila Oy", "", "Name"),
    (FINVOICE, ">INV01<", ">INV08<", "InvoiceTypeCode"),
    (FINVOICE, ">INV01<", ">INV05<", "InvoiceTypeCode"),
    (FINVOICE, ">INV01<", ">QUO01<", "InvoiceTypeCode"),
    (FINVOICE, ">Original<", ">Cancel<", "OriginCode"),
    (FINVOICE, ">125,50<", ">125,52<", "EpiInstructedAmount"),
    (FINVOICE, ">125,50<", ">125.50<", "EpiInstructedAmount"),
    (FINVOICE, '"CCYYMMDD">20260217</Epi', '"CCYYMMDD">20260218</Epi', "EpiDateOptionDate"),
    (FINVOICE, ">Mattila Maija<", "> <", "BuyerOrganisationName"),
    (FINVOICE, ">FI<", ">Suomi<", "country"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "field"), REFUSED)
def test_what_leaves_a_question_open_is_refused_by_its_field(text, old, new, field):
    wrong = changed(text, (old, new))
    if field == "Name":
        wrong = changed(wrong, ("<cbc:Name>Rantatie</cbc:Name>", ""))
    facts, refused = said(wrong, UBL.replace("26-0101", "26-0777"))
    assert refused == [field]
    assert [one.number for one in facts.values() if isinstance(one, Invoice)] == ["26-0777"]


FLAGS = [
    (UBL, ">380<", ">393<", ("factored",)),
    (UBL, ">380<", ">383<", ("other",)),
    (UBL, "<cac:PaymentMeans>", "<cac:PayeeParty/><cac:PaymentMeans>", ("factored",)),
    (FINVOICE, ">INV01<", ">INV03<", ("other",)),
    (FINVOICE, "<InvoiceRow>", "<FactoringAgreementDetails/><InvoiceRow>", ("factored",)),
    (FINVOICE, "<InvoiceRow>", "<PartialPaymentDetails/><InvoiceRow>", ("promised",)),
    (FINVOICE, ">INV01<", ">INV09<", ()),
]


@pytest.mark.parametrize(("text", "old", "new", "flags"), FLAGS)
def test_what_others_collect_or_bears_no_interest_is_flagged(text, old, new, flags):
    assert invoice(changed(text, (old, new))).do_not_dun == flags


def test_rounding_and_what_is_paid_already_are_within_the_balance():
    rounded = changed(
        UBL,
        (PAYABLE, '<cbc:PayableRoundingAmount currencyID="EUR">0.50</cbc:PayableRoundingAmount>'
         + PAYABLE.replace("250.50", "251.00")),
    )  # fmt: skip
    one = invoice(rounded)
    assert (one.total, one.open) == (eur("279.00"), eur("251.00"))
    status = "<PaymentStatusCode>PAID</PaymentStatusCode>"
    told = f"<PaymentStatusDetails>{status}</PaymentStatusDetails><InvoiceRow>"
    paid = changed(FINVOICE, ("<InvoiceRow>", told))
    assert invoice(paid).open == eur("0.00")


def test_an_invoice_below_zero_is_the_debtors_credit():
    below = changed(UBL, ("278.50", "-278.50"), ("28.00", "0.00"), ("250.50", "-278.50"))
    facts, refused = said(below)
    assert refused == []
    (note,) = [fact for fact in facts.values() if isinstance(fact, CreditNote)]
    assert (note.total, note.unallocated) == (eur("278.50"), eur("278.50"))


def test_finvoice_credit_notes_are_read_with_either_sign():
    original = "<OriginalInvoiceNumber>26-0101</OriginalInvoiceNumber>"
    for sign in ("", "-"):
        note = changed(
            SAME, (">INV01<", ">INV02<"), ("26-0101", "26-0105"), (">278,50<", f">{sign}100,00<"),
            ("<InvoicePaidAmount", "<!-- "), ("28,00</InvoicePaidAmount>", "-->"),
            ("<InvoiceDate ", f"{original}<InvoiceDate "),
        )  # fmt: skip
        facts, refused = said(UBL, note)
        assert refused == []
        assert facts["c1:26-0101"].open == eur("150.50")


def test_a_persons_national_number_is_neither_kept_nor_an_id():
    sole_trader = changed(
        UBL, ("7654321-7", "8507099805"), ("FI76543217", "SE850709980501"),
        (">4021<", ">850709-9805<"), (HOME.format("FI"), HOME.format("SE")),
    )  # fmt: skip
    facts, refused = said(sole_trader)
    assert refused == []
    (party,) = [fact for fact in facts.values() if isinstance(fact, Party)]
    assert "850709" not in party.model_dump_json()
    assert (party.kind, facts["c1:26-0101"].capacity) == ("unknown", "unknown")
    assert party.id.startswith("c1:buyer-at-")


@pytest.mark.parametrize(
    ("country", "number", "known"),
    [
        ("SE", "SE556036079301", "5560360793"), ("SE", "556036-0793", "5560360793"),
        ("NO", "NO 923 609 016 MVA", "923609016"), ("DK", "DK10150817", "10150817"),
        ("FI", "003723456781", "2345678-1"), ("DE", "DE123456789", None),
    ],
)  # fmt: skip
def test_a_company_is_known_by_one_number_however_it_is_written(country, number, known):
    text = changed(
        UBL, ('schemeID="0212">7654321-7', f">{number}"), ("FI76543217", number),
        (HOME.format("FI"), HOME.format(country)),
    )  # fmt: skip
    facts, _ = said(text)
    (party,) = [fact for fact in facts.values() if isinstance(fact, Party)]
    assert party.business_id == known
    assert party.id == f"c1:buyer-{known or 'no-4021'}"


@pytest.mark.parametrize(
    ("currency", "reference", "account"),
    [("NOK", "1234567891", "8601.11.17947"), ("SEK", "55667788", "5050-1055")],
)
def test_kid_ocr_and_national_accounts_are_taken_as_they_are(currency, reference, account):
    text = UBL.replace("EUR", currency).replace("RF18539007547034", reference)
    one = invoice(text.replace(ACCOUNT, account), accounts=[account.replace(".", "")])
    assert (one.reference, one.total.currency) == (reference, currency)


def test_nothing_that_is_kept_beside_the_folder_names_anybody():
    s3, connector = opened()
    drop(s3, UBL, FINVOICE, NOTE)
    pulled(connector)
    kept = b"".join(s3.body(key) for key in s3.keys("in/c1/read/")).decode()
    assert "26-0102" in kept
    names = ("Kahvila", "Rantatie", "Mattila", "Koivukuja", "example", "+358", "Suovilla", ACCOUNT)
    assert not [one for one in names if one in kept]


@pytest.mark.parametrize(
    ("public", "capacity", "kind"),
    [(["7654321-7"], "public", "public"), (["76543217"], "public", "public"),
     (["2345678-1"], "business", "company")],
)  # fmt: skip
def test_a_public_body_is_one_by_the_settings_alone(public, capacity, kind):
    facts, _ = said(UBL, public_buyers=public)
    assert facts["c1:26-0101"].capacity == capacity
    assert facts["c1:buyer-7654321-7"].kind == kind


def test_a_later_description_of_a_buyer_is_not_undone_by_an_older_document():
    moved = changed(
        UBL, ("26-0101", "26-0110"), ("2026-02-02", "2026-02-20"), ("2026-02-16", "2026-03-06"),
        ("Rantatie 3", "Uusikatu 1"),
    )  # fmt: skip
    facts, _ = said(moved, UBL)
    assert facts["c1:buyer-7654321-7"].addresses[0].lines == ("Uusikatu 1",)
    assert facts["c1:26-0101"].due == date(2026, 2, 16)


def test_bombs_and_files_that_are_none_are_one_refused_row_each():
    declared, _, rest = UBL.partition("\n")
    s3, connector = opened()
    drop(
        s3, f"{declared}\n{BOMB}{rest}", b"PK\x03\x04" + b"\0" * 50, "", "<html><p>login</p></html>"
    )
    drop(s3, UBL.replace("Rantatie 3", "x" * 1_000_001), b" " * 20_000_001)
    s3.drop("in/c1/inbox/invoices.zip", b"PK\x03\x04")
    facts, refused, page = pulled(connector)
    assert (facts, len(refused)) == ([], 7)
    assert all(row.field == "file" for row in refused)
    assert page.complete_through == NOW


def test_attachments_of_ten_megabytes_and_thousands_of_lines_are_left_unread():
    heavy = changed(UBL, ("JVBERi0xLjQK", "QUJD" * 2_500_000))
    line = heavy[heavy.index("  <cac:InvoiceLine>") : heavy.index("</Invoice>")]
    assert invoice(heavy.replace(line, line * 5_000)).open == eur("250.50")


def test_the_attachments_of_a_finvoice_are_passed_over_beside_it_and_in_a_file_of_their_own():
    detail = f"<AttachmentContent>{'QUJD' * 500_000}</AttachmentContent>"
    message = (
        "<?xml version='1.0'?><FinvoiceAttachments Version='1.0'><MessageTransmissionDetails/>"
        f"<AttachmentDetails>{detail}</AttachmentDetails></FinvoiceAttachments>\n"
    )
    assert invoice(FINVOICE + message).number == "26-0102"
    assert said(message) == ({}, [])


def test_envelopes_and_transfer_frames_are_taken_off():
    bare = UBL.partition("\n")[2]
    name = "StandardBusinessDocument"
    envelope = f"<{name}><{name}Header/>{bare}</{name}>"
    assert invoice(envelope).number == "26-0101"
    frame = (
        "<?xml version='1.0'?><e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'/>\n"
    )
    more = FINVOICE.replace("26-0102", "26-0106")
    facts, refused = said(frame + FINVOICE + frame + more)
    assert refused == []
    assert {"c1:26-0102", "c1:26-0106"} <= facts.keys()


def test_one_bad_document_of_several_is_named_and_the_others_stand():
    s3, connector = opened()
    drop(s3, FINVOICE + FINVOICE.replace("26-0102", "26-0106").replace(">INV01<", ">INV08<"))
    facts, refused, _ = pulled(connector)
    assert [row.row for row in refused] == ["000.xml:2"]
    assert [one.number for one in facts if isinstance(one, Invoice)] == ["26-0102"]


def test_a_drop_with_an_older_stamp_behind_the_cursor_is_read():
    s3, connector = opened()
    drop(s3, UBL)
    _, _, page = pulled(connector)
    s3.now -= timedelta(hours=12)  # a multipart upload bears the time of its start
    drop(s3, FINVOICE)
    facts, _, _ = pulled(connector, page.cursor)
    assert [one.number for one in facts if isinstance(one, Invoice)] == ["26-0102"]


def test_two_drops_of_one_second_are_both_read_and_once():
    s3, connector = opened()
    drop(s3, UBL, minutes=0)
    first, _, page = pulled(connector)
    drop(s3, FINVOICE, minutes=0)
    second, _, last = pulled(connector, page.cursor)
    third, _, _ = pulled(connector, last.cursor)
    numbers = [[one.number for one in facts if isinstance(one, Invoice)]
               for facts in (first, second, third)]  # fmt: skip
    assert numbers == [["26-0101"], ["26-0102"], []]


def test_long_folders_come_in_pages_whose_cursors_lose_nothing():
    s3, connector = opened()
    drop(s3, *(UBL.replace("26-0101", f"27-{number}") for number in range(250)), minutes=1)
    first, *_ = connector.pull(None, now=NOW)
    rest, _, last = pulled(connector, first.cursor)
    numbers = [one.number for one in (*first.facts, *rest) if isinstance(one, Invoice)]
    assert numbers == [f"27-{number}" for number in range(250)]
    assert (first.complete_through, last.complete_through) == (None, NOW)


def test_a_file_costs_three_calls_and_a_buyer_two():
    s3, connector = opened()
    drop(s3, *(UBL.replace("26-0101", f"27-{number}") for number in range(60)), minutes=1)
    pulled(connector)
    # Its bytes, what is kept of its number (a question, an answer to keep); the two lists.
    assert len(s3.calls) == 60 * 3 + 2 + 2
    s3.calls.clear()
    _, _, page = pulled(connector, pulled(connector)[2].cursor)
    assert (page.facts, s3.calls.count("put")) == ((), 0)


def test_a_refused_file_that_is_mended_under_its_name_loses_what_was_told_beside_it():
    s3, connector = opened()
    drop(s3, STRANGER)
    _, _, page = pulled(connector)
    assert s3.keys("in/c1/errors/") == ["in/c1/errors/000.xml.errors.csv"]
    s3.drop("in/c1/inbox/000.xml", UBL.encode())
    pulled(connector, page.cursor)
    assert s3.keys("in/c1/errors/") == []


def numbers_of(facts):
    return {one.number for one in facts if isinstance(one, Invoice)}


def test_thousands_of_drops_of_a_day_are_kept_as_sums_and_a_late_one_among_them_is_found(
    monkeypatch,
):
    monkeypatch.setattr(cursor_module, "_NAMED", 4)
    s3, connector = opened()
    drop(s3, *(UBL.replace("26-0101", f"27-{number}") for number in range(40)), minutes=15)
    facts, _, page = pulled(connector)
    assert len(numbers_of(facts)) == 40
    kept = Cursor.read(page.cursor)
    assert len(kept.delivered) <= 8
    assert sum(count for _, count, _ in kept.hours) + len(kept.delivered) == 40
    assert pulled(connector, page.cursor)[0] == []

    s3.now -= timedelta(hours=8)  # a multipart upload bears the time of its start
    drop(s3, FINVOICE)
    facts, _, later = pulled(connector, page.cursor)
    assert "26-0102" in numbers_of(facts)
    assert len(numbers_of(facts)) == 5  # with its hour, in which nothing else is new
    assert pulled(connector, later.cursor)[0] == []


def dropped(number, hours):
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hours)
    return Drop(f"in/{number}.xml", f"{number}.xml", at, 1, f"{number:024x}")


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 22 * 6), max_size=12), min_size=1, max_size=6))
def test_whatever_comes_late_within_the_overlap_is_delivered(rounds):
    """Each round's drops are stamped up to 22 hours before the newest that was there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cursor_module, "_NAMED", 2)
        state, there, told = Cursor(), [dropped(0, 30)], set()
        for late in [[], *rounds]:
            newest = 30 + len(there) / 60
            there += [dropped(len(there) + at, newest - ago / 6) for at, ago in enumerate(late)]
            delivery = Delivery(Cursor.read(state.text()), there)
            told |= {one.token for one in delivery.fresh}
            delivery.take(delivery.fresh)
            state = delivery.cursor()
            assert told == {one.token for one in there}
            assert Delivery(state, there).fresh == []
            assert len(state.delivered) <= 4 + len(delivery.fresh)


def test_what_is_older_than_the_overlap_is_neither_held_nor_read_again(monkeypatch):
    monkeypatch.setattr(cursor_module, "_NAMED", 4)
    s3, connector = opened()
    drop(s3, *(UBL.replace("26-0101", f"27-{number}") for number in range(40)), minutes=60)
    _, _, page = pulled(connector)
    kept = Cursor.read(page.cursor)
    assert sum(count for _, count, _ in kept.hours) + len(kept.delivered) == 25
    assert pulled(connector, page.cursor)[0] == []


def test_a_cursor_of_something_else_and_an_emptied_inbox_are_unreadable():
    s3, connector = opened()
    with pytest.raises(Unreadable, match="cursor"):
        list(connector.pull('{"page": 2}', now=NOW))
    drop(s3, UBL)
    _, _, page = pulled(connector)
    s3.objects.pop(("books", "in/c1/inbox/000.xml"))
    with pytest.raises(Unreadable, match="inbox is empty"):
        list(connector.pull(page.cursor, now=NOW))


def test_the_connection_test_says_what_is_missing_and_that_a_bank_is_needed():
    s3, connector = opened()
    assert [(one.check, one.ok) for one in connector.test()] == [
        ("bucket", True), ("bank", True), ("file", False),
    ]  # fmt: skip
    assert "bank is connected" in connector.test()[1].text
    drop(s3, STRANGER)
    assert connector.test()[2].text.endswith(
        "refused at seller: the seller bears none of the numbers in the settings"
    )
    drop(s3, UBL)
    assert connector.test()[2].ok

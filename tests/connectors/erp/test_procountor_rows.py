"""Procountor's records as facts: sums, balances, statuses, parties, the log of an invoice."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.erp.procountor import history, invoices, parties, settling
from connectors.erp.procountor.countries import CODES
from connectors.erp.procountor.history import History
from connectors.erp.procountor.invoices import Books, Told
from connectors.erp.procountor.parties import Customer, People
from connectors.erp.procountor.values import Unclear, day, money, needed_day, number, stamp, text
from shared.domain.model import Party, invoice_status
from shared.domain.money import Money
from tests.connectors.erp.procountor_books import event, invoice, partner

PEOPLE = People("conn-1", "FI", public_group="Julkiset", no_dunning_group="Rauha")
BOOKS = Books("conn-1", "service", frozenset({"KORKO", "Perintäkulut"}))
SOMEBODY = Customer(
    Party(id="conn-1:77", version="", kind="company", name="Asiakas Oy", country="FI"), "business"
)


def made(row, events=None, log=()):
    told = Told(row, SOMEBODY, events, history.read(log, "conn-1:1"))
    return BOOKS.invoice(told)


def logged(action, at):
    return {"action": action, "date": at}


# -- balances decide ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "events", "open_", "becomes"),
    [
        ("SENT", None, "100.00", "open"),
        ("SENT", [], "100.00", "open"),
        ("SENT", [event(1, "100.00")], "0.00", "paid"),
        ("SENT", [event(1, "30.00")], "70.00", "partly_paid"),
        ("PARTLY_PAID", [event(1, "30.00"), event(2, "20.5")], "49.50", "partly_paid"),
        ("PARTLY_PAID", [event(1, "30.00"), event(2, "-30.00")], "100.00", "open"),
        ("PARTLY_PAID", [event(1, "130.00")], "0.00", "paid"),
        ("PARTLY_PAID", [event(1, "9", status="DELETED"), event(2, "1")], "99.00", "partly_paid"),
        ("PAID", [event(1, "100.00")], "0.00", "paid"),
        ("PAID", [event(1, "99.98")], "0.00", "paid"),
        ("MARKED_PAID", [event(1, "100.00", kind="CREDITLOSS")], "0.00", "written_off"),
        ("PAID", [event(1, "60"), event(2, "40", kind="CREDITLOSS")], "0.00", "written_off"),
        ("PAID", [event(1, "100.00", kind="COMPENSATIONINVOICE")], "0.00", "credited"),
        ("PARTLY_PAID", [event(1, "10", kind="CASHDISCOUNT")], "90.00", "partly_paid"),
        ("INVALIDATED", None, "0.00", "cancelled"),
        ("NOT_SENT", None, "100.00", "open"),
        ("PAYMENT_DENIED", None, "100.00", "open"),
    ],
)
def test_the_events_decide_what_is_open(status, events, open_, becomes):
    found = made(invoice(1, status), events)
    assert found.open == Money.of(open_, "EUR")
    assert invoice_status(found) == becomes


def test_a_payment_a_credit_and_a_loss_on_one_invoice_are_told_apart():
    events = [
        event(1, "50.00"), event(2, "20.00", kind="SETOFF"), event(3, "30", kind="CREDITLOSS"),
    ]  # fmt: skip
    found = settling.settled(events, Money.of("100.00", "EUR"), "conn-1", "conn-1:1", "conn-1:77")
    assert [str(one) for one in (found.all, found.credited, found.lost)] == [
        "100.00 EUR", "20.00 EUR", "30.00 EUR",
    ]  # fmt: skip
    (payment,) = found.payments
    assert (payment.id, payment.amount.amount) == ("conn-1:event-1", Decimal("50.00"))
    assert payment.allocations[0].invoice == "conn-1:1"


@pytest.mark.parametrize(
    "strange",
    [
        {"status": "APPROVED"},
        {"status": None},
        {"type": "SOMETHING_NEW"},
        {"paidCurrency": "USD", "currency": "SEK"},
        {"paidAmount": "40,00"},
        {"paidAmount": True},
        {"paidAmount": Decimal("0.005")},
        {"paymentDate": "30.9.2026"},
    ],
)
def test_an_event_that_is_not_clear_leaves_the_balance_unknown(strange):
    whole = Money.of("100.00", "EUR")
    with pytest.raises(Unclear):
        settling.settled([{**event(1, "40.00"), **strange}], whole, "conn-1", "conn-1:1", None)


def test_money_that_was_turned_back_or_paid_too_much_settles_nothing():
    events = [
        event(1, "60.00"), event(2, "-60.00"), event(3, "90.00"), event(4, "20.00", kind="SETOFF"),
    ]  # fmt: skip
    found = settling.settled(events, Money.of("100.00", "EUR"), "conn-1", "conn-1:1", None)
    told = [(one.amount.amount, one.allocations, one.taken_back) for one in found.payments]
    assert [(amount, back) for amount, _, back in told] == [(60, True), (90, False)]
    assert [[str(each.amount) for each in one] for _, one, _ in told] == [[], ["80.00 EUR"]]


def test_a_payment_counts_in_the_currency_of_the_invoice():
    foreign = {
        **event(1, "44.02"), "paidAmount": Decimal("500.00"), "paidCurrency": "SEK",
    }  # fmt: skip
    for currency, amount in (("SEK", "500.00"), ("EUR", "44.02")):
        whole = Money.of("900.00", currency)
        found = settling.settled([foreign], whole, "conn-1", "conn-1:1", None)
        assert found.all == Money.of(amount, currency)


def sums(*pairs):
    return [
        {"currency": currency, "inAccountingCurrency": own, "invoiceSumTotal": Decimal(amount)}
        for currency, own, amount in pairs
    ]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (sums(("EUR", True, "10.5")), "10.50 EUR"),
        (sums(("EUR", True, "110.04"), ("SEK", False, "1250")), "1250.00 SEK"),
        (sums(("SEK", False, "1250"), ("EUR", True, "110.04")), "1250.00 SEK"),
        (sums(("EUR", True, "-10.5")), "-10.50 EUR"),
        (sums(("EUR", True, "0")), "0.00 EUR"),
        (sums(), None),
        (sums(("EUR", True, "1"), ("EUR", True, "1")), None),
        (sums(("EUR", True, "10.505")), None),
        (sums(("XAU", True, "10")), None),
        ([{"currency": "EUR", "invoiceSumTotal": "10,50"}], None),
        ([{"currency": "EUR"}], None),
        ("10.50", None),
    ],
)
def test_the_sum_is_that_of_the_invoice_s_own_currency_exact_or_refused(given, wanted):
    row = {"invoiceSumInfo": given}
    if wanted is None:
        with pytest.raises(Unclear):
            invoices.total(row)
        return
    assert str(invoices.total(row)) == wanted


def test_the_new_due_date_counts_and_no_day_is_moved():
    payment = {"currency": "EUR", "dueDate": "2026-09-12", "newDueDate": "2026-12-06"}
    assert made(invoice(1, paymentInfo=payment)).due == date(2026, 12, 6)  # a Sunday, a holiday
    del payment["newDueDate"]
    assert made(invoice(1, paymentInfo=payment)).due == date(2026, 9, 12)  # a Saturday


# -- what must not be dunned -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "log", "bars"),
    [
        (invoice(1), (), ()),
        (invoice(1, factoringContractId=3), (), ("factored",)),
        (invoice(1, "PAYMENT_DENIED"), (), ("disputed",)),
        (invoice(1, "NOT_SENT"), (), ("other",)),
        (
            invoice(1),
            [logged("COLLECTION_LETTER_ROPO", "2026-10-01T08:00:00")],
            ("with_other_collector",),
        ),
        (
            invoice(
                1,
                invoiceRows=[
                    {"product": "Viivästyskorko", "productCode": "KORKO"},
                    {"product": "Perintäkulut"},
                ],
            ),
            (),
            ("other",),
        ),
        (invoice(1, invoiceRows=[{"productCode": "KORKO"}, {"productCode": "P1"}]), (), ()),
        (invoice(1, invoiceRows=[]), (), ()),
    ],
)
def test_what_procountor_says_against_dunning_is_kept_as_a_reason(row, log, bars):
    assert made(row, log=log).do_not_dun == bars


def test_the_log_says_when_it_was_sent_and_what_was_sent_after_it():
    log = [
        logged("PAYMENT_REMINDER_MAIL", "2026-09-29T07:00:00"),
        logged("SEND", "2026-09-01T23:59:59"),
        logged("SEND", "2026-09-03T08:00:00"),
        logged("COLLECTION_LETTER_SVEA", "2026-10-20T07:00"),
        logged("APPROVAL", "2026-09-01T07:00:00"),
    ]
    found = history.read(log, "conn-1:1")
    assert found.sent == date(2026, 9, 1)
    assert [(one.what, one.on, one.channel) for one in found.notices] == [
        ("reminder", date(2026, 9, 29), "letter"), ("hand_over", date(2026, 10, 20), ""),
    ]  # fmt: skip
    assert history.read(reversed(log), "conn-1:1") == found
    assert len({one.id for one in history.read(log * 2, "conn-1:1").notices}) == 2


@pytest.mark.parametrize("undone", ["SENDING_CANCELLED", "SENDING_ERROR_REVERTED_TO_NOT_SENT"])
def test_what_was_not_delivered_was_not_sent(undone):
    log = [logged("SEND", "2026-09-01T08:00:00"), logged(undone, "2026-09-01T09:00:00")]
    assert history.read(log, "conn-1:1") == History()
    log.append(logged("SEND", "2026-09-04T08:00:00"))
    assert history.read(log, "conn-1:1").sent == date(2026, 9, 4)


# -- parties -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "capacity", "kept"),
    [
        ("FI", "1234567-1", "business", ("FI_YTUNNUS", "1234567-1")),
        ("FI", "131052-308T", "unknown", (None, None)),
        ("HETU", "131052-308T", "consumer", (None, None)),
        ("SSN", "19811218-9876", "consumer", (None, None)),
        ("SE", "556012-5790", "business", ("SE_ORGNR", "556012-5790")),
        ("SE", "811218-9876", "unknown", (None, None)),
        ("NO", "974760673", "business", ("NO_ORGNR", "974760673")),
        ("DK", "12345678", "business", ("DK_CVR", "12345678")),
        ("YHD", "Ry 123", "business", (None, None)),
        ("DE", "DE123456789", "business", (None, None)),
        ("", "", "unknown", (None, None)),
        ("", "131052-308T", "unknown", (None, None)),
    ],
)
def test_an_identifier_says_who_owes_and_no_personal_one_is_kept(kind, code, capacity, kept):
    row = partner(77, invoicingInfo={"identifierType": kind, "identifier": code})
    found = PEOPLE.customer(row)
    assert found.capacity == capacity
    assert (found.party.business_id_scheme, found.party.business_id) == kept
    assert kept[1] == code or code == "" or code not in found.party.model_dump_json()


def test_a_customer_has_groups_language_and_addresses():
    groups = [{"name": "Julkiset"}, {"name": "Rauha"}]
    place = {"street": "Gatan 1", "zip": "22100", "city": "Mariehamn", "country": "ALAND_ISLANDS"}
    info = {"language": "SWEDISH", "email": "a@example.com; b@example.com", "customerNumber": "9"}
    found = PEOPLE.customer(
        partner(
            77, registryInfo={"partnerGroups": groups, "phone": "+35818"}, invoicingInfo=info,
            address=place, billingAddress={**place, "name": "Kund"},
        )
    )  # fmt: skip
    assert found.capacity == "public"
    assert found.party.do_not_dun == ("customer_blocked",)
    assert found.party.language == "sv"
    assert found.party.emails == ("a@example.com", "b@example.com")
    assert found.party.phones == ("+35818",)
    (address,) = found.party.addresses
    assert (address.lines, address.country) == (("Gatan 1",), "FI")


def test_a_country_that_is_not_known_is_refused_and_all_codes_are_of_iso_form():
    with pytest.raises(Unclear) as caught:
        PEOPLE.customer(partner(77, address={"street": "x", "country": "ATLANTIS"}))
    assert caught.value.field == "country"
    assert all(re.fullmatch("[A-Z]{2}", code) for code in CODES.values())


def test_a_buyer_without_a_record_is_named_by_the_invoice():
    row = invoice(
        1, partnerId=None, language="ENGLISH",
        counterParty={
            "identifier": "131052-308T", "email": "x@example.com",
            "counterPartyAddress": {"name": "Pekka", "street": "Tie 1", "city": "Oulu"},
        },
    )  # fmt: skip
    found = PEOPLE.buyer(row, "conn-1:1-buyer")
    assert (found.party.name, found.party.kind, found.capacity) == ("Pekka", "unknown", "unknown")
    assert found.party.language == "en"
    assert "131052" not in found.party.model_dump_json()


# -- fields ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (text, 5), (text, "a\x00b"), (text, "x" * 501), (number, 0), (number, True),
        (number, "7"), (number, None), (day, 20260901), (day, "2026-13-01"),
        (needed_day, None), (needed_day, ""), (stamp, None), (stamp, "yesterday"), (stamp, 5),
    ],
)  # fmt: skip
def test_a_field_that_is_not_clear_is_refused_by_its_name(read, value):
    with pytest.raises(Unclear) as caught:
        read({"field": value}, "field")
    assert caught.value.field == "field"
    assert str(value) not in str(caught.value) or value in ("", None, 0, 5, True)


def test_stamps_of_every_form_are_naive_and_of_one_second():
    forms = ("2026-10-01T08:00", "2026-10-01T08:00:00.123", "2026-10-01T08:00:00Z")
    assert {stamp({"v": form}, "v").isoformat() for form in forms} == {"2026-10-01T08:00:00"}


def test_an_amount_is_exact():
    assert money({"a": 5}, "a", "EUR") == Money.of("5.00", "EUR")
    for value in ("5,00", "5.00", True, None, Decimal("5.001")):
        with pytest.raises(Unclear):
            money({"a": value}, "a", "EUR")


# -- the vendor's own description --------------------------------------------------------------


def described():
    """The vendor's types, generated from its OpenAPI; None where they are not at hand."""
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("DUNLIN_SHARED", root.parent / "shared"))
    path = folder / "specs" / "procountor" / "procountor-api.swagger-typescript.ts"
    return path.read_text() if path.is_file() else None


def names_in(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from names_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names_in(inner)


def test_what_was_recorded_and_asked_is_of_the_vendor_s_description():
    types = described()
    if types is None:
        pytest.skip("the vendor's types are not at hand (DUNLIN_SHARED)")
    fields = set(re.findall(r"^\s+(\w+)\??:", types, re.MULTILINE))
    folder = Path(__file__).parent / "procountor"
    recorded = [one for path in folder.glob("*.http.json") for one in json.loads(path.read_text())]
    good = [one for one in recorded if one["response"]["status"] == 200]
    assert {name for one in good for name in names_in(one["response"]["body"])} <= fields
    assert {name for one in recorded for name in one["request"].get("params", {})} <= fields
    words = {*history._REMINDERS, *history._HANDED_OVER, *settling._MONEY, *settling._COUNTS}
    words |= {*invoices.OPEN, *invoices.DRAFTS, *invoices.VOIDED, *parties.LANGUAGES}
    assert not [word for word in words | set(CODES) if f'"{word}"' not in types]

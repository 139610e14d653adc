"""Look-up keys: plain, few, and the same whatever the print form."""

from __future__ import annotations

from datetime import date

from shared.domain.matching_lookups import amount_key, lookups, lookups_of
from shared.domain.matching_parts import Credit, Item
from shared.domain.money import Money
from shared.domain.sighting import Payer, Remitted, Sighting

ON = date(2026, 10, 12)
EUR = Money.of("105.00", "EUR")


def test_a_payment_is_looked_up_by_its_numbers_and_amounts():
    payment = Sighting(
        id="bank:1", version="1", kind="receipt", account="FI2112345600000785", amount=EUR,
        instructed=Money.of("1100", "ISK"), value_date=ON, booked=ON,
        references=("RF84 1301 3", "NOTPROVIDED", "0013013"),
        split=(Remitted(number="2026/17", amount=EUR),), claim="erp:9",
        text="Matti Meikäläinen, lasku INV-2026-00042", payer=Payer(name="Matti", account="FI79"),
    )  # fmt: skip
    found = lookups(payment)
    assert found.keys == (
        "T:13013", "T:202617", "T:INV202600042", "T:202600042", "A:EUR10500", "A:ISK1100",
    )  # fmt: skip
    assert (found.claim, found.payer) == ("erp:9", "FI79")


def test_an_item_is_found_by_references_number_and_what_is_owed():
    item = Item(
        invoice="erp:1", number="INV-2026-00042", debtor="erp:anna", due=ON,
        open=Money.of("100.00", "EUR"), charges=Money.of("5.00", "EUR"),
        references=("13013", "RF8413013", "1234574"),
    )  # fmt: skip
    assert lookups_of(item) == (
        "T:INV202600042", "T:202600042", "T:13013", "T:1234574", "A:EUR10000", "A:EUR10500",
    )  # fmt: skip
    closed = item.model_copy(update={"state": "closed", "open": Money.zero("EUR"), "charges": None})
    assert all(key.startswith("T:") for key in lookups_of(closed))


def test_a_plain_number_and_reference_cost_one_key_each():
    item = Item(
        invoice="erp:1", number="4711", debtor="erp:anna", due=ON, open=EUR, references=("47113",)
    )
    assert lookups_of(item) == ("T:4711", "T:47113", "A:EUR10500")


def test_a_credit_note_is_found_by_its_number():
    credit = Credit(credit_note="erp:c", number="C-501", debtor="erp:anna", left=EUR)
    assert lookups_of(credit) == ("T:C501",)


def test_an_amount_key_is_in_minor_units_of_its_currency():
    assert amount_key(Money.of("100", "ISK")) == "A:ISK100"
    assert amount_key(Money.of("1.00", "EUR")) == "A:EUR100"

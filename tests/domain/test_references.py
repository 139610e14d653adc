"""References, IBANs and the Finnish bar code against published vectors."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.money import Money
from shared.domain.references import (
    fi_reference,
    holds_iban,
    is_fi_reference,
    is_iban,
    is_rf_reference,
    printed_iban,
    printed_reference,
    rf_reference,
    virtual_bar_code,
)


@pytest.mark.parametrize(
    ("base", "reference"),
    [
        ("123", "1232"),
        ("1301", "13013"),
        ("123456", "1234561"),
        ("86851625961989", "868516259619897"),
        ("55958224329467", "559582243294671"),
        ("999999999999", "9999999999994"),
        ("1234567890123456789", "12345678901234567894"),
    ],
)
def test_a_finnish_reference_ends_in_its_731_check_digit(base, reference):
    assert fi_reference(base) == reference
    assert is_fi_reference(reference)


@pytest.mark.parametrize("base", ["12", "12345678901234567890", "12a4", "", "١٢٣٤"])
def test_a_finnish_reference_has_3_to_19_ascii_digits_before_its_check(base):
    with pytest.raises(ValueError, match="3 to 19 digits"):
        fi_reference(base)


@pytest.mark.parametrize(
    ("finnish", "rf"),
    [
        ("868516259619897", "RF09868516259619897"),
        ("559582243294671", "RF06559582243294671"),
        ("1234561", "RF341234561"),
        ("13013", "RF8413013"),
        ("0000013013", "RF8413013"),
    ],
)
def test_a_finnish_reference_becomes_an_rf_reference_without_leading_zeros(finnish, rf):
    assert rf_reference(finnish) == rf
    assert is_rf_reference(rf)


@pytest.mark.parametrize("text", ["RF18539007547034", "RF471234567890", "rf18 5390 0754 7034"])
def test_published_rf_references_are_valid(text):
    assert is_rf_reference(text)


@pytest.mark.parametrize(
    "text", ["RF19539007547034", "RF00539007547034", "RF18539007547035", "RF18"]
)
def test_an_rf_reference_with_wrong_check_digits_is_refused(text):
    assert not is_rf_reference(text)


@given(st.from_regex(r"[1-9][0-9]{2,18}", fullmatch=True), st.integers(1, 9))
def test_one_wrong_digit_never_passes_as_a_finnish_reference(base, shift):
    reference = fi_reference(base)
    wrong = str((int(reference[-1]) + shift) % 10)
    assert not is_fi_reference(reference[:-1] + wrong)


@pytest.mark.parametrize(
    ("iban", "reference", "amount", "due", "code"),
    [
        (
            "FI7944052020036082",
            "868516259619897",
            "4883.15",
            date(2010, 6, 12),
            "479440520200360820048831500000000868516259619897100612",
        ),
        (
            "FI58 1017 1000 0001 22",
            "55958 22432 94671",
            "482.99",
            date(2012, 1, 31),
            "458101710000001220004829900000000559582243294671120131",
        ),
        (
            "FI1680001400050267",
            "78777679656628687",
            "935.85",
            None,
            "416800014000502670009358500000078777679656628687000000",
        ),
        (
            "FI8333010001100775",
            "92125374252539897737",
            "150000.20",
            date(2016, 5, 25),
            "483330100011007751500002000092125374252539897737160525",
        ),
        (
            "FI7944052020036082",
            "RF09868516259619897",
            "4883.15",
            date(2010, 6, 12),
            "579440520200360820048831509000000868516259619897100612",
        ),
        (
            "FI0250004640001302",
            "RF61698756720839",
            "693.80",
            date(2011, 7, 24),
            "502500046400013020006938061000000000698756720839110724",
        ),
    ],
)
def test_the_bar_code_guides_examples(iban, reference, amount, due, code):
    assert virtual_bar_code(iban, Money.of(amount, "EUR"), reference, due) == code


@pytest.mark.parametrize(
    ("iban", "currency", "reference"),
    [
        ("SE4550000000058398257466", "EUR", "868516259619897"),
        ("FI7944052020036082", "SEK", "868516259619897"),
        ("FI7944052020036083", "EUR", "868516259619897"),
        ("FI7944052020036082", "EUR", "868516259619898"),
        ("FI7944052020036082", "EUR", "RF471234567890A"),
    ],
)
def test_there_is_no_bar_code_without_finnish_account_euros_and_reference(
    iban, currency, reference
):
    assert virtual_bar_code(iban, Money.of("1.00", currency), reference, None) is None


@pytest.mark.parametrize("amount", [None, Money.of("1000000.00", "EUR")])
def test_an_amount_that_does_not_fit_the_bar_code_is_left_to_the_payer(amount):
    code = virtual_bar_code("FI7944052020036082", amount, "868516259619897", None)
    assert code is not None
    assert code[17:25] == "00000000"


@given(st.decimals(Decimal("0.01"), Decimal("999999.99"), places=2))
def test_a_bar_code_always_has_54_digits(amount):
    money = Money(amount, "EUR")
    code = virtual_bar_code("FI7944052020036082", money, "13013", date(2026, 11, 23))
    assert code is not None
    assert len(code) == 54
    assert int(code[17:25]) == int(amount * 100)


def test_references_and_accounts_are_printed_as_people_type_them():
    assert printed_reference("868516259619897") == "86851 62596 19897"
    assert printed_reference("000013013") == "13013"
    assert printed_reference("1234561") == "12 34561"
    assert printed_reference("RF8413013") == "RF84 1301 3"
    assert printed_reference("2026/17") == "2026/17"
    assert printed_iban("FI7944052020036082") == "FI79 4405 2020 0360 82"


def test_an_account_is_found_inside_a_sentence_and_a_reference_is_not_taken_for_one():
    assert is_iban("fi79 4405 2020 0360 82")
    assert not is_iban("FI7944052020036028")
    assert holds_iban("pay to FI79 4405 2020 0360 82 instead")
    assert holds_iban("Oy FI7944052020036082")
    assert not holds_iban("RF09868516259619897")
    assert not holds_iban("invoice FI2026100012 of 1 October")

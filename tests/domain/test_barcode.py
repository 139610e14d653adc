"""The Finnish virtual bar code against the guide's own examples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.barcode import virtual_bar_code
from shared.domain.money import Money


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

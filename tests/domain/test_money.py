"""Money: exact in its own minor unit, never rounded without a name, never guessed."""

import json
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.domain.money import MINOR_UNITS, Money, total

CURRENCIES = st.sampled_from(sorted(MINOR_UNITS))


@st.composite
def moneys(draw, currency=CURRENCIES):
    code = draw(currency)
    units = draw(st.integers(-(10**12), 10**12))
    return Money(Decimal(units).scaleb(-MINOR_UNITS[code]), code)


class Priced(BaseModel):
    price: Money


@given(moneys(), st.integers(1, 60))
def test_a_split_sums_exactly_and_its_parts_differ_by_one_minor_unit_at_most(money, parts):
    split = money.split(parts)

    unit = Decimal(1).scaleb(-MINOR_UNITS[money.currency])
    assert len(split) == parts
    assert total(split, money.currency) == money
    amounts = [part.amount for part in split]
    assert max(amounts) - min(amounts) <= unit


@given(moneys())
def test_text_and_json_come_back_as_the_same_money(money):
    assert Money.of(str(money.amount), money.currency) == money
    assert Priced.model_validate_json(Priced(price=money).model_dump_json()).price == money


@given(moneys(st.just("EUR")), moneys(st.just("EUR")))
def test_sums_and_differences_undo_each_other(one, other):
    assert one + other - other == one
    assert (one < other) == (other > one)
    assert (one <= other) != (one > other)


@pytest.mark.parametrize("amount", [1.5, 1, "1.50", None, True])
def test_only_a_decimal_is_an_amount(amount):
    with pytest.raises(TypeError):
        Money(amount, "EUR")


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_finite_number_is_refused(amount):
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    "text",
    ["1e2", "1E2", " 1", "1 ", "1,50", "", "-", ".", "1.", "+1", "0x1", "NaN", "1_000", "\u0661"],
)
def test_only_plain_decimal_texts_are_read(text):
    with pytest.raises(ValueError, match="an amount is written like"):
        Money.of(text, "EUR")


@pytest.mark.parametrize("currency", ["XAU", "eur", "", "EURO"])
def test_an_unknown_currency_is_refused(currency):
    with pytest.raises(ValueError, match="does not know this currency"):
        Money.of("1.00", currency)


@pytest.mark.parametrize(("text", "currency"), [("1.001", "EUR"), ("1.5", "JPY"), ("0.1", "ISK")])
def test_a_fraction_of_the_minor_unit_is_refused(text, currency):
    with pytest.raises(ValueError, match="more decimals than its currency"):
        Money.of(text, currency)


def test_an_amount_beyond_all_precision_is_refused():
    with pytest.raises(ValueError, match="too large"):
        Money.of("9" * 40, "EUR")


@pytest.mark.parametrize(
    "value",
    [
        {"amount": 1.5, "currency": "EUR"},
        {"amount": 1, "currency": "EUR"},
        {"amount": "1e2", "currency": "EUR"},
        {"amount": "1.00"},
        {"amount": "1.00", "currency": "EUR", "unit": "cents"},
        "1.00 EUR",
        1.0,
        None,
    ],
)
def test_json_money_is_two_texts_and_nothing_else(value):
    with pytest.raises(ValidationError):
        Priced.model_validate_json(json.dumps({"price": value}))


def test_the_currency_decides_the_decimals():
    assert str(Money.of("7", "EUR")) == "7.00 EUR"
    assert str(Money.of("7", "JPY")) == "7 JPY"


def test_negative_nothing_is_nothing():
    assert str(Money.of("-0.00", "EUR")) == "0.00 EUR"
    assert not Money.of("-0.00", "EUR")


def test_two_currencies_are_never_mixed():
    euro, krona = Money.of("1.00", "EUR"), Money.of("1.00", "SEK")

    for mixed in (
        lambda: euro + krona, lambda: euro - krona, lambda: euro < krona, lambda: euro >= krona,
        lambda: total([krona], "EUR"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="two currencies"):
            mixed()


def test_a_product_names_its_rounding():
    euro = Money.of("0.05", "EUR")

    assert euro.times(Decimal("0.5"), rounding=ROUND_HALF_UP) == Money.of("0.03", "EUR")
    assert euro.times(Decimal("0.5"), rounding=ROUND_HALF_EVEN) == Money.of("0.02", "EUR")
    assert euro.times(Decimal("0.5"), rounding=ROUND_DOWN) == Money.of("0.02", "EUR")
    with pytest.raises(TypeError):
        euro.times(0.5, rounding=ROUND_HALF_UP)
    with pytest.raises(TypeError):
        euro * 2


def test_a_rounded_sum_is_in_a_known_currency():
    assert Money.round(Decimal("2.345"), "EUR") == Money.of("2.35", "EUR")
    with pytest.raises(ValueError, match="does not know this currency"):
        Money.round(Decimal(1), "XXX")


def test_money_is_split_into_at_least_one_part():
    with pytest.raises(ValueError, match="at least one part"):
        Money.of("1.00", "EUR").split(0)
    assert [str(one.amount) for one in Money.of("-0.05", "EUR").split(2)] == ["-0.03", "-0.02"]

"""Amounts, dates and the choice of language as readers expect them."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.formats import amount_text, choose_languages, date_text
from shared.domain.money import Money


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("1234.50", "EUR", "fi", "1\u00a0234,50\u00a0€"),
        ("1234567.89", "EUR", "sv", "1\u00a0234\u00a0567,89\u00a0€"),
        ("1234.50", "EUR", "en", "€1,234.50"),
        ("0.05", "EUR", "fi", "0,05\u00a0€"),
        ("-250.00", "EUR", "fi", "\u2212250,00\u00a0€"),
        ("-250.00", "EUR", "en", "\u2212€250.00"),
        ("1234.50", "NOK", "nb", "1\u00a0234,50\u00a0NOK"),
        ("1234.50", "DKK", "da", "1.234,50\u00a0DKK"),
        ("1234567.89", "EUR", "de", "1.234.567,89\u00a0€"),
        ("1234.50", "SEK", "sv", "1\u00a0234,50\u00a0SEK"),
        ("1234.50", "SEK", "en", "SEK\u00a01,234.50"),
        ("1234", "ISK", "fi", "1\u00a0234\u00a0ISK"),
    ],
)
def test_an_amount_is_written_as_in_the_readers_language(amount, currency, language, text):
    assert amount_text(Money.of(amount, currency), language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "1.2.2026"),
        ("sv", "1.2.2026"),
        ("nb", "1.2.2026"),
        ("da", "1.2.2026"),
        ("de", "01.02.2026"),
        ("en", "1\u00a0February\u00a02026"),
    ],
)
def test_a_date_cannot_be_read_as_another_day(language, text):
    assert date_text(date(2026, 2, 1), language) == text


def test_swedish_in_sweden_has_its_own_way_with_dates():
    assert date_text(date(2026, 2, 1), "sv", "SE") == "2026-02-01"
    assert date_text(date(2026, 2, 1), "fi", "SE") == "1.2.2026"
    assert date_text(date(2026, 2, 1), "de", "DE") == "01.02.2026"


@pytest.mark.parametrize(
    ("agreement", "customer", "chosen"),
    [
        ("sv", "fi", ("sv",)),
        (None, "sv-FI", ("sv",)),
        (None, "EN_gb", ("en",)),
        (None, "no", ("nb",)),
        ("nn-NO", "da", ("nb",)),
        ("et", "sv", ("sv",)),
        (None, "et", ("fi", "sv")),
        ("", None, ("fi", "sv")),
    ],
)
def test_the_agreements_language_wins_then_the_customers_then_what_is_usual(
    agreement, customer, chosen
):
    assert choose_languages([agreement, customer], ("fi", "sv")) == chosen

"""A sample letter asks for nothing that the law of the creditor's country would not allow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.domain.creditor import Creditor
from shared.domain.letter import render
from shared.domain.letter_sample import sample
from shared.domain.money import Money
from tests.domain.test_notice import CREDITOR

KNOWN, UNKNOWN = date(2026, 5, 22), date(2026, 11, 6)


def made(country: str, letter: str = "reminder", today: date = KNOWN, **more: Any):
    creditor = Creditor.model_validate({**CREDITOR.model_dump(), "country": country})
    plain = {"language": "en", "tone": "neutral", "capacity": "consumer"}
    return sample(creditor, today, letter=letter, **{**plain, **more})


@pytest.mark.parametrize(
    ("country", "capacity", "open_", "interest", "fee"),
    [
        # 22 days of 9.5 and 10.5 (Finland), 10 and 12 per cent on what is open; each fee.
        ("FI", "consumer", "1000.00 EUR", "5.73 EUR", "5.00 EUR"),
        ("FI", "business", "1000.00 EUR", "6.33 EUR", "12.00 EUR"),
        ("SE", "consumer", "10000.00 SEK", "60.27 SEK", "60.00 SEK"),
        ("NO", "consumer", "10000.00 NOK", "72.33 NOK", "37.50 NOK"),
        ("DK", "consumer", "10000.00 DKK", "0.00 DKK", "100.00 DKK"),
        ("DE", "consumer", "1000.00 EUR", "0.00 EUR", "0.00 EUR"),
        ("GB", "consumer", "1000.00 EUR", "5.73 EUR", "5.00 EUR"),
    ],
)
def test_fee_and_interest_are_those_of_the_countrys_law(country, capacity, open_, interest, fee):
    (item,) = made(country, capacity=capacity).items
    assert [str(one) for one in (item.open, item.interest, item.fee_now)] == [open_, interest, fee]


def test_where_the_rate_is_not_known_the_letter_says_so_instead_of_a_sum():
    for country, today in (("DK", KNOWN), ("FI", UNKNOWN)):
        letter = made(country, today=today)
        assert (letter.interest_open, letter.interest_until) == (True, None)
        assert "Statutory late interest is added to this." in render(with_account(letter)).text


@pytest.mark.parametrize("country", ["FI", "SE", "NO", "DK", "DE", "NL", "EE"])
@pytest.mark.parametrize("today", [KNOWN, UNKNOWN, date(2026, 5, 3)])
def test_every_sample_is_a_letter_that_could_go_out(country, today):
    for letter in ("reminder", "due_soon", "charges", "instalment"):
        for capacity in ("consumer", "business"):
            render(with_account(made(country, letter, today, capacity=capacity)))


def test_the_charges_of_a_paid_invoice_are_of_the_days_until_it_was_paid():
    (item,) = made("FI", "charges").items
    assert (item.interest_from, item.interest_to) == (date(2026, 4, 10), date(2026, 5, 15))
    assert (item.interest, item.fees_before) == (Money.of("11.71", "EUR"), Money.of("5.00", "EUR"))
    assert item.charged_on == (date(2026, 4, 24),)


def with_account(letter):
    account = made("FI").account
    return letter.model_copy(update={"account": account})

"""A letter is held against what the law asks of it before it goes out."""

from datetime import date
from decimal import Decimal

import pytest

from shared.domain import law
from shared.domain.law_facts import ClaimFacts
from shared.domain.lawpack import COUNTRIES
from shared.domain.letter_contents import lacking, says
from shared.domain.letter_input import (
    LetterAccount,
    LetterCreditor,
    LetterDebtor,
    LetterInput,
    LetterItem,
    LetterTotals,
)
from shared.domain.money import Money

TODAY = date(2026, 3, 10)
LAWS = [(country, law.load(country).currency) for country in COUNTRIES]


def money(text: str, currency: str) -> Money:
    return Money(Decimal(text), currency)


def letter(currency: str = "EUR", **fields: object) -> LetterInput:
    zero, open_ = money("0.00", currency), money("100.00", currency)
    item = LetterItem(
        number="1001", issued=date(2026, 1, 26), due=date(2026, 2, 9), total=open_, open=open_,
        interest=zero, fee_now=zero, fees_before=zero, days_late=29, not_due=False,
    )  # fmt: skip
    plain: dict[str, object] = {
        "language": "en", "tone": "neutral", "capacity": "consumer", "law": "FI",
        "creditor": LetterCreditor(
            name="Northern Goods", business_id="1", lines=("Quay 1",), email="a@b.example",
        ),
        "debtor": LetterDebtor(name="A"), "items": (item,),
        "totals": LetterTotals(principal=open_, interest=zero, fees=zero, due=open_),
        "today": TODAY, "deadline": date(2026, 3, 24),
        "account": LetterAccount(iban="FI7944052020036082"),
    }  # fmt: skip
    return LetterInput(**(plain | fields))


def facts(currency: str, **fields: object) -> ClaimFacts:
    plain: dict[str, object] = {
        "capacity": "consumer", "natural_person": True, "claim_class": "goods",
        "principal": money("100.00", currency), "due": date(2026, 2, 9),
        "invoice_sent": date(2026, 1, 26), "notices": (), "fees": money("0.00", currency),
        "fee_clause": None,
    }  # fmt: skip
    return ClaimFacts(**(plain | fields))


@pytest.mark.parametrize(("country", "currency"), LAWS)
def test_a_whole_letter_says_all_that_the_law_of_its_country_asks(country, currency):
    assert lacking(law.load(country), [facts(currency)], letter(currency), TODAY) == ()


@pytest.mark.parametrize(("country", "currency"), LAWS)
def test_a_letter_without_a_new_payment_date_does_not_go_out(country, currency):
    found = lacking(law.load(country), [facts(currency)], letter(currency, deadline=None), TODAY)
    assert [one.facts["missing"] for one in found] == ["payment_date"]
    assert found[0].section or found[0].rule


def test_after_a_request_to_stop_the_letter_says_that_acts_are_free():
    asked = facts("EUR", stop_requested=date(2026, 3, 1))
    pack = law.load("FI")
    found = lacking(pack, [asked], letter(), TODAY)
    assert [one.facts["missing"] for one in found] == ["acts_are_free"]
    assert "4 c" in (found[0].section or "")
    assert lacking(pack, [asked], letter(acts_are_free=True), TODAY) == ()


def test_a_letter_without_an_account_says_nothing_of_how_to_pay():
    assert "payment_method" in says(letter())
    assert "payment_method" not in says(letter(account=LetterAccount()))

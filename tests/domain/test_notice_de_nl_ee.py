"""Letters under the laws of Germany, the Netherlands and Estonia: their language and their sums."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain import ledger
from shared.domain.creditor import BankAccount, Creditor
from shared.domain.decide import decide
from shared.domain.decisions import Remind
from shared.domain.law import load
from shared.domain.letter import render
from shared.domain.letter_input import LetterInput
from shared.domain.model import Address, Party
from shared.domain.money import Money
from shared.domain.notice import letter_for
from shared.domain.policy import Policy, Step
from tests.domain.test_law_de_nl_ee import case_of
from tests.domain.test_law_de_nl_ee import letter as sent

PLACES = {
    "DE": ("de", "Europe/Berlin", "DE89370400440532013000"),
    "NL": ("nl", "Europe/Amsterdam", "NL91ABNA0417164300"),
    "EE": ("et", "Europe/Tallinn", "EE382200221020145685"),
}
NBSP = "\u00a0"


def creditor(country: str) -> Creditor:
    language, zone, iban = PLACES[country]
    place = Address(lines=("Kai 1",), postal_code="20457", city="Hafen", country=country)
    return Creditor(
        id="kai", name="Kai Handel", business_id="1", business_id_scheme="X", address=place,
        country=country, zone=zone, language=language, email="ar@kai.example",
        sender="ar@kai.example", vat_registered=True, accounts=(BankAccount(iban=iban),),
    )  # fmt: skip


def policy(country: str) -> Policy:
    nothing = Money.zero("EUR")
    first = Step(id="one", action="remind", after=7, since="due")
    second = Step(id="two", action="remind", after=15, since="previous", tone="firm")
    return Policy(
        id="calm", version=1, name="Calm", law=country, steps=(first, second), payment_days=14,
        tolerance=nothing, minimum=nothing, partner="agency",
    )  # fmt: skip


def letter(country: str, on: date, *before: object, language: str | None = None) -> LetterInput:
    case, law, writer = case_of(*before, country=country), load(country), creditor(country)
    now = datetime(on.year, on.month, on.day, 10, tzinfo=ZoneInfo(writer.zone))
    decision = decide(case, policy(country), law, now)
    assert isinstance(decision, Remind)
    assert not decision.fee
    positions = ledger.positions(case, law, on, decision.claims)
    party = Party(
        id="erp:d", version="1", kind="person", name="X", country=country, language=language
    )
    return letter_for(case, decision, writer, party, positions, on)


FIRST = date(2026, 2, 9)
SECOND = date(2026, 3, 10)


def test_a_german_consumers_first_letter_asks_for_the_principal_alone() -> None:
    made = letter("DE", FIRST)
    said = render(made).text
    assert made.totals.due == Money.of("1000.00", "EUR")
    assert f"1.000,00{NBSP}€" in said
    assert "bis zum 24.02.2026" in said
    # Before the first reminder a consumer need not be in default: the letter says no such thing.
    assert "7 Tage überfällig" in said
    assert "Verzug" not in said


def test_a_german_consumers_second_letter_adds_interest_after_the_day_that_the_first_named() -> (
    None
):
    made = letter("DE", SECOND, *sent("one", FIRST, date(2026, 2, 23)))
    # 24 February to 10 March: fifteen days at 1.27 + 5 %.
    assert made.totals.interest == Money.of("2.58", "EUR")
    assert "Verzugszinsen bis 10.03.2026" in render(made).text


@pytest.mark.parametrize("country", ["NL", "EE"])
def test_a_letter_whose_language_has_no_words_is_in_english(country: str) -> None:
    assert letter(country, FIRST).language == "en"
    assert letter(country, FIRST, language="nl").language == "en"
    assert letter(country, FIRST, language="de").language == "de"
    assert f"9{NBSP}February{NBSP}2026" in render(letter(country, FIRST)).text


def test_a_dutch_consumer_is_told_that_interest_is_added_and_no_sum() -> None:
    made = letter("NL", SECOND, *sent("one", FIRST, date(2026, 2, 23)))
    assert (made.interest_until, made.interest_open) == (None, True)
    assert made.totals.due == Money.of("1000.00", "EUR")
    assert "Statutory late interest is added to this." in render(made).text

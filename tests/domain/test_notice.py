"""What a letter is told of a case: each claim with its own state, and totals that add up."""

from typing import Any

import pytest

from shared.domain import ledger
from shared.domain.case import Case
from shared.domain.creditor import BankAccount, Creditor
from shared.domain.decisions import Remind
from shared.domain.giro import Giro
from shared.domain.letter import render
from shared.domain.letter_input import LetterInput
from shared.domain.model import Address, Party
from shared.domain.notice import languages_of, letter_for
from shared.domain.policy import Step
from tests.domain.casebook import (
    FI,
    ask_of,
    case_of,
    charged,
    day,
    eur,
    joined,
    paid,
    policy,
    reminded,
)  # fmt: skip

CREDITOR = Creditor(
    id="acme", name="Acme Oy", business_id="1234567-1", business_id_scheme="FI_YTUNNUS",
    address=Address(lines=("Katu 1",), postal_code="00100", city="Helsinki", country="FI"),
    country="FI", zone="Europe/Helsinki", language="fi", email="ar@acme.example",
    sender="ar@acme.example", vat_registered=True,
    accounts=(BankAccount(iban="FI2112345600000785", bic="NDEAFIHH"),),
)  # fmt: skip


def party(**more: Any) -> Party:
    fields: dict[str, Any] = {
        "id": "erp:cust-9", "version": "1", "kind": "person", "name": "Aino Virtanen",
        "country": "FI", "language": "sv", "emails": ("aino@example.org",),
    }  # fmt: skip
    return Party(**(fields | more))


def letter(case: Case, when: str, creditor: Creditor = CREDITOR, **debtor: Any) -> LetterInput:
    decision = ask_of(case, when)
    assert isinstance(decision, Remind)
    today = day(when)
    at = ledger.positions(case, FI, today, (*decision.claims, *decision.also))
    return letter_for(case, decision, creditor, party(**debtor), at, today)


R1 = reminded("n1", "01-19", deadline="01-30")


def test_each_claim_of_the_contact_is_told_with_its_own_state():
    case = case_of(joined(total="3650.00"), R1, paid("p", "01-26", "1825.00"), joined("b"))

    first, second = letter(case, "02-03").items

    assert (first.number, first.total, first.open) == ("a", eur("3650.00"), eur("1825.00"))
    assert (first.fee_now, second.fee_now) == (eur("5.00"), eur("0.00"))
    # Ten days on the whole and eight on the half at 9.5 %.
    assert (first.days_late, first.interest) == (18, eur("13.30"))


def test_fees_of_earlier_letters_are_told_apart_from_this_ones():
    case = case_of(joined(), R1, reminded("n2", "02-03", deadline="02-16", step="r2", **charged()))

    (item,) = letter(case, "02-18").items

    assert (item.fees_before, item.fee_now) == (eur("5.00"), eur("5.00"))


def test_a_claim_that_is_not_due_is_mentioned_apart_and_in_no_total():
    # What falls due on the very day is not overdue yet.
    case = case_of(joined(), R1, joined("b", due="02-03"))

    made = letter(case, "02-03")

    assert [item.number for item in made.not_due_items] == ["b"]
    assert made.not_due_items[0].interest == eur("0.00")
    assert made.totals.principal == eur("100.00")
    assert made.totals.due == made.items[0].payable()


def test_the_totals_add_up_and_the_letter_is_written():
    case = case_of(joined(), R1, joined("b", due="01-20"), joined("c", due="03-16"))

    made = letter(case, "02-03")

    due = [item.payable() for item in made.due_items]
    assert made.totals.due == due[0] + due[1]
    assert "FI21 1234 5600 0007 85" in render(made).text


def test_one_claim_is_paid_with_its_own_reference_and_several_each_with_theirs():
    one = case_of(joined(reference="RF18539007547034"))
    assert letter(one, "01-19").reference == "RF18539007547034"

    two = case_of(joined(reference="RF18539007547034"), joined("b", reference="RF712348231"))
    assert letter(two, "01-19").reference is None
    assert [item.reference for item in letter(two, "01-19").items] == [
        "RF18539007547034", "RF712348231",
    ]  # fmt: skip


def test_interest_past_the_last_known_rate_is_left_open():
    case = case_of(joined(due="06-15", at="06-18", sent=day("05-15")))
    known = letter(case, "06-18")
    assert (known.interest_until, known.interest_open) == (day("06-18"), False)

    late = letter(case, "07-20")
    assert (late.interest_until, late.interest_open) == (day("06-30"), True)
    # Fifteen days of June at 9.5 % on 100.00; nothing is guessed for July.
    assert late.items[0].interest == eur("0.39")


def test_the_letter_announces_the_next_step_and_only_one_it_has_words_for():
    made = letter(case_of(joined()), "01-19")
    assert (made.next_step, made.next_step_on) == ("reminder", day("02-03"))

    case, only = case_of(joined()), policy(policy().steps[0])
    decision = ask_of(case, "01-19", rules=only)
    at = ledger.positions(case, FI, day("01-19"), decision.claims)
    last = letter_for(case, decision, CREDITOR, party(), at, day("01-19"))
    assert (last.next_step, last.next_step_on) == ("none", None)


@pytest.mark.parametrize(
    ("debtor", "creditor", "language"),
    [
        ("sv", "fi", "sv"),
        (None, "fi", "fi"),
        ("et", "fi", "fi"),
        ("no", "fi", "nb"),
        ("et", "et", "en"),
        ("nl", "nl", "en"),
        ("de", "nl", "de"),
        (None, "de", "de"),
    ],
)
def test_a_letter_is_in_the_debtors_language_where_the_hub_writes_it(debtor, creditor, language):
    writer = CREDITOR.model_copy(update={"language": creditor})

    assert languages_of(party(language=debtor), writer) == (language,)


def test_what_was_agreed_comes_first_and_hides_nothing_where_it_has_no_letter():
    assert languages_of(party(language="sv"), CREDITOR, (None, "en")) == ("en",)
    assert languages_of(party(language="sv"), CREDITOR, ("de", "en")) == ("de",)
    assert languages_of(party(language="sv"), CREDITOR, ("et", None)) == ("sv",)


def test_a_bilingual_creditor_writes_in_both_to_whose_language_is_not_known():
    writer = CREDITOR.model_copy(update={"bilingual": ("fi", "sv")})
    assert languages_of(party(language="en"), writer) == ("en",)

    both = letter(case_of(joined()), "01-19", writer, language=None)
    assert (both.language, both.second_language) == ("fi", "sv")


def test_the_first_account_that_takes_the_currency_is_printed():
    kronor = BankAccount(iban="SE4550000000058398257466")
    accounts = (kronor, *CREDITOR.accounts)
    giros = (Giro(iban=kronor.iban, currency="SEK", bankgiro="9912346"),)
    both = CREDITOR.model_copy(update={"accounts": accounts, "giros": giros})
    assert letter(case_of(joined()), "01-19", both).account.iban == "FI2112345600000785"
    assert both.account_for("SEK") == kronor

    with pytest.raises(ValueError, match="one of the accounts"):
        Creditor.model_validate({**CREDITOR.model_dump(), "giros": giros})


def test_money_is_directed_to_the_verified_account_or_nowhere():
    assert letter(case_of(joined()), "01-19").account.iban == "FI2112345600000785"

    nowhere = letter(case_of(joined()), "01-19", CREDITOR.model_copy(update={"accounts": ()}))
    assert nowhere.account.iban == ""
    with pytest.raises(ValueError, match="account"):
        render(nowhere)


@pytest.mark.parametrize("today", ["02-09", "02-16"])
def test_a_letter_before_or_on_the_due_date_asks_for_the_principal_by_that_date(today):
    # Saturday the 14th counts as Monday the 16th.
    rules = policy(Step(id="soon", action="remind", after=-7, since="due", fee="statutory"))
    case = case_of(joined(due="02-14"), joined("b", due="03-20"))
    decision = ask_of(case, today, rules=rules)
    assert isinstance(decision, Remind)
    at = ledger.positions(case, FI, day(today), (*decision.claims, *decision.also))

    made = letter_for(case, decision, CREDITOR, party(language="en"), at, day(today))

    assert [(one.number, one.pay_by) for one in made.due_items] == [("a", day("02-16"))]
    assert [one.number for one in made.not_due_items] == ["b"]
    assert made.totals.due == made.totals.principal == case.claims["erp:a"].open
    assert (made.deadline, made.next_step) == (day("02-16"), "none")
    assert "is due on 16 February 2026" in " ".join(render(made).text.split())

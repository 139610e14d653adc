"""What a letter says of a state: what is disputed is named, not asked for; a stop costs nothing."""

from __future__ import annotations

import pytest

from shared.domain.demand import asked_for
from shared.domain.letter import render
from shared.domain.letter_contents import claims_of, lacking
from shared.domain.letter_input import LetterInput
from shared.domain.notice import letter_for
from shared.domain.question import claim_facts
from tests.domain.casebook import (
    FI,
    answered,
    ask_of,
    asked,
    case_of,
    day,
    eur,
    joined,
    more,
    paid,
    reminded,
)  # fmt: skip
from tests.domain.statebook import euros, lived, told
from tests.domain.test_notice import CREDITOR, party

REMINDED = case_of(joined("a"), reminded("n1", "01-19", deadline="01-30"))


def letter(case, when: str, language: str = "en") -> LetterInput:
    decision, today = ask_of(case, when), day(when)
    at = asked_for(case, FI, today, decision)
    return letter_for(case, decision, CREDITOR, party(language=language), at, today)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Disputed part"),
        ("fi", "Riitautettu osa"),
        ("sv", "Bestridd del"),
        ("nb", "Bestridt del"),
        ("da", "Bestridt del"),
        ("de", "Bestrittener Teil"),
    ],
)
def test_a_disputed_part_is_named_and_left_out_of_what_is_asked_for(language, words):
    case = told(
        REMINDED, "02-02", "dispute", claim="erp:a", ground="wrong_price", amount=euros("40.00")
    )
    case = told(case, "02-03", "answer_dispute", "k2", dispute="k1")
    case = more(case, paid("p1", "02-04", "10.00"))

    made = letter(case, "02-17", language)

    (item,) = made.items
    assert (item.total, item.open, item.disputed) == (eur("100.00"), eur("50.00"), eur("40.00"))
    assert made.totals.principal == eur("50.00")
    text = render(made).text
    assert words in text
    # What is disputed is not told as paid.
    assert "10.00" in text.replace(",", ".")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "bear no cost"),
        ("fi", "ei peritä kuluja"),
        ("sv", "inga kostnader"),
        ("nb", "ingen kostnader"),
        ("da", "ingen omkostninger"),
        ("de", "keine Kosten"),
    ],
)
def test_after_a_request_to_stop_the_letter_says_that_acts_are_free(language, words):
    stopped = told(REMINDED, "02-02", "stop_request")
    question = ask_of(stopped, "02-03")
    free = more(stopped, asked(question.task, question.why, "02-03", "a"),
                answered(question.task, "continue", "02-04"))  # fmt: skip

    made = letter(free, "02-05", language)

    assert made.totals.fees == eur("0.00")
    assert words in render(made).text
    assert words not in render(letter(REMINDED, "02-05", language)).text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Later instalments"),
        ("fi", "myöhemmät erät"),
        ("sv", "Senare avbetalningar"),
        ("nb", "Senere avdrag"),
        ("da", "Senere rater"),
        ("de", "Spätere Raten"),
    ],
)
def test_a_word_about_an_instalment_asks_for_nothing_else(language, words):
    case = told(
        case_of(joined("a")), "01-19", "propose_plan", count=4, first="2026-02-02", agreed=True
    )
    case = lived(more(case, paid("p1", "02-03", "10.00")), "02-06")

    made = letter(case, "02-06", language)

    assert made.totals.due == eur("15.00")
    assert (made.deadline, made.next_step) == (day("02-19"), "none")
    assert words in render(made).text


def test_a_word_about_an_instalment_names_it_and_what_follows():
    """Days late are those of the instalment: the invoice itself was due weeks before."""
    case = told(
        case_of(joined("a")), "01-19", "propose_plan", count=4, first="2026-02-02", agreed=True
    )
    case = lived(more(case, paid("p1", "02-03", "10.00")), "02-06")

    made = letter(case, "02-06")

    assert made.plan is not None
    assert (made.plan.number, made.plan.count, made.plan.due) == (1, 4, day("02-02"))
    assert (made.plan.days_late, made.plan.amount) == (4, eur("25.00"))
    assert made.plan.rest == eur("90.00")
    assert [(one.days_late, one.not_due) for one in made.items] == [(0, False)]
    text = " ".join(render(made).text.split())
    assert "Instalment 1 of 4 of our payment plan was due on 2 February 2026" in text
    assert "Due date: 2 February 2026, 4 days late" in text
    assert "not reached us by 19 February 2026, the payment plan ends" in text
    assert "The other instalments stay as agreed" in text
    assert "To pay now: €15.00 Please pay by: 19 February 2026" in text
    assert "invoice below has passed" not in text


def test_what_is_open_of_a_plans_other_claims_is_told_beside_what_is_asked_for():
    case = case_of(joined("a", total="30.00", due="01-15"), joined("b", total="70.00"))
    case = told(case, "01-19", "propose_plan", claims=["erp:a", "erp:b"], count=4,
                first="2026-02-02", agreed=True)  # fmt: skip

    made = letter(lived(case, "02-06"), "02-06")

    assert [(one.open, one.later) for one in made.items] == [(eur("25.00"), eur("5.00"))]
    assert made.plan is not None
    assert (made.plan.rest, made.plan.others) == (eur("100.00"), eur("70.00"))
    text = " ".join(render(made).text.split())
    assert "Unpaid of the whole plan: €100.00 Of that on other invoices: €70.00" in text


def test_after_the_days_of_grace_the_letter_says_what_its_own_plan_says():
    def said(on_broken: str) -> str:
        case = told(
            case_of(joined("a")), "01-19", "propose_plan", count=4, first="2026-02-02",
            agreed=True, on_broken=on_broken,
        )  # fmt: skip
        return " ".join(render(letter(lived(case, "02-06"), "02-06")).text.split())

    assert "One of us first looks at the matter" in said("ask")
    assert "the steps that rested during the plan go on" in said("go_on")


def test_a_word_about_an_instalment_is_held_against_the_law_of_its_claims():
    case = told(
        case_of(joined("a")), "01-19", "propose_plan", count=4, first="2026-02-02", agreed=True
    )
    case = lived(case, "02-06")
    bound = claims_of(ask_of(case, "02-06"))
    made, facts = letter(case, "02-06"), [claim_facts(case, case.claims[one], ()) for one in bound]

    assert bound == ("erp:a",)
    assert lacking(FI, facts, made, day("02-06")) == ()
    (missing,) = lacking(FI, facts, made.model_copy(update={"deadline": None}), day("02-06"))
    assert missing.facts["missing"] == "payment_date"

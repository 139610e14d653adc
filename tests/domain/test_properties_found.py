"""What the second opinion and the stories once found, each in its shortest form."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.decide import first_step_on
from shared.domain.decisions import Ask, Remind
from shared.domain.events import ActFailed, Held
from shared.domain.policy import Step
from tests.domain.casebook import (
    answered,
    ask_of,
    asked,
    case_of,
    day,
    joined,
    more,
    on,
    paid,
    policy,
    reminded,
    reminder,
)  # fmt: skip
from tests.domain.statebook import euros, told

FREE = policy(
    Step(id="r1", action="remind", after=5, since="due"),
    Step(id="r2", action="remind", after=10, since="previous"),
    Step(id="out", action="hand_over", after=15, since="previous"),
)


def test_a_claim_at_rest_after_a_rejected_dispute_joins_no_other_letter():
    case = case_of(
        joined("a", due="01-23"),
        joined("b", due="01-16"),
        reminded("n1", "01-21", "b", deadline="02-02"),
        reminded("n2", "01-28", "a", deadline="02-09"),
    )
    both = ask_of(case, "02-10", rules=FREE)
    assert isinstance(both, Remind)
    assert set(both.claims) == {"erp:a", "erp:b"}

    case = told(case, "01-28", "dispute", "d", claim="erp:b", ground="price")
    case = told(case, "01-29", "settle_dispute", "s", dispute="d", outcome="rejected")

    # Its next step comes on 12 February, within the week in which others are gathered.
    alone = ask_of(case, "02-10", rules=FREE)
    assert isinstance(alone, Remind)
    assert alone.claims == ("erp:a",)


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("dispute", {"claim": "erp:a", "ground": "price", "amount": euros("40.00")}),
        ("stop_request", {}),
    ],
)
def test_no_letter_threatens_with_a_hand_over_that_a_state_forbids(what, fields):
    rules = policy(
        Step(id="r1", action="remind", after=5, since="due"),
        Step(id="out", action="hand_over", after=15, since="previous"),
    )
    case = case_of(joined("a", due="01-16"))
    plain = ask_of(case, "02-16", rules=rules)
    assert isinstance(plain, Remind)
    assert plain.next_action == "hand_over"

    case = told(case, "01-19", what, "k", **fields)
    question = ask_of(case, "02-16", rules=rules)
    if isinstance(question, Ask):
        # A person lets a claim go on after a request to stop.
        case = more(case, asked(question.task, question.why, "02-16", "a"))
        case = more(case, answered(question.task, "continue", "02-16"))

    letter = ask_of(case, "02-16", rules=rules)
    assert isinstance(letter, Remind)
    assert (letter.next_action, letter.next_on) == ("none", None)


def test_the_last_day_of_the_calendar_is_a_due_date():
    assert first_step_on(policy(), date.max) > date(9998, 1, 1)
    assert first_step_on(policy(), date(9990, 1, 1)) == date(9990, 1, 4)


def test_what_is_left_within_the_tolerance_is_left_alone_beside_a_claim_that_is_not():
    case = case_of(
        joined("a", due="01-16"), joined("b", due="01-16"), paid("p", "01-19", "99.50", "b")
    )

    letter = ask_of(case, "01-26")

    assert isinstance(letter, Remind)
    assert (letter.claims, letter.also) == (("erp:a",), ())
    assert "policy.tolerance" in {one.rule for one in letter.because}


def test_a_step_that_failed_again_today_is_tried_tomorrow():
    tries = [
        [reminder(f"n{number}", when, deadline="02-16"),
         ActFailed(at=on(when), act=f"n{number}", code="rejected")]
        for number, when in enumerate(["01-20", "01-22"])
    ]  # fmt: skip
    case = case_of(joined("a"), *tries)

    assert ask_of(case, "01-22").kind == "rest"
    assert ask_of(case, "01-23").kind == "remind"


def test_a_second_reminder_is_announced_for_its_own_day_and_not_for_a_hand_overs():
    letter = ask_of(case_of(joined("a", due="01-16")), "01-21", rules=FREE)

    assert isinstance(letter, Remind)
    # Ten days after this one, and not before its payment date; a hand-over would wait longer.
    assert (letter.next_action, letter.next_on) == ("remind", day("02-03"))


def test_a_promise_or_a_request_about_one_claim_rests_that_claim_alone():
    case = case_of(joined("a"), joined("b"))
    promised = told(case, "01-19", "promise", "k", claims=["erp:a"], day="2026-02-06")
    stopped = told(case, "01-19", "stop_request", "k", claims=["erp:a"])
    free = told(promised, "01-20", "cancel_promise", "c", promise="k")

    assert ask_of(promised, "01-26").claims == ("erp:b",)
    assert ask_of(stopped, "01-26").claims == ("erp:b",)
    assert ask_of(free, "01-26").claims == ("erp:a", "erp:b")


def test_a_case_is_looked_at_on_the_first_day_that_matters_to_any_of_its_claims():
    near, far = joined("a", due="01-16"), joined("b", due="01-30")
    held = [
        Held(at=on("01-19"), hold=name, claim=f"erp:{name}", reason="person", until=day(until))
        for name, until in (("a", "02-05"), ("b", "02-12"))
    ]

    assert ask_of(case_of(near, far), "01-17").until.date() == day("01-19")
    assert ask_of(case_of(near, far, held), "01-20").until.date() == day("02-06")

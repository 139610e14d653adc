"""What the second opinion and the stories once found, each in its shortest form."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.decide import first_step_on
from shared.domain.decisions import Ask, Remind
from shared.domain.policy import Step
from tests.domain.casebook import (
    answered,
    ask_of,
    asked,
    case_of,
    joined,
    more,
    paid,
    policy,
    reminded,
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

"""A missed instalment is heard of, and what time ended is not ended anew at every look ahead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.debtor import ALONE, Credit, Debtor
from shared.domain.decide import Rest, decide
from shared.domain.endings import coming, endings
from shared.domain.foresight import Stand, ahead
from shared.domain.policy import ContactCap, Step
from shared.domain.preview import Terms, walk
from tests.domain.casebook import (
    FI,
    STEPS,
    answered,
    ask_of,
    asked,
    case_of,
    day,
    eur,
    joined,
    local,
    more,
    paid,
    policy,
    reminded,
)
from tests.domain.statebook import lived, told
from tests.scenarios.storybook import Story


def test_a_missed_instalment_is_asked_of_a_person_while_a_hold_keeps_its_letter_in():
    """Nobody would hear of it before the days of grace are over and the plan breaks."""
    story = Story("FI")
    story.invoice("1", "600.00", sent="2026-01-02", due="2026-01-20")
    story.until("2026-02-05")
    story.commands("hold", "hold", claim="erp:1", until="2026-03-31")
    story.plan(3, "2026-02-20")
    story.until("2026-02-06")

    case, now = story.case, story.now()
    for _ in range(10):
        for event in endings(case, now.date(), now):
            case = case.apply(event)
        answer = decide(case, story.policy, story.law, now)
        if answer.kind != "rest":
            break
        now = answer.until.astimezone(story.zone)

    assert (answer.kind, answer.why) == ("ask", "instalment_missed")
    assert all(plan.ended is None for plan in case.states.plans.values())


def first_word(case, rules, now, debtor=ALONE):
    """The first answer that is no rest, looked for as the hub looks for it."""
    for _ in range(10):
        case = more(case, endings(case, now.date(), now))
        answer = decide(case, rules, FI, now, debtor)
        if not isinstance(answer, Rest):
            return case, answer
        now = answer.until.astimezone(now.tzinfo)
    raise AssertionError("nobody ever heard of it")


PLAN = {"claims": ["erp:a"], "count": 2, "first": "2026-02-02", "agreed": True}


def test_a_plan_behind_a_hold_of_the_whole_case_is_looked_at_on_its_day():
    planned = told(case_of(joined()), "01-20", "propose_plan", **PLAN)
    held = told(planned, "01-21", "hold", "k2", until="2026-05-29")
    # Due on 2 February, three banking days for the money: late on the 6th.
    rest = ask_of(held, "01-22")
    assert (rest.until.date(), rest.because[-1].rule) == (day("02-06"), "hub.agreed")

    case, answer = first_word(held, policy(), local("01-22"))

    assert (answer.kind, answer.why) == ("ask", "instalment_missed")
    assert case.states.plans["k1"].ended is None


def test_of_several_agreements_the_first_that_may_end_is_looked_at_and_none_that_has_ended():
    both = told(case_of(joined(), joined("b")), "01-20", "propose_plan", **PLAN, new_claims="dun")
    both = told(both, "01-20", "promise", "k2", claims=["erp:b"], day="2026-01-29")
    holds_to = both.states.promises["k2"].holds_to
    held = told(both, "01-20", "hold", "k3", until="2026-05-29")

    assert coming(held, day("01-21")) == holds_to + timedelta(days=1) < day("02-06")
    # On its last day the money may still come: it is over on the next.
    assert coming(held, holds_to) == holds_to + timedelta(days=1)
    kept = lived(more(held, paid("p", "01-22", "100.00", "b")), "01-23")
    assert kept.states.promises["k2"].outcome == "kept"
    assert coming(kept, day("01-23")) == day("02-06")


def test_a_promise_beside_a_hand_over_that_is_not_lawful_ends_on_its_day():
    rules = policy(Step(id="r1", action="remind", after=-3, since="due"), STEPS[-1])
    case = case_of(joined(at="01-10"), joined("b", at="01-10"),
                   reminded("n1", "01-13", "a", "b", deadline="01-16"),
                   asked("t1", "hand_over_not_lawful", "01-20", "a", "b"),
                   answered("t1", "continue", "01-20"))  # fmt: skip
    promised = told(case, "02-03", "promise", claims=["erp:b"], day="2026-02-09")

    rest = ask_of(promised, "02-04", rules=rules)

    assert rest.why == "not_lawful"
    assert rest.until.date() == promised.states.promises["k1"].holds_to + timedelta(days=1)


def test_a_letter_that_contacts_of_before_keep_in_past_the_grace_is_a_persons_word_instead():
    rules = policy(caps=(ContactCap(most=1, days=60),))
    case = case_of(joined(), joined("b", due="01-09"),
                   reminded("n1", "01-19", "b", deadline="01-30"))  # fmt: skip
    planned = told(case, "01-20", "propose_plan", **PLAN, new_claims="dun")

    _, answer = first_word(planned, rules, local("02-06"))
    _, free = first_word(planned, policy(STEPS[0]), local("02-06"))

    assert (answer.kind, answer.why) == ("ask", "instalment_missed")
    assert (free.kind, free.letter) == ("remind", "instalment")


@pytest.mark.parametrize(
    ("why", "claims", "kind"),
    [
        ("limitation_near", ["a"], "remind"),
        ("balance_raised", ["a"], "ask"),
        ("failed_repeatedly", [], "ask"),
        ("balance_raised", ["b"], "remind"),
    ],
)
def test_a_question_keeps_the_letter_in_only_where_it_keeps_the_claim_at_rest(why, claims, kind):
    both = case_of(joined(), joined("b", due="02-20"), asked("t1", why, "01-20", *claims))
    planned = told(both, "01-20", "propose_plan", **PLAN, new_claims="dun")

    assert first_word(planned, policy(), local("02-06"))[1].kind == kind


def test_nobody_is_reminded_of_an_instalment_while_the_books_owe_the_debtor_money():
    planned = told(case_of(joined()), "01-20", "propose_plan", **PLAN)
    credit = Debtor(credits=(Credit(id="erp:c1", amount=eur("30.00")),))

    _, answer = first_word(planned, policy(), local("02-06"), credit)

    assert (answer.kind, answer.why) == ("ask", "instalment_missed")
    assert "books owe the debtor" in answer.because[0].text


def test_the_looks_ahead_end_a_promise_once_and_see_what_the_preview_sees():
    story = Story("SE")
    story.invoice("1", "900.00", sent="2026-01-02", due="2026-01-20", fee_agreed="2026-01-01")
    story.until("2026-02-04")
    story.promises("900.00", "2026-02-20")
    terms = Terms(policy=story.policy, law=story.law, zone=story.zone)

    (first, *_) = walk(story.case, terms, story.now(), date(2026, 6, 1)).acts
    last = ahead(Stand(story.case, story.policy, story.law), story.now())[-1]

    assert (last.at.date(), last.decision.kind) == (first.on, first.kind)

"""Money received in time never costs the debtor an agreement without a person, however known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.answers import BROKEN, IN_DOUBT, KEPT, words
from shared.domain.case import Case
from shared.domain.decisions import Ask, HandOver, Remind
from shared.domain.endings import endings
from shared.domain.events import PaymentReversed
from shared.domain.instalments import STEP
from shared.domain.process_rules import ProcessRules
from shared.domain.second_look import unanswered
from tests.domain.casebook import (
    answered,
    ask_of,
    asked,
    case_of,
    day,
    eur,
    handed,
    joined,
    more,
    on,
    paid,
    policy,
    reminder,
    sent,
)
from tests.domain.statebook import euros, lived, said, told

RULES = policy(process=ProcessRules(on_broken="go_on"))
MADE = date(2026, 1, 23)
LAST_LOOK = date(2026, 3, 31)

# The day of receipt, in days from the agreement, and by how many days it is known later.
MONEY = st.lists(
    st.tuples(st.integers(-5, 60), st.integers(0, 30), st.sampled_from([20, 50, 60])), max_size=3
)


def settled(amount="60.00"):
    """A settlement of 60 of 100 euros, made on 23 January for the 10th: it holds to the 13th."""
    case = case_of(joined("a", due="01-16"))
    return told(case, "01-23", "settlement", "k", amount=euros(amount), day="2026-02-10")


def planned():
    """Two monthly halves of 100 euros from 16 February, agreed on 23 January; it goes on broken."""
    case = case_of(joined("a", due="01-16"))
    return told(case, "01-23", "propose_plan", "k", rules=RULES, count=2, first="2026-02-16",
                agreed=True)  # fmt: skip


def doubted(case, when):
    """The question that the case asks, as it is written down."""
    case = lived(case, when)
    ask = ask_of(case, when, rules=RULES)
    assert isinstance(ask, Ask), ask
    assert ask.why == IN_DOUBT
    return more(case, asked(ask.task, ask.why, when, "a")), ask.task


def living(case, known):
    """The acts of each day until the last look, with the case on which they were decided."""
    today, number = MADE, 0
    while today <= LAST_LOOK:
        text = today.strftime("%m-%d")
        for received, amount in known.get(today, []):
            number += 1
            part = min(eur(f"{amount}.00"), case.claims["erp:a"].open)
            came = received.strftime("%m-%d")
            if part:
                case = more(case, paid(f"p{number}", came, str(part.amount), booked=text))
        case = lived(case, text)
        assert endings(case, today, on(text)) == []
        answer = ask_of(case, text, rules=RULES)
        if isinstance(answer, Remind | HandOver):
            yield answer, case
            case = more(case, _done(answer, text))
        elif isinstance(answer, Ask):
            case = more(case, asked(answer.task, answer.why, text, "a"))
        today += timedelta(days=1)


def _done(act, text):
    if isinstance(act, HandOver):
        return handed(act.act, text, "a")
    intent = reminder(act.act, text, "a", step=act.step, fee=act.fee, fee_claim=act.fee_claim,
                      deadline=act.deadline.strftime("%m-%d"))  # fmt: skip
    named = {"claims": act.claims, "also": act.also}
    return [intent.model_copy(update=named), sent(act.act, text)]


def received(case, first, last):
    """What the known money of some days of receipt comes to."""
    moves = case.claims["erp:a"].movements
    return sum(one.lowered.amount for one in moves if first <= one.on <= last)


@settings(max_examples=25, deadline=None)
@given(money=MONEY, plan=st.booleans())
def test_no_act_follows_a_broken_agreement_whose_money_is_known_to_have_come_in_time(money, plan):
    known = {}
    for received_on, later, amount in money:
        came = MADE + timedelta(days=received_on)
        known.setdefault(max(MADE, came + timedelta(days=later)), []).append((came, amount))

    for act, case in living(planned() if plan else settled(), known):
        if act.step.startswith(STEP):
            continue
        # Of a plan the first half counts until 10 March: its letter's deadline and three banking
        # days. The second is late then for fourteen days more.
        if plan:
            assert received(case, date.min, date(2026, 3, 10)) < 49
        else:
            assert received(case, MADE, date(2026, 2, 13)) < 59


def test_a_settlement_paid_in_time_and_known_late_waits_for_a_persons_word():
    broken = lived(settled(), "02-14")
    assert broken.states.promises["k"].outcome == "broken"
    case, task = doubted(more(broken, paid("p1", "02-09", "60.00", booked="02-20")), "02-20")

    assert words(task, IN_DOUBT) == (KEPT, BROKEN)
    assert ask_of(case, "04-20").kind == "rest"
    kept = lived(more(case, answered(task, KEPT, "02-21")), "02-21")
    assert kept.claims["erp:a"].open == eur("0.00")
    assert kept.states.promises["k"].outcome == "kept"
    stays = lived(more(case, answered(task, BROKEN, "02-21")), "02-21")
    assert stays.states.promises["k"].outcome == "broken"
    assert stays.holds == {}
    assert isinstance(ask_of(stays, "02-23", rules=RULES), Remind)


def test_what_came_after_its_time_keeps_no_settlement_whenever_it_is_known():
    late = more(lived(settled(), "02-14"), paid("p1", "02-14", "60.00", booked="02-20"))
    unlooked = more(settled(), paid("p1", "02-14", "60.00"))

    assert unanswered(late) == []
    assert lived(unlooked, "02-20").states.promises["k"].outcome == "broken"


@pytest.mark.parametrize(("word", "outcome"), [(KEPT, "kept"), (BROKEN, "broken")])
def test_money_of_before_a_settlement_is_a_persons_and_its_end_waits(word, outcome):
    case, task = doubted(more(settled(), paid("p1", "01-20", "60.00", booked="01-26")), "01-26")

    waiting = lived(case, "03-01")
    assert waiting.states.promises["k"].outcome == "open"
    assert ask_of(waiting, "03-01").kind == "rest"
    after = lived(more(case, answered(task, word, "03-01")), "03-01")
    assert after.states.promises["k"].outcome == outcome
    assert after.claims["erp:a"].open == eur("0.00" if word == KEPT else "40.00")


def test_what_was_known_when_it_was_made_raises_no_doubt():
    early = case_of(joined("a", due="01-16"), paid("p0", "01-20", "10.00"),
                    paid("p1", "01-23", "10.00"))  # fmt: skip
    case = told(early, "01-23", "settlement", "k", amount=euros("60.00"), day="2026-02-10")

    assert unanswered(case) == []
    assert case.states.promises["k"].since(case.claims) == eur("0.00")
    half = more(case, paid("p2", "01-23", "59.00"))
    assert half.states.promises["k"].judged(half.claims, day("01-23")) == "kept"


def test_a_settlement_that_is_taken_back_settles_the_question():
    case, task = doubted(more(settled(), paid("p1", "01-20", "60.00", booked="01-26")), "01-26")

    case = more(case, said(case, "01-27", "cancel_promise", "c", promise="k"))

    assert task not in case.tasks
    assert unanswered(case) == []


@pytest.mark.parametrize(
    ("when", "amount", "found"),
    [("02-09", "60.00", "kept"), ("02-09", "20.00", "partly"), ("01-20", "60.00", "cancelled"),
     ("02-14", "60.00", "broken")],
)  # fmt: skip
def test_a_promise_is_corrected_by_what_is_known_late_and_frees_its_claims_once(
    when, amount, found
):
    case = told(case_of(joined("a", due="01-16")), "01-23", "promise", "k",
                amount=euros("60.00"), day="2026-02-10")  # fmt: skip
    case = lived(case, "02-14")
    case = lived(more(case, paid("p1", when, amount, booked="02-25")), "02-25")

    assert case.states.promises["k"].outcome == found
    assert case.claims["erp:a"].freed_on == day("02-14")
    assert endings(case, day("02-26"), on("02-26")) == []


def broken_plan():
    """The plan with no money: its word went on 20 February, it was broken on 11 March."""
    case = lived(planned(), "02-20")
    word = ask_of(case, "02-20", rules=RULES)
    assert isinstance(word, Remind)
    case = lived(more(case, _done(word, "02-20")), "03-11")
    assert case.states.plans["k"].ended == "broken"
    return case


def test_a_plan_that_was_kept_goes_on_without_the_fee_and_the_interest_of_its_break():
    case = broken_plan()
    letter = ask_of(case, "03-11", rules=RULES)
    charge = {"fee": eur("5.00"), "fee_claim": "erp:a", "deadline": "03-23"}
    intent = reminder(letter.act, "03-11", "a", step=letter.step, **charge)
    case = more(case, intent, sent(letter.act, "03-11"))
    case, task = doubted(more(case, paid("p1", "03-05", "50.00", booked="03-20")), "03-20")
    assert case.notices[letter.act].fee_credited
    again = lived(more(case, answered(task, KEPT, "03-24")), "03-24")
    plan = again.states.plans["k"]

    assert (plan.ended, plan.missed, plan.misses) == (None, 2, 2)
    assert again.claims["erp:a"].in_plan == ((MADE, None),)
    assert not again.states.plan_broken("erp:a")
    # What was missed while nobody thought the plan in force has a word and a grace of its own.
    word = ask_of(again, "03-24", rules=RULES)
    assert word.step.startswith(STEP)
    assert (word.deadline, plan.stage(again.claims, day("04-06"))) == (day("04-07"), "active")


def test_money_that_is_taken_back_again_raises_no_doubt():
    back = PaymentReversed(
        at=on("03-25"), reversal="r", payment="erp:p1", claim="erp:a", amount=eur("50.00"),
        on=day("03-25"), code="AC04",
    )  # fmt: skip
    known = more(broken_plan(), paid("p1", "03-05", "50.00", booked="03-20"))

    assert [one.ended_on for one in unanswered(known)] == [day("03-11")]
    assert unanswered(more(known, back)) == []


def test_each_missed_instalment_has_a_word_of_its_own():
    def word(case, when):
        found = ask_of(lived(case, when), when, rules=RULES)
        return found if isinstance(found, Remind) and found.step.startswith(STEP) else None

    first = word(planned(), "02-20")
    case = more(lived(planned(), "02-20"), _done(first, "02-20"))
    assert word(case, "02-27") is None
    case = more(case, paid("p1", "03-05", "50.00", booked="03-09"))
    second = word(case, "03-20")

    assert second is not None
    assert second.step != first.step
    assert second.act not in case.notices


@pytest.mark.parametrize("what", ["vulnerable", "deceased", "stop"])
def test_a_plan_does_not_break_while_a_person_must_decide_about_the_debtor(what):
    case = planned()
    if what == "stop":
        case = told(case, "02-10", "stop_request", "s")
    else:
        case = told(case, "02-10", "circumstance", "s", circumstance=what, effective="2026-02-09",
                    contact="erp:estate")  # fmt: skip
    ask = ask_of(case, "02-10", rules=RULES)
    case = more(case, asked(ask.task, ask.why, "02-10", "a"))
    assert ask.why == ("stop_requested" if what == "stop" else f"circumstance_{what}")
    for when in ("02-20", "03-11", "04-20"):
        case = lived(case, when)
        assert ask_of(case, when, rules=RULES).kind == "rest"
    assert case.states.plans["k"].ended is None

    case = lived(more(case, answered(ask.task, "continue", "04-21")), "04-21")
    after = ask_of(case, "04-21", rules=RULES)
    if what == "deceased":
        # Nothing of it goes on by itself: the instalment is a person's, and the plan as well.
        assert after.why == "instalment_missed"
        assert lived(case, "06-30").states.plans["k"].ended is None
    else:
        assert after.step.startswith(STEP)
        assert lived(case, "06-30").states.plans["k"].ended == "broken"


def test_the_doubts_of_a_case_are_the_same_from_its_snapshot():
    case = more(broken_plan(), paid("p1", "03-05", "50.00", booked="03-20"))
    stored = Case.model_validate_json(case.model_dump_json())

    assert stored == case
    assert unanswered(stored) == unanswered(case)

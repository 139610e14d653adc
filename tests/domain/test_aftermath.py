"""After a state has ended a claim rests, and goes to the partner only with a notice since."""

from __future__ import annotations

import pytest

from shared.domain.claim_events import PaymentReversed
from shared.domain.decisions import Ask, HandOver, Remind, Rest
from shared.domain.events import Held, Released
from tests.domain.casebook import (
    answered,
    ask_of,
    asked,
    case_of,
    day,
    eur,
    joined,
    more,
    on,
    paid,
    reminded,
)
from tests.domain.statebook import euros, lived, told

TWO_SENT = more(
    case_of(joined("a")),
    reminded("n1", "01-20", deadline="02-02"),
    reminded("n2", "02-04", deadline="02-16", step="r2"),
)
# The last reminder of 19 February: the partner is next, on 6 March.
THREE_SENT = more(TWO_SENT, reminded("n3", "02-19", deadline="03-03", step="r3"))


def promised(case):
    kept = told(case, "02-24", "promise", "k", amount=euros("40.00"), day="2026-03-09")
    return lived(more(kept, paid("p1", "03-09", "40.00")), "03-09")


def settled(case):
    broken = told(case, "02-24", "settlement", "k", amount=euros("40.00"), day="2026-03-03")
    return lived(broken, "03-09")


def planned(case):
    lapsed = told(case, "02-22", "propose_plan", "k", count=2, first="2026-03-20")
    return lived(lapsed, "03-09")


def held(case):
    return told(told(case, "02-24", "hold", "k"), "03-09", "release", "r", hold="k")


def held_until(case):
    return told(case, "02-24", "hold", "k", claim="erp:a", until="2026-03-08")


def noted(case):
    noted = told(
        case, "02-24", "circumstance", "k", circumstance="bankruptcy", effective="2026-02-20"
    )
    return told(noted, "03-09", "end_circumstance", "e", circumstance="k")


def contested(case):
    part = told(case, "02-24", "dispute", "k", claim="erp:a", ground="g", amount=euros("40.00"))
    return told(part, "03-09", "settle_dispute", "s", dispute="k", outcome="withdrawn")


def stopped(case):
    asked_to = told(case, "02-24", "stop_request", "k", claims=["erp:a"])
    assert asked_to.states.stops
    return told(asked_to, "03-09", "withdraw_stop", "w", stop="k")


def taken_back(case):
    event = PaymentReversed(
        at=on("03-09"), reversal="r1", payment="p1", code="returned", claim="erp:a",
        amount=eur("40.00"), on=day("03-09"),
    )  # fmt: skip
    return more(case, paid("p1", "02-24", "40.00"), event)


ENDED = [promised, settled, planned, held, held_until, noted, contested, stopped, taken_back]


@pytest.mark.parametrize("ended", ENDED)
def test_no_claim_is_handed_over_by_the_clock_after_something_has_ended(ended):
    case = ended(THREE_SENT)

    assert isinstance(ask_of(case, "03-22"), Rest)
    question = ask_of(case, "03-24")
    assert isinstance(question, Ask)
    assert (question.why, question.claims) == ("hand_over_without_notice", ("erp:a",))
    known = more(case, asked(question.task, question.why, "03-24", "a"))
    yes = more(known, answered(question.task, "continue", "03-24"))
    leave = more(known, answered(question.task, "leave", "03-24"))
    assert isinstance(ask_of(yes, "03-25"), HandOver)
    assert isinstance(ask_of(leave, "04-22"), Rest)
    assert ask_of(leave, "05-25").why == "hold_review"


@pytest.mark.parametrize("ended", ENDED)
def test_the_usual_reminder_that_is_left_says_it_and_the_partner_comes_after_it(ended):
    case = ended(TWO_SENT)
    assert isinstance(ask_of(case, "03-24"), Remind)
    told_since = more(case, reminded("n3", "03-24", deadline="04-07", step="r3"))

    assert isinstance(ask_of(told_since, "04-09"), HandOver)


def test_money_that_waited_for_its_place_asks_for_no_new_notice():
    waits = Held(at=on("03-02"), hold="money:p9", claim="erp:a", reason="money_waiting", until=None)
    case = more(THREE_SENT, waits, Released(at=on("03-08"), hold="money:p9"))

    assert isinstance(ask_of(case, "03-09"), HandOver)

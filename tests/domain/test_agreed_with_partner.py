"""What a person agrees about a claim that a partner has binds both: the partner is told."""

from __future__ import annotations

from datetime import date

import pytest

from shared.domain.decisions import Remind, Rest
from shared.domain.endings import endings
from shared.domain.telling import told as heard
from tests.domain.casebook import (
    ask_of,
    case_of,
    day,
    handed,
    joined,
    more,
    on,
    paid,
    reminded,
)
from tests.domain.statebook import euros, said, told

# The partner has one claim; another is ours.
THERE = case_of(
    joined("a"),
    reminded("n1", "01-19", deadline="01-30"),
    reminded("n2", "02-03", deadline="02-16", step="r2"),
    handed("h", "03-20", "a"),
)
PLAN = {"count": 2, "first": "2026-04-01"}


def words(case, events):
    return [(one.kind, one.data.get("reason")) for one in heard(case, events)]


def test_a_plan_that_is_agreed_is_told_with_its_instalments():
    made = said(THERE, "03-23", "propose_plan", agreed=True, **PLAN)

    (word,) = heard(THERE, made)

    assert (word.kind, word.data["claims"]) == ("plan.agreed", ["erp:a"])
    assert [one["amount"] for one in word.data["instalments"]] == ["50.00", "50.00"]


def test_a_plan_is_told_once_the_debtor_agreed_and_its_end_lets_the_partner_go_on():
    offered = said(THERE, "03-23", "propose_plan", **PLAN)
    assert words(THERE, offered) == []
    case = more(THERE, offered)
    plan = offered[1].plan

    agreed = said(case, "03-24", "agree_plan", "k2", plan=plan)
    assert words(case, agreed) == [("plan.agreed", "plan")]
    case = more(case, agreed)

    ended = said(case, "03-25", "cancel_plan", "k3", plan=plan)
    assert words(case, ended) == [("case.resumed", None)]


def test_a_missed_instalment_is_looked_for_and_asked_for_by_a_person_alone():
    case = told(THERE, "03-23", "propose_plan", agreed=True, **PLAN)

    answer = ask_of(case, "03-24")
    assert isinstance(answer, Rest)
    assert answer.until.date() < date(2026, 4, 20)

    late = more(case, endings(case, day("04-13"), on("04-13")))
    assert late.states.plans != case.states.plans
    assert not isinstance(ask_of(late, "04-13"), Remind)


@pytest.mark.parametrize("fields", [{}, {"claims": ["erp:a"]}], ids=["all", "named"])
def test_a_promise_is_a_rest_with_a_last_day_that_ends_with_it(fields):
    made = said(THERE, "03-23", "promise", day="2026-03-30", **fields)
    (word,) = heard(THERE, made)
    assert (word.kind, word.data["reason"]) == ("case.held", "promise")
    case = more(THERE, made)
    answer = ask_of(case, "03-24")
    # The first open day after the last one: Easter lies between.
    assert (word.data["until"], answer.until.date()) == ("2026-04-02", date(2026, 4, 7))
    broken = endings(case, day("04-13"), on("04-13"))
    assert words(case, broken) == [("case.resumed", None)]


def test_our_own_claims_come_first_where_none_is_named():
    both = more(THERE, joined("b"))
    made = said(both, "03-23", "propose_plan", agreed=True, **PLAN)
    assert made[1].claims == ("erp:b",)


def test_what_is_written_off_is_told_and_ends_the_partners_work_when_nothing_is_left():
    part = said(THERE, "03-23", "write_off", claim="erp:a", kind="goodwill", amount=euros("40.00"))
    assert words(THERE, part) == [("credit_note.applied", None)]

    case = more(THERE, part)
    rest = said(case, "03-24", "write_off", claim="erp:a", kind="goodwill", name="k2")
    assert words(case, rest) == [("credit_note.applied", None), ("case.withdrawn", "written_off")]


def test_money_of_the_plan_is_told_as_it_moves():
    case = told(THERE, "03-23", "propose_plan", agreed=True, **PLAN)
    assert words(case, [paid("p", "04-01", "50.00")]) == [("payment.direct", None)]

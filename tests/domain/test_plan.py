"""Payment plans: instalments sum to the cent, and only money and time say where a plan stands."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import demand, ledger
from shared.domain.claim_events import CreditApplied, PaymentReversed
from shared.domain.money import Money, total
from shared.domain.plan import schedule
from shared.domain.policy import Step
from tests.domain.casebook import FI, ask_of, case_of, day, eur, joined, more, on, paid, policy
from tests.domain.statebook import told

FIRST = date(2026, 1, 31)
EVERY = st.sampled_from(["week", "two_weeks", "month"])


@given(cents=st.integers(1, 1_000_000), count=st.integers(1, 60), every=EVERY)
def test_instalments_sum_to_the_cent_and_differ_by_less_than_one_each(cents, count, every):
    amount = Money.of(f"{cents // 100}.{cents % 100:02}", "EUR")
    if cents < count:
        with pytest.raises(ValueError, match="more than nothing"):
            schedule(amount, count, FIRST, every)
        return

    made = schedule(amount, count, FIRST, every)

    assert total([one.amount for one in made], "EUR") == amount
    assert len(made) == count
    assert len({one.amount for one in made[:-1]}) <= 1
    odd = made[-1].amount - made[0].amount
    assert made[0].amount > eur("0.00")
    assert 0 <= odd.amount * 100 < count
    assert [one.due for one in made] == sorted({one.due for one in made})


def test_a_monthly_plan_from_the_31st_is_due_on_the_last_day_of_each_month():
    made = schedule(eur("400.00"), 14, FIRST, "month")

    assert [one.due.isoformat() for one in made[:5]] == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
    ]  # fmt: skip
    assert made[11].due == date(2026, 12, 31)
    assert made[13].due == date(2027, 2, 28)


def test_weeks_are_counted_in_days():
    weekly = schedule(eur("30.00"), 3, FIRST, "week")
    fortnightly = schedule(eur("30.00"), 3, FIRST, "two_weeks")

    assert [(one.due - FIRST).days for one in weekly] == [0, 7, 14]
    assert [(one.due - FIRST).days for one in fortnightly] == [0, 14, 28]


def planned(*before):
    """A plan of two weekly halves of 100 euros, agreed on 2 February for the 9th and 16th."""
    case = case_of(joined("a", due="01-16", total="150.00"), paid("p0", "01-20", "50.00"), *before)
    return told(
        case, "02-02", "propose_plan", "plan", count=2, first="2026-02-09", every="week",
        agreed=True,
    )  # fmt: skip


def stage(case, when):
    return case.states.plans["plan"].stage(case.claims, day(when))


def test_a_plan_is_active_from_its_first_instalment_or_its_first_money():
    case = planned()

    assert [stage(case, when) for when in ("02-02", "02-08", "02-09")] == [
        "agreed", "agreed", "active",
    ]  # fmt: skip
    # What had come before it was proposed is not its money.
    assert stage(more(case, paid("p1", "02-03", "0.50")), "02-03") == "active"


def test_a_plan_breaks_with_its_second_late_instalment_or_when_the_grace_is_over():
    case = planned()
    half = more(case, paid("p1", "02-09", "50.00"))

    # Three days to clear, fourteen of grace and three to clear again; the second instalment is late
    # from 20 February.
    assert [stage(case, when) for when in ("02-19", "02-20")] == ["active", "broken"]
    assert [stage(half, when) for when in ("03-10", "03-11")] == ["active", "broken"]
    assert stage(more(half, paid("p2", "02-16", "50.00")), "02-16") == "completed"


def test_a_step_without_days_comes_on_the_day_after_a_dispute():
    rules = policy(
        Step(id="r1", action="remind", after=0, since="due"),
        Step(id="r2", action="remind", after=1, since="previous"),
    )
    case = told(case_of(joined("a", due="01-16")), "01-27", "dispute", "d", claim="erp:a",
                ground="price")  # fmt: skip
    case = told(case, "01-28", "settle_dispute", "s", dispute="d", outcome="withdrawn")

    assert ask_of(case, "01-28", rules=rules).kind == "rest"
    assert ask_of(case, "01-29", rules=rules).kind == "remind"


def test_a_plan_is_looked_at_on_each_day_that_can_change_it():
    case = planned()
    half = more(case, paid("p1", "02-09", "50.00"))

    def looks(case, when):
        found = case.states.plans["plan"].looks_on(case.claims, day(when))
        return found and found.isoformat()[5:]

    # The last days of both instalments, and that on which money of the grace of the first that is
    # open can be there.
    assert [looks(case, when) for when in ("02-12", "02-13", "02-20", "03-04")] == [
        "02-12", "02-19", "03-03", None,
    ]  # fmt: skip
    assert [looks(half, when) for when in ("02-10", "02-20", "03-11")] == ["02-19", "03-10", None]


def test_what_is_behind_counts_money_since_the_plan_began_alone():
    case = more(planned(), paid("p1", "02-09", "20.00"))
    plan = case.states.plans["plan"]

    assert [plan.behind(case.claims, late) for late in (1, 2)] == [eur("30.00"), eur("80.00")]


def test_the_days_of_a_plan_bear_no_interest_and_are_never_made_up_for():
    case = case_of(joined("a", due="01-16", total="3650.00"))
    case = told(
        case, "01-26", "propose_plan", "plan", count=2, first="2026-02-09", every="month",
        agreed=True,
    )  # fmt: skip
    ended = told(case, "02-20", "cancel_plan", "c", plan="plan")

    def interest(case, when):
        return ledger.position(case, case.claims["erp:a"], FI, day(when)).interest.total

    # 0.95 a day: ten days to the agreement, none in the plan, then from the day after its end.
    assert [interest(case, when) for when in ("01-26", "01-27", "06-30")] == [eur("9.50")] * 3
    assert [interest(ended, when) for when in ("02-20", "02-21", "03-02")] == [
        eur("9.50"), eur("10.45"), eur("19.00"),
    ]  # fmt: skip


def test_a_contested_part_beside_a_past_plan_bears_none_either():
    case = case_of(joined("a", due="01-16", total="3650.00"))
    case = told(
        case, "01-26", "propose_plan", "plan", count=2, first="2026-02-09", every="month",
        agreed=True,
    )  # fmt: skip
    case = told(case, "02-20", "cancel_plan", "c", plan="plan")
    half = {"amount": "1825.00", "currency": "EUR"}
    case = told(case, "02-21", "dispute", "d", claim="erp:a", ground="price", amount=half)

    found = demand.demands(case, FI, day("03-02"), ["erp:a"])["erp:a"]
    assert found.interest.total == eur("9.50")


def test_a_shortfall_within_the_tolerance_counts_as_paid():
    near = more(planned(), paid("p1", "02-09", "49.50"))
    short = more(planned(), paid("p1", "02-09", "48.99"))
    whole = more(near, paid("p2", "02-16", "49.50"))

    assert [one.states.plans["plan"].late(one.claims, day("02-13")) for one in (near, short)] == [
        (), (1,),
    ]  # fmt: skip
    assert (stage(near, "02-19"), stage(near, "02-20")) == ("active", "active")
    # One euro is missing of all of it: that is the tolerance, once and not for each instalment.
    assert stage(whole, "02-16") == "completed"


def test_a_credit_lowers_the_last_instalments_first():
    def asked(amount):
        credit = CreditApplied(
            at=on("02-03"), credit_note="erp:c", claim="erp:a", amount=eur(amount),
            issued=day("02-03"),
        )  # fmt: skip
        case = more(planned(), credit)
        plan = case.states.plans["plan"]
        return [plan.behind(case.claims, late) for late in (1, 2)], stage(case, "02-20")

    assert asked("30.00") == ([eur("50.00"), eur("70.00")], "broken")
    # Nothing is left of the second instalment: it cannot be missed.
    assert asked("50.00") == ([eur("50.00"), eur("50.00")], "active")
    assert asked("70.00") == ([eur("30.00"), eur("30.00")], "active")
    assert asked("100.00") == ([eur("0.00"), eur("0.00")], "completed")


def test_money_taken_back_is_an_instalment_missed_on_the_day_it_is_known():
    case = more(planned(), paid("p1", "02-09", "50.00"), paid("p2", "02-16", "49.00"))
    back = [
        PaymentReversed(
            at=on("03-10"), reversal=f"r{name}", payment=name, code="returned", claim="erp:a",
            amount=eur(amount), on=day("03-06"),
        )
        for name, amount in (("p1", "50.00"), ("p2", "49.00"))
    ]  # fmt: skip
    case = more(case, *back)
    plan = case.states.plans["plan"]

    # What one return uncovers is one miss, with days of grace of its own.
    assert plan.late(case.claims, day("03-10")) == (1, 2)
    assert plan.grace_ends(1) == day("03-23")
    assert [stage(case, when) for when in ("03-10", "03-26", "03-27")] == [
        "active", "active", "broken",
    ]  # fmt: skip


def test_an_instalment_has_banking_days_to_clear_and_nothing_breaks_on_a_closed_day():
    case = told(
        case_of(joined("a", due="01-16")), "02-02", "propose_plan", "plan", count=1,
        first="2026-04-03", agreed=True,
    )  # fmt: skip
    plan = case.states.plans["plan"]

    # Good Friday; the banking days after Easter Monday are the 7th to the 10th, a Friday.
    assert plan.late(case.claims, day("04-12")) == ()
    assert plan.late(case.claims, day("04-13")) == (1,)
    assert plan.grace_ends(1) == day("04-27")
    # Three banking days more for money of the 27th, and the 1st of May is none.
    assert [stage(case, when) for when in ("05-03", "05-04")] == ["active", "broken"]

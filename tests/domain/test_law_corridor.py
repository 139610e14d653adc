"""The corridor of a policy: it ends where the check of a policy begins to agree."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.handover_gate_rules import HandOverRules
from shared.domain.law_corridor import Placed, corridor
from shared.domain.lawcheck import check_policy
from shared.domain.lawpack import COUNTRIES, load
from tests.domain.test_lawcheck import FI, hand_over, policy, remind


def test_a_finnish_hand_over_waits_for_the_payment_date_or_for_fourteen_full_days():
    steps = (remind("friendly", 8), remind("firm", 12), hand_over(20))
    assert corridor(FI, policy(*steps))[2] == Placed(
        id="out", day=32, soonest=27, section="513/1999 5 §"
    )
    assert corridor(FI, policy(*steps, payment_days=30))[2].soonest == 12 + 31


def test_a_step_that_no_wait_bounds_has_no_soonest_day():
    asked = remind("asked", 4).model_copy(update={"action": "ask"})
    assert corridor(FI, policy(remind("soon", -3), asked)) == (
        Placed(id="soon", day=-3), Placed(id="asked", day=4),
    )  # fmt: skip


@pytest.mark.parametrize("country", COUNTRIES)
@settings(max_examples=12)
@example(first=-15, days=[15], payment=10, by_partner=True)
@given(
    first=st.integers(-15, 15),
    days=st.lists(st.integers(1, 20), min_size=1, max_size=3),
    payment=st.integers(10, 30),
    by_partner=st.booleans(),
)
def test_a_step_is_refused_for_its_day_exactly_when_it_lies_before_its_corridor(
    country, first, days, payment, by_partner
):
    pack = load(country)
    steps = [remind(f"r{n}", after, since="previous" if n else "due")
             for n, after in enumerate((first, *days[:-1]))]  # fmt: skip
    made = policy(
        *steps, hand_over(days[-1]), payment_days=payment, currency=pack.currency, law=country
    ).model_copy(update={"hand_over": HandOverRules(
        service="reminder_and_collection" if by_partner else "collection"
    )})  # fmt: skip

    found = {one.path for one in check_policy(pack, made)}
    for at, one in enumerate(corridor(pack, made)):
        early = one.soonest is not None and one.day < one.soonest
        # A hand-over without a reminder after the due date is refused as such on any day.
        assert early == (f"steps.{at}.after" in found) or f"steps.{at}.action" in found

"""The corridor of a policy: it ends where the check of a policy begins to agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
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
@given(
    days=st.lists(st.integers(1, 20), min_size=2, max_size=4),
    payment=st.integers(10, 30),
    by_partner=st.booleans(),
)
def test_a_step_is_refused_for_its_day_exactly_when_it_lies_before_its_corridor(
    country, days, payment, by_partner
):
    pack = load(country)
    steps = [remind(f"r{n}", after, since="previous" if n else "due")
             for n, after in enumerate(days[:-1])]  # fmt: skip
    made = policy(
        *steps, hand_over(days[-1]), payment_days=payment, currency=pack.currency, law=country
    ).model_copy(update={"hand_over": HandOverRules(
        service="reminder_and_collection" if by_partner else "collection"
    )})  # fmt: skip

    early = {
        f"steps.{at}.after"
        for at, one in enumerate(corridor(pack, made))
        if one.soonest is not None and one.day < one.soonest
    }

    assert early == {one.path for one in check_policy(pack, made) if one.path.endswith(".after")}

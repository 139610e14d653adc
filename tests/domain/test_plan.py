"""Instalments: they sum to the cent, none is nothing, and a month's last day stays the last."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.money import Money, total
from shared.domain.plan import schedule
from tests.domain.casebook import eur

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
    assert eur("0.00") < made[0].amount <= made[-1].amount < made[0].amount + eur("0.01") * count
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

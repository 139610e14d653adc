"""People hear of what runs out once a stage: 60, 30 and 7 days before, and when it is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.expiries import Expiry, next_look, stage, untold

ON = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, 0), (-400, 0)],
)
def test_a_stage_begins_so_many_days_before_the_last_day_of_use(days, expected):
    assert stage(ON, ON - timedelta(days=days)) == expected


def test_a_year_of_looks_tells_each_stage_once_on_its_day():
    one, today, told = Expiry(on=ON), ON - timedelta(days=300), []
    while (day := next_look(one, today)) is not None:
        today = day
        now = untold(one, today)
        told.append(((ON - today).days, now))
        one = one.model_copy(update={"told": now})
    assert told == [(60, 60), (30, 30), (7, 7), (-1, 0)]


def test_what_is_learned_late_is_told_by_its_present_stage_alone():
    assert untold(Expiry(on=ON), ON - timedelta(days=5)) == 7
    assert untold(Expiry(on=ON, told=7), ON - timedelta(days=5)) is None
    assert untold(Expiry(on=ON, told=7), ON + timedelta(days=1)) == 0

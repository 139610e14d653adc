"""A run is bound by three times the busiest of the last days, once enough of them are known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.runs import most, stale

TODAY = date(2026, 3, 16)


def past(*counts):
    return {TODAY - timedelta(days=n + 1): count for n, count in enumerate(counts)}


@pytest.mark.parametrize(
    ("days", "bound"),
    [
        (past(100, 100, 100, 100), None),
        (past(100, 100, 100, 100, 0), None),
        (past(100, 100, 100, 100, 1), 300),
        (past(1, 1, 1, 1, 1), 200),
        (past(1, 1, 1, 1, 5000), 15000),
        ({TODAY: 9000, **past(10, 10, 10, 10, 100)}, 300),
        ({TODAY - timedelta(days=36): 9000, **past(10, 10, 10, 10, 100)}, 300),
    ],
)
def test_the_bound_of_a_run_follows_from_its_own_past(days, bound):
    assert most(days, TODAY) == bound


def test_days_that_count_no_longer_are_named():
    days = {TODAY - timedelta(days=n): 1 for n in range(40)}
    assert stale(days, TODAY) == [TODAY - timedelta(days=n) for n in (39, 38, 37, 36)]

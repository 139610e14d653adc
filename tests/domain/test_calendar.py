"""Banking days: the lists of two literal years, the movable days, and the edges of the counts."""

from __future__ import annotations

import doctest
from datetime import date, timedelta

import pytest

from shared.domain import calendar, lawpack
from shared.domain.calendar import (
    banking_days_after,
    easter_sunday,
    holidays,
    is_banking_day,
    next_banking_day,
)


def weekday_holidays(country: str, year: int) -> list[str]:
    days = sorted(day for day in holidays(country, year) if day.weekday() < 5)
    return [f"{day:%m-%d}" for day in days]


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)],
)
def test_easter_of_known_years(year: int, month: int, day: int) -> None:
    assert easter_sunday(year) == date(year, month, day)


@pytest.mark.parametrize(
    ("country", "year", "expected"),
    [
        ("FI", 2025, "01-01 01-06 04-18 04-21 05-01 05-29 06-20 12-24 12-25 12-26"),
        ("FI", 2026, "01-01 01-06 04-03 04-06 05-01 05-14 06-19 12-24 12-25"),
        ("SE", 2025, "01-01 01-06 04-18 04-21 05-01 05-29 06-06 06-20 12-24 12-25 12-26 12-31"),
        ("NO", 2026, "01-01 04-02 04-03 04-06 05-01 05-14 05-25 12-25"),
        ("DK", 2025, "01-01 04-17 04-18 04-21 05-29 06-05 06-09 12-24 12-25 12-26 12-31"),
    ],
)
def test_holidays_on_weekdays(country: str, year: int, expected: str) -> None:
    assert weekday_holidays(country, year) == expected.split()


def test_denmark_lost_store_bededag_in_2024() -> None:
    assert not is_banking_day("DK", date(2023, 5, 5))
    assert is_banking_day("DK", date(2024, 4, 26))


def test_finnish_independence_day_on_a_weekday() -> None:
    assert not is_banking_day("FI", date(2027, 12, 6))


def test_next_banking_day_is_the_day_itself_when_it_is_one() -> None:
    assert next_banking_day("FI", date(2026, 3, 2)) == date(2026, 3, 2)


def test_a_chain_of_holidays_is_skipped_whole() -> None:
    # Christmas Eve 2026 is a Thursday; the 26th and 27th are a weekend.
    assert next_banking_day("FI", date(2026, 12, 24)) == date(2026, 12, 28)


def test_banking_days_after_do_not_count_the_day_itself() -> None:
    maundy_thursday = date(2026, 4, 2)
    assert banking_days_after("FI", maundy_thursday, 0) == maundy_thursday
    assert banking_days_after("FI", maundy_thursday, 1) == date(2026, 4, 7)
    assert banking_days_after("FI", date(2026, 4, 4), 0) == date(2026, 4, 7)
    assert banking_days_after("FI", date(2026, 4, 4), 1) == date(2026, 4, 7)


def test_banking_days_are_counted_forward_only() -> None:
    with pytest.raises(ValueError, match="forward"):
        banking_days_after("FI", date(2026, 4, 2), -1)


def test_unknown_countries_and_years_are_refused() -> None:
    with pytest.raises(ValueError, match="no calendar"):
        is_banking_day("DE", date(2026, 3, 2))
    with pytest.raises(ValueError, match="2005"):
        holidays("SE", 2004)


def test_every_weekend_day_is_closed_for_thirty_years() -> None:
    day = date(2010, 1, 2)
    while day.year < 2040:
        assert not is_banking_day("FI", day)
        day += timedelta(days=7)


@pytest.mark.parametrize("module", [calendar, lawpack])
def test_examples_in_the_docstrings_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0

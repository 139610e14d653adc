"""Banking days: the table against the acts' own words, literal years, and the edges of the counts.

The table is generated from a library; what it must hold is worked out here a second time, from
Easter (Meeus) and the days that each act names.
"""

from __future__ import annotations

import doctest
from datetime import date, timedelta

import pytest

from shared.domain import calendar, lawpack
from shared.domain.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    banking_days_after,
    banking_days_between,
    holidays,
    is_banking_day,
    next_banking_day,
    previous_banking_day,
)

COUNTRIES = lawpack.COUNTRIES


def weekday_holidays(country: str, year: int) -> list[str]:
    return [f"{day:%m-%d}" for day in sorted(holidays(country, year))]


def easter_sunday(year: int) -> date:
    """Easter of a Gregorian year (Meeus, Astronomical Algorithms, chapter 8)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leaps, leap_rest = divmod(of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def by_the_acts(country: str, year: int) -> set[date]:
    """The closed days as the acts name them: fixed days, days around Easter, and Saturdays."""
    fixed = {
        "FI": "0101 0106 0501 1206 1224 1225 1226",
        "SE": "0101 0106 0501 0606 1224 1225 1226 1231",
        "NO": "0101 0501 0517 1225 1226",
        "DK": "0101 0605 1224 1225 1226 1231",
        "DE": "0101 0501 1003 1225 1226",
        "NL": "0101 0501 1225 1226",
        "EE": "0101 0224 0501 0623 0624 0820 1224 1225 1226",
    }[country]
    easter = {
        "FI": (-2, 1, 39), "SE": (-2, 1, 39), "DE": (-2, 1, 39, 50), "NL": (-2, 1, 39, 50),
        "EE": (-2, 1),
    }.get(country, (-3, -2, 1, 39, 50))  # fmt: skip
    days = {date(year, int(day[:2]), int(day[2:])) for day in fixed.split()}
    days |= {easter_sunday(year) + timedelta(days=offset) for offset in easter}
    if country in {"FI", "SE"}:
        june = date(year, 6, 19)  # Midsummer Eve: the Friday from 19 to 25 June
        days.add(june + timedelta(days=(4 - june.weekday()) % 7))
    if country == "DK" and year < 2024:
        days.add(easter_sunday(year) + timedelta(days=26))  # store bededag
    if country == "DE" and year == 2017:
        days.add(date(year, 10, 31))  # five hundred years of the Reformation
    if country == "NL":
        days |= by_the_house_of_orange(year)
    return {day for day in days if day.weekday() < 5}


def by_the_house_of_orange(year: int) -> set[date]:
    """Queen's Day and King's Day, which give way to a Sunday, and Liberation Day's fifth years."""
    birthday = date(year, 4, 30) if year < 2014 else date(year, 4, 27)
    days = {birthday - timedelta(days=birthday.weekday() == 6)}
    return days | ({date(year, 5, 5)} if year % 5 == 0 else set())


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_table_holds_what_the_acts_name_and_nothing_else(country: str) -> None:
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        assert holidays(country, year) == by_the_acts(country, year), year


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
        ("NO", 2027, "01-01 03-25 03-26 03-29 05-06 05-17"),
        ("DK", 2023, "04-06 04-07 04-10 05-05 05-18 05-29 06-05 12-25 12-26"),
        ("SE", 2026, "01-01 01-06 04-03 04-06 05-01 05-14 06-19 12-24 12-25 12-31"),
        ("DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 12-25"),
        ("NL", 2026, "01-01 04-03 04-06 04-27 05-01 05-14 05-25 12-25"),
        ("EE", 2026, "01-01 02-24 04-03 04-06 05-01 06-23 06-24 08-20 12-24 12-25"),
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
        is_banking_day("PL", date(2026, 3, 2))
    with pytest.raises(ValueError, match="2005"):
        holidays("SE", 2004)
    with pytest.raises(ValueError, match="2050"):
        holidays("FI", 2051)


def test_outside_the_table_only_weekends_are_known() -> None:
    # An ERP writes such dates: they must not stop a pull.
    assert is_banking_day("FI", date(2099, 12, 25))
    assert next_banking_day("FI", date(1999, 5, 1)) == date(1999, 5, 3)
    assert next_banking_day("SE", date(9999, 12, 31)) == date(9999, 12, 31)


def test_previous_banking_day_is_the_day_itself_or_the_last_before() -> None:
    assert previous_banking_day("SE", date(2026, 6, 18)) == date(2026, 6, 18)
    # Midsummer Eve 2026 is Friday the 19th.
    assert previous_banking_day("SE", date(2026, 6, 21)) == date(2026, 6, 18)
    assert previous_banking_day("DK", date(2027, 1, 1)) == date(2026, 12, 30)


@pytest.mark.parametrize(
    ("country", "start", "end", "days"),
    [
        ("FI", date(2026, 3, 20), date(2026, 3, 23), 1),  # Friday to Monday
        ("FI", date(2026, 3, 20), date(2026, 3, 22), 0),
        ("FI", date(2026, 3, 20), date(2026, 3, 20), 0),
        ("FI", date(2026, 3, 23), date(2026, 3, 20), 0),
        ("NO", date(2026, 4, 1), date(2026, 4, 7), 1),  # Maundy Thursday is closed
        ("SE", date(2026, 4, 1), date(2026, 4, 7), 2),  # and open in Sweden
        ("DK", date(2026, 12, 23), date(2026, 12, 31), 3),
    ],
)
def test_banking_days_between_count_the_end_and_not_the_start(
    country: str, start: date, end: date, days: int
) -> None:
    assert banking_days_between(country, start, end) == days


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

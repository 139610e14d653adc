"""Banking days of the countries whose law the hub knows, with Easter computed here.

Sources: Finland, velkakirjalaki 622/1947 5 § (958/1999); Sweden, skuldebrevslagen 1936:81 5 § and
lag 1930:173 2 §; Norway, gjeldsbrevlova § 5; Denmark, forældelsesloven § 27, by analogy for
payments (gældsbrevsloven § 5 was not read). Closures by a central bank's notice are not known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

_SATURDAY = 5


def easter_sunday(year: int) -> date:
    """Easter Sunday of a Gregorian year (Meeus, Astronomical Algorithms, chapter 8).

    >>> easter_sunday(2026)
    datetime.date(2026, 4, 5)
    """
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


def _first_saturday_from(day: date) -> date:
    return day + timedelta(days=(_SATURDAY - day.weekday()) % 7)


def _fixed(year: int, *month_days: tuple[int, int]) -> set[date]:
    return {date(year, month, day) for month, day in month_days}


def _around_easter(year: int, *offsets: int) -> set[date]:
    sunday = easter_sunday(year)
    return {sunday + timedelta(days=offset) for offset in offsets}


def _midsummer_and_all_saints(year: int) -> set[date]:
    midsummer = _first_saturday_from(date(year, 6, 20))
    all_saints = _first_saturday_from(date(year, 10, 31))
    return {midsummer - timedelta(days=1), midsummer, all_saints}


def _finland(year: int) -> set[date]:
    return (
        _fixed(year, (1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26))
        | _around_easter(year, -2, 0, 1, 39, 49)
        | _midsummer_and_all_saints(year)
    )


def _sweden(year: int) -> set[date]:
    return (
        _fixed(year, (1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
        | _around_easter(year, -2, 0, 1, 39, 49)
        | _midsummer_and_all_saints(year)
    )


def _norway(year: int) -> set[date]:
    return _fixed(year, (1, 1), (5, 1), (5, 17), (12, 25), (12, 26)) | _around_easter(
        year, -3, -2, 0, 1, 39, 49, 50
    )


def _denmark(year: int) -> set[date]:
    days = _fixed(year, (1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31))
    days |= _around_easter(year, -3, -2, 0, 1, 39, 49, 50)
    # Store bededag, the fourth Friday after Easter, was abolished from 2024.
    return days | _around_easter(year, 26) if year < 2024 else days


_COUNTRIES: dict[str, Callable[[int], set[date]]] = {
    "FI": _finland,
    "SE": _sweden,
    "NO": _norway,
    "DK": _denmark,
}


@lru_cache(maxsize=256)
def holidays(country: str, year: int) -> frozenset[date]:
    """The days besides Saturdays and Sundays on which payments do not fall due in a country.

    ``country`` is ISO 3166-1 alpha-2. Raises ``ValueError`` for a country that has no calendar,
    and for years before 2005, in which Sweden's list was another.
    """
    build = _COUNTRIES.get(country)
    if build is None:
        raise ValueError("no calendar for this country")
    if year < 2005:
        raise ValueError("the calendars begin in 2005")
    return frozenset(build(year))


def is_banking_day(country: str, day: date) -> bool:
    """Whether payments fall due on ``day``.

    >>> is_banking_day("FI", date(2025, 6, 20))  # Midsummer Eve
    False
    """
    return day.weekday() < _SATURDAY and day not in holidays(country, day.year)


def next_banking_day(country: str, day: date) -> date:
    """``day`` itself when it is a banking day, else the first one after it.

    >>> next_banking_day("FI", date(2025, 5, 31))  # a Saturday
    datetime.date(2025, 6, 2)
    """
    while not is_banking_day(country, day):
        day += timedelta(days=1)
    return day


def banking_days_after(country: str, day: date, n: int) -> date:
    """The ``n``-th banking day after ``day`` (``day`` itself is not counted).

    ``n`` = 0 gives :func:`next_banking_day`. Raises ``ValueError`` for a negative ``n``.
    """
    if n < 0:
        raise ValueError("banking days are counted forward")
    for _ in range(n):
        day = next_banking_day(country, day + timedelta(days=1))
    return next_banking_day(country, day)

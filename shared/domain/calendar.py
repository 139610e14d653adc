"""Banking days of the countries whose law the hub knows, counted on a generated table.

Sources: Finland, velkakirjalaki 622/1947 5 § (958/1999); Sweden, skuldebrevslagen 1936:81 5 § and
lag 1930:173 2 §; Norway, gjeldsbrevlova § 5; Denmark, forældelsesloven § 27, by analogy for
payments (gældsbrevsloven § 5 was not read). Germany, the Netherlands and Estonia: no act was read;
their public holidays and the days on which the euro's payment system is closed. Closures by a
central bank's notice, and holidays of a part of a country, are not known.

Outside the table's years only weekends are known. A due date that an ERP wrote as 1999 or 2099
must not stop a pull; nothing is done on such a day, and what is asked later is asked afresh.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from shared.domain import closed_days, closed_days_euro

_SATURDAY = 5
_DAY = timedelta(days=1)
_CLOSED = {**closed_days.CLOSED, **closed_days_euro.CLOSED}
FIRST_YEAR = min(_CLOSED["FI"])
LAST_YEAR = max(_CLOSED["FI"])


@lru_cache(maxsize=8)
def _closed(country: str) -> frozenset[date]:
    years = _CLOSED.get(country)
    if years is None:
        raise ValueError("no calendar for this country")
    return frozenset(
        date(year, int(day[:2]), int(day[2:]))
        for year, days in years.items()
        for day in days.split()
    )


def holidays(country: str, year: int) -> frozenset[date]:
    """The days from Monday to Friday on which payments do not fall due in a country.

    ``country`` is ISO 3166-1 alpha-2. Raises ``ValueError`` for a country that has no calendar,
    and for years that the table does not have.
    """
    closed = _closed(country)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the calendars hold the years {FIRST_YEAR} to {LAST_YEAR}")
    return frozenset(day for day in closed if day.year == year)


def is_banking_day(country: str, day: date) -> bool:
    """Whether payments fall due on ``day``.

    >>> is_banking_day("FI", date(2025, 6, 20))  # Midsummer Eve
    False
    """
    return day not in _closed(country) and day.weekday() < _SATURDAY


def next_banking_day(country: str, day: date) -> date:
    """``day`` itself when it is a banking day, else the first one after it.

    >>> next_banking_day("FI", date(2025, 5, 31))  # a Saturday
    datetime.date(2025, 6, 2)
    """
    while not is_banking_day(country, day):
        day += _DAY
    return day


def previous_banking_day(country: str, day: date) -> date:
    """``day`` itself when it is a banking day, else the last one before it.

    >>> previous_banking_day("NO", date(2026, 5, 17))  # a Sunday, and Constitution Day
    datetime.date(2026, 5, 15)
    """
    while not is_banking_day(country, day):
        day -= _DAY
    return day


def banking_days_after(country: str, day: date, n: int) -> date:
    """The ``n``-th banking day after ``day`` (``day`` itself is not counted).

    ``n`` = 0 gives :func:`next_banking_day`. Raises ``ValueError`` for a negative ``n``.
    """
    if n < 0:
        raise ValueError("banking days are counted forward")
    for _ in range(n):
        day = next_banking_day(country, day + _DAY)
    return next_banking_day(country, day)


def banking_days_between(country: str, start: date, end: date) -> int:
    """How many banking days lie after ``start`` and up to ``end`` (included); 0 when none do.

    >>> banking_days_between("FI", date(2026, 4, 2), date(2026, 4, 7))  # Easter lies between
    1
    """
    days = range(1, (end - start).days + 1)
    return sum(is_banking_day(country, start + timedelta(days=number)) for number in days)

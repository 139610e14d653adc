"""Runs: how many cases are started on a day, and how many are far above what is usual."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

# A month and its first days: whoever invoices once a month has its great day within.
_DAYS = timedelta(days=35)
# Nothing is judged before so many days with a run are known, nor below so many cases a day.
_LEAST_DAYS, _LEAST_CASES = 5, 200
# So many times the greatest day of the past is far above the usual.
_TIMES = 3


def most(days: Mapping[date, int], today: date) -> int | None:
    """The most cases that a run may start ``today`` by what its own past says; None: no bound yet.

    ``days`` counts the cases started on each day.

    >>> past = {date(2026, 3, day): 100 for day in range(1, 6)}
    >>> most(past, date(2026, 3, 9))
    300
    """
    past = [n for day, n in days.items() if today - _DAYS <= day < today and n > 0]
    return max(_TIMES * max(past), _LEAST_CASES) if len(past) >= _LEAST_DAYS else None


def stale(days: Mapping[date, int], today: date) -> list[date]:
    """The days that count no longer."""
    return sorted(day for day in days if day < today - _DAYS)

"""Expiries: what a connection holds that runs out, and when people are told of it."""

from __future__ import annotations

from datetime import date, timedelta

from shared.domain.explain import Record

# People are told so many days before the last day of use, and on the day after it (``OVER``).
STAGES, OVER = (60, 30, 7), 0


class Expiry(Record):
    """One thing that runs out: ``on`` is the last day of its use (UTC).

    ``told`` is the latest stage that people were told of (days before; ``OVER``), ``task`` the
    question that said so; both None before.
    """

    on: date
    told: int | None = None
    task: str | None = None


def stage(on: date, today: date) -> int | None:
    """The stage that has begun by ``today``, or None while it is further away than all of them.

    >>> stage(date(2026, 5, 1), date(2026, 3, 2)), stage(date(2026, 5, 1), date(2026, 5, 2))
    (60, 0)
    """
    left = (on - today).days
    if left < 0:
        return OVER
    return min((days for days in STAGES if left <= days), default=None)


def untold(one: Expiry, today: date) -> int | None:
    """The stage that people are to be told of today, or None when they know."""
    now = stage(one.on, today)
    return now if now is not None and (one.told is None or now < one.told) else None


def next_look(one: Expiry, today: date) -> date | None:
    """The next day after ``today`` on which a stage begins; None when it is over."""
    begins = [one.on - timedelta(days=days) for days in STAGES] + [one.on + timedelta(days=1)]
    return min((day for day in begins if day > today), default=None)

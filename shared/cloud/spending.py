"""Spending: how often a counterpart may be called, counted in one row for all who call it.

The generic cell rate algorithm (ITU-T I.371 annex A) over one instant, ``due``: each call moves it
on by one interval, and a call may be made while it lies no further ahead than a burst allows. Burst
and rate are chosen so that no window of the budget ever holds more calls than the budget names. The
reserve is a deeper burst that only the proof before a touch may use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.cloud import clock, table
from shared.cloud.keys import Key
from shared.errors import Conflict, Retry

# Longer waits than this are the caller's: a function is not paid for sleeping.
_LONGEST_PAUSE_MS = 10_000
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Rate:
    """A budget as the counter needs it: milliseconds a call, and how many may come at once."""

    interval_ms: int
    burst: int
    reserve: int

    @classmethod
    def of(cls, calls: int, seconds: int, reserve: int) -> Rate:
        """The rate at which any ``seconds`` hold at most ``calls``, ``reserve`` of them kept."""
        burst = max(1, (calls - reserve) // 4)
        steady = max(1, calls - reserve - burst)
        return cls(-(-seconds * 1000 // steady), burst, reserve)


class Meter:
    """Called before each request: waits its turn with ``pause`` (seconds) or raises ``Retry``."""

    def __init__(
        self, key: Key, rate: Rate, *, urgent: bool, pause: Callable[[float], None]
    ) -> None:
        self._key, self._rate, self._pause = key, rate, pause
        self._burst = rate.burst + (rate.reserve if urgent else 0)

    def __call__(self) -> None:
        """Count one call. Raises ``Retry`` with the seconds to wait when the budget is used."""
        for _ in range(_TRIES):
            now = _ms(clock.wall())
            row = table.get(self._key) or {}
            due = max(row.get("due_ms", 0), now) + self._rate.interval_ms
            ahead = due - now - self._burst * self._rate.interval_ms
            if ahead > _LONGEST_PAUSE_MS:
                break
            if ahead > 0:
                self._pause(ahead / 1000)
            elif self._counted(row.get("due_ms"), due):
                return
        raise Retry("the budget of calls is used", after=-(-max(ahead, 1000) // 1000))

    def _counted(self, seen: int | None, due: int) -> bool:
        condition = "attribute_not_exists(due_ms)" if seen is None else "due_ms = :seen"
        try:
            table.update(
                self._key,
                set_={"due_ms": due},
                condition=condition,
                values={} if seen is None else {"seen": seen},
            )
        except Conflict:
            return False
        return True


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)

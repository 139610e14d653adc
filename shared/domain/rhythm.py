"""Rhythm: what a feed usually brings, and when it brings so little that a person must look.

Two measures, both against the feed's own past. A list of everything that is open (a full
statement) has a length; a feed of movements has a pace. Nothing is judged before enough is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from shared.domain.calendar import is_banking_day
from shared.domain.explain import Reason, Record

# How much of the past is kept, and how much of it must be there before anything is judged.
_LISTS, _LEAST_LISTS = 8, 3
_DAYS, _LEAST_DAYS = 30, 10
# A list is far shorter than usual below this share of the mean; of short lists only none is odd.
_SHARE, _SHORT = 0.5, 10
# Were payments independent, none where seven are expected would be chance once in a thousand times
# (e ** -7). A stream is judged from a third of a working day on, since its pace is not even; what
# is booked in batches from half as long again as its longest usual gap.
_EXPECTED, _LEAST_PAUSE, _GAPS = 7.0, 1 / 3, 1.5
# Money moves on banking days between these hours; nights and weekends prove nothing.
_FROM, _TO = time(8), time(20)

Odd = Literal["far_fewer_rows", "silent"]


class Rhythm(Record):
    """What a feed brought lately.

    ``lists`` are the lengths of its latest full lists. ``days`` are days (creditor's zone) with
    the movements that were new on them; ``last`` is the instant (UTC) of the latest of those.
    """

    lists: tuple[int, ...] = ()
    days: tuple[tuple[date, int], ...] = ()
    last: AwareDatetime | None = None


class Verdict(Record):
    """A feed's rhythm after a read, and what was odd about the read, with the reason."""

    rhythm: Rhythm
    odd: Odd | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """One complete read of a feed.

    ``listed`` is the length of a full list (None: it was none), ``moved`` the number of movements
    that were new. ``at`` is when it began, ``through`` up to when the feed is known by it.
    ``batched``: its movements are booked together, as in books and statements, and not one by one.
    """

    listed: int | None
    moved: int
    at: datetime
    through: datetime
    batched: bool


def judge(
    before: Rhythm, read: Read, country: str, zone: str, *, odd: str | None = None
) -> Verdict:
    """What one more read says of a feed; ``odd`` is the word that stood against it so far.

    A list that is far too short is not counted, so that it never becomes the usual; only a list of
    usual length, or a person, takes its word back.
    """
    too_few = None if read.listed is None else far_fewer(before, read.listed)
    counted = read.listed if too_few is None else None
    today = read.at.astimezone(ZoneInfo(zone)).date()
    now = after(before, listed=counted, moved=read.moved, at=read.at, today=today)
    if too_few is not None:
        return Verdict(rhythm=now, odd="far_fewer_rows", reason=too_few)
    if read.listed is None and odd == "far_fewer_rows":
        return Verdict(rhythm=now, odd="far_fewer_rows")
    quiet = silent(now, read.through, country, zone, batched=read.batched)
    return Verdict(rhythm=now, odd="silent" if quiet else None, reason=quiet)


def after(rhythm: Rhythm, *, listed: int | None, moved: int, at: datetime, today: date) -> Rhythm:
    """The rhythm after one more read at ``at``.

    ``listed`` is the length of a full list (None: it was none), ``moved`` the number of movements
    that were new.
    """
    lists = rhythm.lists if listed is None else (*rhythm.lists, listed)[-_LISTS:]
    if not moved:
        return rhythm.model_copy(update={"lists": lists})
    days = dict(rhythm.days)
    days[today] = days.get(today, 0) + moved
    return Rhythm(lists=lists, days=tuple(sorted(days.items()))[-_DAYS:], last=at)


def far_fewer(rhythm: Rhythm, listed: int) -> Reason | None:
    """Why a list of this length is far shorter than the latest ones, or None."""
    if len(rhythm.lists) < _LEAST_LISTS:
        return None
    mean = sum(rhythm.lists) / len(rhythm.lists)
    odd = listed < mean * _SHARE if mean >= _SHORT else mean >= 1 and listed == 0
    if not odd:
        return None
    facts = {"rows": str(listed), "usual": f"{mean:.0f}", "lists": str(len(rhythm.lists))}
    text = "the list is far shorter than the latest ones"
    return Reason(rule="source.far_fewer_rows", text=text, facts=facts)


def silent(
    rhythm: Rhythm, through: datetime, country: str, zone: str, *, batched: bool
) -> Reason | None:
    """Why a feed that is known through an instant has been silent for too long, or None.

    ``country`` gives the banking days (one without a calendar is not judged), ``zone`` the hours.
    The first day that is kept counts for nothing: it may hold a backlog.
    """
    if rhythm.last is None or len(rhythm.days) < _LEAST_DAYS:
        return None
    try:
        pause = working_days(rhythm.last, through, country, zone)
        gaps = [_banking_days(a, b, country) for a, b in pairwise(day for day, _ in rhythm.days)]
    except ValueError:
        return None
    pace = sum(count for _, count in rhythm.days[1:]) / max(sum(gaps), 1)
    least = _GAPS * max(*gaps, 1) if batched or max(gaps) > 1 else _LEAST_PAUSE
    if pause < least or pause * pace < _EXPECTED:
        return None
    facts = {
        "since": rhythm.last.isoformat(), "expected": f"{pause * pace:.0f}",
        "usual_per_banking_day": f"{pace:.1f}",
    }  # fmt: skip
    return Reason(rule="source.silent", text="no movement came where many were usual", facts=facts)


def working_days(start: datetime, end: datetime, country: str, zone: str) -> float:
    """The time from ``start`` to ``end`` in working days: 08 to 20 o'clock of banking days."""
    info, total = ZoneInfo(zone), 0.0
    day, last = start.astimezone(info).date(), end.astimezone(info).date()
    whole = datetime.combine(day, _TO) - datetime.combine(day, _FROM)
    while day <= last:
        if is_banking_day(country, day):
            opens = max(datetime.combine(day, _FROM, info), start)
            closes = min(datetime.combine(day, _TO, info), end)
            total += max(closes - opens, timedelta(0)) / whole
        day += timedelta(days=1)
    return total


def _banking_days(after_day: date, last: date, country: str) -> int:
    days = (after_day + timedelta(days=n) for n in range(1, (last - after_day).days + 1))
    return sum(1 for day in days if is_banking_day(country, day))

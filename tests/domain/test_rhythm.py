"""A feed that suddenly brings far less than it used to is for a person; a slow one is let be."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.domain.calendar import is_banking_day
from shared.domain.rhythm import Read, Rhythm, far_fewer, judge, silent, working_days

ZONE = "Europe/Helsinki"
MONDAY = date(2026, 3, 16)


def at(day, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(ZONE))


def days(count, start=date(2026, 2, 2)):
    """The first banking days from a Monday on."""
    found, day = [], start
    while len(found) < count:
        if is_banking_day("FI", day):
            found.append(day)
        day += timedelta(days=1)
    return found


def paced(moved, count=15, every=1, hour=9):
    """A feed that brought so many movements on every ``every``-th of so many banking days."""
    taken = days(count)[::every]
    return Rhythm(days=tuple((day, moved) for day in taken), last=at(taken[-1], hour)), taken[-1]


def read(day, hour=9, *, listed=None, moved=0, batched=False):
    moment = at(day, hour)
    return Read(listed=listed, moved=moved, at=moment, through=moment, batched=batched)


LISTS = {
    "as usual": ((400, 410, 390), 395, False),
    "half": ((400, 410, 390), 200, False),
    "less than half": ((400, 410, 390), 199, True),
    "none": ((400, 410, 390), 0, True),
    "far more": ((400, 410, 390), 4000, False),
    "short lists vary": ((4, 6, 5), 1, False),
    "short lists that end": ((4, 6, 5), 0, True),
    "nothing was ever listed": ((0, 0, 0), 0, False),
    "too little is known": ((400, 410), 0, False),
}


@pytest.mark.parametrize(("lists", "rows", "odd"), LISTS.values(), ids=LISTS)
def test_a_full_list_is_held_against_the_mean_of_the_latest_ones(lists, rows, odd):
    assert (far_fewer(Rhythm(lists=lists), rows) is not None) == odd


def test_a_list_that_is_odd_never_becomes_the_usual():
    known = Rhythm(lists=(400, 410, 390))
    for _ in range(10):
        verdict = judge(known, read(MONDAY, listed=3), "FI", ZONE)
        known = verdict.rhythm
        assert verdict.odd == "far_fewer_rows"
    assert verdict.reason.facts == {"rows": "3", "usual": "400", "lists": "3"}


def test_only_a_usual_list_takes_the_word_back():
    known = Rhythm(lists=(400, 410, 390))
    no_list = judge(known, read(MONDAY), "FI", ZONE, odd="far_fewer_rows")
    usual = judge(known, read(MONDAY, listed=380), "FI", ZONE, odd="far_fewer_rows")

    assert (no_list.odd, usual.odd) == ("far_fewer_rows", None)


def test_a_working_day_is_twelve_hours_of_a_banking_day():
    friday = MONDAY - timedelta(days=3)
    assert working_days(at(MONDAY, 8), at(MONDAY, 20), "FI", ZONE) == 1
    assert working_days(at(MONDAY, 8), at(MONDAY, 14), "FI", ZONE) == 0.5
    assert working_days(at(friday, 20), at(MONDAY, 8), "FI", ZONE) == 0
    assert working_days(at(friday, 14), at(MONDAY, 14), "FI", ZONE) == 1
    assert working_days(at(date(2026, 4, 2), 20), at(date(2026, 4, 7), 8), "FI", ZONE) == 0


def test_a_busy_stream_is_missed_after_hours_and_not_at_night():
    known, last = paced(60, hour=19)
    next_day = days(16)[-1]

    assert silent(known, at(last, 23), "FI", ZONE, batched=False) is None
    assert silent(known, at(next_day, 7), "FI", ZONE, batched=False) is None
    assert silent(known, at(next_day, 9), "FI", ZONE, batched=False) is None
    found = silent(known, at(next_day, 12), "FI", ZONE, batched=False)
    assert found.facts["usual_per_banking_day"] == "60.0"


def test_books_that_come_once_a_day_are_missed_after_a_day_and_a_half():
    known, last = paced(60)
    after = days(17)

    assert last == after[14]
    assert silent(known, at(after[15], 12), "FI", ZONE, batched=True) is None
    assert silent(known, at(after[16], 16), "FI", ZONE, batched=True) is not None


def test_books_that_come_once_a_week_are_missed_after_more_than_a_week():
    known, last = paced(50, count=60, every=5)
    after = days(60 + 20)
    where = after.index(last)

    assert silent(known, at(after[where + 6]), "FI", ZONE, batched=True) is None
    assert silent(known, at(after[where + 8]), "FI", ZONE, batched=True) is not None


def test_a_stream_that_has_quiet_weeks_is_not_missed_after_hours():
    known, last = paced(50, count=60, every=5)
    after = days(60 + 20)

    assert silent(known, at(after[after.index(last) + 3]), "FI", ZONE, batched=False) is None


def test_a_slow_account_may_be_silent_for_long():
    known, last = paced(1, count=60, every=5)
    later = days(60 + 60)
    where = later.index(last)

    assert silent(known, at(later[where + 20]), "FI", ZONE, batched=False) is None
    assert silent(known, at(later[where + 37]), "FI", ZONE, batched=False) is not None


def test_too_short_a_past_and_a_country_without_calendar_are_not_judged():
    short, _ = paced(60, count=9)
    known, _ = paced(60)

    assert silent(short, at(date(2026, 6, 1)), "FI", ZONE, batched=False) is None
    assert silent(known, at(date(2026, 6, 1)), "PL", ZONE, batched=False) is None


def test_the_backlog_of_the_first_read_is_not_the_pace():
    first, *others = days(12)
    known = Rhythm(
        days=((first, 50_000), *((day, 1) for day in others)), last=at(others[-1])
    )  # fmt: skip

    assert silent(known, at(others[-1] + timedelta(days=4)), "FI", ZONE, batched=True) is None


def test_a_movement_ends_the_silence():
    known, last = paced(60)
    later = last + timedelta(days=14)
    quiet = judge(known, read(later), "FI", ZONE)
    heard = judge(quiet.rhythm, read(later, 10, moved=1), "FI", ZONE, odd=quiet.odd)

    assert (quiet.odd, heard.odd) == ("silent", None)
    assert heard.rhythm.days[-1] == (later, 1)


def test_only_so_much_of_the_past_is_kept():
    known = Rhythm()
    for day in days(100):
        known = judge(known, read(day, listed=5, moved=1), "FI", ZONE).rhythm

    assert (len(known.days), len(known.lists)) == (30, 8)

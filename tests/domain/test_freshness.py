"""A source is fresh when it is known as far as it can be: an API by its window, a bank by its days.

Spring 2026 in Finland: Good Friday is 3 April, Easter Monday 6 April, May Day a Friday.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.calendar import is_banking_day
from shared.domain.freshness import (
    Gate,
    Promise,
    Source,
    covered_day,
    next_promise,
    promised_day,
    stale,
    waits,
)  # fmt: skip

HELSINKI = ZoneInfo("Europe/Helsinki")
FI = Promise(country="FI")


def at(day, hour=9, minute=0):
    return datetime(2026, *day, hour, minute, tzinfo=HELSINKI)


def api(**fields):
    known = {"connection": "erp", "family": "erp", "state": "enabled", "read_at": at((3, 16), 9)}
    return Source(**{**known, **fields})


def bank(through=None, **fields):
    """A bank whose statements are complete through the end of a day."""
    end = None if through is None else at(through, 23, 59) + timedelta(seconds=59)
    known = {"connection": "bank", "family": "banks", "state": "enabled", "read_at": at((3, 16), 9),
             "complete_through": end}  # fmt: skip
    return Source(**{**known, **fields})


@pytest.mark.parametrize(
    ("minutes", "fresh"), [(0, True), (59, True), (60, True), (61, False), (1440, False)]
)
def test_an_api_is_fresh_for_its_window_after_a_complete_read(minutes, fresh):
    found = stale(api(), at((3, 16)) + timedelta(minutes=minutes))

    assert (found is None) == fresh
    if found is not None:
        assert (found.why, found.since) == ("read_too_long_ago", at((3, 16), 10))


@pytest.mark.parametrize("state", ["pending", "tested", "degraded", "failing", "needs_auth", ""])
def test_only_an_enabled_source_is_fresh(state):
    assert stale(api(state=state), at((3, 16))).why == "not_enabled"
    assert stale(bank((3, 13), state=state), at((3, 16)), FI).why == "not_enabled"


def test_what_was_never_read_is_not_fresh():
    assert stale(api(read_at=None), at((3, 16))).why == "never_read"


def test_a_source_that_has_more_to_read_is_not_fresh_until_it_is_read():
    assert stale(api(wanted_at=at((3, 16), 9, 1)), at((3, 16), 9, 2)).why == "unread"
    assert stale(api(wanted_at=at((3, 16), 8, 59)), at((3, 16), 9, 2)) is None


def test_a_suspicious_source_is_not_fresh_however_recently_it_was_read():
    found = stale(bank((3, 13), suspicious="silent"), at((3, 16)), FI)

    assert found.why == "suspicious"


BANK_DAYS = {
    "Monday at nine with Friday's statement": ((3, 16), 9, (3, 13), True),
    "Monday at nine with Thursday's": ((3, 16), 9, (3, 12), False),
    "Monday before nine with Thursday's": ((3, 16), 8, (3, 12), True),
    "Tuesday at nine without Monday's": ((3, 17), 9, (3, 13), False),
    "Tuesday before nine without Monday's": ((3, 17), 8, (3, 13), True),
    "Tuesday at nine with Monday's": ((3, 17), 9, (3, 16), True),
    "Sunday with Thursday's, which Friday brought": ((3, 15), 12, (3, 12), True),
    "Sunday with Wednesday's": ((3, 15), 12, (3, 11), False),
    "Easter Monday with Wednesday's, which Maundy Thursday brought": ((4, 6), 15, (4, 1), True),
    "the Tuesday after Easter with Wednesday's": ((4, 7), 9, (4, 1), False),
    "the Tuesday after Easter with Maundy Thursday's": ((4, 7), 9, (4, 2), True),
    "the Monday after May Day with Thursday's": ((5, 4), 9, (4, 30), True),
    "a statement of today, when the bank sends them in the day": ((3, 17), 9, (3, 17), True),
}


@pytest.mark.parametrize(("day", "hour", "through", "fresh"), BANK_DAYS.values(), ids=BANK_DAYS)
def test_a_bank_is_fresh_through_the_last_banking_day_that_it_promised(day, hour, through, fresh):
    assert (stale(bank(through), at(day, hour), FI) is None) == fresh


def test_a_missing_statement_says_since_when_and_when_the_next_is_due():
    found = stale(bank((3, 12)), at((3, 16), 11), FI)

    assert found.why == "statement_missing"
    assert found.since == at((3, 16), 9)
    assert found.until == at((3, 17), 9)
    assert found.complete_through == at((3, 12), 23, 59) + timedelta(seconds=59)


def test_a_statement_is_missing_from_the_day_on_which_it_was_promised_over_holidays_too():
    slow = Promise(country="FI", clearing_days=2)
    found = stale(bank((4, 1)), at((4, 9)), slow)

    # Maundy Thursday's statement, two banking days later: the Wednesday after Easter.
    assert found.since == at((4, 8), 9)


def test_a_source_is_not_fresh_before_its_money_has_found_its_claims():
    found = stale(api(matching_since=at((3, 16), 9, 1)), at((3, 16), 9, 2))
    assert (found.why, found.since) == ("matching", at((3, 16), 9, 1))
    missing = bank((3, 12), matching_since=at((3, 16), 9, 1))
    assert stale(missing, at((3, 16), 9, 2), FI).why == "statement_missing"


def test_a_bank_that_never_proved_a_day_is_not_fresh():
    assert stale(bank(None), at((3, 16)), FI).why == "statement_missing"


def test_a_statement_of_half_a_day_does_not_prove_the_day():
    half = bank(None, complete_through=at((3, 16), 12))

    assert covered_day("FI", half.complete_through) == date(2026, 3, 15)
    assert stale(half, at((3, 17), 9), FI).why == "statement_missing"


@pytest.mark.parametrize(
    "end",
    [
        datetime(2026, 3, 13, 21, 59, 59, tzinfo=UTC), datetime(2026, 3, 13, 21, 59, tzinfo=UTC),
        datetime(2026, 3, 13, 22, 0, tzinfo=UTC), datetime(2026, 3, 13, 23, 59, 59, tzinfo=UTC),
    ],
)  # fmt: skip
def test_the_end_of_a_day_proves_it_however_it_is_written(end):
    assert covered_day("FI", end) == date(2026, 3, 13)


def test_a_bank_may_be_given_grace_clearing_days_and_an_hour():
    assert stale(bank((3, 12)), at((3, 16), 9), FI, grace_bank_days=1) is None
    assert stale(bank((3, 11)), at((3, 16), 9), FI, grace_bank_days=1) is not None
    slow = Promise(country="FI", clearing_days=2)
    assert stale(bank((3, 12)), at((3, 16), 9), slow) is None
    late = Promise(country="FI", by_hour=14)
    assert stale(bank((3, 12)), at((3, 16), 13, 59), late) is None
    assert stale(bank((3, 12)), at((3, 16), 14), late) is not None


def test_a_bank_keeps_the_days_of_its_own_country():
    # 17 May 2027 is a Monday, and Norway's own.
    norway = Promise(country="NO")
    monday = datetime(2027, 5, 17, 12, tzinfo=UTC)
    assert promised_day(norway, monday) == date(2027, 5, 13)
    assert promised_day(FI, monday) == date(2027, 5, 14)


def test_a_country_without_a_calendar_is_not_promised_and_never_fresh():
    with pytest.raises(ValidationError):
        Promise(country="PL")
    found = waits(api(), [bank((3, 13))], Gate(), "PL", at((3, 16)))
    assert [one.why for one in found] == ["no_bank_calendar"]


@given(
    st.integers(0, 6 * 365 * 24 * 60).map(
        lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from(["FI", "SE", "NO", "DK", "DE", "NL", "EE"]),
    st.integers(0, 23),
    st.integers(0, 3),
)
def test_a_bank_that_keeps_its_word_is_always_fresh_and_one_day_less_never_is(
    now, country, by_hour, clearing
):
    promise = Promise(country=country, by_hour=by_hour, clearing_days=clearing)
    day = promised_day(promise, now)
    end = datetime(day.year, day.month, day.day, 23, 59, tzinfo=ZoneInfo("Europe/Oslo"))
    kept = bank(None, complete_through=end)
    short = bank(None, complete_through=end - timedelta(days=1))

    assert is_banking_day(country, day)
    assert stale(kept, now, promise) is None
    found = stale(short, now, promise)
    assert found is not None
    assert found.since <= now < next_promise(promise, now) == found.until


def test_a_case_waits_for_its_erp_and_every_money_feed_that_is_not_ignored():
    card = api(connection="stripe", family="payments", read_at=at((3, 16), 7))
    sources = [bank((3, 12)), card]
    now = at((3, 16))

    found = waits(api(), sources, Gate(), "FI", now)
    assert [one.connection for one in found] == ["bank", "stripe"]
    found = waits(api(), sources, Gate(ignored=("stripe",)), "FI", now)
    assert [one.connection for one in found] == ["bank"]
    assert waits(api(), sources, Gate(ignored=("stripe", "bank")), "FI", now) == ()
    assert waits(api(read_at=None), [], Gate(), "FI", now)[0].connection == "erp"


def test_the_creditors_word_on_a_bank_goes_before_its_country():
    said = Gate(banks={"bank": Promise(country="FI", by_hour=12)})

    assert waits(api(), [bank((3, 12))], said, "FI", at((3, 16))) == ()


def test_a_bank_with_accounts_in_two_countries_keeps_the_days_of_both():
    # Midsummer Eve, 19 June 2026, is a banking day in Norway and none in Finland.
    both = bank((6, 18), countries=("FI", "NO"))
    monday = at((6, 22))
    assert waits(api(read_at=monday), [both], Gate(), "FI", monday)[0].why == "statement_missing"
    only = both.model_copy(update={"countries": ("FI",)})
    assert waits(api(read_at=monday), [only], Gate(), "FI", monday) == ()


def test_without_a_money_feed_the_books_are_believed_unless_the_creditor_says_no():
    assert waits(api(), [], Gate(), "FI", at((3, 16))) == ()
    found = waits(api(), [], Gate(erp_is_the_bank=False), "FI", at((3, 16)))
    assert [one.why for one in found] == ["no_money_feed"]
    assert waits(api(), [bank((3, 13))], Gate(erp_is_the_bank=False), "FI", at((3, 16))) == ()


def test_books_that_do_not_say_who_paid_wait_for_a_bank_whatever_the_gate_believes():
    # A provider shows the card payments alone, and an ignored bank shows nothing.
    monday, books = at((3, 16)), api(says_who_paid=False)
    card = api(connection="card", family="payments")
    said = bank((3, 13))
    for feeds, gate in (((), Gate()), ((card,), Gate()), ((said,), Gate(ignored=("bank",)))):
        assert [one.why for one in waits(books, feeds, gate, "FI", monday)] == ["no_money_feed"]
    assert waits(books, (card, said), Gate(), "FI", monday) == ()

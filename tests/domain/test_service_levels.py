"""By when people answer: hours around the clock, business days of the creditor's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.domain.service_levels import answer_by

CASES = {
    "four hours, over a weekend too": (
        "money_differs", datetime(2026, 4, 3, 18, 0, tzinfo=UTC),
        datetime(2026, 4, 3, 22, 0, tzinfo=UTC),
    ),
    # Maundy Thursday evening: Good Friday and Easter Monday are no banking days in Finland.
    "the next business day, after Easter": (
        "payment_ambiguous", datetime(2026, 4, 2, 12, 0, tzinfo=UTC),
        datetime(2026, 4, 7, 14, 0, tzinfo=UTC),
    ),
    "an act that waits for a yes has one day": (
        "approve_firm", datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        datetime(2026, 3, 3, 15, 0, tzinfo=UTC),
    ),
    "any other question has two": (
        "something_new", datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        datetime(2026, 3, 4, 15, 0, tzinfo=UTC),
    ),
    # 22:30 UTC is the next day in Helsinki, and a summer's 17:00 is 14:00 UTC.
    "the day is the creditor's own": (
        "something_new", datetime(2026, 6, 1, 22, 30, tzinfo=UTC),
        datetime(2026, 6, 4, 14, 0, tzinfo=UTC),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("why", "asked", "due"), CASES.values(), ids=CASES)
def test_a_question_is_answered_by(why, asked, due):
    assert answer_by(why, asked, "FI", "Europe/Helsinki") == due

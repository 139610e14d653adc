"""Retention: every class of records in every country, each with its section and status."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources
from typing import get_args

import pytest

from shared.domain.lawpack import COUNTRIES
from shared.domain.retention import RetentionClass, read_retention, retention, table_hash

TEXT = (resources.files("shared.rules") / "retention.toml").read_text(encoding="utf-8")


def test_every_class_of_records_has_a_time_in_every_country() -> None:
    table = read_retention(TEXT)
    assert {country for _, country in table} == set(COUNTRIES)
    assert {kind for kind, _ in table} == {
        "ledger", "raw", "unmatched", "case_evidence", "contact", "audit", "technical",
    }  # fmt: skip
    assert all(keep.section and (keep.years or keep.days) for keep in table.values())


@pytest.mark.parametrize(
    ("country", "years"),
    [("FI", 10), ("SE", 7), ("NO", 5), ("DK", 5), ("DE", 10), ("NL", 10), ("EE", 10)],
)
def test_the_ledger_is_kept_for_the_books_of_its_country(country: str, years: int) -> None:
    assert retention("ledger", country).years == years


@pytest.mark.parametrize(
    ("country", "years"),
    [("FI", 4), ("SE", 11), ("NO", 4), ("DK", 11), ("DE", 11), ("NL", 11), ("EE", 11)],
)
def test_case_evidence_outlives_the_longest_limitation_by_a_year(country: str, years: int) -> None:
    keep = retention("case_evidence", country)
    assert keep.years == years
    assert "dispute" in keep.held_by


def test_nothing_is_guessed_for_another_country() -> None:
    with pytest.raises(ValueError, match="no retention"):
        retention("ledger", "PL")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('sources = ["PRODUCT"]', 'sources = ["HEARSAY"]', "not listed"),
        ('countries = ["NO", "DK"]', 'countries = ["NO", "FI"]', "same records"),
        ('countries = ["NO", "DK"]', 'countries = ["NO"]', "lacks"),
        ("years = 10\n", "years = 10\ndays = 3\n", "years or in days"),
        ("years = 10\n", "", "years or in days"),
    ],
)
def test_a_table_that_contradicts_itself_fails_to_load(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueError, match=message):
        read_retention(TEXT.replace(old, new, 1))


@pytest.mark.parametrize(
    ("kind", "country", "since", "last"),
    [
        # The end of the financial year in which it was booked, and then the years.
        ("ledger", "FI", "2026-03-02", "2036-12-31"),
        ("ledger", "FI", "2026-12-31", "2036-12-31"),
        ("ledger", "SE", "2026-01-01", "2033-12-31"),
        ("ledger", "DK", "2026-06-30", "2031-12-31"),
        ("raw", "FI", "2026-03-02", "2027-04-06"),
        ("unmatched", "NO", "2026-03-02", "2030-03-02"),
        ("case_evidence", "SE", "2026-03-02", "2037-03-02"),
        ("contact", "DE", "2026-03-02", "2027-03-02"),
        # There is no other 29 February.
        ("contact", "FI", "2028-02-29", "2029-02-28"),
        ("case_evidence", "FI", "2028-02-29", "2032-02-29"),
        ("audit", "EE", "2026-03-02", "2036-03-02"),
        ("technical", "NL", "2026-03-02", "2026-05-31"),
    ],
)
def test_the_last_day_of_a_record(
    kind: RetentionClass, country: str, since: str, last: str
) -> None:
    keep = retention(kind, country)
    day, end = date.fromisoformat(since), date.fromisoformat(last)
    assert keep.last_day(day) == end
    assert keep.over_up_to(end) < day <= keep.over_up_to(end + timedelta(days=1))


@pytest.mark.parametrize(
    ("since", "last"),
    [("2026-06-30", "2036-06-30"), ("2026-07-01", "2037-06-30"), ("2026-03-02", "2036-06-30")],
)
def test_a_financial_year_may_end_in_summer(since: str, last: str) -> None:
    ends = retention("ledger", "FI").last_day(date.fromisoformat(since), (6, 30))
    assert ends == date.fromisoformat(last)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("kind", get_args(RetentionClass))
def test_what_is_over_stays_over_and_nothing_is_over_before_its_day(
    kind: RetentionClass, country: str
) -> None:
    keep, before = retention(kind, country), date.min
    for number in range(0, 800, 29):
        today = date(2034, 12, 1) + timedelta(days=number)
        upto = keep.over_up_to(today, (2, 29))
        assert (
            keep.last_day(upto, (2, 29)) < today <= keep.last_day(upto + timedelta(days=1), (2, 29))
        )
        assert upto >= before
        before = upto


def test_what_holds_a_class_is_what_the_table_says() -> None:
    assert retention("case_evidence", "FI").held({"dispute"})
    assert not retention("ledger", "FI").held({"dispute", "open_claim"})
    assert retention("ledger", "FI").held({"court"})
    assert not retention("raw", "FI").held({"court", "dispute", "open_claim"})


@pytest.mark.parametrize("country", COUNTRIES)
def test_technical_records_are_kept_as_long_as_the_templates_keep_logs(country: str) -> None:
    # infra/compute.yaml: RetentionInDays of every log group, held by tests/infra.
    assert retention("technical", country).days == 90


def test_a_confirmation_is_of_this_table() -> None:
    assert table_hash() == "b2535927588523012fb46fa35decb4c4e9cb0daf7975ffe411d7e4b87879c92b"

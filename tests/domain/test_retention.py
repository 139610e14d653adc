"""Retention: every class of records in every country, each with its section and status."""

from __future__ import annotations

from importlib import resources

import pytest

from shared.domain.lawpack import COUNTRIES
from shared.domain.retention import read_retention, retention

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

"""Rates that an operator loads: one half-year more, and nothing known lost."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from importlib import resources

import pytest
from pydantic import ValidationError

from shared.domain.lawpack import read_pack
from shared.domain.rate_table import (
    LoadedRate,
    RateRefused,
    as_toml,
    half_year_end,
    last_known,
    missing_from,
    next_gap,
    with_rate,
)

FOLDER = resources.files("shared.rules")
RATES = (FOLDER / "rates.toml").read_text(encoding="utf-8")
COUNTRIES = ("FI", "SE", "NO", "DK")
PACKS = {one: (FOLDER / f"{one.lower()}.toml").read_text(encoding="utf-8") for one in COUNTRIES}
NEXT = {
    "from": "2026-07-01", "to": "2026-12-31", "reference": "2.75", "status": "CONFIRMED",
    "source": {"title": "The central bank's notice", "url": "https://bank.example/notice"},
}  # fmt: skip


def rate(**changes):
    return LoadedRate.model_validate({**NEXT, **changes})


def pack(country, rates=RATES):
    return read_pack(country, PACKS[country], rates)


def test_a_table_written_again_says_the_same():
    read = tomllib.loads(RATES, parse_float=Decimal)
    assert tomllib.loads(as_toml(read), parse_float=Decimal) == read


def test_a_text_of_any_letters_survives():
    table = {
        "a": 'say "no"\\',
        "b": "päivä\n\t\x7f",
        "c": [1, True, date(2026, 7, 1), Decimal("1.50")],
    }
    assert tomllib.loads(as_toml(table), parse_float=Decimal) == table


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_loaded_half_year_is_used_and_all_others_stay(country):
    before = pack(country)
    first = next_gap(before)
    given = rate(**{"from": first.isoformat(), "to": half_year_end(first).isoformat()})
    after = pack(country, with_rate(RATES, country, given))

    assert last_known(after) == half_year_end(first)
    assert after.rates[:-1] == before.rates
    found = after.half_year(first)
    assert found is not None
    assert (found.reference, found.status) == (Decimal("2.75"), "CONFIRMED")
    assert after.sources[found.sources[0]].title == "The central bank's notice"
    assert after.hash != before.hash
    others = {one for one in COUNTRIES if one != country}
    for other in others:
        assert pack(other, with_rate(RATES, country, given)).rates == pack(other).rates


def test_loading_is_pure_and_the_same_rate_gives_the_same_text():
    assert with_rate(RATES, "FI", rate()) == with_rate(RATES, "FI", rate())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"from": "2026-01-01", "to": "2026-06-30"}, "known"),
        ({"from": "2026-01-01", "to": "2026-06-30", "replaces": "9.99"}, "not_replaced"),
        ({"replaces": "2.50"}, "not_replaced"),
        ({"from": "2027-01-01", "to": "2027-06-30"}, "gap"),
    ],
)
def test_no_known_value_is_lost_by_mistake_and_no_gap_is_left(changes, code):
    with pytest.raises(RateRefused) as refused:
        with_rate(RATES, "FI", rate(**changes))
    assert refused.value.code == code


def test_a_known_value_is_corrected_by_whoever_names_it():
    given = rate(**{"from": "2026-01-01", "to": "2026-06-30", "replaces": "2.5"})
    corrected = pack("FI", with_rate(RATES, "FI", given))
    assert corrected.half_year(date(2026, 3, 1)).reference == Decimal("2.75")
    assert len(corrected.rates) == len(pack("FI").rates)


def test_a_country_without_a_series_is_refused():
    with pytest.raises(RateRefused, match="no rates"):
        with_rate(RATES, "XX", rate())


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "2026-07-02"},
        {"to": "2026-12-30"},
        {"from": "2026-10-01", "to": "2026-12-31"},
        {"reference": "2,75"},
        {"reference": "NaN"},
        {"status": "UNCONFIRMED"},
        {"source": {"title": "Heard of it", "url": "ftp://x"}},
    ],
)
def test_only_a_whole_half_year_with_a_plain_number_and_a_source_is_a_rate(wrong):
    with pytest.raises(ValidationError):
        rate(**wrong)


@pytest.mark.parametrize(
    ("on", "gap"),
    [
        (date(2026, 6, 20), None),
        (date(2026, 6, 21), date(2026, 7, 1)),
        (date(2026, 7, 1), date(2026, 7, 1)),
        (date(2026, 9, 1), date(2026, 7, 1)),
    ],
)
def test_a_missing_rate_is_told_ten_days_before_and_until_it_is_there(on, gap):
    assert missing_from(pack("FI"), on) == gap
    assert missing_from(pack("FI", with_rate(RATES, "FI", rate())), on) is None

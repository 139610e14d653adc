"""The packs as data: what must be there, what is refused at load, and what the hash names."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from importlib import resources

import pytest

from shared.domain.law import load, read_pack
from shared.domain.money import Money

PACK = (resources.files("shared.rules") / "fi.toml").read_text(encoding="utf-8")
RATES = (resources.files("shared.rules") / "rates.toml").read_text(encoding="utf-8")
FI = load("FI")


def test_the_pack_is_read_once() -> None:
    assert load("FI") is FI


def test_the_same_texts_have_the_same_hash_and_any_change_another() -> None:
    assert read_pack("FI", PACK, RATES).hash == FI.hash
    assert read_pack("FI", PACK + "\n", RATES).hash != FI.hash
    assert read_pack("FI", PACK, RATES + "\n").hash != FI.hash


@pytest.mark.parametrize("country", ["XX", "../fi", "fi.toml", "", "rates"])
def test_no_pack_for_unknown_countries(country: str) -> None:
    with pytest.raises(ValueError, match="no law pack"):
        load(country)


@pytest.mark.parametrize("country", ["SE", "NO", "DK"])
def test_a_pack_is_never_read_for_another_country(country: str) -> None:
    with pytest.raises(ValueError, match="one country"):
        read_pack(country, PACK, RATES)


def test_every_value_carries_its_section_sources_status_and_dates() -> None:
    needed = {
        "id", "section", "sources", "status", "effective_from", "effective_to", "applies_by",
        "sender", "capacity", "claim_classes", "strictly_after",
    }  # fmt: skip
    tables = tomllib.loads(PACK)
    rules = [rule for kind in tables.keys() - {"pack", "source"} for rule in tables[kind]]
    assert len(rules) == len(FI.rules) > 30
    for rule in rules:
        assert needed <= rule.keys(), rule["id"]


@pytest.mark.parametrize(
    "line",
    [
        'section = "513/1999 10 d §"\n',
        'sources = ["FI-INTRUM", "FI-CREDV"]\n',
        "strictly_after = true\n",
        'status = "SECONDARY"\n',
        'effective_to = "open"\n',
        "effective_from = 2013-03-16\n",
        'applies_by = "act"\n',
        'sender = "creditor"\n',
        'capacity = ["consumer"]\n',
        'claim_classes = ["goods", "service", "other"]\n',
    ],
)
def test_a_value_that_lacks_any_of_them_fails_to_load(line: str) -> None:
    assert line in PACK
    with pytest.raises(ValueError, match="Field required"):
        read_pack("FI", PACK.replace(line, "", 1), RATES)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('section = "513/1999 10 d §"', 'section = ""', "at least 1 character"),
        ('sources = ["FI-INTRUM", "FI-CREDV"]', "sources = []", "at least 1 item"),
        ('sources = ["FI-INTRUM", "FI-CREDV"]', 'sources = ["HEARSAY"]', "not listed"),
        ('status = "SECONDARY"', 'status = "SURE"', "Input should be"),
        ("days_after_due = 14", "day_after_due = 14", "Unexpected keyword"),
        ("effective_to = 2022-04-30", "effective_to = 2020-04-30", "ends before it begins"),
        ("effective_to = 2022-04-30", 'effective_to = "open"', "same act"),
        ('id = "FI-B-REM"', 'id = "FI-C-REM"', "same id"),
        ('currency = "EUR"\namount', 'currency = "SEK"\namount', "currency of the pack"),
        ('covered = ["goods"', 'covered = ["rent"', "covered and refused"),
    ],
)
def test_a_pack_that_contradicts_itself_fails_to_load(old: str, new: str, message: str) -> None:
    assert old in PACK
    with pytest.raises(ValueError, match=message):
        read_pack("FI", PACK.replace(old, new, 1), RATES)


def test_overlapping_rates_fail_to_load() -> None:
    row = "{ first = 2013-07-01, last = 2013-12-31"
    with pytest.raises(ValueError, match="overlap"):
        read_pack("FI", PACK, RATES.replace(row, "{ first = 2013-06-30, last = 2013-12-31", 1))


def test_a_text_that_fails_to_load_is_not_quoted() -> None:
    with pytest.raises(ValueError, match="Field required") as caught:
        read_pack("FI", PACK.replace('section = "513/1999 10 d §"\n', "", 1), RATES)
    assert "10 d §" not in str(caught.value)


def test_an_unconfirmed_fee_is_kept_for_the_reader_and_never_used() -> None:
    at = PACK.index('id = "FI-C-REM"')
    doubtful = PACK[:at] + PACK[at:].replace('"SECONDARY"', '"UNCONFIRMED"', 1)
    pack = read_pack("FI", doubtful, RATES)
    day = date(2026, 3, 17)
    assert "FI-C-REM" in pack.rules
    assert pack.fee("reminder_fee", "consumer", day, day) is None


@pytest.mark.parametrize(
    ("principal", "amount"),
    [
        ("0.00", None),
        ("0.01", "14.00"),
        ("100.00", "14.00"),
        ("100.01", "24.00"),
        ("1000.00", "24.00"),
        ("1000.01", "50.00"),
    ],
)
def test_tiers_begin_above_their_floor_and_hold_to_their_ceiling(
    principal: str, amount: str | None
) -> None:
    day = date(2026, 3, 17)
    fee = FI.fee("payment_demand_first_by_professional", "consumer", day, day)
    assert fee is not None
    expected = None if amount is None else Money.of(amount, "EUR")
    assert fee.for_principal(Money.of(principal, "EUR")) == expected


@pytest.mark.parametrize(
    ("day", "reference"),
    [
        (date(2013, 1, 1), "1.00"),
        (date(2022, 12, 31), "0.00"),
        (date(2023, 1, 1), "2.50"),
        (date(2024, 7, 1), "4.50"),
        (date(2025, 6, 30), "3.50"),
        (date(2025, 7, 1), "2.50"),
        (date(2026, 6, 30), "2.50"),
    ],
)
def test_reference_rates_of_known_days(day: date, reference: str) -> None:
    half_year = FI.half_year(day)
    assert half_year is not None
    assert half_year.reference == Decimal(reference)


@pytest.mark.parametrize("day", [date(2012, 12, 31), date(2026, 7, 1), date(2027, 1, 1)])
def test_a_rate_that_is_not_published_is_none(day: date) -> None:
    assert FI.half_year(day) is None


def test_the_acts_of_others_are_the_partner_s() -> None:
    partner = {rule.id for rule in FI.rules.values() if rule.sender == "partner"}
    assert {"FI-C-DEM-1", "FI-C-DEM-N", "FI-B-DEM-1", "FI-B-DEM-N", "FI-C-14D"} <= partner
    assert "FI-C-REM" not in partner
    assert "FI-B-REM" not in partner


def test_the_hub_s_own_defaults_say_so() -> None:
    for rule in FI.rules.values():
        assert (rule.status == "PRODUCT") == ("PRODUCT" in rule.sources), rule.id

"""The packs against the fact file: no amount, tier, date or section strayed from what was read."""

from __future__ import annotations

import json
import os
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from shared.domain.lawpack import COUNTRIES
from tools import law_from_facts

ROOT = Path(__file__).parents[2]
COMPARED = (
    "amount", "tiers", "multiple_of", "share_of_first", "effective_from", "effective_to",
    "section", "days_after_previous", "days_after_due", "minimum", "maximum",
)  # fmt: skip
# Where the pack is stricter than the facts, or says in figures what they say in words.
STRICTER = {
    ("FI-C-DEM-CREDITOR", "days_after_due"),
    ("FI-C-DEM-CREDITOR", "days_after_previous"),
    ("NO-SAL-TUNGT", "tiers"),
    ("NO-SAL-TUNGT", "multiple_of"),
}


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    path = Path(os.environ.get("DUNLIN_SHARED", ROOT.parent / "shared")) / "facts" / "legal.json"
    if not path.is_file():
        pytest.skip("the fact file is not at hand")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def ours(name: str) -> dict[str, Any]:
    text = (resources.files("shared.rules") / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_fee_says_what_was_read_and_is_as_sure(country: str, facts: dict[str, Any]) -> None:
    draft = tomllib.loads("\n".join(law_from_facts.pack(facts, country)))
    pack = ours(country.lower())
    for kind in ("fee", "base"):
        read = {rule["id"]: rule for rule in draft.get(kind, [])}
        kept = {rule["id"]: rule for rule in pack.get(kind, [])}
        assert read.keys() == kept.keys()
        differing = {
            (name, field)
            for name, rule in read.items()
            for field in COMPARED
            if rule.get(field) != kept[name].get(field)
        }
        assert differing <= STRICTER
        assert all(kept[name]["status"] == rule["status"] for name, rule in read.items())


def test_every_reference_rate_is_the_one_that_was_read(facts: dict[str, Any]) -> None:
    draft = tomllib.loads("\n".join(law_from_facts.rates(facts)))
    read = {series["country"]: series["rates"] for series in draft["series"]}
    kept = {series["country"]: series["rates"] for series in ours("rates")["series"]}
    assert kept == read
    assert {country: len(rates) for country, rates in kept.items()} == dict.fromkeys(kept, 28)


def test_every_step_rule_with_days_stands_in_its_pack(facts: dict[str, Any]) -> None:
    days = {
        "FI-C-14D": "FI-C-14D", "FI-B-TRATTA": "FI-B-TRATTA-10D", "SE-8D": "SE-8D",
        "NO-14D-VARSEL": "NO-14D", "NO-14D-BO": "NO-14D", "DK-10D": "DK-10D",
    }  # fmt: skip
    waits = {
        rule["id"]: rule["days"] for country in COUNTRIES for rule in ours(country.lower())["wait"]
    }
    for step in facts["step_rules"]:
        if "days" in step and step["id"] != "FI-B-10D":  # that one stands in FI-B-REM and others
            assert waits[days[step["id"]]] == step["days"]

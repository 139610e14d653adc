"""Every golden case is told in a story of its country, with its number."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("DUNLIN_SHARED", HERE.parents[2] / "shared"))
STORIES = {
    "FI": "fees_in_finland.rst", "SE": "sweden.rst", "NO": "norway.rst", "DK": "denmark.rst",
    "DE": "germany.rst", "NL": "netherlands.rst",
}  # fmt: skip


def goldens():
    file = SHARED / "facts" / "legal.json"
    if not file.exists():
        pytest.skip("the fact file is not at hand")
    cases = json.loads(file.read_text())["golden_cases"]
    return [one for one in cases if one["jurisdiction"] in STORIES]


def test_each_golden_case_is_told_with_its_number():
    told = {country: (HERE / file).read_text() for country, file in STORIES.items()}

    for golden in goldens():
        story = told[golden["jurisdiction"]].lower().replace(",", "")
        expected = golden["expected"]
        number = next(
            expected[name]
            for name in (
                "total",
                "costs",
                "handover_demand_earliest",
                "fee",
                "fee_2",
                "fee_of_second",
            )
            if name in expected
        )
        assert f"golden case {golden['id'].split()[0].lower()}" in story, golden["id"]
        assert number in story, golden["id"]

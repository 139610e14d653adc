"""The published list of problem codes is that of the code, and answers keep to it."""

from __future__ import annotations

import re
from pathlib import Path

from functions import admin
from tests.functions.world import answer, call
from tools.problem_codes import PUBLISHED, page, refusals

ROOT = Path(__file__).parents[2]


def test_the_published_codes_are_those_of_the_code():
    told = "run python -m tools.problem_codes"
    assert PUBLISHED.read_text(encoding="utf-8") == page(), told


def test_every_code_that_a_page_names_is_one():
    codes = {one.code for one in refusals()}
    for path in sorted((ROOT / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"\b4(?:00|01|03|04|09|13) `([a-z_]+)`", text))
        assert named <= codes, path.name


def test_codes_of_the_domain_of_constants_and_of_plain_answers_are_all_there(aws):
    codes = {(one.status, one.code) for one in refusals()}
    assert {(409, "waived_already"), (422, "AMOUNT_INCONSISTENT"), (503, "busy")} <= codes
    status, told = answer(admin.handler(call("GET", path={}), None))
    assert (status, told["code"]) in codes

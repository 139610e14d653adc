"""The security page: every control names tests, and each of them is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
CONTROLS = [
    line for line in PAGE.partition("## Threat model")[2].splitlines()
    if line.startswith("| ") and not line.startswith(("| asset", "| ---"))
]  # fmt: skip


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_the_page_names_is_there(file: str, name: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", text, re.MULTILINE)


def test_every_control_is_shown_by_a_test() -> None:
    assert len(CONTROLS) >= 20
    assert [line for line in CONTROLS if "::test_" not in line] == []


def test_whoever_found_a_weakness_finds_where_to_say_it_and_what_is_supported() -> None:
    assert "Report a vulnerability" in PAGE
    assert "**Support period.**" in PAGE

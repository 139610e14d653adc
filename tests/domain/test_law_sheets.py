"""The law sheets: what a lawyer reads is what the packs say."""

from __future__ import annotations

import pytest

from shared.domain.allocation import KINDEST
from shared.domain.lawpack import COUNTRIES, load
from tools import law_sheets

PAGES = law_sheets.pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_sheet_is_up_to_date(name: str) -> None:
    path = law_sheets.FOLDER / name
    assert path.read_text(encoding="utf-8") == PAGES[name], (
        f"docs/law/{name} is not up to date: run python -m tools.law_sheets"
    )


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_sheet_names_every_rule_of_today_its_section_and_what_is_not_known(country: str) -> None:
    pack, page = load(country), PAGES[f"{country.lower()}.md"]
    refused = {duty.id for duty in pack.refusals.values()}
    for rule in pack.rules.values():
        if rule.effective_to == "open":
            assert rule.section in page, rule.id
            assert (f"| {rule.id} |" in page) == (rule.id not in refused)
    for unknown in pack.unknowns:
        assert unknown in page


@pytest.mark.parametrize("name", PAGES)
def test_a_sheet_tells_the_order_that_the_hub_settles_in_unless_another_was_chosen(
    name: str,
) -> None:
    unread = dict.fromkeys(("de.md", "nl.md", "ee.md"), "consumer and business")
    never = {"fi.md": "consumer", **unread}.get(name)
    costs = f"not before the principal for {never}" if never else "at any place"
    assert f"the hub settles {', '.join(KINDEST)} |" in PAGES[name]
    assert f"(costs {costs};" in PAGES[name]

"""What people are called on pages: you, a name for their own side, else their role and an id."""

from __future__ import annotations

import pytest

from functions import admin
from shared.cloud import audit, principals, table
from shared.cloud.principals import principal_row
from tests.functions.world import CASE, NORDIC, call, open_case

ANNA, ODD = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "nobody # at all"
TWIN, OPERATOR = "9f8e7d6c-5b4a-3928-1706-f5e4d3c2b1a0", "5d5d5d5d-0000-4000-8000-000000000000"


@pytest.fixture
def acted(console):
    """The trail of a creditor at whose matters people of several sides have been."""
    table.put(principal_row(ANNA, role="manager", tenant="nordic", name="Anna <i>Aalto</i>"))
    table.put(principal_row(TWIN, role="clerk", tenant="twin", name="Bo Berg"))
    table.put(principal_row("pen", role="partner", tenant="nordic", connection="c", name="Eli Ek"))
    table.put(principal_row(OPERATOR, role="operator", name="Dora Dahl"))
    for who in (ANNA, TWIN, OPERATOR, ODD, "pen", f"{ANNA}+person-auditor", "person-clerk"):
        table.transact([audit.entry(NORDIC, who, "task_assigned", {"to": TWIN})])
    return console


def test_the_trail_names_people_to_their_own_side_and_others_by_role(acted):
    acted("clerk")
    browser = acted("auditor").open("/console/settings/audit?from=2026-03-01&to=2026-03-02")
    found = [
        " ".join(cell.text_content().split()) for cell in browser.page.xpath("//tbody/tr/td[1]")
    ]
    assert sorted(found) == sorted([
        "Anna <i>Aalto</i>", "clerk 9f8e7d6c", "operator 5d5d5d5d", ODD, "pen",
        "Anna <i>Aalto</i> + you", "clerk person-c",
    ])  # fmt: skip
    # Whom a line is about is called so, too.
    assert "to clerk 9f8e7d6c" in browser.main
    assert "Bo Berg" not in browser.text
    assert "Dora Dahl" not in browser.text
    assert "<i>" not in browser.text
    # The link still asks for the whole id.
    assert browser.page.xpath(f"//a[contains(@href, 'who={ANNA}')]")


def test_a_case_says_by_name_who_gave_a_command(console):
    open_case(NORDIC)
    table.put(principal_row(ANNA, role="manager", tenant="nordic", name="Anna Aalto"))
    told = {"id": "h1", "type": "hold", "reason": "hardship"}
    answer = admin.handler(
        call("POST /v1/cases/{id}/commands", client=ANNA, role="manager",
             path={"id": CASE}, body=told), None,
    )  # fmt: skip
    assert answer["statusCode"] == 200, answer["body"]
    for page in ("", "/timeline"):
        browser = console("clerk").open(f"/console/cases/{CASE}{page}")
        assert "Anna Aalto:" in browser.main
        assert ANNA not in browser.main


def test_a_name_goes_no_further_than_the_row(acted):
    assert "Aalto" not in str(principals.find(ANNA)) + str(principals.find(ANNA).context())

"""Settings in the console: roles as they are, the trail, fuses, and how long data is kept."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from functions import admin
from functions.api.access import ROUTES
from functions.pages.sentences import said
from functions.pages.words import CONSOLE, words
from shared.cloud import audit, keys, retention_rows, table
from tests.functions.world import CASE, NORDIC, call, know_counterparts, open_case

SHELVES = ("people", "fuses", "audit", "retention", "recipients", "legal-holds")
CANARY = "<b onclick=alert(1)>x</b>"


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
@pytest.mark.parametrize("full", [False, True])
def test_every_shelf_opens_with_something_on_it_and_without(console, language, full):
    if full:
        know_counterparts(NORDIC)
        open_case(NORDIC)
        hold = call("POST /v1/cases/{id}/legal-hold", path={"id": CASE},
                    body={"held": True, "reason": "suit_filed"})  # fmt: skip
        admin.handler(hold, None)
    browser = console("administrator", language=language).open("/console/settings")
    assert len(browser.page.xpath("//ul[@class='cards']/li")) == len(SHELVES) + 1
    for shelf in SHELVES:
        assert browser.open(f"/console/settings/{shelf}").status == 200
    assert (CASE in browser.main) == full


def test_each_role_is_told_what_it_may_and_sees_no_shelf_beyond(console):
    browser = console("viewer").open("/console/settings")
    links = browser.page.xpath("//ul[@class='cards']//a/@href")
    assert links == ["/console/settings/people", "/console/settings/fuses"]
    for shelf in ("audit", "retention", "recipients", "legal-holds"):
        assert browser.open(f"/console/settings/{shelf}").status == 403
    browser.open("/console/settings/people")
    row = browser.page.xpath("//tr[th/code='money:write']/td/text()")
    # Viewer, clerk, manager, administrator, auditor.
    assert [word == "Yes" for word in row] == [False, False, True, True, False]


@pytest.mark.parametrize("language", CONSOLE)
def test_what_each_right_lets_one_do_is_said_in_words(language):
    t = words(language, "settings")
    for scope in {one.scope for one in ROUTES.values() if one.role == "admin"}:
        code = scope.replace(":", "_")
        assert t.code("scope", code) != code.replace("_", " "), scope


def test_the_trail_is_searched_by_who_and_what_and_its_words_are_escaped(console):
    body = {"outbound": "off", "stopped": True, "reason": CANARY}
    admin.handler(call("PUT /v1/control", client="anna", body=body), None)
    browser = console("auditor").open("/console/settings/audit?from=2026-03-01&to=2026-03-02")
    assert "control changed" in browser.main
    assert "onclick=alert(1)" in browser.main
    # Its facts are told one by one, and what is an id of something leads there.
    open_case(NORDIC)
    admin.handler(call("POST /v1/cases/{id}/legal-hold", path={"id": CASE},
                       body={"held": True, "reason": "suit_filed"}), None)  # fmt: skip
    browser.open("/console/settings/audit?from=2026-03-01&to=2026-03-02")
    assert browser.page.xpath("//td//li/a/@href") == [f"/console/cases/{CASE}"]
    assert "who=anna" in browser.click("anna").path
    browser.open("/console/settings/audit?who=nobody&from=2026-03-01&to=2026-03-02")
    assert "Nothing in these days." in browser.main
    browser.open("/console/settings/audit?from=long ago")
    assert browser.status == 400
    assert browser.page.xpath("//*[@role='alert']")


@pytest.mark.parametrize("language", CONSOLE)
def test_an_id_that_reads_like_a_code_of_ours_stays_as_the_creditor_wrote_it(console, language):
    facts = {"policy": "main_bank", "changed": [{"partner": "a, main_bank"}], "kind": "main_bank"}
    table.transact([audit.entry(NORDIC, "anna", "policy_stored", facts)])
    where = "/console/settings/audit?from=2026-03-01&to=2026-03-02"
    browser = console("auditor", language=language).open(where)
    told = [" ".join(one.text_content().split()) for one in browser.page.xpath("//tbody//li")]
    assert sorted(one.partition(" main")[2] for one in told) == [" bank", "_bank", "_bank"]


def test_what_halted_everything_is_named_and_lifted_with_a_reason(console):
    halt = {
        "outbound": "on", "halted": "overdue_jumped", "halted_since": "2026-03-02T06:00:00Z",
        "halted_task": "overdue-1",
    }  # fmt: skip
    table.put({**keys.control(NORDIC), **halt})
    viewer = console("viewer").open("/console/settings/fuses")
    assert "overdue jumped" in viewer.main
    assert not viewer.page.xpath("//main//form")
    browser = console("administrator").open("/console/settings/fuses")
    browser.press("Let it go on", reason="")
    assert browser.status == 422
    browser.press("Let it go on", reason="invoices of the merger")
    assert browser.status in {200, 409}


def test_deletion_is_switched_on_by_name_after_a_look_at_tonight(console):
    browser = console("manager").open("/console/settings/retention")
    browser.click("See what would go tonight")
    assert "What would go tonight" in browser.main
    browser.press("Switch deletion on", name="Maija Mallikas")
    assert "Deletion is on" in browser.main
    assert table.get(retention_rows.rules_key(NORDIC))


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_how_long_data_is_kept_is_told_in_the_pages_language(console, language):
    file = resources.files("shared.rules") / "retention.toml"
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["keep"]
    texts = {one[name] for one in rows for name in ("section", "note") if name in one}
    assert {one for one in texts if said(one, language) is None} == set()
    browser = console("administrator", language=language).open("/console/settings/retention")
    assert browser.page.xpath("//main//*[@lang='en']") == []

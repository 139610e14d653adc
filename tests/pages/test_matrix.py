"""Every page by every role and from the other tenant: nothing breaks, nobody changes what is not
theirs to change, and nothing of one creditor is shown to another."""

from __future__ import annotations

import pytest

from shared.domain.roles import CREDITOR_ROLES
from tests.pages import everything
from tests.pages.everything import address, paths

ROLES = sorted(set(CREDITOR_ROLES) - {"admin"})
# What every name of the creditor's world holds, however it is escaped.
OF_THIS_CREDITOR = "data-canary"


@pytest.fixture
def ids(console):
    """Something in every room of the sample creditor."""
    return everything.full()


def kept(rows):
    """The rows but for lines about looks."""
    return sorted(
        str(one)
        for one in rows()
        if "#LOOKS#" not in one["pk"] and one.get("what") != "document_linked"
    )


def test_an_administrator_finds_something_on_every_page(ids, console):
    browser = console("administrator")
    opened = {path: browser.open(address(path, ids)).status for path in paths("GET")}
    assert set(opened.values()) == {200}, {path for path in opened if opened[path] != 200}


@pytest.mark.parametrize("role", [*ROLES, "operator"])
def test_every_page_opens_or_refuses_in_words_for_every_role(ids, console, role, rows):
    browser = console(role)
    before = kept(rows)
    for path in paths("GET"):
        browser.open(address(path, ids), follow=False)
        assert browser.status in {200, 303, 400, 403, 404, 409}, (
            path,
            browser.status,
            browser.text,
        )
        if role == "operator":
            assert OF_THIS_CREDITOR not in browser.text, path
    assert kept(rows) == before


@pytest.mark.parametrize("role", ["viewer", "auditor", "operator"])
def test_who_may_only_look_changes_nothing_by_any_form(ids, console, role, rows):
    browser = console(role).open("/console/law")
    before = kept(rows)
    for path in paths("POST"):
        if path.startswith("/law/") and role == "operator":
            continue
        fields = {
            "id": "x1",
            "reason": "other",
            "state": "off",
            "outbound": "off",
            "answer": "approved",
        }
        browser.send(address(path, ids), fields, follow=False)
        assert browser.status != 500, path
    assert kept(rows) == before


@pytest.mark.parametrize("role", ROLES)
def test_another_creditor_sees_and_changes_nothing_of_this_one(ids, console, role, rows):
    browser = console(role, person=f"twin-{role}", tenant="twin")
    before = kept(rows)
    for path in paths("GET"):
        browser.open(address(path, ids), follow=False)
        assert browser.status != 500, path
        assert OF_THIS_CREDITOR not in browser.text, path
    browser.open("/console/tasks")
    for path in paths("POST"):
        if path.startswith(("/cases", "/tasks", "/matching", "/connections/", "/debtors")):
            browser.send(address(path, ids), {"id": "x1", "reason": "other"}, follow=False)
            assert browser.status in {400, 403, 404, 409, 422}, (path, browser.status)
    assert kept(rows) == before

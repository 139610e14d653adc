"""The inbox of the console: what is asked, why, and the words to answer with."""

from __future__ import annotations

import pytest

from shared.cloud import table, tasks
from shared.domain.explain import Reason
from tests.functions.world import CASE, NORDIC, open_case

CANARY = "<script>alert(1)</script>"
TASK = f"{CASE}-approve"


@pytest.fixture
def asked(console):
    """A question about a case of the creditor, and one about none."""
    open_case(NORDIC)
    why = Reason(rule="policy.step", text=f"A person decides. {CANARY}", facts={"n": CANARY})
    for task, case in ((TASK, CASE), ("other", "")):
        table.transact([tasks.task_write(NORDIC, task, case, "approve_remind", ["erp:1"], [why])])


def test_an_empty_inbox_says_what_will_come_here(console):
    page = console("viewer").open("/console/tasks")
    assert "Nothing waits for a person" in page.main
    assert not page.page.xpath("//main//table")


def test_a_task_tells_its_reason_and_is_answered_with_one_of_its_words(console, asked):
    browser = console("clerk").open("/console/tasks")
    assert len(browser.page.xpath("//tbody/tr")) == 2
    browser.open(f"/console/tasks/{TASK}")
    assert "A person decides." in browser.main
    assert CANARY in browser.main
    browser.press("Approve")
    assert "Answered. The case is being looked at again." in browser.main
    assert tasks.read(NORDIC, TASK)["answer"] == "approved"
    assert tasks.read(NORDIC, TASK)["by"] == "person-clerk"
    browser.open("/console/tasks")
    assert len(browser.page.xpath("//tbody/tr")) == 1


def test_a_task_that_somebody_else_answered_meanwhile_says_so_on_its_page(console, asked):
    one, other = console("clerk", person="a"), console("clerk", person="b")
    one.open(f"/console/tasks/{TASK}")
    other.open(f"/console/tasks/{TASK}").press("Decline")
    one.press("Approve")
    assert one.status == 409
    assert "The task has been answered." in one.main
    assert tasks.read(NORDIC, TASK)["answer"] == "declined"


def test_a_task_is_taken_on_and_given_back_and_found_under_mine(console, asked):
    browser = console("clerk")
    browser.open(f"/console/tasks/{TASK}").press("I see to it")
    assert "It is in somebody's hands now." in browser.main
    browser.open("/console/tasks").click("Mine")
    assert [row.get("href") for row in browser.page.xpath("//tbody//th/a")] == [
        f"/console/tasks/{TASK}"
    ]
    browser.open(f"/console/tasks/{TASK}").press("Give it back")
    assert tasks.read(NORDIC, TASK)["assignee"] == ""


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_may_only_look_is_shown_no_button_and_changes_nothing(console, asked, role):
    browser = console(role).open(f"/console/tasks/{TASK}")
    assert browser.status == 200
    assert not browser.page.xpath("//main//button")
    browser.send(f"/console/tasks/{TASK}/answer", {"answer": "approved"})
    assert browser.status == 403
    assert tasks.read(NORDIC, TASK)["state"] == "open"


def test_a_task_of_another_creditor_is_not_there(console, asked):
    assert (
        console("manager", person="twin", tenant="twin").open(f"/console/tasks/{TASK}").status
        == 404
    )

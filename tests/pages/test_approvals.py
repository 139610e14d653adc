"""Approvals in the console: the one who asked waits for another, who sees every field first."""

from __future__ import annotations

import pytest

from functions import admin
from shared.cloud.store import Store
from tests.functions.world import CASE, NORDIC, answer, call, open_case

WRITE_OFF = {
    "id": "w1", "reason": "agreed", "type": "write_off", "claim": "erp:1", "kind": "goodwill",
    "amount": {"amount": "40.00", "currency": "EUR"},
}  # fmt: skip


@pytest.fixture
def waiting(console):
    """The address of a manager's write-off that waits, of a creditor whose acts go out."""
    open_case(NORDIC)
    console("manager"), console("administrator")
    admin.handler(call("PUT /v1/control", body={"outbound": "on"}), None)
    asked = call(
        "POST /v1/cases/{id}/commands", client="person-manager", role="manager",
        path={"id": CASE}, body=WRITE_OFF,
    )  # fmt: skip
    status, body = answer(admin.handler(asked, None))
    assert status == 202, body
    return f"/console/approvals/{body['approval']}"


def test_whoever_asked_may_take_it_back_and_not_approve_it(console, waiting):
    browser = console("manager").open(waiting)
    assert "You asked for this: somebody else has to approve it." in browser.main
    assert browser.page.xpath("//main//button/text()") == ["Take the request back"]
    browser.send(f"{waiting}/approve", {})
    assert browser.status == 403
    browser.open(waiting).press("Take the request back")
    assert "It will not happen." in browser.main


def test_another_person_sees_every_field_and_carries_it_out(console, waiting):
    browser = console("administrator").open("/console/approvals")
    browser.open(browser.page.xpath("//tbody//a/@href")[0])
    # A case is called by its debtor, who has no name in these books.
    assert "case erp:d1" in browser.page.xpath("string(//h1)")
    shown = dict(zip(
        browser.page.xpath("//tbody//th/code/text()"), browser.page.xpath("//tbody//td/text()"),
        strict=True,
    ))  # fmt: skip
    assert (shown["amount.amount"], shown["claim"], shown["reason"]) == ("40.00", "erp:1", "agreed")
    assert browser.page.xpath("//a[normalize-space()='See the case']/@href") == [
        f"/console/cases/{CASE}"
    ]
    browser.press("Approve and carry out")
    assert "Approved and carried out." in browser.main
    (made,) = [one for one in Store(NORDIC).events(CASE) if one.kind == "commanded"]
    assert made.by == "person-manager+person-administrator"
    # What was decided says by whom, and holds nothing more of what it asked.
    assert "Decided by" in browser.main
    assert not browser.page.xpath("//main//button")


def test_an_auditor_looks_and_a_clerk_does_not(console, waiting):
    assert "Your role may look at this" in console("auditor").open(waiting).main
    assert console("clerk").open(waiting).status == 403


def test_an_approval_of_another_creditor_is_not_there(console, waiting):
    other = console("manager", person="twin", tenant="twin")
    assert other.open(waiting).status == 404
    assert "Nothing waits for a second person" in other.open("/console/approvals").main

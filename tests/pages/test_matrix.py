"""Every page by every role and from the other tenant: nothing breaks, nobody changes what is not
theirs to change, and nothing of one creditor is shown to another."""

from __future__ import annotations

import pytest

from functions.console import pages
from shared.cloud import keys, table, tasks
from shared.domain.explain import Reason
from shared.domain.model import Party
from shared.domain.roles import CREDITOR_ROLES
from tests.functions.money import connected, invoice, see, sighting, tell
from tests.functions.world import CASE, NORDIC, know_counterparts, open_case, remind

ROLES = sorted(set(CREDITOR_ROLES) - {"admin"})
# What stands in an address: something that is there.
THERE = {
    "command": "promise", "country": "FI", "connection": "partner", "name": "erp.csv_file",
    "version": "1", "language": "en", "letter": "reminder", "tone": "friendly", "month": "2026-02",
    "kind": "segment", "act": "c1a2b3-friendly-0123456789ab", "claim": "erp:1",
}  # fmt: skip
IDS = {
    "cases": CASE, "tasks": "asked", "matching": "bank:1", "connections": "erp",
    "debtors": "erp:d1", "policies": "standard", "partners": "partner", "approvals": "0" * 24,
    "previews": "0" * 16,
}  # fmt: skip
SECRET_NAME = "Aino Salainen"


@pytest.fixture
def world(console):
    """Something in every room of the sample creditor."""
    connected("erp")
    connected("bank")
    know_counterparts(NORDIC)
    tell(invoice("1"), invoice("2"))
    see(sighting("1"))
    open_case(NORDIC)
    remind(NORDIC)
    why = Reason(rule="policy.step", text="A person decides.")
    table.transact([tasks.task_write(NORDIC, "asked", CASE, "approve_remind", ["erp:1"], [why])])
    aino = Party(id="erp:d1", version="1", kind="person", name=SECRET_NAME, country="FI")
    table.put({**keys.party(NORDIC, aino.id), "body": aino.model_dump_json()})


def routes(method):
    return [route.partition(" ")[2] for route in pages.ROUTES if route.startswith(f"{method} ")]


def address(path):
    found = []
    for part in path.split("/"):
        name = part.strip("{}")
        known = (
            IDS.get(found[1] if len(found) > 1 else "", "1") if name == "id" else THERE.get(name)
        )
        found.append(part if part == name else str(known or "1"))
    return f"/console{'/'.join(found).rstrip('/')}"


def kept(rows):
    """The rows but for lines about looks."""
    return sorted(str(one) for one in rows() if "#LOOKS#" not in one["pk"])


@pytest.mark.parametrize("role", [*ROLES, "operator"])
def test_every_page_opens_or_refuses_in_words_for_every_role(world, console, role, rows):
    browser = console(role)
    before = kept(rows)
    for path in routes("GET"):
        browser.open(address(path), follow=False)
        assert browser.status in {200, 303, 400, 403, 404, 409}, (
            path,
            browser.status,
            browser.text,
        )
        if role == "operator":
            assert SECRET_NAME not in browser.text, path
    assert kept(rows) == before


@pytest.mark.parametrize("role", ["viewer", "auditor", "operator"])
def test_who_may_only_look_changes_nothing_by_any_form(world, console, role, rows):
    browser = console(role).open("/console/law")
    before = kept(rows)
    for path in routes("POST"):
        if path.startswith("/law/") and role == "operator":
            continue
        fields = {
            "id": "x1",
            "reason": "other",
            "state": "off",
            "outbound": "off",
            "answer": "approved",
        }
        browser.send(address(path), fields, follow=False)
        assert browser.status != 500, path
    assert kept(rows) == before


@pytest.mark.parametrize("role", ROLES)
def test_another_creditor_sees_and_changes_nothing_of_this_one(world, console, role, rows):
    browser = console(role, person=f"twin-{role}", tenant="twin")
    before = kept(rows)
    for path in routes("GET"):
        browser.open(address(path), follow=False)
        assert browser.status != 500, path
        assert SECRET_NAME not in browser.text, path
    browser.open("/console/tasks")
    for path in routes("POST"):
        if path.startswith(("/cases", "/tasks", "/matching", "/connections/", "/debtors")):
            browser.send(address(path), {"id": "x1", "reason": "other"}, follow=False)
            assert browser.status in {400, 403, 404, 409, 422}, (path, browser.status)
    assert kept(rows) == before

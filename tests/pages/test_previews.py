"""The console's previews: begun by a form, looked at while they grow, carried out as they show."""

from __future__ import annotations

from datetime import date

import pytest

from functions import foresee
from functions.console.day_bars import panel
from shared.cloud import keys, table
from shared.cloud.store import Store
from shared.domain.events import Held
from shared.domain.explain import content_hash
from shared.domain.policy import Policy
from tests.functions.money import connected, invoice, run, tell
from tests.functions.world import NORDIC, NOW, POLICY, know_counterparts


@pytest.fixture
def world(console):
    """A case, an invoice that will open one, and a second, shorter version of the policy."""
    know_counterparts(NORDIC)
    connected("erp")
    tell(invoice("1"), invoice("2"))
    for number, steps in ((1, POLICY["steps"]), (2, POLICY["steps"][::2])):
        made = Policy.model_validate({**POLICY, "version": number, "steps": steps})
        table.put({
            **keys.policy(NORDIC, "standard", number), "body": made.model_dump_json(),
            "hash": content_hash(made), "list_in": keys.listing(NORDIC, "POLICY"),
            "list_id": f"standard/{number:04d}",
        })  # fmt: skip
    return console


def begun(browser, **fields):
    """Begin a preview by its form; returns its address."""
    browser.open("/console/previews").press("Make the preview", **fields)
    return browser.path.partition("?")[0]


def worked(address):
    run(foresee, [{"tenant": "nordic", "preview": address.rpartition("/")[2]}])


def cells(browser):
    return [" ".join(row.text_content().split()) for row in browser.page.xpath("//tbody/tr")]


def test_before_the_first_preview_the_page_says_what_to_begin_with(console):
    page = console("viewer").open("/console/previews")
    assert "No preview yet" in page.main
    assert page.page.xpath("//button[normalize-space()='Make the preview']")


def test_a_preview_looks_anew_until_it_is_done_and_then_shows_sums_picture_and_table(world):
    browser = world("viewer")
    address = begun(browser, days="40")
    assert "Being worked on" in browser.main
    assert browser.headers["refresh"] == "5"
    assert browser.page.xpath("//progress")

    worked(address)
    browser.open(address)
    assert "refresh" not in browser.headers
    assert browser.page.xpath("//h1")[0].text == "The coming days"
    # Reminders on two days, hand-overs on one: a block each.
    assert len(browser.page.xpath("//figure//svg//rect")) == 3
    assert cells(browser)[-1] == "Finland, consumers (EUR)4€10.002€200.000"
    assert cells(browser)[0].startswith("2 March 2026")
    assert world("viewer").open("/console/previews").page.xpath(f"//tbody//a[@href='{address}']")

    browser.open(f"{address}/picture")
    assert browser.headers["content-disposition"] == 'attachment; filename="preview.svg"'


def test_the_blocks_of_a_day_stand_on_one_another_and_reach_their_count():
    rows = [{"on": on, "country": country, "capacity": "consumer", "currency": "EUR",
             "contacts": count, "hand_overs": 0}
            for on, country, count in (("2026-03-02", "FI", 3), ("2026-03-02", "DE", 5),
                                       ("2026-03-04", "FI", 10))]  # fmt: skip
    made = panel(rows, "contacts", date(2026, 3, 1), date(2026, 4, 29))
    low, high, alone = made.blocks
    assert (low.segment, high.segment, alone.segment) == (0, 1, 1)
    assert low.x == high.x < alone.x
    assert low.y + low.height == made.floor
    assert high.y + high.height == pytest.approx(low.y, abs=0.2)
    assert [value for _, value in made.scale] == [0, 5, 10]
    assert alone.y == made.scale[-1][0]
    assert panel(rows, "hand_overs", date(2026, 3, 1), date(2026, 4, 29)).blocks == ()


def test_each_case_is_listed_with_its_acts_and_what_another_version_changes(world):
    browser = world("clerk")
    address = begun(browser, kind="move", policy="standard/2", days="60")
    worked(address)
    browser.open(address).click("See each case")
    assert "Now: 18 March 2026: Reminder firm" in browser.main
    assert "harder" in browser.main
    assert "the law is not signed off" in browser.main
    assert len(cells(browser)) == 2
    assert not browser.page.xpath("//form[contains(@action, '/move')]")


def test_a_look_back_shows_what_was_really_done_beside_it(world):
    browser = world("viewer", language="sv")
    browser.open("/console/previews").press(
        "Gör förhandsvisningen", kind="since", policy="standard/2", since="2026-02-20"
    )
    address = browser.path.partition("?")[0]
    worked(address)
    assert browser.open(address).status == 200
    assert browser.page.xpath("//h1")[0].text == "En annan strategi sedan en dag"
    assert browser.open(f"{address}/cases").status == 200


def test_what_is_wrong_with_a_preview_is_said_beside_its_field_and_nothing_is_begun(world):
    browser = world("viewer")
    browser.open("/console/previews").press("Make the preview", days="soon")
    assert browser.status == 422
    assert browser.page.xpath("//input[@name='days'][@aria-invalid][@value='soon']")
    browser.press("Make the preview", kind="since", days="30")
    assert "a look back needs its first day, no other preview takes one" in browser.main
    assert "a move or a look back needs a policy, no other preview takes one" in browser.main
    assert "Earlier previews" not in browser.main


def test_the_shown_cases_are_moved_and_a_case_that_changed_is_left_with_its_reason(world):
    browser = world("manager")
    address = begun(browser, kind="move", policy="standard/2", days="60")
    worked(address)
    case = table.get(keys.invoice(NORDIC, "erp:1"))["case_id"]
    other = table.get(keys.invoice(NORDIC, "erp:2"))["case_id"]
    store = Store(NORDIC)
    store.append(store.load(other), [Held(at=NOW, hold="h1", reason="person")], due_at=None)

    browser.open(address).press("Move all of them")

    assert "Moved: 1." in browser.main
    assert "Left: 1, something happened since the preview." in browser.main
    assert Store(NORDIC).load(case).case.policy.version == 2
    assert Store(NORDIC).load(other).case.policy.version == 1


def test_a_move_waits_for_a_second_person_once_something_may_have_gone_out(world):
    browser = world("manager")
    address = begun(browser, kind="move", policy="standard/2", days="60")
    worked(address)
    table.put({**keys.control(NORDIC), "outbound": "on", "opened": "2026-03-01"})
    browser.open(address)
    browser.send(f"{address}/move", {"page": "0"}, follow=False)
    waits = browser.headers["location"]
    assert waits.startswith("/console/approvals/")
    other = world("administrator").open(waits)
    name = address.rpartition("/")[2]
    assert other.page.xpath("//h1")[0].text_content() == (
        f"Move the cases on page 1 of 1 of preview {name} to policy standard, version 2; cases: 2."
    )
    assert [row.text_content() for row in other.page.xpath("//tbody//tr/*")] == ["page", "1"]
    other.click("See the cases as the preview shows them")
    assert other.status == 200
    assert "Page 1 of 1." in other.main
    case = table.get(keys.invoice(NORDIC, "erp:1"))["case_id"]
    assert Store(NORDIC).load(case).case.policy.version == 1


def test_what_became_of_a_preview_is_told_by_act(world):
    browser = world("auditor")
    address = begun(browser, days="40")
    worked(address)
    browser.open(address).click("What became of it")
    assert browser.status == 200
    assert "still ahead" in browser.main


@pytest.mark.parametrize("role", ["viewer", "clerk", "auditor"])
def test_who_may_not_write_policies_moves_nothing(world, role):
    browser = world(role)
    address = begun(browser, kind="move", policy="standard/2", days="60")
    worked(address)
    assert not browser.open(address).page.xpath("//main//form")
    browser.send(f"{address}/move", {"page": "0"})
    assert browser.status == 403


def test_a_preview_of_another_creditor_is_not_there(world):
    address = begun(world("viewer"), days="40")
    worked(address)
    twin = world("manager", person="twin", tenant="twin")
    for path in ("", "/cases", "/outcome", "/picture"):
        assert twin.open(f"{address}{path}").status == 404

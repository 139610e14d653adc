"""The console's exceptions: shown by target, changed by a form, only ever kinder."""

from __future__ import annotations

import pytest

from shared.cloud import keys, override_rows, table
from shared.domain.overrides import Override
from tests.functions.world import NORDIC, know_counterparts

HERE = "/console/overrides?kind=segment&id=vip"


@pytest.fixture
def world(console):
    know_counterparts(NORDIC)
    return console


def stored():
    key = override_rows.key_of(NORDIC, Override(kind="segment", target="vip"), "")
    return override_rows.read(key, "segment", "vip")


def test_without_an_exception_the_list_says_what_that_means(world):
    browser = world("viewer").open("/console/overrides")
    assert "Every case goes by its policy." in browser.main
    # Whose exception it is to be is asked for below.
    browser.press("Show", kind="segment", id="vip")
    assert browser.path == HERE


def test_exceptions_are_listed_by_kind_each_with_what_it_says_and_a_page_at_a_time(world):
    browser = world("manager").open(HERE)
    for number in range(26):
        browser.send("/console/overrides", {
            "kind": "segment", "id": f"s{number:02}", "tone": "friendly",
        })  # fmt: skip
    browser.send("/console/overrides", {"kind": "creditor", "id": "nordic", "fee": "none"})
    assert browser.status == 200
    browser.open("/console/overrides")
    assert len(browser.page.xpath("//tbody/tr")) == 25
    browser.click("Next page")
    assert len(browser.page.xpath("//tbody/tr")) == 2
    browser.open("/console/overrides").click("The whole creditor")
    assert browser.page.xpath("//tbody//dt/text() | //tbody//dd/text()") == ["Fee", "none"]
    browser.click("nordic")
    assert browser.page.xpath("//input[@name='fee']/@checked")


def test_an_exception_is_stored_shown_again_and_taken_away_by_the_same_form(world):
    browser = world("manager").open(HERE)
    assert "As the policy says" in browser.main
    said = {
        "kind": "segment", "id": "vip", "tone": "friendly", "fee": "none", "payment_days": "21",
        "minimum": "150,00", "hold_steps": ["friendly", "firm"], "extra_days.firm": "7",
        "do_not_hand_over": "yes", "language": "sv",
    }  # fmt: skip
    browser.send("/console/overrides", said)
    assert "Saved." in browser.main
    terms = stored().terms
    assert (terms.tone, terms.fee, terms.payment_days) == ("friendly", "none", 21)
    assert (terms.hold_steps, terms.extra_days) == (("friendly", "firm"), {"firm": 7})
    assert (str(terms.minimum.amount), terms.do_not_hand_over) == ("150.00", True)
    fields = {one.get("name"): one.get("value") for one in browser.page.xpath("//main//input")}
    assert (fields["extra_days.firm"], fields["minimum"]) == ("7", "150.00")
    assert len(browser.page.xpath("//input[@name='hold_steps'][@checked]")) == 2

    browser.send("/console/overrides", {"kind": "segment", "id": "vip"})
    assert "As the policy says" in browser.main


def test_what_is_wrong_stands_beside_its_field_with_what_was_typed(world):
    browser = world("manager").open(HERE)
    said = {"kind": "segment", "id": "vip", "payment_days": "90", "extra_days.firm": "soon"}
    browser.send("/console/overrides", said)
    assert browser.status == 422
    for name, text in (("payment_days", "90"), ("extra_days.firm", "soon")):
        (field,) = browser.page.xpath(f"//input[@name='{name}'][@aria-invalid]")
        assert field.get("value") == text
    assert stored() is None


def test_a_target_that_is_not_there_takes_no_exception(world):
    browser = world("manager").open("/console/overrides?kind=debtor&id=erp:nobody")
    browser.send("/console/overrides", {"kind": "debtor", "id": "erp:nobody", "fee": "none"})
    assert browser.status == 404
    browser.send("/console/overrides", {"kind": "planet", "id": "x"})
    assert browser.status == 404


def test_without_an_active_policy_there_is_nothing_to_be_kinder_than(world):
    table.transact([table.delete_write(keys.active_policy(NORDIC))])
    assert "No policy is active yet" in world("manager").open(HERE).main


@pytest.mark.parametrize("role", ["viewer", "clerk", "auditor"])
def test_who_may_only_look_sees_the_terms_and_no_form(world, role):
    browser = world("manager").open(HERE)
    browser.send("/console/overrides", {"kind": "segment", "id": "vip", "fee": "none"})
    looker = world(role).open(HERE)
    assert "Has an exception" in looker.main
    assert not looker.page.xpath("//main//form[@method='post']")
    looker.send("/console/overrides", {"kind": "segment", "id": "vip"})
    assert looker.status == 403
    assert stored() is not None

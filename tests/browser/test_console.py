"""The console in a real browser: the first hour by clicks, and every page that it leads to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.browser import road
from tests.browser.conftest import PASSWORD

WIDTHS = (320, 768, 1280)
# What a first look may cost, and what the way to the first reminder may.
MOST_BYTES, MOST_REQUESTS, MOST_CLICKS = 100_000, 4, 30
# An address with its ids taken out: one page of each kind is looked at.
_IDS = re.compile(r"(?<=/)(?:[^/]*[0-9:][^/]*|books|email|standard)(?=/|$)")
_ENDS = (".csv", "/sign-out", "/page", "/mail", "/picture")


@pytest.fixture(scope="session")
def lived(chromium, hub, axe, people, visit):
    """An administrator who has walked the road of the first hour, and the pages it leads to."""
    one = visit()
    one.sign_in(people("administrator"), PASSWORD, "/console")
    road.walk(one, hub)
    one.pages = crawled(one)
    return one


def crawled(one):
    """One address of every kind that links of the console lead to, beginning with its menu."""
    waiting, seen = ["/console"], {}
    while waiting:
        address = waiting.pop(0)
        kind = _IDS.sub("…", address.partition("?")[0])
        if kind in seen or kind.endswith(_ENDS):
            continue
        try:
            status = one.open(address)
        except PlaywrightError as error:
            # A document to keep: a table, a letter.
            if "Download is starting" not in error.message:
                raise
            continue
        assert status == 200, address
        seen[kind] = address
        links = one.page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")
        waiting += [link for link in links if link and link.startswith("/console")]
    return list(seen.values())


def test_the_first_hour_leads_from_an_empty_hub_to_an_approved_reminder(
    lived, hub, record_property
):
    (letter,) = hub.stack.letters()
    assert letter.to[0] in {"aino@debtor.example", "leipomo@debtor.example"}
    for name in ("clicks", "filled", "seconds"):
        record_property(name, round(getattr(lived, name)))
    assert lived.clicks <= MOST_CLICKS


def test_the_crawl_sees_every_room(lived):
    assert len(lived.pages) >= 40
    rooms = ("connections", "policies", "cases", "tasks", "partners", "letters", "reports", "law")
    for room in rooms:
        assert any(address.startswith(f"/console/{room}") for address in lived.pages)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_on_any_page(lived, visitor, people, scheme, width):
    one = visitor(color_scheme=scheme, viewport={"width": width, "height": 900})
    one.sign_in(people("administrator"), PASSWORD)
    found = []
    for address in lived.pages:
        one.open(address)
        found += [f"{address} {wrong}" for wrong in one.violations()]
    assert not found, "\n".join(found)


def test_axe_does_find_what_is_wrong(lived):
    lived.open("/console/tasks")
    lived.page.evaluate("document.querySelector('main').innerHTML = '<img src=x><a href=#></a>'")
    assert {line.partition(":")[0] for line in lived.violations()} >= {"image-alt", "link-name"}
    lived.faults.clear()


def test_no_page_is_wider_than_its_window(lived):
    wide = []
    for address in lived.pages:
        lived.open(address)
        for width in WIDTHS:
            lived.page.set_viewport_size({"width": width, "height": 900})
            if lived.overflows() > 0:
                wide.append(f"{address} at {width}: {lived.widest()}")
    assert not wide, "\n".join(wide)


def test_every_page_works_without_scripts_and_none_has_any(lived, visitor, people):
    one = visitor(java_script_enabled=False)
    one.sign_in(people("administrator"), PASSWORD)
    for address in lived.pages:
        assert one.open(address) == 200
        assert "<script" not in one.page.content()
    one.page.select_option("#language", "sv")
    one.page.click(".foot button")
    assert one.page.get_attribute("html", "lang") == "sv"


def test_a_first_look_costs_little(lived):
    dear = []
    for address in lived.pages:
        lived.requests.clear()
        lived.open(address)
        ours = [request for request in lived.requests if not request.url.startswith("data:")]
        size = sum(request.sizes()["responseBodySize"] for request in ours)
        if len(ours) > MOST_REQUESTS or size > MOST_BYTES:
            dear.append((address, len(ours), size))
    assert dear == []


def test_the_keyboard_alone_reaches_the_content_and_the_way_out(lived, visitor, people):
    one = visitor()
    one.sign_in(people("clerk"), PASSWORD)
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.className") == "skip"
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"
    one.page.focus(".leave button")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("text=You have signed out")
    one.page.goto(one.origin + "/console/tasks")
    assert one.page.url.startswith(one.pool)


def test_no_page_ran_into_its_own_rules_or_asked_anybody_else(lived):
    assert lived.faults == []
    assert lived.strangers == []

"""The console in a real browser: the first hour by clicks, and every page that it leads to."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.browser import road
from tests.browser.conftest import PASSWORD

# What a first look may cost, and what the way to the first reminder may.
MOST_BYTES, MOST_REQUESTS, MOST_CLICKS = 100_000, 4, 30
# An address with its ids taken out: one page of each kind is looked at.
_IDS = re.compile(r"(?<=/)(?:[^/]*[0-9:][^/]*|books|email|standard)(?=/|$)")
_ENDS = (".csv", "/sign-out", "/page", "/mail", "/picture")


class Looked(NamedTuple):
    """What a page was like when it was opened: requests, bytes, what sticks out, any script."""

    address: str
    requests: int
    size: int
    wide: str
    script: bool


@pytest.fixture(scope="session")
def lived(chromium, hub, axe, people, visit):
    """An administrator who has walked the road of the first hour, and the pages it leads to."""
    one = visit()
    one.sign_in(people("administrator"), PASSWORD, "/console")
    road.walk(one, hub)
    one.pages = crawled(one)
    return one


def crawled(one):
    """What every kind of page is like that links of the console lead to, by one address of each.

    Each is opened once, at the middle width; what it asked for, weighs and sticks out is kept.
    """
    one.page.set_viewport_size({"width": 768, "height": 900})
    waiting, seen = ["/console"], {}
    while waiting:
        address = waiting.pop(0)
        kind = _IDS.sub("…", address.partition("?")[0])
        if kind in seen or kind.endswith(_ENDS):
            continue
        one.requests.clear()
        try:
            status = one.open(address)
        except PlaywrightError as error:
            # A document to keep: a table, a letter.
            if "Download is starting" not in error.message:
                raise
            continue
        assert status == 200, address
        ours = [request for request in one.requests if not request.url.startswith("data:")]
        seen[kind] = Looked(
            address, len(ours), sum(one.sizes()["responseBodySize"] for one in ours),
            one.widest() if one.overflows() > 0 else "", "<script" in one.page.content(),
        )  # fmt: skip
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
        assert any(address.startswith(f"/console/{room}") for address, *_ in lived.pages)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_its_window(
    lived, visitor, people, scheme, width
):
    one = visitor(color_scheme=scheme, viewport={"width": width, "height": 900})
    one.sign_in(people("administrator"), PASSWORD)
    found = []
    for page in lived.pages:
        one.open(page.address)
        found += [f"{page.address} {wrong}" for wrong in one.violations()]
        if one.overflows() > 0:
            found.append(f"{page.address} is too wide: {one.widest()}")
    assert not found, "\n".join(found)


def test_axe_does_find_what_is_wrong(lived):
    lived.open("/console/tasks")
    lived.page.evaluate("document.querySelector('main').innerHTML = '<img src=x><a href=#></a>'")
    assert {line.partition(":")[0] for line in lived.violations()} >= {"image-alt", "link-name"}
    lived.faults.clear()


def test_no_page_has_a_script_weighs_much_or_sticks_out_on_a_tablet(lived):
    wrong = [
        page
        for page in lived.pages
        if page.script or page.wide or page.requests > MOST_REQUESTS or page.size > MOST_BYTES
    ]
    assert wrong == []


def test_the_console_works_where_scripts_are_off(lived, visitor, people):
    one = visitor(java_script_enabled=False)
    one.sign_in(people("administrator"), PASSWORD)
    one.page.select_option("#language", "sv")
    one.page.click(".foot button")
    assert one.page.get_attribute("html", "lang") == "sv"


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

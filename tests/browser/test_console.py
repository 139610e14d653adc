"""The first hour on a deployed hub in a real browser, and every page that it leads to.

It is walked without a mouse and with scripts switched off, from an empty hub to a reminder that
was approved and left. Every page of a hub that is full is in :mod:`tests.browser.test_every_page`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.browser import road
from tests.browser.conftest import MOST_BYTES, MOST_REQUESTS, PASSWORD, measured
from tests.browser.typist import Typist

# What the way to the first reminder may cost in links, buttons and things unfolded.
MOST_CLICKS = 45
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
def lived(hub, people, visit):
    """An administrator who has walked the road of the first hour by keys."""
    one = visit(Typist, java_script_enabled=False)
    one.sign_in(people("administrator"), PASSWORD, "/console")
    road.walk(one, hub)
    return one


@pytest.fixture(scope="session")
def crawl(lived):
    """The pages that the console leads to after the first hour."""
    return crawled(lived)


def crawled(one):
    """What every kind of page is like that links of the console lead to, by one address of each.

    Each is opened once, at the middle width, with nothing kept of those before it; what it asked
    for, weighs and sticks out is kept.
    """
    one.page.set_viewport_size({"width": 768, "height": 900})
    one.forget_files()
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
            address, len(ours), sum(len(one.response().body()) for one in ours),
            one.widest() if one.overflows() > 0 else "", "<script" in one.page.content(),
        )  # fmt: skip
        links = one.page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")
        waiting += [link for link in links if link and link.startswith("/console")]
    return list(seen.values())


def test_the_first_hour_leads_from_an_empty_hub_to_an_approved_reminder(lived, hub):
    (letter,) = hub.stack.letters()
    assert letter.to[0] in {"aino@debtor.example", "leipomo@debtor.example"}
    measured(
        f"the first hour: {lived.clicks} links and buttons, {lived.filled} fields, {lived.keys}"
        f" keys, {lived.seconds / 60:.1f} minutes on this machine, by keyboard and without scripts"
    )
    assert lived.clicks <= MOST_CLICKS


def test_the_focus_is_seen_at_every_stop_of_the_first_hour(lived):
    assert lived.keys > 500
    assert lived.unseen == []


def test_the_crawl_sees_every_room(crawl):
    assert len(crawl) >= 40
    rooms = ("connections", "policies", "cases", "tasks", "partners", "letters", "reports", "law")
    for room in rooms:
        assert any(address.startswith(f"/console/{room}") for address, *_ in crawl)


def test_no_page_has_a_script_weighs_much_or_sticks_out_on_a_tablet(crawl):
    wrong = [
        page
        for page in crawl
        if page.script or page.wide or page.requests > MOST_REQUESTS or page.size > MOST_BYTES
    ]
    assert wrong == []


def test_the_first_reminder_leads_its_debtor_to_the_payers_page(lived, hub, visitor):
    letter = hub.stack.letters()[0]
    (link,) = set(re.findall(r"https?://\S+/p/[a-z2-7]{26}", letter.text))
    number = "1001" if letter.to[0] == "aino@debtor.example" else "1002"
    one = visitor(java_script_enabled=False, viewport={"width": 360, "height": 740})
    assert one.open(link.removeprefix(one.origin)) == 200
    one.page.fill("#f-fact", number)
    one.press("Open the page")
    assert number in one.page.inner_text("article.claim h3")
    assert "Saaristo Tarvike Oy" in one.page.inner_text("header")


def test_the_language_is_chosen_where_scripts_are_off(lived, visitor, people):
    one = visitor(java_script_enabled=False)
    one.sign_in(people("administrator"), PASSWORD)
    one.page.select_option("#language", "sv")
    one.page.click(".foot button")
    assert one.page.get_attribute("html", "lang") == "sv"


def test_the_keyboard_alone_skips_the_menu_and_finds_the_way_out(lived, visitor, people):
    one = visitor(Typist)
    one.sign_in(people("clerk"), PASSWORD)
    one.key("Tab")
    assert one.page.evaluate("document.activeElement.className") == "skip"
    one.key("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"
    one.reach(one.page.locator(".leave button"))
    one.key("Enter")
    one.page.wait_for_selector("text=You have signed out")
    one.page.goto(one.origin + "/console/tasks")
    assert one.page.url.startswith(one.pool)
    assert one.unseen == []


def test_no_page_ran_into_its_own_rules_or_asked_anybody_else(lived, crawl):
    assert crawl
    assert lived.faults == []
    assert lived.strangers == []

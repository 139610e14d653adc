"""The payer's pages in a real browser: each looked at in its widths, colours and languages.

What a payer does on them is walked in :mod:`tests.browser.test_payer_road`.
"""

from __future__ import annotations

import itertools
import json

import pytest

from functions.pages.words import words
from shared.cloud import clock, keys, payer_links, sealing, table
from shared.cloud.keys import Tenant
from shared.domain.events import CaseClosed
from shared.domain.explain import content_hash
from shared.domain.formats import LANGUAGES
from shared.domain.policy import Policy
from shared.domain.state_events import CircumstanceNoted
from tests.functions.payers import NUMBER, debtor, know
from tests.functions.world import (
    CREDITOR,
    POLICY,
    append,
    open_case,
    remind,
    settle_in,
)  # fmt: skip

# Below the link, once it is open.
PAGES = ("", "/pay", "/promise", "/plan", "/dispute", "/person", "/details")
WIDTHS = (320, 1280)
MOST_BYTES, MOST_REQUESTS = 100_000, 4
CANARY = '"><img src=x onerror=alert(1)>'
_NUMBERS = itertools.count(1)


@pytest.fixture
def invited(process, hub, monkeypatch):
    """Makes a debtor of a creditor of its own, who was reminded; the path of the link."""
    monkeypatch.setenv("TABLE", hub.table)
    monkeypatch.setenv("SECRET_PREFIX", "dunlin")
    monkeypatch.setenv("PAYER_URL", "https://hub.example")
    sealing._key.cache_clear()

    def make(name="Aino Esimerkki"):
        tenant, case = Tenant(f"payer-{next(_NUMBERS)}"), f"c{next(_NUMBERS)}"
        settle_in(tenant)
        creditor = {**CREDITOR, "id": tenant.id, "name": f"Nordic {name} Oy"}
        table.put({**keys.creditor(tenant), "body": json.dumps(creditor)})
        policy = Policy.model_validate({**POLICY, "process": {"agreed_plan": 6}})
        row = {"body": policy.model_dump_json(), "hash": content_hash(policy)}
        table.put({**keys.policy(tenant, "standard", 1), **row})
        know(tenant, debtor(name))
        open_case(tenant, case)
        act = f"{case}-friendly-0123456789ab"
        remind(tenant, case, act)
        to, now = "aino@example.org", clock.wall()
        table.transact(payer_links.made(tenant, "erp:d1", case, act, to, now))
        return f"/p/{payer_links.token(tenant, 'erp:d1', case, act)}", tenant, case

    yield make
    sealing._key.cache_clear()


def enter(one, path):
    """Open a link and give the second fact; where it was given before, the page is open."""
    assert one.open(path) == 200
    one.page.fill("#f-fact", NUMBER)
    one.page.click("main button")
    one.page.wait_for_selector("#claims")


def speak(one, path, language):
    """Choose a language below the page, as a visitor does."""
    one.open(path)
    one.page.select_option("#language", language)
    one.page.click(".foot button")
    one.page.wait_for_selector(f"html[lang={language}]")


def pages_of(one, path):
    """The address of every page of a link that can be gone to, the plan's own among them."""
    one.open(f"{path}/plan")
    plan = one.page.get_attribute("main a.button", "href")
    return [path + below for below in PAGES] + [plan, f"{path}?done=promise"]


def looked_at(one, what):
    """What is wrong with the page that is shown, at each width; it is opened out before."""
    found = []
    for width in WIDTHS:
        one.page.set_viewport_size({"width": width, "height": 900})
        one.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        found += [f"{what} at {width}: {wrong}" for wrong in one.violations()]
        if one.overflows() > 0:
            found.append(f"{what} at {width} is too wide: {one.widest()}")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_at_any_width(visitor, invited, scheme):
    path, *_ = invited(CANARY)
    one = visitor(color_scheme=scheme)
    one.open(path)
    found = looked_at(one, "before the second fact")
    one.page.fill("#f-fact", "wrong")
    one.page.click("main button")
    found += looked_at(one, "after a wrong one")
    enter(one, path)
    for address in pages_of(one, path):
        assert one.open(address) == 200, address
        found += looked_at(one, address)
    one.open(f"{path}/dispute")
    one.page.evaluate("document.querySelector('main form').noValidate = true")
    one.page.click("main form button")
    assert one.page.locator("[aria-invalid=true]").count() >= 2
    found += looked_at(one, "a form with faults")
    assert one.open(f"{path}/nothing") == 404
    found += looked_at(one, "an address of nothing")
    one.faults.clear()
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("what", "title"),
    [("minor", "neutral_title"), ("bankruptcy", "proceedings_title"), ("closed", "settled_title")],
)
def test_who_sees_another_page_sees_it_whole(visitor, invited, what, title):
    path, tenant, case = invited(CANARY)
    one = visitor()
    enter(one, path)
    if what == "closed":
        append(tenant, case, CaseClosed(at=clock.now(), why="nothing_open"))
    else:
        noted = {"circumstance": "c1", "what": what, "effective": "2026-03-01"}
        append(tenant, case, CircumstanceNoted(at=clock.now(), **noted))
    one.open(path)
    assert words("fi", "payer")(title) == one.page.inner_text("h1")
    assert one.page.locator(f"a[href='{path}/pay']").count() == 0
    assert not looked_at(one, what)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_any_language_is_wider_than_a_small_phone(visitor, invited, language):
    path, *_ = invited(CANARY)
    one = visitor(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    enter(one, path)
    speak(one, path, language)
    for address in pages_of(one, path):
        assert one.open(address) == 200
        assert one.page.get_attribute("html", "lang") == language
        assert one.overflows() <= 0, f"{address} {one.widest()}"
        assert one.page.locator("img, script, [onerror]").count() == 0


def test_a_first_look_costs_little(visitor, invited):
    path, *_ = invited()
    one = visitor()
    enter(one, path)
    for address in pages_of(one, path):
        fresh = visitor()
        fresh.context.add_cookies(one.context.cookies())
        fresh.open(address)
        assert not fresh.page.locator("#f-fact").count(), "the page asks for the second fact again"
        ours = [request for request in fresh.requests if not request.url.startswith("data:")]
        assert len(ours) <= MOST_REQUESTS, address
        assert sum(len(request.response().body()) for request in ours) <= MOST_BYTES, address

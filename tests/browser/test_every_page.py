"""Every page of the console in a real browser, with something in every room and a trap in it.

The world is in memory, so that each look costs little: the functions, headers and files are those
that are deployed. The first hour on a deployed hub is in :mod:`tests.browser.test_console`.
"""

from __future__ import annotations

import os
import statistics

import pytest

from functions import payer_pages
from functions.pages import session
from functions.pages.words import CONSOLE
from shared.cloud import clock
from tests.browser import pictures
from tests.browser.conftest import MOST_BYTES, MOST_REQUESTS, measured
from tests.browser.served import serving
from tests.browser.typist import Typist
from tests.browser.visitor import Visitor
from tests.functions.conftest import _clients, aws  # noqa: F401
from tests.pages import everything
from tests.pages.conftest import console  # noqa: F401

# What is kept as a file, or shown within a page: no page of its own.
DOCUMENTS = {
    "/cases/{id}/documents/{act}/letter": "text/html",
    "/first-hour/assessment.csv": "text/csv",
    "/letters/{language}/{letter}/{tone}/mail": "text/html",
    "/letters/{language}/{letter}/{tone}/page": "application/pdf",
    "/previews/{id}/picture": "image/svg+xml",
    "/reports/month/{month}.csv": "text/csv",
    "/tasks/{id}/letter": "text/html",
}
# Wide and narrow, each in light and dark: by all rules in one of them, by colour in the other.
LOOKS = {1280: ("light", "dark"), 320: ("dark", "light")}

looked_at_whole = pytest.mark.skipif(
    not os.environ.get("PAGES"), reason="takes a minute or more: make test-pages runs it"
)


@pytest.fixture
def origin(console, monkeypatch):  # noqa: F811
    """Where the pages of a hub are served that has a creditor and its administrator alone."""
    with serving() as origin:
        for name in ("CONSOLE_URL", "PAYER_URL", "API_URL"):
            monkeypatch.setenv(name, origin)
        console("administrator")
        yield origin


@pytest.fixture
def everywhere(origin):
    """The addresses of all pages of a hub that has something in every room, by their routes."""
    return origin, everything.addresses(everything.full())


@pytest.fixture
def administrator(chromium, axe, origin):
    """Makes visitors who have signed in; at the end none has run into a trap, or out of ours."""
    made = []

    def make(language="en", kind=Visitor, **options):
        context = chromium.new_context(**{"locale": language, **options})
        line = session.begun("person-administrator", clock.wall())
        name, _, text = line.partition(";")[0].partition("=")
        # Kept as of HTTPS, which such a name asks for; browsers send it to ``localhost`` as well.
        safe = origin.replace("http:", "https:")
        context.add_cookies([{"name": name, "value": text, "url": safe, "secure": True}])
        made.append(kind(context, origin, origin, axe))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
        assert one.faults == []
        assert one.strangers == []
        assert not [asked.url for asked in one.requests if "canary" in asked.url]


def pages(addresses):
    return {path: address for path, address in addresses.items() if path not in DOCUMENTS}


def test_no_page_is_left_out(everywhere):
    assert set(everywhere[1]) == set(everything.paths("GET"))
    assert set(everything.paths("GET")) == {*DOCUMENTS, *pictures.CONSOLE}
    looks = {route.removeprefix("GET ") for route in payer_pages._ROUTES if route[:4] == "GET "}
    assert looks == set(pictures.PAYER)


@looked_at_whole
@pytest.mark.parametrize("width", LOOKS)
def test_axe_finds_nothing_on_any_page_in_light_or_dark(everywhere, administrator, width):
    one, found = administrator(viewport={"width": width, "height": 900}), []
    for path, address in pages(everywhere[1]).items():
        found += [f"{path} does not open"] if one.open(address) != 200 else []
        one.unfold()
        for scheme, rules in zip(LOOKS[width], ((), ("color-contrast",)), strict=True):
            one.page.emulate_media(color_scheme=scheme)
            found += [f"{path} {scheme} {wrong}" for wrong in one.violations(rules)]
    assert not found, "\n".join(found)


@looked_at_whole
def test_axe_finds_nothing_where_nothing_is_there_yet(administrator):
    one, found = administrator(color_scheme="dark", viewport={"width": 320, "height": 640}), []
    for path in everything.paths("GET"):
        if "{" in path or path in DOCUMENTS:
            continue
        one.open(f"/console{path}".rstrip("/"))
        found += [f"{path} {wrong}" for wrong in one.violations()]
        found += [f"{path} is too wide"] if one.overflows() > 0 else []
    assert not found, "\n".join(found)


def test_axe_does_find_what_is_wrong(everywhere, administrator):
    one = administrator()
    one.open("/console/tasks")
    one.page.evaluate("document.querySelector('main').innerHTML = '<img src=x><a href=#></a>'")
    assert {line.partition(":")[0] for line in one.violations()} >= {"image-alt", "link-name"}
    one.faults.clear()


@looked_at_whole
def test_tab_stops_at_everything_on_every_page_is_seen_there_and_gets_out(
    everywhere, administrator
):
    one, wrong = administrator(kind=Typist), []
    for path, address in pages(everywhere[1]).items():
        one.open(address)
        wrong += [f"{path}: {missed}" for missed in one.walk()]
    assert wrong == []
    assert one.unseen == []


@pytest.mark.parametrize("width", [320, 360])
def test_no_label_is_broken_within_a_word(everywhere, administrator, width):
    one, found = administrator("fi", viewport={"width": width, "height": 740}), []
    for path in ("/cases/{id}", "/debtors/{id}", "/tasks/{id}", "/cases/{id}/hand-over"):
        one.open(everywhere[1][path])
        found += [f"{path}: {word}" for word in one.torn()]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", CONSOLE)
def test_no_page_is_wider_than_a_phone_in_any_language(everywhere, administrator, language):
    one, found = administrator(language, viewport={"width": 320, "height": 640}), []
    for path, address in pages(everywhere[1]).items():
        one.open(address)
        assert one.page.get_attribute("html", "lang") == language
        for unfolded in (False, True):
            if unfolded:
                one.unfold()
            if one.overflows() > 0:
                found.append(f"{path} by {one.overflows()}: {one.widest()}")
                break
    assert not found, "\n".join(found)


def test_a_first_look_at_any_page_costs_little_and_runs_nothing(everywhere, administrator):
    one, wrong, weights = administrator(), [], {}
    one.forget_files()
    for path, address in pages(everywhere[1]).items():
        one.requests.clear()
        one.open(address)
        ours = [asked for asked in one.requests if not asked.url.startswith("data:")]
        weights[path] = sum(len(asked.response().body()) for asked in ours)
        if len(ours) > MOST_REQUESTS or weights[path] > MOST_BYTES:
            wrong.append(f"{path}: {len(ours)} requests, {weights[path]} bytes")
        if one.page.locator("script").count():
            wrong.append(f"{path} has a script")
    heaviest = max(weights, key=weights.get)
    measured(
        f"first look at a page of the console: {statistics.median(weights.values()) / 1000:.0f} kB"
        f" (median of {len(weights)}), {weights[heaviest] / 1000:.0f} kB at most ({heaviest})"
    )
    assert wrong == []


def test_a_trap_in_every_text_is_shown_as_text_and_asks_for_nothing(everywhere, administrator):
    one, opened = administrator(), []
    one.page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    shown = set()
    for path, address in everywhere[1].items():
        if DOCUMENTS.get(path, "text/html") != "text/html":
            continue
        one.open(address)
        for frame in one.page.frames:
            assert not frame.locator("[data-canary]").count(), path
        if everything.TRAP in one.said():
            shown.add(path)
    assert opened == []
    # Where it was told, it can be read: nothing was swallowed instead of being escaped.
    assert shown >= SHOWN, SHOWN - shown


# Pages on which somebody else's words stand.
SHOWN = {
    "/", "/first-hour/creditor", "/connections/{id}", "/connections/{id}/refused",
    "/approvals/{id}", "/cases", "/cases/{id}", "/cases/{id}/reads", "/debtors/{id}",
    "/policies", "/policies/{id}/{version}/edit", "/letters/{language}/{letter}/{tone}/edit",
    "/matching/{id}", "/partners/{connection}/reports/{id}", "/settings/audit", "/tasks",
    "/tasks/{id}",
}  # fmt: skip


def test_a_trap_that_were_let_in_would_be_noticed(everywhere, administrator):
    one = administrator()
    one.open("/console/cases")
    with one.page.expect_request("**/canary"):
        one.page.evaluate("t => document.querySelector('main').innerHTML = t", everything.TRAP)
    assert one.page.locator("[data-canary]").count()
    # The policy of the page kept the window shut, and said so.
    assert [fault for fault in one.faults if "Content Security Policy" in fault]
    one.faults.clear()
    one.requests.clear()


def test_files_of_the_console_come_as_what_they_are(everywhere, administrator):
    origin, addresses = everywhere
    one = administrator()
    for path, kind in DOCUMENTS.items():
        answer = one.context.request.get(origin + addresses[path])
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind)
        assert answer.headers["x-content-type-options"] == "nosniff"

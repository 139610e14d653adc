"""The console in a real browser: it signs in, it is usable by everybody, it asks nobody else."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PASSWORD

# Every page that needs nothing but a signed-in person.
ADDRESSES = (
    "/console/tasks", "/console/policies", "/console/policies/new", "/console/previews",
    "/console/overrides", "/console/letters", "/console", "/console/first-hour",
    "/console/first-hour/creditor", "/console/first-hour/notices", "/console/switches",
    "/console/switches/stop", "/console/connections", "/console/connectors", "/console/expiries",
    "/console/connectors/banks.camt", "/console/connectors/erp.csv_file",
)  # fmt: skip
WIDTHS = (320, 768, 1280)
# What a first look may cost.
MOST_BYTES, MOST_REQUESTS = 100_000, 4


@pytest.fixture
def anna(visitor, people):
    """An administrator who has signed in at the pool's page."""

    def at(**options):
        one = visitor(**options)
        one.sign_in(people("administrator"), PASSWORD, ADDRESSES[0])
        return one

    return at


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_at_any_width(anna, scheme):
    one = anna(color_scheme=scheme)
    for address in ADDRESSES:
        for width in WIDTHS:
            one.page.set_viewport_size({"width": width, "height": 900})
            assert one.open(address) == 200
            assert one.violations() == [], f"{address} at {width}"
            assert one.overflows() <= 0, f"{address} at {width}"


def test_axe_does_find_what_is_wrong(anna):
    one = anna()
    one.page.evaluate("document.querySelector('main').innerHTML = '<img src=x><a href=#></a>'")
    assert {line.partition(":")[0] for line in one.violations()} >= {"image-alt", "link-name"}
    one.faults.clear()


def test_every_page_works_without_scripts_and_none_has_any(anna):
    one = anna(java_script_enabled=False)
    for address in ADDRESSES:
        assert one.open(address) == 200
        assert "<script" not in one.page.content()
    one.page.select_option("#language", "sv")
    one.page.click(".foot button")
    assert one.page.get_attribute("html", "lang") == "sv"


def test_a_first_look_costs_little(anna):
    one = anna()
    for address in ADDRESSES:
        one.requests.clear()
        one.open(address)
        ours = [request for request in one.requests if not request.url.startswith("data:")]
        assert len(ours) <= MOST_REQUESTS, address
        size = sum(len(request.response().body()) for request in ours)
        assert size <= MOST_BYTES, address


def test_the_keyboard_alone_reaches_the_content_and_the_way_out(anna):
    one = anna()
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.className") == "skip"
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"
    one.page.focus(".leave button")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector("text=You have signed out")
    one.page.goto(one.origin + ADDRESSES[0])
    assert one.page.url.startswith(one._pool)

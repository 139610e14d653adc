"""Rows of a list in the order that its address asks for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from functions.console import reports
from functions.console.sorting import in_order
from tests.pages import everything

LISTS = (
    "cases", "tasks", "connections", "connections/erp/refused", "expiries", "matching", "partners",
    "approvals", "previews", "reports/charges", "reports/money", "settings/legal-holds",
)  # fmt: skip

ROWS = [("b", 2), ("a", None), ("c", 1), ("d", 2)]
BY = {"name": lambda row: row[0], "number": lambda row: row[1]}


@pytest.mark.parametrize(("said", "names"), [
    ("", "bacd"), ("name", "abcd"), ("-name", "dcba"),
    # Equal ones stay as they came; what has no value stands last either way.
    ("number", "cbda"), ("-number", "bdca"),
    # A column that is not there sorts by nothing.
    ("other", "bacd"), ("-", "bacd"), ("--name", "bacd"),
])  # fmt: skip
def test_rows_stand_in_the_order_that_is_asked_for(said, names):
    desk = SimpleNamespace(query={"sort": said} if said else {})
    assert "".join(name for name, _ in in_order(desk, iter(ROWS), BY)) == names


def test_every_list_is_sorted_by_the_heads_of_its_columns(console):
    everything.full()
    browser = console("administrator")
    for name in LISTS:
        heads = browser.open(f"/console/{name}").page.xpath("//th/a[contains(@href, 'sort=')]")
        rows = len(browser.page.xpath("//tbody/tr"))
        for head in dict.fromkeys(one.get("href") for one in heads):
            browser.open(head)
            assert browser.status == 200, head
            assert browser.page.xpath("//th[@aria-sort='ascending']"), head
            assert len(browser.page.xpath("//tbody/tr")) == rows, head
        # A list with something on it has heads; what is empty says what comes there.
        assert heads or browser.page.xpath("//div[@class='empty']"), name


def test_the_lists_of_one_page_have_heads_of_their_own():
    assert not reports._LATE.keys() & reports._DEVIATIONS.keys()

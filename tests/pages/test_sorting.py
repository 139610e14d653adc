"""Rows of a list in the order that its address asks for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from functions.console.sorting import in_order

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

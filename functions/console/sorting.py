"""Sorting: the rows of a list in the order that its address asks for (``?sort=open``, ``-open``).

The API has an order of its own, so this sorts what one page of a list holds; the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from functions.pages.desk import Desk

Key = Callable[[Any], Any]


def in_order(desk: Desk, rows: Iterable[Any], by: Mapping[str, Key]) -> list[Any]:
    """The rows by the column that ``?sort=`` names, falling after a minus; as they came without.

    ``by`` has each column's value of a row; rows without one (None) stand last either way.
    """
    found, said = list(rows), desk.query.get("sort", "")
    key = by.get(said.removeprefix("-"))
    if key is None:
        return found
    known = [row for row in found if key(row) is not None]
    return [
        *sorted(known, key=key, reverse=said.startswith("-")),
        *(row for row in found if key(row) is None),
    ]

"""Tables of text: rows under their columns, and one thing as its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows under their columns, each as wide as its widest cell; ``health.word`` is inside.

    Without rows it says so.
    """
    if not rows:
        print("(none)")
        return
    cells = [columns, *([cell(_inside(row, name)) for name in columns] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    for line in cells:
        print("  ".join(text.ljust(wide) for text, wide in zip(line, widths, strict=True)).rstrip())


def fields(one: Mapping[str, Any]) -> None:
    """The fields of one thing; a list of things, or a text of several lines, stands below."""
    below = {name: value for name, value in one.items() if _is_table(value) or _is_page(value)}
    rows = [{"field": name, "value": one[name]} for name in one if name not in below]
    if rows or not below:
        table(("field", "value"), rows)
    for name, value in below.items():
        print(f"\n{name}")
        if isinstance(value, str):
            print("\n".join(map(cell, value.splitlines())))
        else:
            table(columns_of(value), value)


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The plain fields of rows, in the order in which they first come."""
    names = dict.fromkeys(
        name
        for row in rows
        for name, value in row.items()
        if _is_amount(value) or not isinstance(value, dict | list)
    )
    return list(names) or ["-"]


def cell(value: Any) -> str:
    """A value as one line of text; an amount of money with its currency."""
    if value is None:
        return ""
    if _is_amount(value):
        value = f"{value['amount']} {value['currency']}"
    elif isinstance(value, dict):
        value = " ".join(f"{name}={cell(one)}" for name, one in value.items())
    text = ",".join(map(cell, value)) if isinstance(value, list) else str(value)
    # A terminal must not be told anything by what a source called its rows.
    return "".join(one if one.isprintable() else "?" for one in text)


def _is_amount(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"amount", "currency"}


def _inside(row: Mapping[str, Any], name: str) -> Any:
    outer, _, inner = name.partition(".")
    value = row.get(outer)
    return value.get(inner) if inner and isinstance(value, dict) else value


def _is_page(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)

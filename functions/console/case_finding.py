"""Finding: cases by what a person has at hand: an invoice number, a reference, a customer's id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from functions.api.exchange import Problem
from functions.pages.desk import Desk

_CASES = "GET /v1/cases"
# Sources that are asked for a customer of an id; a creditor has one or two.
_MOST_SOURCES = 5


def found(desk: Desk, query: Mapping[str, str]) -> dict[str, Any]:
    """A page of the cases of a query; a ``number`` that no invoice bears may be a customer's id.

    Raises ``Problem`` 400 for a filter that cannot be.
    """
    told: dict[str, Any] = desk.ask(_CASES, query=query).body
    text = query.get("number", "")
    if told["cases"] or told["cursor"] or not text or "debtor" in query:
        return told
    others = {name: said for name, said in query.items() if name != "number"}
    for debtor in _debtors(desk, text):
        try:
            again: dict[str, Any] = desk.ask(_CASES, query={**others, "debtor": debtor}).body
        except Problem:
            continue  # no id at all: it may be a name
        if again["cases"]:
            return again
    return told


def _debtors(desk: Desk, text: str) -> Iterator[str]:
    """The ids under which a customer may be known: whole, or as each source of books has it."""
    if ":" in text:
        yield text
    elif desk.may("GET /v1/connections"):
        rows = desk.ask("GET /v1/connections", query={"limit": "100"}).body["connections"]
        books = [one["id"] for one in rows if one["connector"].startswith("erp.")]
        yield from (f"{name}:{text}" for name in books[:_MOST_SOURCES])

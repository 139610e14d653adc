"""Sides: a payment's proposals beside it, each with its invoices as people know them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from functions.console.cases import named
from functions.pages.desk import Desk

# Invoices that are looked up for one page, and proposals that stand side by side on it.
_MOST_INVOICES, MOST_SIDES = 12, 4


def invoices(desk: Desk, wanted: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What is known of invoices by their ids, as far as this person may see cases.

    Each has ``number``, ``due`` (ISO), ``reference``, ``open`` (amount and currency), ``case``,
    ``debtor`` (its id) and ``name``.
    """
    found = dict[str, dict[str, Any]]()
    if not desk.may("GET /v1/cases"):
        return found
    for name in list(dict.fromkeys(wanted))[:_MOST_INVOICES]:
        if name in found:
            continue
        for row in desk.ask("GET /v1/cases", query={"invoice": name}).body["cases"]:
            found |= _claims(desk.ask("GET /v1/cases/{id}", id=row["id"]).body)
    names = named(desk, list({one["debtor"] for one in found.values()}))
    return {key: {**one, "name": names.get(one["debtor"], "")} for key, one in found.items()}


def spoken_of(proposals: Iterable[dict[str, Any]]) -> list[str]:
    """The ids of the invoices that proposals speak of, in their order."""
    return [name for one in proposals for name in one["invoices"]]


def _claims(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        row["claim"]["id"]: {
            "number": row["claim"]["number"], "due": row["claim"]["due"],
            "reference": row["claim"]["reference"], "case": case["id"], "debtor": case["debtor"],
            "open": {"amount": row["open"], "currency": case["currency"]},
        }
        for row in case["claims"]
    }  # fmt: skip

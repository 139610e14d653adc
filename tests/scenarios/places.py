"""Places: the law, the clock and the creditor's usual steps of each country that has stories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.law import load
from shared.domain.lawpack import COUNTRIES as EVERY
from shared.domain.money import Money
from shared.domain.policy import Policy, Step

# Those whose packs know fees, rates and limitation: the benches live in these.
COUNTRIES = ("FI", "SE", "NO", "DK")
LAW = {country: load(country) for country in EVERY}
ZONE = {
    "FI": ZoneInfo("Europe/Helsinki"),
    "SE": ZoneInfo("Europe/Stockholm"),
    "NO": ZoneInfo("Europe/Oslo"),
    "DK": ZoneInfo("Europe/Copenhagen"),
    "DE": ZoneInfo("Europe/Berlin"),
    "NL": ZoneInfo("Europe/Amsterdam"),
    "EE": ZoneInfo("Europe/Tallinn"),
}


def reminder(name: str, after: int, *, fee: bool = True, first: bool = False) -> Step:
    """A reminder some days after the due date (``first``) or after the notice before it."""
    return Step(
        id=name, action="remind", after=after, since="due" if first else "previous",
        tone="firm" if fee else "friendly", fee="statutory" if fee else "none",
    )  # fmt: skip


def hand_over(after: int) -> Step:
    """The last step: to the collection partner."""
    return Step(id="collect", action="hand_over", after=after, since="previous")


# Finland: a friendly word, then the fee of the law. Sweden: one reminder with the agreed fee.
# Norway: two fees, the second after a term of fourteen days. Denmark: three fees in all. Germany,
# the Netherlands, Estonia: two letters without a fee.
USUAL = {
    "FI": (
        reminder("friendly", 5, fee=False, first=True), reminder("firm", 15), hand_over(15),
    ),
    "SE": (reminder("first", 10, first=True), hand_over(11)),
    "NO": (reminder("first", 14, first=True), reminder("second", 15), hand_over(15)),
    "DK": (
        reminder("first", 11, first=True), reminder("second", 11), reminder("third", 11),
        hand_over(11),
    ),
    "DE": (
        reminder("first", 7, fee=False, first=True), reminder("second", 14, fee=False),
        hand_over(14),
    ),
    "NL": (
        reminder("first", 7, fee=False, first=True), reminder("second", 15, fee=False),
        hand_over(15),
    ),
    "EE": (
        reminder("first", 7, fee=False, first=True), reminder("second", 14, fee=False),
        hand_over(14),
    ),
}  # fmt: skip
# What is not worth a partner's work, and what is not worth a reminder.
MINIMUM = {
    "FI": "20.00",
    "SE": "200.00",
    "NO": "200.00",
    "DK": "150.00",
    **dict.fromkeys(("DE", "NL", "EE"), "20.00"),
}


def policy_of(country: str, steps: Sequence[Step], **terms: Any) -> Policy:
    """The creditor's policy: a country's usual steps, or others."""
    currency = LAW[country].currency
    fields: dict[str, Any] = {
        "id": "calm", "version": 1, "name": "Calm", "law": country, "partner": "agency",
        "steps": tuple(steps) or USUAL[country], "payment_days": 10,
        "tolerance": Money.of("1.00", currency), "minimum": Money.of(MINIMUM[country], currency),
    }  # fmt: skip
    return Policy(**(fields | terms))

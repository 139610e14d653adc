"""What a payer asked for on its own page: the other ways on from its question than the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from functions.pages.desk import BASE, Desk

# By the kind of the question: the command beside the one that its page leads to, and what it is of.
_BESIDE: Mapping[str, tuple[str, str]] = {
    "payer_disputes": ("settle_dispute", "dispute"),
    "payer_plan": ("cancel_plan", "plan"),
}
_COMMANDS, _DOCUMENTS = "POST /v1/cases/{id}/commands", "GET /v1/cases/{id}/documents/{act}"


def ways_on(desk: Desk, task: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The words and addresses of the other answer to a payer, and of what the payer wrote."""
    if task["why"] not in _BESIDE:
        return []
    command, of = _BESIDE[task["why"]]
    facts = {name: text for why in task["because"] for name, text in why["facts"].items()}
    case = f"{BASE}/cases/{quote(task['case'], safe='')}"
    ways = []
    if desk.may(_COMMANDS):
        there = f"{case}/tell/{command}?{urlencode({of: facts[of]})}"
        ways.append((desk.words("cases")(f"do_{command}"), there))
    if "document" in facts and desk.may(_DOCUMENTS):
        there = f"{case}/documents/{quote(facts['document'], safe='')}"
        ways.append((desk.words("tasks")("payers_words"), there))
    return ways

"""Asking: what a question is about: its case and claims, and the pages where it is seen to."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from functions.api.exchange import Problem
from functions.console.cases import called, named
from functions.pages.desk import BASE, Desk

# The page that has one thing, and the API's route that must be open to see it.
_PAGES: Mapping[str, tuple[str, str]] = {
    "case": ("/cases/{}", "GET /v1/cases/{id}"),
    "debtor": ("/debtors/{}", "GET /v1/debtors/{id}"),
    "other": ("/debtors/{}", "GET /v1/debtors/{id}"),
    "payment": ("/matching/{}", "GET /v1/payments/{id}"),
    "payments": ("/matching/{}", "GET /v1/payments/{id}"),
    "receipt": ("/matching/{}", "GET /v1/payments/{id}"),
    "connection": ("/connections/{}", "GET /v1/connections/{id}"),
    "partner": ("/partners/{}", "GET /v1/partners"),
}
# Where a question is seen to, by its code or how it begins, and the route that opens the page.
# ``{command}`` pages of a case are those of the command that ends the question.
_SEEN_TO: tuple[tuple[str, str, str], ...] = (
    ("payment_", "/matching/{payment}", "GET /v1/payments/{id}"),
    ("money_differs", "/matching", "GET /v1/payments"),
    ("law_unsigned", "/law", "GET /v1/law/{country}/sheet"),
    ("rate_", "/law", "GET /v1/law/{country}/sheet"),
    ("retention_", "/settings/retention", "GET /v1/retention"),
    ("run_above_usual", "/settings/fuses", "GET /v1/fuses"),
    ("overdue_jump", "/settings/fuses", "GET /v1/fuses"),
    ("data_restricted", "/debtors/{debtor}", "GET /v1/debtors/{id}"),
    ("same_debtor", "/debtors/{debtor}/identity", "GET /v1/debtors/{id}"),
    ("payer_link_guessed", "/debtors/{debtor}", "GET /v1/debtors/{id}"),
    ("payer_plan", "/cases/{case}/tell/agree_plan?plan={plan}", "POST /v1/cases/{id}/commands"),
    (
        "payer_disputes", "/cases/{case}/tell/answer_dispute?dispute={dispute}",
        "POST /v1/cases/{id}/commands",
    ),
    ("payer_", "/cases/{case}/documents/{document}", "GET /v1/cases/{id}/documents/{act}"),
    ("dispute_unanswered", "/cases/{case}/tell/answer_dispute", "POST /v1/cases/{id}/commands"),
    ("dispute_unsettled", "/cases/{case}/tell/settle_dispute", "POST /v1/cases/{id}/commands"),
    ("addressee_needed", "/cases/{case}/tell/circumstance", "POST /v1/cases/{id}/commands"),
    ("limitation_over", "/cases/{case}/tell/write_off", "POST /v1/cases/{id}/commands"),
    ("write_off_", "/cases/{case}/tell/write_off", "POST /v1/cases/{id}/commands"),
    ("claim_sold", "/cases/{case}/tell/write_off", "POST /v1/cases/{id}/commands"),
    ("approve_hand_over", "/cases/{case}/hand-over", "GET /v1/cases/{id}/hand-over"),
    ("hand_over_", "/cases/{case}/hand-over", "GET /v1/cases/{id}/hand-over"),
    ("partner_terms", "/cases/{case}/hand-over", "GET /v1/cases/{id}/hand-over"),
    ("letter_incomplete", "/letters", "GET /v1/letters"),
    ("partner_report_", "/partners/{connection}/reports", "GET /v1/partners"),
    ("partner_not_told", "/partners/{connection}/outbox", "GET /v1/partners"),
    ("partner_differs", "/reports/money", "GET /v1/reports/drift"),
    ("partner_reads_", "/partners/{connection}", "GET /v1/partners"),
    ("remittance_", "/partners/{connection}/money", "GET /v1/partners"),
    ("endpoint_", "/partners/{connection}", "GET /v1/partners"),
    ("case_file_", "/partners/{connection}", "GET /v1/partners"),
    ("due_date_", "/partners/{connection}", "GET /v1/partners"),
    ("expiry_", "/connections/{connection}/expiries", "GET /v1/connections/expiries"),
    ("source_", "/connections/{connection}", "GET /v1/connections/{id}"),
    ("connection_", "/connections/{connection}", "GET /v1/connections/{id}"),
    ("write_back_", "/connections/{connection}", "GET /v1/connections/{id}"),
    ("webhook_", "/connections/{connection}", "GET /v1/connections/{id}"),
    ("others_remind", "/connections/{connection}", "GET /v1/connections/{id}"),
)  # fmt: skip
# Only a word about the payment itself ends these.
ELSEWHERE = frozenset({"payment_ambiguous", "payment_unapplied"})
_SOME_PAYMENTS = {"state": "waiting", "limit": "100"}


def case_of(desk: Desk, task: Mapping[str, Any]) -> dict[str, Any] | None:
    """The case of a question with its debtor's name; None for none, or one that cannot be read."""
    if not task["case"]:
        return None
    try:
        case = desk.ask("GET /v1/cases/{id}", id=task["case"]).body
    except Problem:
        return None
    name = named(desk, [case["debtor"]]).get(case["debtor"], case["debtor"])
    asked = set(task["claims"]) or {one["claim"]["id"] for one in case["claims"]}
    claims = [one for one in case["claims"] if one["claim"]["id"] in asked]
    return {**case, "name": name, "asked": claims}


def names_of(
    desk: Desk, task: Mapping[str, Any], case: dict[str, Any] | None
) -> dict[str, str]:  # fmt: skip
    """What people call the ids in a question's sentences: invoices by number, debtors by name."""
    invoices = task["invoices"]
    names = named(desk, list(dict.fromkeys(one["debtor"] for one in invoices)))
    numbers = {one["id"]: one["number"] for one in invoices}
    return (called(case, case["name"]) if case is not None else {}) | numbers | names


def reasons(
    desk: Desk, task: Mapping[str, Any], known: Mapping[str, str]
) -> list[dict[str, Any]]:  # fmt: skip
    """The reasons of a question; each fact as its name and (text, address or None) pairs."""
    return [
        {
            **why,
            "facts": [
                (name, [fact(desk, name, one, known) for one in _several(name, text)])
                for name, text in why["facts"].items()
            ],
        }
        for why in task["because"]
    ]


def seen_to(desk: Desk, task: Mapping[str, Any], case: Mapping[str, Any] | None) -> str | None:
    """The address of the page where a question is seen to; None where there is none to go to."""
    found = next((one for one in _SEEN_TO if task["why"].startswith(one[0])), None)
    if found is None or not desk.may(found[2]):
        return None
    known = dict(_known(desk, task, case, found[1]))
    wanted = {name for _, name, _, _ in string.Formatter().parse(found[1]) if name}
    if not wanted <= known.keys():
        return None
    return BASE + found[1].format_map({name: quote(known[name], safe="") for name in wanted})


def _several(name: str, text: str) -> list[str]:
    return text.split(",") if name == "payments" and text else [text]


def fact(desk: Desk, name: str, text: str, numbers: Mapping[str, str]) -> tuple[str, str | None]:
    """A fact's text, by number where ``numbers`` has one, and the page of what it names, if any."""
    where, route = _PAGES.get(name, ("", ""))
    there = f"{BASE}{where.format(quote(text, safe=''))}" if text and desk.may(route) else None
    return numbers.get(text, text), there


def _known(
    desk: Desk, task: Mapping[str, Any], case: Mapping[str, Any] | None, where: str
) -> Iterator[tuple[str, str]]:
    """What the question itself names: the facts of its reasons, its case, its own id."""
    for why in task["because"]:
        yield from ((name, text) for name, text in why["facts"].items() if text)
    if task["case"]:
        yield "case", task["case"]
    if case is not None:
        yield "debtor", case["debtor"]
    connection, found, _ = task["id"].partition(f"-{task['why']}-")
    if found and not task["case"]:
        yield "connection", connection
    if "{payment}" in where:
        yield from _payment(desk, task)


def _payment(desk: Desk, task: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The payment that waits for this very question, among the first hundred that wait."""
    for one in desk.ask("GET /v1/payments", query=_SOME_PAYMENTS).body["payments"]:
        if one["task"] == task["id"]:
            yield "payment", one["id"]

"""Legal holds: what is kept whatever its time, the page of a case's own hold, and the list."""

from __future__ import annotations

from typing import Any

from functions.api.exchange import Problem
from functions.console.cases import named, whose
from functions.console.sorting import Key, in_order
from functions.console.staff import staff
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk
from functions.pages.render import part

REASONS = ("suit_filed", "authority_asked", "dispute_expected", "over", "other")
# Pages of a hundred legal holds that one look goes through.
_MOST_PAGES = 10


def listed(desk: Desk) -> Page:
    """What is kept for a dispute or an authority, each by name and a link away.

    ``?kind=debtor`` or ``case`` of those that the page holds.
    """
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    told = desk.ask("GET /v1/legal-holds", query=query).body
    kind = desk.query.get("kind", "")
    kept = [one for one in told["holds"] if kind in {"", one["kind"]}]
    columns: dict[str, Key] = {
        "why": lambda one: one["reason"], "who": lambda one: one["by"],
        "since": lambda one: one["since"],
    }  # fmt: skip
    return desk.page(
        "legal_holds", "settings", "debtors", any=bool(told["holds"]),
        holds=in_order(desk, kept, columns), cursor=told["cursor"], names=_names(desk, kept),
        staff=staff(desk, (one["by"] for one in kept)),
    )  # fmt: skip


def of_case(desk: Desk, problem: Problem | None = None) -> Page:
    """The legal hold of one case as it stands, and the form that sets or ends it."""
    case = desk.ask("GET /v1/cases/{id}", id=desk.path["id"]).body
    held = standing(desk, "case", case["id"])
    return desk.page(
        "case_legal_hold", "cases", "debtors", status=problem.status if problem else 200,
        case=case, who=whose(desk, case), held=held, reasons=REASONS,
        staff=staff(desk, [held["by"]] if held else []), problem=problem.body if problem else None,
    )  # fmt: skip


def hold_case(desk: Desk) -> Page:
    """Keep everything about the case from being deleted, or let it go again."""
    on, name = desk.form.get("held") == "yes", desk.path["id"]
    body = {"held": on, "reason": desk.form.get("reason", "")}
    try:
        told = desk.ask("POST /v1/cases/{id}/legal-hold", id=name, body=body)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return of_case(desk, problem)
    return desk.went(f"/cases/{part(name)}/legal-hold", told, done="held" if on else "unheld")


def standing(desk: Desk, kind: str, held: str) -> dict[str, Any] | None:
    """The legal hold on a debtor or a case, as far as this person may know of one."""
    if not desk.may("GET /v1/legal-holds"):
        return None
    query = {"limit": "100"}
    for _ in range(_MOST_PAGES):
        told = desk.ask("GET /v1/legal-holds", query=query).body
        for one in told["holds"]:
            if (one["kind"], one["held"]) == (kind, held):
                found: dict[str, Any] = one
                return found
        if told["cursor"] is None:
            break
        query["cursor"] = told["cursor"]
    return None


def _names(desk: Desk, holds: list[dict[str, Any]]) -> dict[str, str]:
    """The names of the debtors that are held, by their ids."""
    if not desk.may("GET /v1/debtors"):
        return {}
    return named(desk, [one["held"] for one in holds if one["kind"] == "debtor"])


ROUTES: dict[str, Answering] = {
    "GET /settings/legal-holds": listed,
    "GET /cases/{id}/legal-hold": of_case,
    "POST /cases/{id}/legal-hold": hold_case,
}

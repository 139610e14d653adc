"""Cases: finding them, and one of them whole: who, what is owed, what next and why."""

from __future__ import annotations

import json
from typing import Any

from functions.api.exchange import Problem
from functions.console.case_fields import COMMANDS
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk
from shared.domain.events import read_event
from shared.domain.timeline import words

# Filters of the address that go to the API as they are.
_FILTERS = ("number", "debtor", "state", "country", "step", "open_from", "open_to", "cursor")
# A case with nothing open is of the past: it is shown where somebody looks for it by name.
_OPEN = {"open_from": "0.01"}
_PAGE = "25"
# How many events a case's own page shows; the rest is on its timeline.
_LATEST = 6


def listed(desk: Desk) -> Page:
    """The cases that fit the address, each with its debtor's name."""
    said = {name: text for name in _FILTERS if (text := desk.query.get(name, "").strip())}
    chosen = said.keys() - {"cursor"}
    problem, cases, cursor = None, [], None
    try:
        told = desk.ask(
            "GET /v1/cases", query={**(said if chosen else _OPEN | said), "limit": _PAGE}
        )
        cases, cursor = told.body["cases"], told.body["cursor"]
    except Problem as wrong:
        problem = wrong
    return desk.page(
        "cases", "cases", status=problem.status if problem else 200,
        cases=cases, cursor=cursor, names=named(desk, [one["debtor"] for one in cases]),
        filtered=bool(chosen), problem=problem.body if problem else None,
    )  # fmt: skip


def one(desk: Desk) -> Page:
    """One case as it stands, why, what comes next, and what a person can tell it."""
    case = desk.ask("GET /v1/cases/{id}", id=desk.path["id"]).body
    why = desk.ask("GET /v1/cases/{id}/explain", id=desk.path["id"]).body
    return desk.page(
        "case", "cases", "events", "why", "handing",
        case=case, why=why, debtor=_debtor(desk, case["debtor"]), groups=_groups(desk, case),
        owed=_owed(case), latest=_latest(case),
    )  # fmt: skip


def timeline(desk: Desk) -> Page:
    """What happened, event by event, a page at a time, each with its reasons."""
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    case = desk.path["id"]
    told = desk.ask("GET /v1/cases/{id}/timeline", query={**query, "limit": "50"}, id=case).body
    return desk.page(
        "case_timeline", "cases", "events", case=case, events=told["timeline"],
        cursor=told["cursor"],
    )  # fmt: skip


def named(desk: Desk, debtors: list[str]) -> dict[str, str]:
    """The names of debtors by their ids, as far as the books know them."""
    if not debtors:
        return {}
    told = desk.ask("GET /v1/debtors", query={"ids": ",".join(debtors)}).body
    return {one["id"]: one["name"] for one in told["debtors"]}


def numbers_of(case: dict[str, Any]) -> dict[str, str]:
    """The invoice numbers of a case's claims by their ids."""
    return {one["claim"]["id"]: one["claim"]["number"] for one in case["claims"]}


def _debtor(desk: Desk, debtor: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = desk.ask("GET /v1/debtors/{id}", id=debtor).body
    except Problem as problem:
        if problem.status == 404:
            return None
        raise
    return found


def _owed(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The claims that are open or have something left beside the principal, oldest first."""
    sums = ("open", "interest", "fees")
    live = [one for one in case["claims"] if any(float(one[name] or 0) for name in sums)]
    return sorted(live, key=lambda one: (one["claim"]["due"], one["claim"]["id"]))


def _latest(case: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The latest events, newest first: when (ISO 8601, UTC), the kind, and the API's sentence."""
    newest = reversed(case["timeline"][-_LATEST:])
    return [(one["at"], one["kind"], words(read_event(json.dumps(one)))) for one in newest]


def _groups(desk: Desk, case: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The commands that this person may give and that have something to be about, by group."""
    if case["closed"] or not desk.may("POST /v1/cases/{id}/commands"):
        return []
    groups: dict[str, list[str]] = {}
    for name, command in COMMANDS.items():
        if command.fits(case) and (not command.money or "money:write" in desk.principal.scopes):
            groups.setdefault(command.group, []).append(name)
    return list(groups.items())


ROUTES: dict[str, Answering] = {
    "GET /cases": listed,
    "GET /cases/{id}": one,
    "GET /cases/{id}/timeline": timeline,
}

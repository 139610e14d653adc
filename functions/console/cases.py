"""Cases: finding them, and one of them whole: who, what is owed, what next and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from functions.api.exchange import Problem
from functions.console.case_fields import COMMANDS, title_of
from functions.console.case_finding import found
from functions.console.sorting import Key, in_order
from functions.console.staff import staff
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk
from shared.domain.events import read_event
from shared.domain.lawpack import COUNTRIES
from shared.domain.timeline import words

# Filters of the address that go to the API as they are.
_FILTERS = ("number", "debtor", "state", "country", "step", "open_from", "open_to", "cursor")
# A case with nothing open is of the past: it is shown where somebody looks for it by name.
_OPEN = {"open_from": "0.01"}
_PAGE = "25"
# Whoever sorts a list wants to see more of it at once.
_SORTED_PAGE = "100"
# Cases of a list of something else whose debtors are looked up.
_MOST_NAMED = 25
# The parts of what is owed of a claim.
_OWED = ("open", "interest", "fees", "compensation")
# How many events a case's own page shows; the rest is on its timeline.
_LATEST = 6


def listed(desk: Desk) -> Page:
    """The cases that fit the address, each with its debtor's name, in the order it asks for."""
    said = {name: text for name in _FILTERS if (text := desk.query.get(name, "").strip())}
    chosen = said.keys() - {"cursor"}
    size = _SORTED_PAGE if desk.query.get("sort") else _PAGE
    problem, cases, cursor = None, [], None
    try:
        told = found(desk, {**_asked(said if chosen else _OPEN | said), "limit": size})
        cases, cursor = told["cases"], told["cursor"]
    except Problem as wrong:
        problem = wrong
    names = named(desk, [one["debtor"] for one in cases])
    return desk.page(
        "cases", "cases", status=problem.status if problem else 200,
        cases=in_order(desk, cases, _columns(names)), cursor=cursor, names=names,
        countries=COUNTRIES, steps=_steps(desk), filtered=bool(chosen),
        problem=problem.body if problem else None,
    )  # fmt: skip


def _asked(said: dict[str, str]) -> dict[str, str]:
    """The filters as the API has them: a case with one claim at a partner is one there."""
    if said.get("state") != "with_partner":
        return said
    return {**{name: said[name] for name in said if name != "state"}, "with_partner": "true"}


def _columns(names: dict[str, str]) -> dict[str, Key]:
    return {
        "debtor": lambda one: names.get(one["debtor"], one["debtor"]).casefold(),
        "state": lambda one: one["state"],
        "step": lambda one: one["step"],
        "claims": lambda one: len(one["open_claims"]),
        "open": lambda one: (one["open"]["currency"], Decimal(one["open"]["amount"])),
        "next": lambda one: one["next_due"],
    }


def _steps(desk: Desk) -> list[str]:
    """The steps of the policy that new cases get, and the one that is asked for."""
    asked = [desk.query["step"]] if desk.query.get("step") else []
    try:
        active = desk.ask("GET /v1/policies/active").body
        told = desk.ask(
            "GET /v1/policies/{id}/{version}", id=active["id"], version=str(active["version"])
        ).body
    except Problem:
        return asked
    return list(dict.fromkeys([*(one["id"] for one in told["policy"]["steps"]), *asked]))


def one(desk: Desk) -> Page:
    """One case as it stands, why, what comes next, and what a person can tell it."""
    case = desk.ask("GET /v1/cases/{id}", id=desk.path["id"]).body
    why = desk.ask("GET /v1/cases/{id}/explain", id=desk.path["id"]).body
    debtor = _debtor(desk, case["debtor"])
    return desk.page(
        "case", "cases", "events", "why", "handing",
        case=case, why=why, debtor=debtor, groups=_groups(desk, case), owed=_owed(case),
        titles={name: title_of(name, case) for name in COMMANDS},
        sums=_sums(case),
        latest=_latest(case), called=called(case, debtor["name"] if debtor else "")
        | staff(desk, (one.get("by") for one in case["timeline"][-_LATEST:])),
    )  # fmt: skip


def timeline(desk: Desk) -> Page:
    """What happened, event by event, a page at a time, each with its reasons."""
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    name = desk.path["id"]
    case = desk.ask("GET /v1/cases/{id}", id=name).body
    told = desk.ask("GET /v1/cases/{id}/timeline", query={**query, "limit": "50"}, id=name).body
    who = whose(desk, case)
    return desk.page(
        "case_timeline", "cases", "events", case=name, who=who,
        events=told["timeline"], cursor=told["cursor"], called=called(case, who)
        | staff(desk, (one["event"].get("by") for one in told["timeline"])),
    )  # fmt: skip


def named(desk: Desk, debtors: list[str]) -> dict[str, str]:
    """The names of debtors by their ids, as far as the books know them."""
    if not debtors:
        return {}
    told = desk.ask("GET /v1/debtors", query={"ids": ",".join(debtors)}).body
    return {one["id"]: one["name"] for one in told["debtors"]}


def whose(desk: Desk, case: dict[str, Any]) -> str:
    """The name of a case's debtor, else the debtor's id: nobody acts by an id alone."""
    debtor = str(case["debtor"])
    return named(desk, [debtor]).get(debtor, debtor)


def owners(desk: Desk, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the debtors of the cases that rows name (``case``), by the cases' ids.

    The first ``_MOST_NAMED`` cases alone are looked up: a list is read from its top.
    """
    if not desk.may("GET /v1/cases/{id}"):
        return {}
    debtors = dict[str, str]()
    wanted = list(dict.fromkeys(one["case"] for one in rows if one.get("case")))[:_MOST_NAMED]
    for name in wanted:
        with suppress(Problem):
            debtors[name] = desk.ask("GET /v1/cases/{id}", id=name).body["debtor"]
    names = named(desk, list(dict.fromkeys(debtors.values())))
    return {case: names[debtor] for case, debtor in debtors.items() if debtor in names}


def numbers_of(case: dict[str, Any]) -> dict[str, str]:
    """The invoice numbers of a case's claims by their ids."""
    return {one["claim"]["id"]: one["claim"]["number"] for one in case["claims"]}


def called(case: dict[str, Any], debtor: str) -> dict[str, str]:
    """What people call the ids in a case's sentences: invoices by number, the debtor by name."""
    return numbers_of(case) | ({case["debtor"]: debtor} if debtor else {})


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
    live = [one for one in case["claims"] if any(float(one[name] or 0) for name in _OWED)]
    return sorted(live, key=lambda one: (one["claim"]["due"], one["claim"]["id"]))


def _sums(case: dict[str, Any]) -> dict[str, str]:
    """What is owed of all claims together, by part and ``whole``, in the case's currency."""
    parts = {
        name: sum((Decimal(one[name] or 0) for one in _owed(case)), Decimal(0)) for name in _OWED
    }
    return {name: str(one) for name, one in {**parts, "whole": sum(parts.values())}.items()}


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

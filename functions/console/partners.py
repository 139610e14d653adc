"""Partners: who collects for the creditor, what each was not told, and what it owes."""

from __future__ import annotations

from typing import Any

from functions.api.exchange import Problem
from functions.console.cases import owners
from functions.console.sorting import Key, in_order
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk

_PAGE, _GLANCE = "25", "5"
# Pages of a hundred rows that one look goes through: of the partners, of the drift of all of them.
_PAGES = 10


def listed(desk: Desk) -> Page:
    """The partners, what is known of their terms, and how the last comparison with each went."""
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    told = desk.ask("GET /v1/partners", query={**query, "limit": _PAGE}).body
    compared = _compared(desk)
    columns: dict[str, Key] = {
        "partner": lambda one: one["id"], "contract": lambda one: one["contract"],
        "agreed": lambda one: compared.get(one["id"], {}).get("agreed"),
        "apart": lambda one: compared.get(one["id"], {}).get("drift"),
    }  # fmt: skip
    return desk.page(
        "partners", "partners", compared=compared, cursor=told["cursor"],
        partners=in_order(desk, told["partners"], columns),
    )  # fmt: skip


def one(desk: Desk) -> Page:
    """One partner: its terms, and the first of all that waits for a person there."""
    name = desk.path["connection"]
    partner = known(desk, name)
    waits = _asked(desk, "GET /v1/partners/{connection}/quarantine", "reports", _GLANCE)
    untold = _asked(desk, "GET /v1/partners/{connection}/outbox", "messages", _GLANCE)
    return desk.page(
        "partner", "partners",
        partner=partner, terms=terms_of(desk, name), reports=waits, messages=untold,
        compared=_compared(desk).get(name), people=owners(desk, [*waits, *untold]),
    )  # fmt: skip


def outbox(desk: Desk, problem: Problem | None = None) -> Page:
    """What the partner has not been told yet, the failed ones with a button to send them again."""
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    partner = known(desk, desk.path["connection"])
    told = desk.ask(
        "GET /v1/partners/{connection}/outbox", query={**query, "limit": _PAGE},
        connection=partner["id"],
    ).body  # fmt: skip
    return desk.page(
        "partner_outbox", "partners", status=problem.status if problem else 200,
        partner=partner, messages=told["messages"], cursor=told["cursor"],
        people=owners(desk, told["messages"]),
        problem=problem.body if problem else None,
    )  # fmt: skip


def redrive(desk: Desk) -> Page:
    """Send a message that failed once more, at the end of its case's line."""
    name, act = desk.path["connection"], desk.path["act"]
    route = "POST /v1/partners/{connection}/outbox/{act}/redrive"
    try:
        told = desk.ask(route, connection=name, act=act)
    except Problem as problem:
        if problem.status != 409:
            raise
        return outbox(desk, problem)
    return desk.went(f"/partners/{name}/outbox", told, done="redriven")


def reopen(desk: Desk) -> Page:
    """Let the partner read case files again, once it is known why it read so many."""
    name = desk.path["connection"]
    told = desk.ask("POST /v1/partners/{connection}/reads/reopen", connection=name)
    return desk.went(f"/partners/{name}", told, done="reads_reopened")


def money(desk: Desk) -> Page:
    """What the partner holds of the creditor's, what it paid out, and what does not agree."""
    partner = known(desk, desk.path["connection"])
    name = partner["id"]
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    told = desk.ask(
        "GET /v1/partners/{connection}/remittances", query={**query, "limit": _PAGE},
        connection=name,
    ).body  # fmt: skip
    drift, more = _drift(desk, name)
    return desk.page(
        "partner_money", "partners",
        partner=partner, remittances=told["remittances"], cursor=told["cursor"],
        compared=_compared(desk).get(name), drift=drift, more=more,
        people=owners(desk, drift),
    )  # fmt: skip


def known(desk: Desk, name: str) -> dict[str, Any]:
    """A partner of the list by its id. Raises ``Problem`` 404 where there is none."""
    query = {"limit": "100"}
    for _ in range(_PAGES):
        told = desk.ask("GET /v1/partners", query=query).body
        for partner in told["partners"]:
            if partner["id"] == name:
                found: dict[str, Any] = partner
                return found
        if told["cursor"] is None:
            break
        query["cursor"] = told["cursor"]
    raise Problem(404, "not_found", "There is nothing here.")


def terms_of(desk: Desk, name: str) -> dict[str, Any] | None:
    """The stored terms of a partner, None before there are any."""
    try:
        found: dict[str, Any] = desk.ask(
            "GET /v1/partners/{connection}/terms", connection=name
        ).body
    except Problem as problem:
        if problem.status != 404:
            raise
        return None
    return found


def _compared(desk: Desk) -> dict[str, dict[str, Any]]:
    """The last comparison with each partner, as far as this person may see money."""
    if not desk.may("GET /v1/reports/drift"):
        return {}
    told = desk.ask("GET /v1/reports/drift", query={"limit": "1"}).body
    return {run["partner"]: run for run in told["partners"]}


def _drift(desk: Desk, name: str) -> tuple[list[dict[str, Any]], bool]:
    """What is apart at one partner, and whether there may be more of it further on."""
    found: list[dict[str, Any]] = []
    query = {"limit": "100", "partner": name}
    for _ in range(_PAGES):
        told = desk.ask("GET /v1/reports/drift", query=query).body
        found += told["drift"]
        if told["cursor"] is None:
            return found, False
        query["cursor"] = told["cursor"]
    return found, True


def _asked(desk: Desk, route: str, what: str, limit: str) -> list[dict[str, Any]]:
    if not desk.may(route):
        return []
    told: dict[str, Any] = desk.ask(
        route, query={"limit": limit}, connection=desk.path["connection"]
    ).body
    rows: list[dict[str, Any]] = told[what]
    return rows


ROUTES: dict[str, Answering] = {
    "GET /partners": listed,
    "GET /partners/{connection}": one,
    "GET /partners/{connection}/outbox": outbox,
    "POST /partners/{connection}/outbox/{act}/redrive": redrive,
    "POST /partners/{connection}/reads/reopen": reopen,
    "GET /partners/{connection}/money": money,
}

"""Settings: who may do what, the trail, fuses, how long data is kept and who gets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from functions.api.access import MONEY
from functions.api.access import ROUTES as API
from functions.api.exchange import Problem
from functions.console.approvals import flat
from functions.console.asking import fact
from functions.console.staff import staff
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of
from shared.domain import roles

# A page of the settings, with the route that somebody needs to see it.
_SHELVES = (
    ("approvals", "GET /v1/approvals"), ("approvals", "GET /v1/hub/approvals"),
    ("people", "GET /v1/creditor"), ("fuses", "GET /v1/fuses"), ("audit", "GET /v1/audit"),
    ("audit", "GET /v1/hub/audit"), ("retention", "GET /v1/retention"),
    ("recipients", "GET /v1/recipients"), ("legal-holds", "GET /v1/legal-holds"),
)  # fmt: skip
# Facts of the trail that name somebody.
_WHOM = frozenset({"by", "to"})
_FILTERS = ("from", "to", "kind", "who", "object", "cursor")


def shelves(desk: Desk) -> Page:
    """What can be looked at and set, as far as this person may."""
    found = dict.fromkeys(name for name, route in _SHELVES if desk.may(route))
    return desk.page("settings", "settings", shelves=[(one, _where(one)) for one in found])


def people(desk: Desk) -> Page:
    """Roles and what each may do; who is signed in."""
    scopes = sorted({MONEY, *(one.scope for one in API.values() if one.role == "admin")})
    table = {role: roles.scopes_of(role) for role in roles.CREDITOR_ROLES if role != "admin"}
    return desk.page("people", "settings", scopes=scopes, roles=table)


def audit(desk: Desk) -> Page:
    """The trail: who changed what, or who looked at whose data."""
    route = "GET /v1/audit" if desk.may("GET /v1/audit") else "GET /v1/hub/audit"
    query = {name: desk.query[name] for name in _FILTERS if desk.query.get(name)}
    problem: Problem | None = None
    told: dict[str, Any] = {"lines": [], "cursor": None}
    try:
        told = desk.ask(route, query={**query, "limit": "50"}).body
    except Problem as wrong:
        if wrong.status != 400:
            raise
        problem = wrong
    lines = [{**one, "said": _said(desk, one["facts"])} for one in told["lines"]]
    return desk.page(
        "audit", "settings", status=problem.status if problem else 200,
        lines=lines, cursor=told["cursor"], looks=desk.may("GET /v1/audit"),
        staff=staff(desk, _people(lines)),
        problem=problem.body if problem else None,
    )  # fmt: skip


def _said(desk: Desk, facts: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """The facts of a line as name, text, and the page of what it names (None for none)."""
    return [(name, *fact(desk, name, text, {})) for name, text in flat(facts)]


def _people(lines: list[dict[str, Any]]) -> Iterator[str]:
    """Whom lines name: who did it, and whom it is about (a task is given to somebody)."""
    for line in lines:
        yield from line["who"]
        yield from (text for name, text, _ in line["said"] if name in _WHOM)


def fuses(desk: Desk, problem: Problem | None = None) -> Page:
    """What keeps acts in at this moment, and the lifting of what halted the creditor."""
    told = desk.ask("GET /v1/fuses").body
    return desk.page(
        "fuses", "settings", status=problem.status if problem else 200, fuses=told,
        said=desk.form, problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def lift(desk: Desk) -> Page:
    """A person has looked at what halted the creditor."""
    body = {"halted": desk.form.get("halted", ""), "reason": desk.form.get("reason", "").strip()}
    try:
        told = desk.ask("POST /v1/fuses/lift", body=body)
    except Problem as problem:
        return fuses(desk, problem)
    return desk.went("/settings/fuses", told, done="saved")


def retention(desk: Desk, problem: Problem | None = None) -> Page:
    """How long each class of data is kept, why, and what would go tonight."""
    told = desk.ask("GET /v1/retention").body
    preview = desk.ask("GET /v1/retention/preview").body if "preview" in desk.query else None
    return desk.page(
        "retention", "settings", status=problem.status if problem else 200,
        told=told, preview=preview, said=desk.form,
        problem=problem.body if problem else None, faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def switch_retention(desk: Desk) -> Page:
    """Switch the deletion of what is over on or off."""
    state: Literal["on", "off"] = "on" if desk.form.get("state") == "on" else "off"
    body: dict[str, Any] = {"state": state}
    if state == "on":
        body |= {"table": desk.form.get("table", ""), "name": desk.form.get("name", "").strip()}
    try:
        told = desk.ask("PUT /v1/retention", body=body)
    except Problem as problem:
        return retention(desk, problem)
    return desk.went("/settings/retention", told, done="saved")


def recipients(desk: Desk) -> Page:
    """Who gets debtors' data, what of it, and where it is processed."""
    told = desk.ask("GET /v1/recipients").body
    return desk.page(
        "recipients", "settings", recipients=told["recipients"], allowed=told["allowed_regions"]
    )


def _where(shelf: str) -> str:
    return "/console/approvals" if shelf == "approvals" else f"/console/settings/{shelf}"


ROUTES: dict[str, Answering] = {
    "GET /settings": shelves,
    "GET /settings/people": people,
    "GET /settings/audit": audit,
    "GET /settings/fuses": fuses,
    "POST /settings/fuses": lift,
    "GET /settings/retention": retention,
    "POST /settings/retention": switch_retention,
    "GET /settings/recipients": recipients,
}

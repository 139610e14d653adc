"""Approvals: what waits for a second person, in words and field by field, and their yes or no."""

from __future__ import annotations

import re
from typing import Any

from functions.api.exchange import Problem
from functions.api.preview_moves import Move
from functions.console.cases import called, whose
from functions.console.sorting import Key, in_order
from functions.console.staff import staff
from functions.pages.answers import Page
from functions.pages.desk import BASE, Answering, Desk
from functions.pages.render import part

# A case as the words of a request name it, and how many are called by name.
_CASE = re.compile(r"\bcase (c[0-9a-f]+)\b")
_MOST_NAMED = 10
_MOVE = "POST /v1/previews/{id}/move"
# What a request is about: its kind, its page (of the request's path and body), and the API's route
# that must be open to see it.
_PAGES = {
    _MOVE: ("preview", "/previews/{id}/cases?page={page}", "GET /v1/previews/{id}/cases"),
    "PUT /v1/policies/active": (
        "policy", "/policies/{id}/{version}", "GET /v1/policies/{id}/{version}",
    ),
    "POST /v1/cases/{id}/commands": ("case", "/cases/{id}", "GET /v1/cases/{id}"),
    "POST /v1/connections/{id}/enable": (
        "connection", "/connections/{id}", "GET /v1/connections/{id}",
    ),
    "POST /v1/partners/{connection}/quarantine/{id}/take": (
        "report", "/partners/{connection}/reports/{id}",
        "GET /v1/partners/{connection}/quarantine/{id}",
    ),
    "POST /v1/debtors/{id}/erasure": ("debtor", "/debtors/{id}", "GET /v1/debtors/{id}"),
}  # fmt: skip


def waiting(desk: Desk) -> Page:
    """Everything that waits for a second person of this side; ``?by=me`` or ``others``."""
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    told = desk.ask(_route(desk, "GET", ""), query=query).body
    by, own = desk.query.get("by", ""), desk.principal.client
    kept = [one for one in told["approvals"] if by in {"", "me" if one["by"] == own else "others"}]
    columns: dict[str, Key] = {
        "by": lambda one: one["by"], "at": lambda one: one["at"],
        "until": lambda one: one["expires_at"],
    }  # fmt: skip
    return desk.page(
        "approvals", "approvals", any=bool(told["approvals"]), cursor=told.get("cursor"),
        approvals=in_order(desk, kept, columns), called=_called(desk, kept),
        staff=staff(desk, (one["by"] for one in kept)),
    )  # fmt: skip


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """One request that waits, or was decided: what it will do, and its fields."""
    approval = desk.ask(_route(desk, "GET", "/{id}"), id=desk.path["id"]).body
    return desk.page(
        "approval", "approvals", status=problem.status if problem else 200,
        approval=approval, fields=list(flat(_body(approval))), about=_about(desk, approval),
        own=approval["by"] == desk.principal.client,
        may=desk.may(_route(desk, "POST", "/{id}/approve")),
        problem=problem.body if problem else None, called=_called(desk, [approval]),
        staff=staff(desk, (approval["by"], approval["decided_by"])),
    )  # fmt: skip


def approve(desk: Desk) -> Page:
    """Carry the request out, for two."""
    return _decided(desk, "/{id}/approve", "approved")


def reject(desk: Desk) -> Page:
    """Let the request not happen."""
    return _decided(desk, "/{id}/reject", "rejected")


def _decided(desk: Desk, tail: str, done: str) -> Page:
    try:
        desk.ask(_route(desk, "POST", tail), id=desk.path["id"], body={})
    except Problem as problem:
        return one(desk, problem)
    return desk.went(f"/approvals/{desk.path['id']}", done=done)


def _called(desk: Desk, approvals: list[dict[str, Any]]) -> dict[str, str]:
    """What people call the cases and claims that requests name: debtor and invoice number."""
    names: dict[str, str] = {}
    cases = dict.fromkeys(case for one in approvals for case in _CASE.findall(one["words"]))
    for name in list(cases)[:_MOST_NAMED]:
        try:
            case = desk.ask("GET /v1/cases/{id}", id=name).body
        except Problem:  # Gone meanwhile, or not for this person: the id stays.
            continue
        who = whose(desk, case)
        names |= called(case, who) | {name: who}
    return names


def _body(approval: dict[str, Any]) -> Any:
    """The request's body; pages of a preview are counted from 1, as where they are shown."""
    body = approval["body"]
    if approval["route"] != _MOVE or body is None:
        return body
    return {"page": Move.model_validate(body).page + 1}


def _about(desk: Desk, approval: dict[str, Any]) -> tuple[str, str] | None:
    """What a request names, as its kind and the address of its page; None for nothing to see."""
    kind, where, route = _PAGES.get(approval["route"], ("", "", ""))
    # Of what was decided the path and the body are gone.
    if not kind or approval["path"] is None or not desk.may(route):
        return None
    body = approval["body"] if isinstance(approval["body"], dict) else {}
    known = {**body, **approval["path"]}
    return kind, BASE + where.format_map({name: part(one) for name, one in known.items()})


def _route(desk: Desk, method: str, tail: str) -> str:
    """Operators have a desk of their own."""
    hub = "" if desk.principal.tenant_id else "/hub"
    return f"{method} /v1{hub}/approvals{tail}"


def flat(body: Any, path: str = "") -> list[tuple[str, str]]:
    """A body's values by their path (``steps.2.after``), as a person reads them."""
    match body:
        case dict():
            pairs = [(str(name), value) for name, value in body.items()]
        case list():
            pairs = [(str(number + 1), value) for number, value in enumerate(body)]
        case None:
            return [(path, "\u2013")] if path else []
        case _:
            return [(path, str(body))]
    return [row for name, value in pairs for row in flat(value, f"{path}.{name}" if path else name)]


ROUTES: dict[str, Answering] = {
    "GET /approvals": waiting,
    "GET /approvals/{id}": one,
    "POST /approvals/{id}/approve": approve,
    "POST /approvals/{id}/reject": reject,
}

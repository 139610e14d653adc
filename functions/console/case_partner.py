"""A case and its partner: what stands before a hand-over, and claims taken back for a price."""

from __future__ import annotations

import json
import secrets
from typing import Any

from functions.api.exchange import Problem
from functions.console.cases import called, numbers_of, whose
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, Told, fields_of

_RECALL = "POST /v1/cases/{id}/recall"
REASONS = ("customer_kept", "paid_to_us", "our_mistake", "dispute", "other_partner", "other")


def hand_over(desk: Desk) -> Page:
    """Every condition of a hand-over today, those that are not met first; nothing changes."""
    name = desk.path["id"]
    case = desk.ask("GET /v1/cases/{id}", id=name).body
    told, nothing = None, ""
    try:
        told = desk.ask("GET /v1/cases/{id}/hand-over", id=name).body
    except Problem as problem:
        if problem.code != "nothing_to_hand_over":
            raise
        nothing = str(problem.body["title"])
    checks, who = told["checks"] if told else [], whose(desk, case)
    return desk.page(
        "case_hand_over", "tasks", "cases", "handing",
        case=case, who=who, told=told, nothing=nothing, numbers=numbers_of(case),
        called=called(case, who),
        unmet=[one for one in checks if not one["ok"]], met=[one for one in checks if one["ok"]],
    )  # fmt: skip


def recall(desk: Desk, problem: Problem | None = None) -> Page:
    """The form that takes claims back: which, and why."""
    case = desk.ask("GET /v1/cases/{id}", id=desk.path["id"]).body
    there = (case["at_partner"] or {}).get("partners", {})
    numbers = numbers_of(case)
    return desk.page(
        "case_recall", "cases", "handing", status=problem.status if problem else 200,
        case=case, who=whose(desk, case),
        there=[(claim, numbers.get(claim, claim), by) for claim, by in there.items()],
        # The recall's own id: sent twice, it is carried out once.
        key=desk.form.get("id") or f"console-{secrets.token_hex(8)}",
        reasons=REASONS, said=desk.form, ticked=desk.visit.several.get("claims", ()),
        problem=problem.body if problem else None, faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def check(desk: Desk) -> Page:
    """What taking the claims back costs, before anything is done."""
    return _sent(desk, _body(desk))


def do(desk: Desk) -> Page:
    """Take the claims back at the price that was shown."""
    if "back" in desk.form:
        return recall(desk)
    return _sent(desk, {**_body(desk), "confirmed": {"price": _seen(desk)}})


def _sent(desk: Desk, body: dict[str, Any]) -> Page:
    try:
        told = desk.ask(_RECALL, id=desk.path["id"], body=body)
    except Problem as problem:
        if problem.code == "price_to_confirm":
            return _priced(desk, body, problem)
        if problem.status not in (409, 422):
            raise
        return recall(desk, problem)
    return _gone(desk, told)


def _gone(desk: Desk, told: Told) -> Page:
    return desk.went(f"/cases/{desk.path['id']}", told, done="recalled")


def _priced(desk: Desk, body: dict[str, Any], problem: Problem) -> Page:
    """The price as it is now; one that another price was shown of before is told to be new."""
    case = desk.ask("GET /v1/cases/{id}", id=desk.path["id"]).body
    numbers = numbers_of(case)
    price = problem.body["price"]
    return desk.page(
        "case_recall_check", "cases", "handing",
        case=case, who=whose(desk, case), price=price, seen=json.dumps(price), sent=body,
        changed="confirmed" in body,
        claims=[numbers.get(one, one) for one in problem.body["claims"]],
    )  # fmt: skip


def _body(desk: Desk) -> dict[str, Any]:
    claims = [one for one in desk.visit.several.get("claims", ()) if one]
    said = {"id": desk.form.get("id", ""), "reason": desk.form.get("reason", "")}
    return {**said, **({"claims": claims} if claims else {})}


def _seen(desk: Desk) -> Any:
    """The price that the person was shown, as the form brings it back; the API compares it."""
    try:
        return json.loads(desk.form.get("price", ""))
    except ValueError:
        return None


ROUTES: dict[str, Answering] = {
    "GET /cases/{id}/hand-over": hand_over,
    "GET /cases/{id}/recall": recall,
    "POST /cases/{id}/recall/check": check,
    "POST /cases/{id}/recall/do": do,
}

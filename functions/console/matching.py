"""Matching: money that waits for a person, what it could be for, and the word that books it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from functions.api.exchange import Problem
from functions.console.matching_sides import MOST_SIDES, invoices, spoken_of
from functions.console.sorting import Key, in_order
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of
from functions.pages.render import part

# Rows that the form of a match by hand offers; more money than that is split in two goes.
_ROWS = 4
# Pages of a hundred waiting payments that one look goes through; a later one is matched by hand.
_MOST_PAGES = 10
_PAGE, _SORTED_PAGE = "25", "100"
# What a list of payments can be sorted by.
_COLUMNS: dict[str, Key] = {
    "payment": lambda one: one["id"],
    "booked": lambda one: one["booked"],
    "amount": lambda one: (one["amount"]["currency"], Decimal(one["amount"]["amount"])),
}
_REASONS = ("reference_checked", "payer_called", "payer_wrote", "bank_asked", "other")


def waiting(desk: Desk) -> Page:
    """The payments that wait for a person, or those without a place (``?state=unapplied``)."""
    state = desk.query.get("state", "waiting")
    query = {name: desk.query[name] for name in ("cursor",) if desk.query.get(name)}
    query["limit"] = _SORTED_PAGE if desk.query.get("sort") else _PAGE
    if state == "waiting":
        told = desk.ask("GET /v1/proposals", query=query).body
        rows = [{**one, "id": one["payment"]} for one in told["payments"]]
    else:
        told = desk.ask("GET /v1/payments", query={**query, "state": state}).body
        rows = told["payments"]
    return desk.page(
        "matching", "matching", payments=in_order(desk, rows, _COLUMNS), cursor=told["cursor"],
        state=state,
    )  # fmt: skip


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """One payment beside what it could be for, the likeliest first."""
    told = desk.ask("GET /v1/payments/{id}", id=desk.path["id"]).body
    proposals = _proposals(desk, told)
    lines = [line["invoice"] for line in told["allocations"]]
    return desk.page(
        "payment", "matching", status=problem.status if problem else 200,
        payment=told, proposals=proposals[:MOST_SIDES], others=proposals[MOST_SIDES:],
        known=invoices(desk, [*lines, *spoken_of(proposals)]), rows=range(_ROWS), reasons=_REASONS,
        said=desk.form, problem=problem.body if problem else None, faults=_faults(problem),
        may=desk.may("POST /v1/payments/{id}/match"),
    )  # fmt: skip


def accept(desk: Desk) -> Page:
    """Book the money as one proposal says, and go on to the next payment that waits."""
    name = desk.form.get("proposal", "")
    body = {"proposal": name, "reason": desk.form.get("reason", "")}
    return _decided(desk, "POST /v1/payments/{id}/accept", body)


def match(desk: Desk) -> Page:
    """Book the money as a person says, invoice by invoice."""
    try:
        parts = _parts(desk)
    except Problem as problem:
        return one(desk, problem)
    body = {"allocations": parts, "reason": desk.form.get("reason", "")}
    return _decided(desk, "POST /v1/payments/{id}/match", body)


def none_of_them(desk: Desk) -> Page:
    """Say that the money is for none of the claims: it stays listed without a place."""
    body = {"allocations": [], "reason": desk.form.get("reason", "")}
    return _decided(desk, "POST /v1/payments/{id}/match", body)


def unmatch(desk: Desk) -> Page:
    """Take a match back: the claims are as they were."""
    body = {"reason": desk.form.get("reason", "")}
    try:
        told = desk.ask("POST /v1/payments/{id}/unmatch", id=desk.path["id"], body=body)
    except Problem as problem:
        return one(desk, problem)
    return desk.went(f"/matching/{part(desk.path['id'])}", told, done="unmatched")


def _decided(desk: Desk, route: str, body: dict[str, Any]) -> Page:
    try:
        told = desk.ask(route, id=desk.path["id"], body=body)
    except Problem as problem:
        return one(desk, problem)
    left = desk.ask("GET /v1/payments", query={"state": "waiting", "limit": "2"}).body["payments"]
    others = [payment["id"] for payment in left if payment["id"] != desk.path["id"]]
    there = f"/matching/{part(others[0])}" if others else "/matching"
    return desk.went(there, told, done="matched")


def _proposals(desk: Desk, payment: dict[str, Any]) -> list[dict[str, Any]]:
    """The payment's proposals with the names by which they are accepted."""
    if not payment["proposals"]:
        return []
    query: dict[str, str] = {"limit": "100"}
    for _ in range(_MOST_PAGES):
        told = desk.ask("GET /v1/proposals", query=query).body
        for waits in told["payments"]:
            if waits["payment"] == payment["id"]:
                found: list[dict[str, Any]] = waits["proposals"]
                return found
        if told["cursor"] is None:
            break
        query["cursor"] = told["cursor"]
    return []


def _parts(desk: Desk) -> list[dict[str, Any]]:
    """The rows that name an invoice. Raises ``Problem`` 422 for none, or a number unknown."""
    parts = []
    payment = desk.ask("GET /v1/payments/{id}", id=desk.path["id"]).body
    for row in range(_ROWS):
        said = desk.form.get(f"invoice{row}", "").strip()
        amount = desk.form.get(f"amount{row}", "").strip()
        if said:
            plain = amount.replace("\u00a0", "").replace(" ", "").replace(",", ".")
            currency = payment["amount"]["currency"]
            parts.append({
                "invoice": _invoice(desk, said, row),
                "amount": {"amount": plain, "currency": currency},
            })  # fmt: skip
    if not parts:
        raise Problem(422, "invalid", "Name an invoice, or say that the money is for none.")
    return parts


def _invoice(desk: Desk, said: str, row: int) -> str:
    """An invoice's id by its number as printed, or the id itself."""
    for case in desk.ask("GET /v1/cases", query={"number": said}).body["cases"]:
        for claim in desk.ask("GET /v1/cases/{id}", id=case["id"]).body["claims"]:
            known = claim["claim"]
            if said.casefold() in {known["number"].casefold(), known["reference"], known["id"]}:
                return str(known["id"])
    if ":" in said:
        return said
    text = "no open case has an invoice of this number"
    wrong = {"path": f"allocations.{row}.invoice", "code": "unknown", "text": text}
    raise Problem(422, "invalid", "Some fields are not acceptable.", fields=[wrong])


def _faults(problem: Problem | None) -> dict[str, str]:
    """The faults by the form's fields: ``allocations.1.amount`` is ``amount1``."""
    if problem is None:
        return {}
    found = {}
    for path, text in fields_of(problem).items():
        parts = path.split(".")
        whole = len(parts) > 2 and parts[0] == "allocations"
        found[f"{parts[2]}{parts[1]}" if whole else path] = text
    return found


ROUTES: dict[str, Answering] = {
    "GET /matching": waiting,
    "GET /matching/{id}": one,
    "POST /matching/{id}/accept": accept,
    "POST /matching/{id}/match": match,
    "POST /matching/{id}/none": none_of_them,
    "POST /matching/{id}/unmatch": unmatch,
}

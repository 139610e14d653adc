"""Who a debtor is: two records made one, taken apart again, and a person erased for good."""

from __future__ import annotations

from typing import Any, NamedTuple

from functions.api.exchange import Problem
from functions.console.cases import named
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of
from functions.pages.render import part

ERASE = ("request_of_the_person", "other")
AGAIN = ("customer_again", "other")
MERGE = ("same_person", "same_company", "other")
SPLIT = ("two_persons", "mistake", "other")
# Cases of one debtor whose claims are offered; nobody has more that run.
_CASES = "25"


class Leaving(NamedTuple):
    """A claim that could leave with an alias; ``came`` with it when the two were made one."""

    claim: str
    number: str
    due: str
    open: dict[str, str]
    came: bool


def erasure(desk: Desk, problem: Problem | None = None) -> Page:
    """What an erasure would do today, before anybody says the word."""
    name = desk.path["id"]
    return desk.page(
        "debtor_erasure", "cases", "debtors", status=problem.status if problem else 200,
        id=name, who=named(desk, [name]).get(name, name), reasons=ERASE, anew=AGAIN,
        plan=desk.ask("GET /v1/debtors/{id}/erasure", id=name).body,
        problem=problem.body if problem else None,
    )  # fmt: skip


def erase(desk: Desk) -> Page:
    """Erase the person for good, or have a second one asked."""
    body = {"reason": desk.form.get("reason", "")}
    try:
        told = desk.ask("POST /v1/debtors/{id}/erasure", id=desk.path["id"], body=body)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return erasure(desk, problem)
    return desk.went(f"/debtors/{part(desk.path['id'])}", told, done="erased")


def known_again(desk: Desk) -> Page:
    """Let an erased person's data be kept again: the next invoice brings it."""
    body = {"reason": desk.form.get("reason", "")}
    try:
        told = desk.ask("POST /v1/debtors/{id}/known-again", id=desk.path["id"], body=body)
    except Problem as problem:
        if problem.status != 422:
            raise
        return erasure(desk, problem)
    return desk.went(f"/debtors/{part(desk.path['id'])}", told, done="known_again")


def identity(desk: Desk, problem: Problem | None = None) -> Page:
    """The form that makes a debtor one with another, or takes it out again."""
    debtor = desk.ask("GET /v1/debtors/{id}", id=desk.path["id"]).body
    return desk.page(
        "debtor_identity", "cases", "debtors", status=problem.status if problem else 200,
        debtor=debtor, merge=MERGE, split=SPLIT, said=desk.form,
        claims=_claims(desk, debtor), ticked=desk.visit.several.get("claims", ()),
        problem=problem.body if problem else None, faults=_faults(problem),
    )  # fmt: skip


def _claims(desk: Desk, debtor: dict[str, Any]) -> list[Leaving]:
    """The claims of the debtor whose alias this one is, those that came with it first."""
    if not debtor["into"]:
        return []
    told = desk.ask("GET /v1/cases", query={"debtor": debtor["into"], "limit": _CASES}).body
    found = list[Leaving]()
    for one in told["cases"]:
        case = desk.ask("GET /v1/cases/{id}", id=one["id"]).body
        came = _came(case, debtor["id"])
        found += (
            Leaving(
                row["claim"]["id"], row["claim"]["number"], row["claim"]["due"],
                {"amount": row["open"], "currency": case["currency"]}, row["claim"]["id"] in came,
            )
            for row in case["claims"] if not case["closed"]
        )  # fmt: skip
    return sorted(found, key=lambda row: (not row.came, row.due, row.number))


def _came(case: dict[str, Any], alias: str) -> set[str]:
    """The claims that a case took over from the alias."""
    return {
        row["claim"]["id"]
        for event in case["timeline"]
        if event["kind"] == "case_absorbed" and event["debtor"] == alias
        for row in event["claims"]
    }


def _faults(problem: Problem | None) -> dict[str, str]:
    """The faults by field; a debtor that nobody knows stands beside the field that names it."""
    if problem is None:
        return {}
    if problem.status == 404:
        return {"into": "no debtor has this id"}
    return fields_of(problem)


def merge(desk: Desk) -> Page:
    """Make the debtor an alias of another one."""
    into = desk.form.get("into", "").strip()
    body = {"into": into, "reason": desk.form.get("reason", "")}
    return _other(desk, "POST /v1/debtors/{id}/merge", body, "merged")


def split(desk: Desk) -> Page:
    """Take an alias out again, with the claims that nobody was told of, where some are named."""
    claims = [one for one in desk.visit.several.get("claims", ()) if one]
    body = {"claims": claims, "reason": desk.form.get("reason", "")}
    return _other(desk, "POST /v1/debtors/{id}/split", body, "split")


def _other(desk: Desk, route: str, body: dict[str, Any], done: str) -> Page:
    known = desk.ask("GET /v1/debtors/{id}", id=desk.path["id"]).body["id"]
    try:
        told = desk.ask(route, id=known, body=body)
    except Problem as problem:
        if problem.status not in (404, 409, 422):
            raise
        return identity(desk, problem)
    return desk.went(f"/debtors/{part(known)}", told, done=done)


ROUTES: dict[str, Answering] = {
    "GET /debtors/{id}/erasure": erasure,
    "POST /debtors/{id}/erasure": erase,
    "POST /debtors/{id}/known-again": known_again,
    "GET /debtors/{id}/identity": identity,
    "POST /debtors/{id}/merge": merge,
    "POST /debtors/{id}/split": split,
}

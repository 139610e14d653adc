"""One debtor: how it is reached, its cases, the links to its own page, and what binds its data."""

from __future__ import annotations

from typing import Any

from functions.api.exchange import Problem
from functions.console import legal_holds
from functions.console.cases import named
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk
from functions.pages.render import part

REVOKE = ("sent_to_another", "address_lost", "debtor_asked", "other")
RESTRICT = ("accuracy_contested", "unlawful_processing", "claim_of_the_person", "objection",
            "settled", "other")  # fmt: skip


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """A debtor with its cases and links; what may be done by whom is the API's word."""
    name = desk.path["id"]
    debtor = desk.ask("GET /v1/debtors/{id}", id=name).body
    told = desk.ask("GET /v1/cases", query={"debtor": name, "limit": "25"}).body
    return desk.page(
        "debtor", "cases", "debtors", status=problem.status if problem else 200,
        debtor=debtor, cases=told["cases"], more=told["cursor"] is not None,
        links=desk.ask("GET /v1/debtors/{id}/payer-links", id=name).body["links"],
        held=legal_holds.standing(desk, "debtor", name),
        reasons={"revoke": REVOKE, "restrict": RESTRICT, "hold": legal_holds.REASONS},
        problem=problem.body if problem else None,
    )  # fmt: skip


def revoke(desk: Desk) -> Page:
    """End one link to the debtor's own page, or all of them."""
    link = desk.form.get("link", "")
    body = {"reason": desk.form.get("reason", ""), **({"link": link} if link else {})}
    return _done(desk, "POST /v1/debtors/{id}/payer-links/revoke", body, "revoked")


def restrict(desk: Desk) -> Page:
    """Keep the debtor's data from use, or let it be used again."""
    on = desk.form.get("restricted") == "yes"
    body = {"restricted": on, "reason": desk.form.get("reason", "")}
    done = "restricted" if on else "unrestricted"
    return _done(desk, "POST /v1/debtors/{id}/restriction", body, done)


def hold(desk: Desk) -> Page:
    """Keep everything about the debtor from being deleted, or let it go again."""
    on = desk.form.get("held") == "yes"
    body = {"held": on, "reason": desk.form.get("reason", "")}
    return _done(desk, "POST /v1/debtors/{id}/legal-hold", body, "held" if on else "unheld")


def export(desk: Desk) -> Page:
    """Everything about the person as a file: shown at once, its link is good for 15 minutes."""
    name = desk.path["id"]
    told = desk.ask("POST /v1/debtors/{id}/export", id=name)
    who = named(desk, [name]).get(name, name)
    return desk.page("debtor_export", "cases", "debtors", id=name, who=who, file=told.body)


def _done(desk: Desk, route: str, body: dict[str, Any], done: str) -> Page:
    try:
        told = desk.ask(route, id=desk.path["id"], body=body)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return one(desk, problem)
    return desk.went(f"/debtors/{part(desk.path['id'])}", told, done=done)


ROUTES: dict[str, Answering] = {
    "GET /debtors/{id}": one,
    "POST /debtors/{id}/payer-links/revoke": revoke,
    "POST /debtors/{id}/restriction": restrict,
    "POST /debtors/{id}/legal-hold": hold,
    "POST /debtors/{id}/export": export,
}

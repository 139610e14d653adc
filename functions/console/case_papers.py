"""Papers of a case: what went out or came in, who read its file, and links to pay by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from functions.api.exchange import Problem
from functions.console.cases import numbers_of, whose
from functions.pages import answers
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of

_CONTENT = "GET /v1/cases/{id}/documents/{act}/content"
_LINK = "POST /v1/cases/{id}/payment-links"


def documents(desk: Desk) -> Page:
    """What an act sent or the payer said, to be read, and links of 15 minutes to the very bytes."""
    name, act = desk.path["id"], desk.path["act"]
    case, found = desk.ask("GET /v1/cases/{id}", id=name).body, []
    content = _content(desk)
    try:
        found = desk.ask("GET /v1/cases/{id}/documents/{act}", id=name, act=act).body["documents"]
    except Problem as problem:
        if problem.status != 404:
            raise  # an act may have no document
    return desk.page(
        "case_documents", "cases", "handing",
        case=name, who=whose(desk, case), act=act, documents=found, numbers=numbers_of(case),
        letter=content and content["letter"], said=content and content["said"],
        sent=case["notices"].get(act),
    )  # fmt: skip


def letter(desk: Desk) -> Page:
    """The letter that went out, for the frame of its page. ``Problem`` 404 for an act without."""
    content = _content(desk)
    if content is None or content["letter"] is None:
        raise Problem(404, "not_found", "There is nothing here.")
    return answers.mail(content["letter"]["html"])


def _content(desk: Desk) -> dict[str, Any] | None:
    """What there is to read of an act; None for one without."""
    try:
        found: dict[str, Any] = desk.ask(_CONTENT, id=desk.path["id"], act=desk.path["act"]).body
    except Problem as problem:
        if problem.status != 404:
            raise
        return None
    return found


def reads(desk: Desk) -> Page:
    """Who read the case's file, and which version."""
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    name = desk.path["id"]
    case = desk.ask("GET /v1/cases/{id}", id=name).body
    told = desk.ask("GET /v1/cases/{id}/reads", query={**query, "limit": "50"}, id=name).body
    return desk.page(
        "case_reads", "cases", "handing",
        case=name, who=whose(desk, case), reads=told["reads"], cursor=told["cursor"],
    )  # fmt: skip


def link(desk: Desk, problem: Problem | None = None, made: dict[str, Any] | None = None) -> Page:
    """The form for a link to pay one claim by, and the link once it is made."""
    case = desk.ask("GET /v1/cases/{id}", id=desk.path["id"]).body
    numbers = numbers_of(case)
    payable = [one["claim"]["id"] for one in case["claims"] if Decimal(one["open"]) > 0]
    return desk.page(
        "case_link", "cases", "handing", status=problem.status if problem else 200,
        case=case, who=whose(desk, case), said=desk.form, made=made,
        claims=[(one, numbers[one]) for one in payable],
        number=numbers.get(desk.form.get("claim", ""), ""), providers=_providers(desk),
        problem=problem.body if problem else None, faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def make_link(desk: Desk) -> Page:
    """Make a link. It is shown at once: the same amount has the same link, however often."""
    body = {name: text for name in ("claim", "connection") if (text := desk.form.get(name, ""))}
    try:
        made = desk.ask(_LINK, id=desk.path["id"], body=body).body
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return link(desk, problem)
    return link(desk, made=made)


def _providers(desk: Desk) -> list[str]:
    """The payment providers among the connections, as far as this person may see them."""
    if not desk.may("GET /v1/connections"):
        return []
    told = desk.ask("GET /v1/connections", query={"limit": "100"}).body["connections"]
    return [one["id"] for one in told if one["connector"].startswith("payments.")]


ROUTES: dict[str, Answering] = {
    "GET /cases/{id}/documents/{act}": documents,
    "GET /cases/{id}/documents/{act}/letter": letter,
    "GET /cases/{id}/reads": reads,
    "GET /cases/{id}/payment-link": link,
    "POST /cases/{id}/payment-link": make_link,
}

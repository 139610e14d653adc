"""Reports of a partner that nobody could use: seen as they came, taken again or dismissed."""

from __future__ import annotations

from functions.api.access import MONEY
from functions.api.exchange import Problem
from functions.console.cases import owners
from functions.console.partners import known
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of

TAKE = ("mended", "report_missing_came", "books_corrected", "terms_corrected", "other")
DISMISS = ("settled_by_hand", "not_true", "reported_again", "other")
_ONE = "/v1/partners/{connection}/quarantine/{id}"


def listed(desk: Desk) -> Page:
    """The reports that wait for a person, the oldest first."""
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    partner = known(desk, desk.path["connection"])
    told = desk.ask(
        "GET /v1/partners/{connection}/quarantine", query={**query, "limit": "25"},
        connection=partner["id"],
    ).body  # fmt: skip
    return desk.page(
        "partner_reports", "partners",
        partner=partner, reports=told["reports"], cursor=told["cursor"],
        people=owners(desk, told["reports"]),
    )  # fmt: skip


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """One report in its own words, what is wrong with it, and what can be done."""
    partner = known(desk, desk.path["connection"])
    report = desk.ask(f"GET {_ONE}", connection=partner["id"], id=desk.path["id"]).body
    moves = report["moves_money"]
    return desk.page(
        "partner_report", "partners", status=problem.status if problem else 200,
        partner=partner, report=report,
        problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {}, take=TAKE, dismiss=DISMISS,
        may=desk.may(f"POST {_ONE}/take"),
        may_take=not moves or MONEY in desk.principal.scopes,
    )  # fmt: skip


def take(desk: Desk) -> Page:
    """Have a report read again; one of money waits for a second person."""
    return _decided(desk, "take", "report_taken")


def dismiss(desk: Desk) -> Page:
    """Let nothing become of a report."""
    return _decided(desk, "dismiss", "report_dismissed")


def _decided(desk: Desk, word: str, done: str) -> Page:
    name, body = desk.path["connection"], {"reason": desk.form.get("reason", "")}
    try:
        told = desk.ask(f"POST {_ONE}/{word}", body=body, connection=name, id=desk.path["id"])
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return one(desk, problem)
    return desk.went(f"/partners/{name}/reports", told, done=done)


ROUTES: dict[str, Answering] = {
    "GET /partners/{connection}/reports": listed,
    "GET /partners/{connection}/reports/{id}": one,
    "POST /partners/{connection}/reports/{id}/take": take,
    "POST /partners/{connection}/reports/{id}/dismiss": dismiss,
}

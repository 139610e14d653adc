"""Connections: how each of them is, and what a person does with one: test, enable, read, end."""

from __future__ import annotations

from typing import Any

from functions.api.exchange import Problem
from functions.console.beginning import under_way
from functions.console.sorting import Key, in_order
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of

# The order of the list: where claims come from, where money is seen, how debtors are reached.
FAMILIES = ("erp", "banks", "payments", "channels", "collectors")
# How a connection is that needs nobody.
_CALM = frozenset({"ok", "pending", "rate_limited", "disabled"})
# What a list of connections can be sorted by.
_COLUMNS: dict[str, Key] = {
    "connection": lambda one: one["id"],
    "health": lambda one: one["health"]["word"],
    "fresh": lambda one: one["health"]["fresh_as_of"],
    "refused": lambda one: one["health"]["last_read"]["refused"],
}
# Seconds after which a page with work under way looks anew.
_AGAIN = 5


def every(desk: Desk) -> Page:
    """All connections by family, with the filters of the address (``family``, ``health``).

    Those that somebody should look at stand first, unless another order is asked for.
    """
    query = {"limit": "100"}
    if desk.query.get("cursor"):
        query["cursor"] = desk.query["cursor"]
    told = desk.ask("GET /v1/connections", query=query).body
    family, health = desk.query.get("family", ""), desk.query.get("health", "")
    kept = [
        one
        for one in told["connections"]
        if family in {"", family_of(one)} and health in {"", one["health"]["word"]}
    ]
    kept.sort(key=lambda one: one["health"]["word"] in _CALM)
    kept = in_order(desk, kept, _COLUMNS)
    groups = [(name, [one for one in kept if family_of(one) == name]) for name in FAMILIES]
    states = sorted({one["health"]["word"] for one in told["connections"]})
    return desk.page(
        "connections", "connections",
        groups=[group for group in groups if group[1]], states=states, cursor=told["cursor"],
        any=bool(told["connections"]),
    )  # fmt: skip


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """One connection: how it is, what is next, what its test found, how far its years are read."""
    row = desk.ask("GET /v1/connections/{id}", id=desk.path["id"]).body
    years = row["backfill"]
    days = desk.ask("GET /v1/connections/expiries").body["expiries"]
    return desk.page(
        "connection", "connections",
        status=problem.status if problem else 200,
        again=_AGAIN if years and years["state"] == "running" and problem is None else 0,
        one=row, family=family_of(row), spec=spec_of(desk, row["connector"]),
        expiries=[each for each in days if each["connection"] == row["id"]],
        first_hour=under_way(desk),
        problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def refused(desk: Desk) -> Page:
    """The rows of a connection that could not be read, with field and reason."""
    query = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    told = desk.ask("GET /v1/connections/{id}/refused", query=query, id=desk.path["id"]).body
    return desk.page(
        "connection_refused", "connections",
        connection=desk.path["id"], cursor=told["cursor"],
        rows=in_order(desk, told["rows"], {
            "row": lambda row: row["row"], "field": lambda row: row["field"],
        }),
    )  # fmt: skip


def authorise(desk: Desk) -> Page:
    """The link to the vendor, where a person consents; it is good once and for some minutes.

    It stands on the answer itself and in no address: whoever has it can consent.
    """
    try:
        told = desk.ask("POST /v1/connections/{id}/authorise", id=desk.path["id"]).body
    except Problem as problem:
        return one(desk, problem)
    safe = told["url"].startswith("https://")
    return desk.page(
        "connection_authorise", "connections",
        connection=desk.path["id"], url=told["url"] if safe else "", until=told["expires_at"],
    )  # fmt: skip


def ending(desk: Desk) -> Page:
    """What it means to end the use of a connection, before it is done."""
    row = desk.ask("GET /v1/connections/{id}", id=desk.path["id"]).body
    return desk.page("connection_ending", "connections", one=row, family=family_of(row))


def _moving(route: str, done: str) -> Answering:
    """A button of the page of one connection that asks a route without a body."""

    def moved(desk: Desk) -> Page:
        return _did(desk, route, done)

    return moved


def enable(desk: Desk) -> Page:
    """Begin to use it; where its connector asks for it, the person has ticked that they know."""
    said = desk.form.get("confirm")
    body = {"confirm": said} if said else None
    return _did(desk, "POST /v1/connections/{id}/enable", "enabled", body)


def backfill(desk: Desk) -> Page:
    """Read the years since a day."""
    body = {"since": desk.form.get("since", "")}
    return _did(desk, "POST /v1/connections/{id}/backfill", "backfill", body)


def _did(desk: Desk, route: str, done: str, body: Any = None) -> Page:
    connection = desk.path["id"]
    try:
        told = desk.ask(route, body=body, id=connection)
    except Problem as problem:
        return one(desk, problem)
    return desk.went(f"/connections/{connection}", told, done=done)


def family_of(row: dict[str, Any]) -> str:
    """The family of a connection's connector: erp, banks, payments, channels, collectors."""
    return str(row["connector"]).partition(".")[0]


def spec_of(desk: Desk, connector: str) -> dict[str, Any]:
    """A connector as the catalogue has it. Raises ``Problem`` 404 for one that it has not."""
    found = desk.ask("GET /v1/connectors", query={"name": connector}).body["connectors"]
    if not found:
        raise Problem(404, "not_found", "There is nothing here.")
    return dict(found[0])


ROUTES: dict[str, Answering] = {
    "GET /connections": every,
    "GET /connections/{id}": one,
    "GET /connections/{id}/refused": refused,
    "GET /connections/{id}/disable": ending,
    "POST /connections/{id}/authorise": authorise,
    "POST /connections/{id}/test": _moving("POST /v1/connections/{id}/test", "tested"),
    "POST /connections/{id}/enable": enable,
    "POST /connections/{id}/disable": _moving("POST /v1/connections/{id}/disable", "disabled"),
    "POST /connections/{id}/sync": _moving("POST /v1/connections/{id}/sync", "reading"),
    "POST /connections/{id}/confirm": _moving("POST /v1/connections/{id}/confirm", "confirmed"),
    "POST /connections/{id}/others-ended": _moving(
        "POST /v1/connections/{id}/others-ended", "others_ended"
    ),
    "POST /connections/{id}/backfill": backfill,
}

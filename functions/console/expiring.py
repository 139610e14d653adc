"""Expiring: the days on which certificates, consents and keys of connections run out."""

from __future__ import annotations

from typing import Any

from functions.api.exchange import Problem
from functions.console.connections import spec_of
from functions.console.sorting import Key, in_order
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of

_FIELD = "expiries."


def every(desk: Desk) -> Page:
    """What runs out, soonest first unless another order is asked for."""
    told = desk.ask("GET /v1/connections/expiries").body["expiries"]
    columns: dict[str, Key] = {
        "connection": lambda one: one["connection"], "what": lambda one: one["what"],
        "day": lambda one: one["on"],
    }  # fmt: skip
    return desk.page("expiries", "connections", expiries=in_order(desk, told, columns))


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """The days that are known of one connection, to be replaced whole."""
    connection = desk.path["id"]
    row = desk.ask("GET /v1/connections/{id}", id=connection).body
    told = desk.ask("GET /v1/connections/expiries").body["expiries"]
    known = {each["what"]: each["on"] for each in told if each["connection"] == connection}
    days = _said(desk) if problem else {name: day for name, day in known.items() if day}
    return desk.page(
        "connection_expiries", "connections", status=problem.status if problem else 200,
        one=row, names=spec_of(desk, row["connector"])["can_expire"], days=days,
        problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def replace(desk: Desk) -> Page:
    """Keep the days as they were typed; one that was left empty is not known any more."""
    body = {"expiries": _said(desk)}
    try:
        told = desk.ask("PUT /v1/connections/{id}/expiries", body=body, id=desk.path["id"])
    except Problem as problem:
        return one(desk, problem)
    return desk.went(f"/connections/{desk.path['id']}", told, done="saved")


def _said(desk: Desk) -> dict[str, Any]:
    return {
        name.removeprefix(_FIELD): text
        for name, text in desk.form.items()
        if name.startswith(_FIELD) and text
    }


ROUTES: dict[str, Answering] = {
    "GET /expiries": every,
    "GET /connections/{id}/expiries": one,
    "POST /connections/{id}/expiries": replace,
}

"""Previews: what the coming days or another policy would bring, and moving cases as it was seen."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from functions.api.exchange import Problem
from functions.console.cases import owners
from functions.console.day_bars import panel, segments
from functions.console.policies import stored
from functions.console.sorting import Key, in_order
from functions.pages.answers import Page, download
from functions.pages.desk import Answering, Desk, fields_of

_LOOK_AGAIN = 5
# Pages, days and versions have fewer.
_DIGITS = 10


def listed(desk: Desk, problem: Problem | None = None) -> Page:
    """The previews that there are (``?show=`` one kind of them), and the form that begins one."""
    query = {
        "limit": "25",
        **({"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}),
    }
    told = desk.ask("GET /v1/previews", query=query).body
    versions, show = list(stored(desk)), desk.query.get("show", "")
    kept = [one for one in told["previews"] if show in {"", one["kind"]}]
    columns: dict[str, Key] = {
        "kind": lambda one: one["kind"], "made": lambda one: one["made"],
        "state": lambda one: one["state"],
    }  # fmt: skip
    said = desk.form if problem else desk.query
    return desk.page(
        "previews", "policies", "previews", status=problem.status if problem else 200,
        previews=in_order(desk, kept, columns), any=bool(told["previews"]),
        cursor=told["cursor"], versions=versions, said=said,
        problem=problem.body if problem else None, faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def begin(desk: Desk) -> Page:
    """Begin a preview; its page looks anew by itself until it is done."""
    kind = desk.form.get("kind", "next")
    body: dict[str, Any] = {"kind": kind}
    if kind != "since":
        days = desk.form.get("days", "").strip()
        body["days"] = _number(days)
    elif desk.form.get("since"):
        body["since"] = desk.form["since"]
    policy, _, number = desk.form.get("policy", "").rpartition("/")
    if kind != "next" and policy:
        body["policy"] = {"id": policy, "version": _number(number)}
    try:
        told = desk.ask("POST /v1/previews", body=body)
    except Problem as problem:
        return listed(desk, problem)
    return desk.went(f"/previews/{told.body['preview']}", done="begun")


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """How far a preview has come, and its sums in figures, as a picture and as a table."""
    told = desk.ask("GET /v1/previews/{id}", id=desk.path["id"]).body
    running = told["state"] == "running"
    first, rows = _day(told["start"], desk.zone), told["totals"]["days"] if told["totals"] else []
    last = date.fromisoformat(told["last"])
    return desk.page(
        "preview", "why", "policies", "previews", status=problem.status if problem else 200,
        again=_LOOK_AGAIN if running and problem is None else 0,
        preview=told, first=first, days=_by_day(rows), legend=segments(rows),
        panels={count: panel(rows, count, first, last) for count in ("contacts", "hand_overs")},
        problem=problem.body if problem else None,
    )  # fmt: skip


def cases(desk: Desk) -> Page:
    """One page of a preview's cases: what each would meet, and what another policy changes."""
    told = desk.ask("GET /v1/previews/{id}", id=desk.path["id"]).body
    found = desk.ask("GET /v1/previews/{id}/cases", query=_numbered(desk), id=desk.path["id"]).body
    left = Counter(one for one in desk.query.get("left", "").split(",") if one)
    return desk.page(
        "preview_cases", "why", "policies", "previews",
        preview=told, found=found, left=left, moved=desk.query.get("moved"),
        people=owners(desk, found["cases"]),
    )  # fmt: skip


def outcome(desk: Desk) -> Page:
    """What became of what one page of a preview showed."""
    told = desk.ask("GET /v1/previews/{id}", id=desk.path["id"]).body
    found = desk.ask(
        "GET /v1/previews/{id}/outcome", query=_numbered(desk), id=desk.path["id"]
    ).body
    return desk.page(
        "preview_outcome", "why", "policies", "previews",
        preview=told, found=found, people=owners(desk, found["acts"]),
    )  # fmt: skip


def picture(desk: Desk) -> Page:
    """Contacts and hand-overs by day as an image to keep, for a report of one's own."""
    told = desk.ask("GET /v1/previews/{id}/picture", id=desk.path["id"])
    return download(told.raw, "image/svg+xml", "preview.svg")


def move(desk: Desk) -> Page:
    """Move the cases of one page as they were seen; why some were left is told by its code."""
    text = desk.form.get("page", "0")
    page = _number(text)
    try:
        told = desk.ask("POST /v1/previews/{id}/move", id=desk.path["id"], body={"page": page})
    except Problem as problem:
        return one(desk, problem)
    to = f"/previews/{desk.path['id']}/cases?page={page}"
    if not told.waits:
        to += f"&moved={len(told.body['moved'])}&left={','.join(told.body['left'].values())}"
    return desk.went(to, told, done="moved")


def _number(text: str) -> int | str:
    """A number as it was typed; anything else, or a longer one, is the API's to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else text


def _numbered(desk: Desk) -> dict[str, str]:
    return {"page": desk.query["page"]} if desk.query.get("page") else {}


def _day(instant: str, zone: str) -> date:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).date()


def _by_day(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rows of each day on which anything happens."""
    return [(on, list(found)) for on, found in groupby(rows, key=lambda row: str(row["on"]))]


ROUTES: dict[str, Answering] = {
    "GET /previews": listed,
    "POST /previews": begin,
    "GET /previews/{id}": one,
    "GET /previews/{id}/cases": cases,
    "GET /previews/{id}/outcome": outcome,
    "GET /previews/{id}/picture": picture,
    "POST /previews/{id}/move": move,
}

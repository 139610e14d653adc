"""Reports: a month's figures as pictures and tables, what people did otherwise, what was late."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

from functions.api.exchange import Problem
from functions.console.bars import Bar, bars
from functions.console.cases import named, owners
from functions.console.sorting import Key, in_order
from functions.console.staff import staff
from functions.pages.answers import Page, download
from functions.pages.desk import Answering, Desk
from shared.cloud import clock
from shared.domain.report_figures import PERIOD

_CSV = "text/csv; charset=utf-8"
# Sections that make a picture, and the figure of each that is the others together, if one is.
_PICTURES = {
    "Ageing": "Together", "Collected after": "Together", "Roll rates": "", "Promises and plans": "",
}  # fmt: skip
_FEWEST_BARS = 2
# What the lists of one page can be sorted by; each has heads of its own.
_LATE: dict[str, Key] = {
    "step": lambda one: one["step"], "planned": lambda one: one["planned"],
    "late": lambda one: one["late"], "cause": lambda one: one["cause"],
}  # fmt: skip
_DEVIATIONS: dict[str, Key] = {
    "when": lambda one: one["at"], "who": lambda one: one["by"], "what": lambda one: one["kind"],
    "why": lambda one: one["why"],
}  # fmt: skip
_DRIFT: dict[str, Key] = {
    "partner": lambda one: one["partner"], "since": lambda one: one["since"],
    "difference": lambda one: (one["amount"]["currency"], abs(Decimal(one["amount"]["amount"]))),
}  # fmt: skip
_BYTE_ORDER = "\ufeff".encode()


def month(desk: Desk) -> Page:
    """The figures of a month (``?month=``, the last whole one at first)."""
    wanted = _month(desk)
    problem, told = None, None
    try:
        told = desk.ask("GET /v1/reports/month/{month}", month=f"{wanted}.csv")
    except Problem as wrong:
        if wrong.status == 403:
            raise
        problem = wrong
    working = told is not None and told.status == 202
    figures = _figures(told.raw.decode()) if told is not None and not working else []
    # Of a month that still runs, the first line says up to which day.
    period = figures.pop(0) if figures and figures[0]["name"] == PERIOD else None
    return desk.page(
        "reports", "reports", status=problem.status if problem else 200, again=30 if working else 0,
        month=wanted, around=_around(wanted), working=working, sections=figures,
        as_of=period["rows"][0]["value"] if period else None,
        problem=problem.body if problem else None,
    )  # fmt: skip


def month_csv(desk: Desk) -> Page:
    """The same figures as a table for a spreadsheet."""
    wanted = desk.path["month"]
    told = desk.ask("GET /v1/reports/month/{month}", month=f"{wanted}.csv")
    if told.status == 202:
        return desk.went(f"/reports?month={wanted}", done="working")
    # The byte order mark tells spreadsheets that the text is UTF-8.
    return download(_BYTE_ORDER + told.raw, _CSV, f"dunlin-{wanted}.csv")


def discipline(desk: Desk) -> Page:
    """Always the same way: what people did otherwise, what came late, what crossed a payment."""
    wanted = _month(desk)
    query = {"month": wanted}
    told = desk.ask("GET /v1/reports/discipline", query=query)
    found, around = told.body, _around(wanted)
    if told.status == 202:
        return desk.page(
            "reports_discipline", "reports", again=30, month=wanted, around=around, working=True
        )
    return desk.page(
        "reports_discipline", "reports", month=wanted, around=around, working=False,
        deviations=in_order(desk, found["deviations"], _DEVIATIONS),
        punctuality=found, late=in_order(desk, found["late"], _LATE),
        people=owners(desk, [*found["late"], *found["deviations"]]),
        staff=staff(desk, (one["by"] for one in found["deviations"])),
        crossings=desk.ask("GET /v1/reports/crossings", query=query).body,
    )  # fmt: skip


def money(desk: Desk) -> Page:
    """Money of a day by source, and what is apart between books, hub and partners.

    ``?day=`` is the day of the sums, ``?partner=`` of whom the differences are.
    """
    day = desk.query.get("day", "") or clock.now().date().isoformat()
    problem, sums = None, None
    try:
        sums = desk.ask("GET /v1/reports/reconciliation", query={"day": day}).body
    except Problem as wrong:
        if wrong.status == 403:
            raise
        problem = wrong
    query = {name: desk.query[name] for name in ("cursor", "partner") if desk.query.get(name)}
    drift = desk.ask("GET /v1/reports/drift", query=query).body
    partner = desk.query.get("partner", "")
    every = desk.ask("GET /v1/reports/drift", query={"limit": "1"}).body if partner else drift
    return desk.page(
        "reports_money", "reports", status=problem.status if problem else 200, day=day, sums=sums,
        drift={**drift, "drift": in_order(desk, drift["drift"], _DRIFT)}, partner=partner,
        people=owners(desk, drift["drift"]),
        problem=problem.body if problem else None,
        partners=list(dict.fromkeys([*(one["partner"] for one in every["partners"]),
                                     *filter(None, [partner])])),
    )  # fmt: skip


def charges(desk: Desk) -> Page:
    """Interest and fees that the books should invoice (``?state=withdrawn``: no longer)."""
    query = {name: desk.query[name] for name in ("cursor", "state") if desk.query.get(name)}
    told = desk.ask("GET /v1/reports/charges", query={**query, "limit": "25"}).body
    names = named(desk, list({one["debtor"] for one in told["charges"]}))
    columns: dict[str, Key] = {
        "debtor": lambda one: names.get(one["debtor"], one["debtor"]).casefold(),
        "number": lambda one: one["number"], "on": lambda one: one["on"],
    }  # fmt: skip
    return desk.page(
        "reports_charges", "reports", charges=in_order(desk, told["charges"], columns),
        names=names, cursor=told["cursor"],
    )  # fmt: skip


def _month(desk: Desk) -> str:
    before = clock.now().date().replace(day=1) - timedelta(days=1)
    return desk.query.get("month", "") or f"{before:%Y-%m}"


def _around(wanted: str) -> tuple[str, str] | None:
    """The month before and the one after, "" for one to come; None where there is no month."""
    try:
        first = date.fromisoformat(f"{wanted}-01")
        before, after = first - timedelta(days=1), first + timedelta(days=32)
    except (ValueError, OverflowError):
        return None
    following = f"{after:%Y-%m}"
    return f"{before:%Y-%m}", following if following <= f"{clock.now():%Y-%m}" else ""


def _figures(text: str) -> list[dict[str, Any]]:
    """The report's sections with their rows, and a picture where one has amounts of a whole."""
    rows = list(csv.DictReader(io.StringIO(text)))
    found = []
    for section, within in groupby(rows, key=lambda row: row["section"]):
        figures = list(within)
        found.append({"name": section, "rows": figures, "picture": _picture(section, figures)})
    return found


def _picture(section: str, figures: list[dict[str, str]]) -> tuple[Bar, ...]:
    """The bars of a section of one unit; none for one that makes no picture.

    What is not known has no bar, and nothing but zeros no picture: the table says so.
    """
    whole = _PICTURES.get(section)
    parts = [one for one in figures if one["figure"] != whole]
    if whole is None or len({one["unit"] for one in parts}) != 1:
        return ()
    known = [(one, value) for one in parts if (value := _decimal(one["value"])) is not None]
    if len(known) < _FEWEST_BARS or not any(value for _, value in known):
        return ()
    unit = "" if parts[0]["unit"] == "count" else f" {parts[0]['unit']}"
    return bars([(one["figure"], value, f"{one['value']}{unit}") for one, value in known])


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


ROUTES: dict[str, Answering] = {
    "GET /reports": month,
    "GET /reports/month/{month}.csv": month_csv,
    "GET /reports/discipline": discipline,
    "GET /reports/money": money,
    "GET /reports/charges": charges,
}

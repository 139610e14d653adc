"""Today: what happened, what will happen, what waits for a person, and the one red stop."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from functions.api.exchange import Problem
from functions.console.beginning import maybe
from functions.console.cases import named
from functions.console.connections import family_of
from functions.pages.answers import Page, redirect
from functions.pages.desk import Answering, Desk

# What the page is made of; approvals are for those who may see them.
_NEEDED = (
    "GET /v1/control", "GET /v1/reports/today", "GET /v1/connections", "GET /v1/proposals",
)  # fmt: skip
# Health that a person sees to, or that makes cases wait.
_UNWELL = frozenset(
    {"needs_auth", "needs_consent", "missing_settings", "degraded", "failing"}
)  # fmt: skip
# What is counted on the page, in its order; the rest stands in the list.
_COUNTED = (
    "reminder_sent", "hand_over_sent", "payment_allocated", "case_opened", "case_closed",
    "act_failed",
)  # fmt: skip
_DAYS, _SHOWN = 7, 12


def today(desk: Desk) -> Page:
    """The first page. Whoever may not see all of it goes on to what they see.

    Raises ``Problem`` 403 for somebody who may see no section at all.
    """
    if not all(map(desk.may, _NEEDED)):
        others = (place for room, place in desk.rooms(desk) if room != "today")
        place = next(others, None)
        if place is None:
            raise Problem(403, "no_scope", "Your rights do not allow this.")
        return redirect(place)
    if maybe(desk, "GET /v1/creditor") is None:
        return desk.page("today_empty", "today")
    happened = desk.ask("GET /v1/reports/today").body
    entries = happened["entries"][:_SHOWN]
    names = named(desk, list(dict.fromkeys(one["debtor"] for one in entries)))
    rows = desk.ask("GET /v1/connections", query={"limit": "100"}).body["connections"]
    return desk.page(
        "today", "first_hour", "why", "connections", "events", "today",
        control=desk.ask("GET /v1/control").body, fuses=desk.ask("GET /v1/fuses").body,
        happened=happened, counted=_COUNTED, entries=entries,
        names=names, called=happened["numbers"] | names,
        read=_read_today(rows, happened["day"]),
        unwell=[one for one in rows if one["health"]["word"] in _UNWELL],
        refused=[one for one in rows if (one["health"]["day"] or _NONE)["refused"]],
        tasks=desk.ask("GET /v1/reports/tasks").body, proposals=_proposals(desk),
        approvals=_approvals(desk), ahead=_ahead(desk, date.fromisoformat(happened["day"])),
    )  # fmt: skip


_NONE = {"refused": 0, "on": "", "changed": 0, "read": 0}


def _read_today(rows: list[dict[str, Any]], day: str) -> dict[str, int]:
    """Rows that were read and changed today, of the books and of money."""
    found = Counter({"books": 0, "money": 0})
    for one in rows:
        read: dict[str, Any] = one["health"]["day"] or _NONE
        if read["on"] == day and family_of(one) in {"erp", "banks", "payments"}:
            found["books" if family_of(one) == "erp" else "money"] += read["changed"]
    return dict(found)


def _proposals(desk: Desk) -> dict[str, Any]:
    """How many payments wait for a person; ``more`` when a page was not enough."""
    told = desk.ask("GET /v1/proposals", query={"limit": "100"}).body
    return {"n": len(told["payments"]), "more": told["cursor"] is not None}


def _approvals(desk: Desk) -> dict[str, Any] | None:
    """How many requests wait for a second person, for whoever may see them."""
    if not desk.may("GET /v1/approvals"):
        return None
    told = desk.ask("GET /v1/approvals", query={"limit": "100"}).body
    waiting = [one for one in told["approvals"] if one["state"] == "open"]
    return {"n": len(waiting), "more": told["cursor"] is not None}


def _ahead(desk: Desk, day: date) -> dict[str, Any] | None:
    """The next days by the latest preview that reaches over them, or None."""
    told = desk.ask("GET /v1/previews", query={"limit": "100"}).body["previews"]
    mine = [
        one for one in told
        if one["kind"] == "next" and one["pages"] and one["last"] >= day.isoformat()
    ]  # fmt: skip
    if not mine:
        return None
    latest = max(mine, key=lambda one: str(one["made"]))
    try:
        totals = desk.ask("GET /v1/previews/{id}", id=latest["id"]).body["totals"]
    except Problem:
        return None  # its pages are kept for a while only
    days = [(day + timedelta(days=number)).isoformat() for number in range(_DAYS)]
    acts = {one: Counter[str]() for one in days}
    for row in totals["days"]:
        if row["on"] in acts:
            acts[row["on"]].update({name: row[name] for name in ("contacts", "hand_overs")})
    return {"preview": latest, "days": [
        {"on": one, "contacts": acts[one]["contacts"], "hand_overs": acts[one]["hand_overs"]}
        for one in days if one <= latest["last"]
    ]}  # fmt: skip


ROUTES: dict[str, Answering] = {"GET /": today}

"""Switches: what a creditor lets out, the stop and its end, and the arming of the first days."""

from __future__ import annotations

from typing import Any

from functions.api.exchange import Problem
from functions.console.beginning import maybe
from functions.console.first_hour import needed
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of

_CAP = "cap."


def switches(desk: Desk, problem: Problem | None = None) -> Page:
    """What may go out now, why nothing does, and the forms that change it."""
    return desk.page(
        "switches", "first_hour", status=problem.status if problem else 200,
        control=desk.ask("GET /v1/control").body, fuses=desk.ask("GET /v1/fuses").body,
        problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def switch(desk: Desk) -> Page:
    """Set how far acts reach; whether that lets out more than the checklist allows is said."""
    body = {
        "outbound": desk.form.get("outbound", ""),
        "observe": "observe" in desk.form,
        "allowlist": [one for one in desk.form.get("allowlist", "").split() if one],
    }
    return _set(desk, body, "saved")


def stop(desk: Desk) -> Page:
    """Stop everything at once; the reason is asked for."""
    return _set(desk, {"stopped": True, "reason": desk.form.get("reason", "").strip()}, "stopped")


def release(desk: Desk) -> Page:
    """End the stop; what was let out before goes out again."""
    return _set(desk, {"stopped": False}, "released")


def lift(desk: Desk) -> Page:
    """Say that somebody has looked at what halted the creditor."""
    body = {"halted": desk.form.get("halted", ""), "reason": desk.form.get("reason", "").strip()}
    try:
        told = desk.ask("POST /v1/fuses/lift", body=body)
    except Problem as problem:
        return switches(desk, problem)
    return desk.went("/switches", told, done="lifted")


def stopping(desk: Desk) -> Page:
    """What a stop means, before it is done."""
    return desk.page("stopping", "first_hour", control=desk.ask("GET /v1/control").body)


def _set(desk: Desk, body: dict[str, Any], done: str) -> Page:
    try:
        told = desk.ask("PUT /v1/control", body=body)
    except Problem as problem:
        return switches(desk, problem)
    unmet = not told.waits and told.body.get("not_met")
    return desk.went("/switches", told, done="saved_unmet" if unmet else done)


def arming(desk: Desk, problem: Problem | None = None) -> Page:
    """The steps of the policy, which of them go by themselves, and the most of a day."""
    chosen = needed(desk, "GET /v1/policies/active")
    if isinstance(chosen, Page):
        return chosen
    rules = maybe(desk, "GET /v1/first-day/arming")
    said = _said(desk) if problem else rules or _FIRST
    caps = said["caps"]["contacts"]
    steps = _steps(desk, chosen)
    channels = sorted({name for one in steps for name in one.get("channels", ())} | set(caps))
    return desk.page(
        "first_hour_arming", "first_hour", status=problem.status if problem else 200,
        steps=steps, channels=channels, rules=rules, said=said,
        armed={(one["step"], one.get("segment")) for one in said["armed"]},
        segments=sorted({one["segment"] for one in said["armed"] if one.get("segment")}),
        problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def arm(desk: Desk) -> Page:
    """Put the rules whole. Whoever arms a step stands for it by name."""
    try:
        told = desk.ask("PUT /v1/first-day/arming", body=_said(desk))
    except Problem as problem:
        return arming(desk, problem)
    return desk.went("/first-hour/arming", told, done="saved")


# A cap has fewer; a longer number is the API's to refuse.
_DIGITS = 10
_FIRST: dict[str, Any] = {"armed": [], "first": 10, "caps": {"contacts": {}}}


def _steps(desk: Desk, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    version = str(chosen["version"])
    told = desk.ask("GET /v1/policies/{id}/{version}", id=chosen["id"], version=version).body
    return [one for one in told["policy"]["steps"] if one["action"] != "ask"]


def _said(desk: Desk) -> dict[str, Any]:
    """The rules as the form says them; a field that was left empty is no cap."""
    form = desk.form
    contacts = {
        name.removeprefix(f"{_CAP}contacts."): _whole(text)
        for name, text in form.items()
        if name.startswith(f"{_CAP}contacts.") and text.strip()
    }
    caps = {name: _whole(text) for name in ("fees", "hand_overs")
            if (text := form.get(_CAP + name, "").strip())}  # fmt: skip
    armed = []
    for one in desk.visit.several.get("armed", ()):
        step, _, segment = one.partition("/")
        armed.append({"step": step, **({"segment": segment} if segment else {})})
    new = form.get("new_segment", "").strip()
    armed += [{"step": step, "segment": new} for step in desk.visit.several.get("new", ()) if new]
    return {"armed": armed, "first": _whole(form.get("first", "")),
            "caps": {"contacts": contacts, **caps}}  # fmt: skip


def _whole(text: str) -> int | str:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < _DIGITS else plain


ROUTES: dict[str, Answering] = {
    "GET /switches": switches,
    "POST /switches": switch,
    "GET /switches/stop": stopping,
    "POST /switches/stop": stop,
    "POST /switches/release": release,
    "POST /switches/lift": lift,
    "GET /first-hour/arming": arming,
    "POST /first-hour/arming": arm,
}

"""Routing: which partner gets which hand-over, as rules in an order that people set by buttons.

A draft lives in the form alone: it is sent whole by each button, and stored by one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from functions.api.exchange import Problem
from functions.console.typed import sum_of, text_of, words_of
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of
from shared.domain.model import Capacity, ClaimClass

_PUT = "PUT /v1/routing"
_MOST = 50
_EMPTY: dict[str, Any] = {
    "id": "", "partner": "", "countries": [], "capacities": [], "classes": [],
    "amount_from": None, "amount_below": None, "segments": [],
}  # fmt: skip


def shown(desk: Desk) -> Page:
    """The rules as they are stored."""
    return _page(desk, desk.ask("GET /v1/routing").body["rules"])


def changed(desk: Desk) -> Page:
    """A rule added, taken away or moved in the draft, or the draft stored."""
    rules = _rules(desk.form, desk.visit.several)
    word, _, at = desk.form.get("do", "save").partition(".")
    if word == "save":
        try:
            told = desk.ask(_PUT, body={"rules": rules})
        except Problem as problem:
            if problem.status != 422:
                raise
            return _page(desk, rules, problem, draft=True)
        return desk.went("/routing", told, done="saved")
    if not desk.may(_PUT):
        raise Problem(403, "no_scope", "Your rights do not allow this.")
    return _page(desk, _with(rules, word, at), draft=True)


def _with(rules: list[dict[str, Any]], word: str, at: str) -> list[dict[str, Any]]:
    """The draft after one button; a place that is not there changes nothing."""
    found = [*rules]
    if word == "add":
        return [*found, {**_EMPTY, "id": _free(found)}]
    number = int(at) if at.isascii() and at.isdigit() and len(at) < 4 else -1
    if not 0 <= number < len(found):
        return found
    rule = found.pop(number)
    if word in {"up", "down"}:
        found.insert(max(0, number + (1 if word == "down" else -1)), rule)
    return found


def _free(rules: list[dict[str, Any]]) -> str:
    taken = {rule["id"] for rule in rules}
    return next(name for at in range(1, _MOST + 2) if (name := f"rule_{at}") not in taken)


def _rules(form: Mapping[str, str], several: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    """The rules that a form says, in its order."""
    found = []
    for at in range(_MOST + 1):
        within = f"rules.{at}"
        if f"{within}.id" not in form:
            break
        text = {name: form.get(f"{within}.{name}", "").strip() for name in _EMPTY}
        found.append({
            "id": text["id"], "partner": text["partner"],
            "countries": words_of(text["countries"].upper()),
            "segments": words_of(text["segments"]),
            **{name: sum_of(text[name]) for name in ("amount_from", "amount_below")},
            **{name: list(several.get(f"{within}.{name}", ()))
               for name in ("capacities", "classes")},
        })  # fmt: skip
    return found


def _page(
    desk: Desk,
    rules: list[dict[str, Any]],
    problem: Problem | None = None,
    *,
    draft: bool = False,
) -> Page:
    partners = desk.ask("GET /v1/partners", query={"limit": "100"}).body["partners"]
    return desk.page(
        "routing", "partners", "terms", status=problem.status if problem else 200,
        rules=rules, draft=draft, partners=[one["id"] for one in partners], text_of=text_of,
        draining=[one["id"] for one in partners if one["draining"]], may=desk.may(_PUT),
        capacities=get_args(Capacity), classes=get_args(ClaimClass), most=_MOST,
        problem=problem.body if problem else None, faults=_faults(problem),
    )  # fmt: skip


def _faults(problem: Problem | None) -> dict[str, str]:
    """The faults by the form's fields: ``rules.0.amount_from.amount`` is of ``amount_from``."""
    if problem is None:
        return {}
    found: dict[str, str] = {}
    for path, text in fields_of(problem).items():
        found.setdefault(".".join(path.split(".")[:3]), text)
    return found


ROUTES: dict[str, Answering] = {"GET /routing": shown, "POST /routing": changed}

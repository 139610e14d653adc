"""The creditor's profile as a form: what letters, case files and the calendar know of it."""

from __future__ import annotations

from typing import Any

from functions.api.exchange import Problem
from functions.console import setting_fields
from functions.console.beginning import maybe
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of
from shared.domain.creditor import Creditor

# What the form does not show stays as it is: whose profile it is, and the fine print of the gate.
_KEPT = frozenset({"id", "gate"})
_BANKS_OWN = "erp_is_the_bank"


def profile(desk: Desk) -> Page:
    """The profile, or an empty form before there is one."""
    return _drawn(desk, maybe(desk, "GET /v1/creditor") or {})


def replace(desk: Desk) -> Page:
    """Replace the profile, or show the form again with every fault, or with one entry more."""
    before = maybe(desk, "GET /v1/creditor") or {}
    said = setting_fields.values(_schema(), desk.form, "profile")
    gate = {**before.get("gate", {}), _BANKS_OWN: _BANKS_OWN in desk.form}
    body = {**said, "id": desk.principal.tenant_id, "gate": gate}
    if "more" in desk.form:
        return _drawn(desk, body)
    try:
        told = desk.ask("PUT /v1/creditor", body=body)
    except Problem as problem:
        return _drawn(desk, body, problem)
    # The first profile is the first step of the road.
    return desk.went("/first-hour/creditor" if before else "/first-hour", told, done="saved")


def _drawn(desk: Desk, value: dict[str, Any], problem: Problem | None = None) -> Page:
    more = desk.form.get("more", "")
    drawn = setting_fields.fields(_schema(), value, "profile", more)
    told = fields_of(problem) if problem else {}
    return desk.page(
        "first_hour_creditor", "connections", "first_hour",
        status=problem.status if problem else 200,
        fields={one.key: one for one in drawn}, problem=problem.body if problem else None,
        told=told, names={path: f"profile.{path}" for path in told},
        faults={f"profile.{path}": text for path, text in told.items()},
        books_are_the_bank=value.get("gate", {}).get(_BANKS_OWN, True),
        made=bool(value) and problem is None and not more,
    )  # fmt: skip


def _schema() -> dict[str, Any]:
    whole = Creditor.model_json_schema()
    shown = {key: one for key, one in whole["properties"].items() if key not in _KEPT}
    return {**whole, "properties": shown}


ROUTES: dict[str, Answering] = {
    "GET /first-hour/creditor": profile,
    "POST /first-hour/creditor": replace,
}

"""Editing a policy: the draft lives in the form; each button sends it whole and shows it again."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from functions.api.exchange import Problem
from functions.console.ladder import Ladder, drawn
from functions.console.letters import profile
from functions.console.policies import check, connected, stored, version
from functions.console.policy_currency import followed, small
from functions.console.policy_fields import (
    MOST_CAPS,
    MOST_CHANNELS,
    cap_fields,
    draft_of,
    drafted,
    groups,
    step_fields,
)
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk
from shared.domain.lawpack import COUNTRIES, load
from shared.domain.money import MINOR_UNITS, Money
from shared.domain.policy import Policy, Step

_MOST_STEPS = 20


def new(desk: Desk) -> Page:
    """A draft of a new policy: one friendly reminder a week after the due date."""
    country = str((profile(desk) or {}).get("country"))
    law = country if country in COUNTRIES else COUNTRIES[0]
    currency = load(law).currency
    alone, kept = (Money.of(one, currency) for one in small(currency))
    step = Step(id="friendly", action="remind", after=8, since="due", automation="propose")
    usual = Policy(
        id="new", version=1, name="-", law=law, steps=(step,), tolerance=alone, minimum=kept
    )
    # How it is called nobody but the creditor can say.
    return _shown(desk, draft_of(usual) | dict.fromkeys(("id", "name")))


def edit(desk: Desk) -> Page:
    """A draft that begins as a stored version and would be stored as the next one."""
    policy = version(desk, desk.path["id"], desk.path["version"])
    draft = draft_of(policy) | {"version": _next(desk, policy)}
    return _shown(desk, draft)


def change(desk: Desk) -> Page:
    """Do what the pressed button says (``do``) with the draft: change a step, check, or save.

    Where another law brought another currency the sums are looked at before anything is saved.
    """
    form, other = followed(desk.form)
    draft, pressed = drafted(form), form.get("do", "check")
    if pressed == "save" and not other:
        return _save(desk, draft)
    if pressed in {"check", "save"}:
        return _shown(desk, draft, checked=check(desk, draft), other=other)
    _moved(draft["steps"], *pressed.partition(".")[::2])
    return _shown(desk, draft, other=other)


def _save(desk: Desk, draft: dict[str, Any]) -> Page:
    try:
        told = desk.ask("PUT /v1/policies/{id}", id=str(draft["id"]), body=draft)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return _shown(desk, draft, checked=check(desk, draft), problem=problem)
    return desk.went(f"/policies/{draft['id']}/{draft['version']}", told, done="saved")


def _moved(steps: list[dict[str, Any]], action: str, place: str) -> None:
    """Add a step (before a hand-over), take one out, or move it by one place; else nothing."""
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 3 else -1
    if action == "add" and len(steps) < _MOST_STEPS:
        ends = bool(steps) and steps[-1].get("action") == "hand_over"
        steps.insert(len(steps) - ends, _another(steps[:-1] if ends else steps, steps))
    if not 0 <= at < len(steps):
        return
    step = steps.pop(at)
    if action != "remove":
        by = {"up": -1, "down": 1}.get(action, 0)
        steps.insert(max(0, at + by), step)
    if steps:
        # What stands first follows no other step.
        steps[0]["since"] = "due"


def _another(before: list[dict[str, Any]], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """A reminder after those ``before`` it, by the channels of the last of them."""
    names = {str(step.get("id")) for step in steps}
    number = next(n for n in range(len(steps) + 1, 100) if f"step_{n}" not in names)
    since = "previous" if before else "due"
    channels = before[-1].get("channels", []) if before else []
    return {"id": f"step_{number}", "action": "remind", "after": 14, "since": since,
            "tone": "neutral", "fee": "none", "automation": "propose",
            "channels": channels}  # fmt: skip


def _shown(
    desk: Desk,
    draft: dict[str, Any],
    *,
    checked: dict[str, Any] | None = None,
    problem: Problem | None = None,
    other: bool = False,
) -> Page:
    known, asked = connected(desk), checked is not None
    if checked is None:
        # The law is told while one edits; what is not filled in yet, once one asks.
        checked = {**check(desk, draft), "fields": []}
    faults, linked = _beside(draft, checked)
    refused = asked and not checked["lawful"]
    return desk.page(
        "policy_edit", "policies", status=422 if refused or problem else 200,
        draft=draft, value=_value, currency=_currency(draft), checked=checked, asked=asked,
        faults=faults, linked=linked, new=draft["version"] == 1, other_currency=other,
        currencies=[*MINOR_UNITS],
        problem=problem.body if problem else None,
        groups=groups(), step_fields=step_fields(), cap_fields=cap_fields(),
        most_caps=MOST_CAPS, most_channels=MOST_CHANNELS, most_steps=_MOST_STEPS,
        ladder=_ladder(draft, checked), channels=_of_family(known, "channels"),
        partners=_of_family(known, "collectors"),
    )  # fmt: skip


def _ladder(draft: dict[str, Any], checked: dict[str, Any]) -> Ladder | None:
    """The picture of a draft; None while its steps cannot be read.

    What only the creditor can say (names, limits) may be open still: no picture shows it.
    """
    nothing = {"amount": "0.00", "currency": _currency(draft)}
    open_ = {"id": "new", "name": "-", "tolerance": nothing, "minimum": nothing}
    try:
        seen = Policy.model_validate({**draft, **{name: draft.get(name) or said
                                                  for name, said in open_.items()}})  # fmt: skip
        return drawn(seen, checked["steps"])
    except ValidationError:
        return None


def _beside(
    draft: dict[str, Any], checked: dict[str, Any]
) -> tuple[dict[str, list[dict[str, str]]], dict[str, str]]:
    """What is wrong by the form's own fields, and the form's field (empty for none) by a path."""
    names = _names(draft)
    faults, linked = dict[str, list[dict[str, str]]](), dict[str, str]()
    for one in (*checked["violations"], *checked["fields"]):
        path = one["path"]
        near = (
            name
            for name in names
            if path == name or path.startswith(f"{name}.") or name.startswith(f"{path}.")
        )
        linked[path] = name = next(near, "")
        if name:
            faults.setdefault(name, []).append(one)
    return faults, linked


def _names(draft: dict[str, Any]) -> list[str]:
    """The names of the form's fields, in their order."""
    steps = [
        f"steps.{at}.{name}"
        for at in range(len(draft["steps"]))
        for name in (*step_fields(), "channels.0")
    ]
    caps = [f"caps.{at}.{name}" for at in range(MOST_CAPS) for name in cap_fields()]
    rules = [one.path for found in groups().values() for one in found]
    return ["id", *rules, "currency", *steps, *caps]


def _next(desk: Desk, policy: Policy) -> int:
    """The number after the latest stored version."""
    return 1 + max(
        (int(one["version"]) for one in stored(desk) if one["id"] == policy.id),
        default=policy.version,
    )


def _of_family(known: dict[str, dict[str, Any]], family: str) -> list[str]:
    return [name for name, one in known.items() if one["connector"].startswith(f"{family}.")]


def _currency(draft: dict[str, Any]) -> str:
    said = draft.get("tolerance")
    if isinstance(said, dict):
        return str(said["currency"])
    return load(draft["law"]).currency if draft.get("law") in COUNTRIES else ""


def _value(draft: Any, path: str) -> Any:
    """What a field of the form shows: a text, or whether it is ticked."""
    found = draft
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, dict):
        return found.get("amount", "")
    if isinstance(found, list):
        return "-".join(str(part) for part in found)
    return "" if found is None else found


ROUTES: dict[str, Answering] = {
    "GET /policies/new": new,
    "POST /policies": change,
    "GET /policies/{id}/{version}/edit": edit,
}

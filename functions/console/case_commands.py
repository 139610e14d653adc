"""Commands of a case: a form for each, what it would do in words, and then doing it.

Nothing is carried out that was not shown first: the form leads to the check, the check to the deed.
"""

from __future__ import annotations

import secrets
from typing import Any

from functions.api.exchange import Problem
from functions.console.case_fields import COMMANDS, REASONS, Asked, body_of, subjects, title_of
from functions.console.case_states import called_by
from functions.console.cases import called, whose
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of


def form(desk: Desk, problem: Problem | None = None) -> Page:
    """The form of one command, with what was typed when it is shown again."""
    name, command = _wanted(desk)
    case = desk.ask("GET /v1/cases/{id}", id=desk.path["id"]).body
    said = desk.form if desk.visit.method == "POST" else desk.query
    return desk.page(
        "case_command", "cases", status=problem.status if problem else 200,
        case=case, who=whose(desk, case), name=name, command=command,
        title=title_of(name, case, said.get("plan", "")),
        options=_options(desk, command, case),
        # The command's own id: sent twice, it is carried out once.
        key=desk.form.get("id") or f"console-{secrets.token_hex(8)}",
        said=said, several=desk.visit.several, problem=problem.body if problem else None,
        faults=_of_fields(problem, name),
    )  # fmt: skip


def check(desk: Desk) -> Page:
    """What the command would do, before anything is done."""
    name, _ = _wanted(desk)
    case = desk.ask("GET /v1/cases/{id}", id=desk.path["id"]).body
    body = _body(desk, name, case)
    try:
        told = desk.ask("POST /v1/cases/{id}/commands/check", id=desk.path["id"], body=body).body
    except Problem as problem:
        return form(desk, problem)
    who = whose(desk, case)
    return desk.page(
        "case_check", "cases", case=case, who=who, name=name, told=told,
        sent=_sent(desk), called=called(case, who),
        title=title_of(name, case, desk.form.get("plan", "")),
    )  # fmt: skip


def do(desk: Desk) -> Page:
    """Carry the command out, or have a second person asked."""
    if "back" in desk.form:
        return form(desk)
    name, _ = _wanted(desk)
    case = desk.ask("GET /v1/cases/{id}", id=desk.path["id"]).body
    try:
        told = desk.ask(
            "POST /v1/cases/{id}/commands", id=desk.path["id"], body=_body(desk, name, case)
        )
    except Problem as problem:
        return form(desk, problem)
    return desk.went(f"/cases/{desk.path['id']}", told, done="told")


def _wanted(desk: Desk) -> tuple[str, Asked]:
    name = desk.path["command"]
    if name not in COMMANDS:
        raise Problem(404, "not_found", "There is nothing here.")
    return name, COMMANDS[name]


def _options(desk: Desk, command: Asked, case: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """What each field can be chosen from, as value and words."""
    t = desk.words("cases")
    found = {"reason": [(code, t.code("v", code)) for code in REASONS]}
    for field in command.fields:
        if field.kind == "choice":
            found[field.name] = [(code, t.code("v", code)) for code in field.choices]
        else:
            whole = [("", t("whole_case"))] if field.kind == "claim" and field.optional else []
            known = [(one, called_by(field, one, case, t)) for one in subjects(field, case)]
            found[field.name] = [*whole, *known]
    return found


def _body(desk: Desk, name: str, case: dict[str, Any]) -> dict[str, Any]:
    return body_of(name, desk.form, desk.visit.several, case["currency"])


def _sent(desk: Desk) -> list[tuple[str, str]]:
    """The form's own fields, to be sent once more as they came."""
    return [
        (name, text)
        for name, texts in desk.visit.several.items()
        for text in texts
        if name not in {"csrf", "back"}
    ]


def _of_fields(problem: Problem | None, name: str) -> dict[str, str]:
    """The faults by the form's fields: ``promise.amount.amount`` stands beside ``amount``."""
    if problem is None:
        return {}
    paths = fields_of(problem).items()
    return {path.removeprefix(f"{name}.").split(".")[0]: text for path, text in paths}


ROUTES: dict[str, Answering] = {
    "GET /cases/{id}/tell/{command}": form,
    "POST /cases/{id}/tell/{command}/check": check,
    "POST /cases/{id}/tell/{command}/do": do,
}

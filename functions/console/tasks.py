"""Tasks: the inbox of what the hub asks of people, and how they answer."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote

from functions.api.exchange import Problem
from functions.console.asking import ELSEWHERE, case_of, names_of, reasons, seen_to
from functions.console.cases import named
from functions.console.payer_asks import ways_on
from functions.console.sorting import Key, in_order
from functions.console.staff import staff
from functions.pages import answers
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of
from functions.pages.render import address

# Filters that the page passes on to the API as they stand in its own address.
_FILTERS = ("state", "why", "assignee", "overdue")
_MOST = 25
_LETTER = "GET /v1/tasks/{id}/letter"


def inbox(desk: Desk) -> Page:
    """The open tasks, soonest due first, with the filters of the address."""
    return _listed(desk, _filters(desk))


def _listed(desk: Desk, chosen: dict[str, str], problem: Problem | None = None) -> Page:
    cursor: dict[str, str] = {"cursor": desk.query["cursor"]} if desk.query.get("cursor") else {}
    found = desk.ask("GET /v1/tasks", query={**chosen, **cursor, "limit": str(_MOST)}).body
    whose = {one["debtor"] for one in found["tasks"]}
    whose |= {one["invoices"][0]["debtor"] for one in found["tasks"] if one["invoices"]}
    names = named(desk, sorted(one for one in whose if one))
    t = desk.words("why")
    columns: dict[str, Key] = {
        "what": lambda one: t.code("why", one["why"]).casefold(),
        "case": lambda one: names.get(one["debtor"] or "", one["case"] or "").casefold() or None,
        "due": lambda one: one["answer_by"], "who": lambda one: one["assignee"],
    }  # fmt: skip
    return desk.page(
        "tasks", "tasks", "why", status=problem.status if problem else 200, names=names,
        staff=staff(desk, (one["assignee"] for one in found["tasks"])),
        tasks=in_order(desk, found["tasks"], columns), cursor=found["cursor"],
        chosen=chosen, filtered=bool(chosen),
        counts=desk.ask("GET /v1/reports/tasks").body,
        offered=_offered(desk, chosen, found["tasks"]),
        told=_told(desk), problem=problem.body if problem else None,
    )  # fmt: skip


def _offered(desk: Desk, chosen: dict[str, str], found: list[dict[str, Any]]) -> list[str]:
    """The words that the questions of a list can be answered with together: all are of one kind."""
    alike = chosen.get("why", "") not in {"", *ELSEWHERE} and len(found) > 1
    if not alike or chosen.get("state") == "answered":
        return []
    words: list[str] = found[0]["answers"]
    same = all(one["answers"] == words for one in found)
    return words if same and desk.may("POST /v1/tasks/{id}/answer") else []


def together(desk: Desk) -> Page:
    """Answer the ticked questions, each by itself; the list then says what became of each."""
    chosen = _chosen(desk)
    picked = list(dict.fromkeys(desk.visit.several.get("task", ())))[:_MOST]
    if not picked:
        return _listed(desk, chosen, Problem(422, "invalid", "Pick at least one task."))
    for task in picked:
        try:
            desk.ask("POST /v1/tasks/{id}/answer", id=task, body=_answer(desk))
        except Problem as problem:
            if problem.status == 403:
                raise
    told = {"told": ",".join(picked)}
    return desk.went(address("/tasks", {**chosen, **told}), done="answered_each")


def _told(desk: Desk) -> list[dict[str, Any]]:
    """The questions that were just answered together, as they stand now."""
    found = []
    for task in filter(None, desk.query.get("told", "").split(",")[:_MOST]):
        with suppress(Problem):
            found.append(desk.ask("GET /v1/tasks/{id}", id=task).body)
    return found


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """One task: why it is asked, what it is about, and the words to answer with."""
    task = desk.ask("GET /v1/tasks/{id}", id=desk.path["id"]).body
    case = case_of(desk, task)
    known = names_of(desk, task, case)
    return desk.page(
        "task", "tasks", "why", status=problem.status if problem else 200,
        task=task, case=case, because=reasons(desk, task, known), there=seen_to(desk, task, case),
        called=known, ways=ways_on(desk, task),
        letter=_letter(desk, task), elsewhere=task["why"] in ELSEWHERE,
        chosen=_filters(desk) or _chosen(desk), staff=staff(desk, [task["assignee"]]),
        problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def mail(desk: Desk) -> Page:
    """The letter that a yes would send as a mail, for the frame of the task's page."""
    return answers.mail(desk.ask(_LETTER, id=desk.path["id"]).body["html"])


def _letter(desk: Desk, task: dict[str, Any]) -> dict[str, Any] | None:
    """What a yes would send; the refusal where it would send nothing, None for another question."""
    if task["why"] != "approve_remind" or task["state"] != "open" or not task["case"]:
        return None
    try:
        letter: dict[str, Any] = desk.ask(_LETTER, id=task["id"]).body
    except Problem as problem:
        return {"problem": problem.body}
    return {**letter, "problem": None}


def answer(desk: Desk) -> Page:
    """Answer a task with one of its words, and go on to the next that fits the same filters."""
    try:
        told = desk.ask("POST /v1/tasks/{id}/answer", id=desk.path["id"], body=_answer(desk))
    except Problem as problem:
        return one(desk, problem)
    chosen = _chosen(desk)
    left = desk.ask("GET /v1/tasks", query={**chosen, "limit": "1"}).body["tasks"]
    there = _at(left[0]["id"]) if left else "/tasks"
    return desk.went(address(there, chosen), told, done="answered")


def assign(desk: Desk) -> Page:
    """Take a task on oneself, or give it back to everybody."""
    mine = desk.form.get("to") == "me"
    body = {"to": desk.principal.client if mine else None}
    try:
        told = desk.ask("POST /v1/tasks/{id}/assign", id=desk.path["id"], body=body)
    except Problem as problem:
        return one(desk, problem)
    done = "assigned" if mine else "released"
    return desk.went(address(_at(desk.path["id"]), _chosen(desk)), told, done=done)


def _answer(desk: Desk) -> dict[str, str]:
    return {"answer": desk.form.get("answer", "")}


def _at(task: str) -> str:
    return f"/tasks/{quote(task, safe='')}"


def _filters(desk: Desk) -> dict[str, str]:
    """The filters of the page's address."""
    return {name: text for name in _FILTERS if (text := desk.query.get(name))}


def _chosen(desk: Desk) -> dict[str, str]:
    """The filters under which a form was filled in, as its hidden fields have them."""
    return {name: text for name in _FILTERS if (text := desk.form.get(f"by_{name}"))}


ROUTES: dict[str, Answering] = {
    "GET /tasks": inbox,
    "POST /tasks": together,
    "GET /tasks/{id}": one,
    "GET /tasks/{id}/letter": mail,
    "POST /tasks/{id}/answer": answer,
    "POST /tasks/{id}/assign": assign,
}

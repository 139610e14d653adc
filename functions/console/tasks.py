"""Tasks: the inbox of what the hub asks of people, and how they answer."""

from __future__ import annotations

from functions.api.exchange import Problem
from functions.pages.answers import Page
from functions.pages.desk import Answering, Desk, fields_of

# Filters that the page passes on to the API as they stand in its own address.
_FILTERS = ("state", "why", "assignee", "overdue", "cursor")


def inbox(desk: Desk) -> Page:
    """The open tasks, soonest due first, with the filters of the address."""
    query = {name: desk.query[name] for name in _FILTERS if desk.query.get(name)}
    told = desk.ask("GET /v1/tasks", query={**query, "limit": "25"}).body
    counts = desk.ask("GET /v1/reports/tasks").body
    return desk.page(
        "tasks", "tasks", "why",
        tasks=told["tasks"], cursor=told["cursor"], counts=counts,
        filtered=bool(query.keys() - {"cursor"}),
    )  # fmt: skip


def one(desk: Desk, problem: Problem | None = None) -> Page:
    """One task: why it is asked, and the words to answer with."""
    task = desk.ask("GET /v1/tasks/{id}", id=desk.path["id"]).body
    status = problem.status if problem else 200
    return desk.page(
        "task", "tasks", "why", status=status,
        task=task, problem=problem.body if problem else None,
        faults=fields_of(problem) if problem else {},
    )  # fmt: skip


def answer(desk: Desk) -> Page:
    """Answer a task with one of its words; what is refused is said on the task's own page."""
    body = {"answer": desk.form.get("answer", "")}
    try:
        told = desk.ask("POST /v1/tasks/{id}/answer", id=desk.path["id"], body=body)
    except Problem as problem:
        return one(desk, problem)
    return desk.went(f"/tasks/{desk.path['id']}", told, done="answered")


def assign(desk: Desk) -> Page:
    """Take a task on oneself, or give it back to everybody."""
    mine = desk.form.get("to") == "me"
    body = {"to": desk.principal.client if mine else None}
    try:
        told = desk.ask("POST /v1/tasks/{id}/assign", id=desk.path["id"], body=body)
    except Problem as problem:
        return one(desk, problem)
    done = "assigned" if mine else "released"
    return desk.went(f"/tasks/{desk.path['id']}", told, done=done)


ROUTES: dict[str, Answering] = {
    "GET /tasks": inbox,
    "GET /tasks/{id}": one,
    "POST /tasks/{id}/answer": answer,
    "POST /tasks/{id}/assign": assign,
}

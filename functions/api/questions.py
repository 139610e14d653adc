"""Tasks: what the hub asks of people, and what their answers do."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import Field

from functions.api import task_subjects
from functions.api.cases import change
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import asked, fault, invalid, read
from functions.api.pages import MOST_LOOKED, after, before_next, limit, sifted
from shared.cloud import audit, clock, keys, outbox, principals, table, tasks
from shared.cloud.principals import Principal
from shared.cloud.table import Row, Write
from shared.domain import answers
from shared.domain.case import Case
from shared.domain.events import CaseEvent, PersonAnswered, Unparked
from shared.domain.explain import Record
from shared.errors import Conflict, NotFound, Unreadable

# Questions that only a word about the payment itself can end.
_OF_PAYMENTS = frozenset({"payment_ambiguous", "payment_unapplied"})

# A message that a partner never got: whoever answers has told it by hand, or leaves it untold.
_NOT_TOLD = "partner_not_told"

_COUNTS = ("open", "overdue", "unassigned")
_MOST_COUNTED = 2_000


class TaskAnswer(Record):
    """A person's answer: one of the words that the task offers."""

    answer: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")


class Wanted(Record):
    """Which tasks are listed: open or answered ones, of a kind, somebody's (``-``: nobody's)."""

    state: Literal["open", "answered"] = "open"
    why: str | None = Field(default=None, max_length=100)
    assignee: str | None = Field(default=None, max_length=200)
    overdue: Literal["true", "false"] | None = None


class Assignment(Record):
    """Who sees to a task: a principal's id, or None: nobody any more."""

    to: str | None = Field(max_length=200)


def get_tasks(request: Request) -> Answer:
    """The tasks that are asked for, a page at a time: open ones in the order they fall due.

    Each has its ``debtor``, and ``invoices`` where it has no case (``task_subjects.told``).
    """
    wanted, tenant = asked(request, Wanted), request.tenant

    def keep(row: Row) -> dict[str, Any] | None:
        return _view(row) if _fits(row, wanted) else None

    if wanted.state == "answered":
        found, more = sifted(request, tasks.ANSWERED, keys.task, keep)
        return Answer({"tasks": task_subjects.told(tenant, found), **more})
    most, place, looked = limit(request), after(request), 0
    kept: list[dict[str, Any]] = []
    while looked < MOST_LOOKED:
        rows, end = tasks.in_order(tenant, place, 100)
        for name, row in rows:
            looked, place = looked + 1, name
            kept += [_view(row)] if _fits(row, wanted) else []
            if len(kept) == most:
                more_there = end is not None or name != rows[-1][0]
                last = before_next(request, name if more_there else None)
                return Answer({"tasks": task_subjects.told(tenant, kept), "cursor": last})
        place = end
        if end is None:
            break
    last = before_next(request, place)
    return Answer({"tasks": task_subjects.told(tenant, kept), "cursor": last})


def get_counts(request: Request) -> Answer:
    """How many tasks are open, by kind: all, overdue, nobody's; ``whole`` unless over 2,000."""
    by: dict[str, dict[str, int]] = {}
    place, looked = None, 0
    while looked < _MOST_COUNTED:
        rows, place = tasks.in_order(request.tenant, place, 100)
        for _, row in rows:
            one = by.setdefault(row["why"], {"open": 0, "overdue": 0, "unassigned": 0})
            one["open"] += 1
            one["overdue"] += _overdue(row)
            one["unassigned"] += not row.get("assignee")
        looked += len(rows)
        if place is None:
            break
    whole = {name: sum(one[name] for one in by.values()) for name in _COUNTS}
    kinds = [{"why": why, **by[why]} for why in sorted(by)]
    return Answer({**whole, "kinds": kinds, "whole": place is None})


def post_assign(request: Request) -> Answer:
    """Say who sees to an open task; ``to`` null gives it back to everybody."""
    to, task, by = read(request, Assignment).to, request.path["id"], request.principal
    tasks.read(request.tenant, task)
    if to is not None and not _works_here(to, by):
        raise invalid(fault("to", "unknown", "none of the creditor's people has this id"))
    facts = {"task": task, "to": to}
    entry = audit.entry(request.tenant, by.client, "task_assigned", facts)
    try:
        table.transact([tasks.assign(request.tenant, task, to or ""), entry])
    except Conflict:
        raise Problem(409, "answered", "The task has been answered already.") from None
    return Answer(_view(tasks.read(request.tenant, task)))


def _works_here(client: str, by: Principal) -> bool:
    try:
        found = principals.find(client)
    except NotFound:
        return False
    return (found.side, found.tenant_id) == (by.side, by.tenant_id)


def _fits(row: Row, wanted: Wanted) -> bool:
    whose = "" if wanted.assignee == "-" else wanted.assignee
    return (
        wanted.why in {None, row["why"]}
        and (wanted.assignee is None or row.get("assignee", "") == whose)
        and (wanted.overdue is None or _overdue(row) == (wanted.overdue == "true"))
    )


def _overdue(row: Row) -> bool:
    due: str = row.get("due_at", "~")
    return due <= clock.stamp(clock.now())


def get_task(request: Request) -> Answer:
    """One task, open or answered, with its ``debtor`` and ``invoices`` as the list has them."""
    found = [_view(tasks.read(request.tenant, request.path["id"]))]
    return Answer(task_subjects.told(request.tenant, found)[0])


def post_answer(request: Request) -> Answer:
    """Answer a task; its case is decided afresh at once. A yes puts a parked case back."""
    given, task = read(request, TaskAnswer), request.path["id"]
    row = tasks.read(request.tenant, task)
    if row["state"] != "open":
        raise Problem(409, "answered", "The task has been answered already.")
    if row["why"] in _OF_PAYMENTS:
        title = "Match the payment, or say that it is for no claim: that answers the task."
        raise Problem(409, "match_payment", title)
    offered = answers.words(task, row["why"])
    if given.answer not in offered:
        raise invalid(
            fault("answer", "not_offered", f"the possible answers are {' and '.join(offered)}")
        )
    by = request.principal.client
    writes = [tasks.answer(request.tenant, task, given.answer, by)]
    if row["why"] == _NOT_TOLD:
        writes += outbox.told_by_hand(request.tenant, task)
    if row["case"]:
        _answer_case(request, row, given.answer, writes)
    else:
        entry = audit.entry(request.tenant, by, "task_answered", {"task": task})
        table.transact([*writes, entry])
    return Answer(_view(tasks.read(request.tenant, task)))


def _answer_case(request: Request, row: Row, word: str, writes: list[Write]) -> None:
    task, by = keys.id_of(row["pk"]), request.principal.client

    def events(case: Case) -> list[CaseEvent]:
        at, made = clock.now(), list[CaseEvent]()
        if answers.awaits(case, task):
            made.append(PersonAnswered(at=at, task=task, answer=word, by=by))
        if case.parked is not None and word in answers.YES:
            made.append(Unparked(at=at, by=by))
        return made

    try:
        change(request, row["case"], events, "task_answered", {"task": task}, *writes)
    except Unreadable:
        title = "This version of the hub cannot read the case: the task stays open."
        raise Problem(409, "case_unreadable", title) from None


def _view(row: Row) -> dict[str, Any]:
    task = keys.id_of(row["pk"])
    return {
        "id": task,
        "case": row["case"] or None,
        "why": row["why"],
        "state": row["state"],
        "claims": json.loads(row["claims"]),
        "because": json.loads(row["body"]),
        "answers": list(answers.words(task, row["why"])),
        "asked_at": row.get("asked_at"),
        "answer_by": row.get("due_at"),
        "overdue": _overdue(row),
        "assignee": row.get("assignee") or None,
        "answer": row.get("answer"),
        "by": row.get("by"),
        "answered_at": row.get("answered_at"),
    }

"""Tasks: what the hub asks of people, and what their answers do."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from functions.api.cases import change
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from functions.api.pages import page
from shared.cloud import audit, clock, keys, outbox, table, tasks
from shared.cloud.table import Row, Write
from shared.domain import answers
from shared.domain.case import Case
from shared.domain.events import CaseEvent, PersonAnswered, Unparked
from shared.domain.explain import Record
from shared.errors import Unreadable

# Questions that only a word about the payment itself can end.
_OF_PAYMENTS = frozenset({"payment_ambiguous", "payment_unapplied"})

# A message that a partner never got: whoever answers has told it by hand, or leaves it untold.
_NOT_TOLD = "partner_not_told"


class TaskAnswer(Record):
    """A person's answer: one of the words that the task offers."""

    answer: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")


def get_tasks(request: Request) -> Answer:
    """The open tasks, a page at a time."""
    found, more = page(request, "TASK", keys.task)
    return Answer({"tasks": [_view(row) for row in found], **more})


def get_task(request: Request) -> Answer:
    """One task, open or answered."""
    return Answer(_view(tasks.read(request.tenant, request.path["id"])))


def post_answer(request: Request) -> Answer:
    """Answer a task; its case is decided afresh at once. A yes puts a parked case back."""
    given, task = read(request, TaskAnswer), request.path["id"]
    row = tasks.read(request.tenant, task)
    if row["state"] != "open":
        raise Problem(409, "answered", "The task has been answered.")
    if row["why"] in _OF_PAYMENTS:
        title = "Match the payment, to no claim if it is for none: that ends its question."
        raise Problem(409, "match_payment", title)
    offered = answers.words(task, row["why"])
    if given.answer not in offered:
        raise invalid(fault("answer", "not_offered", f"the words are {' and '.join(offered)}"))
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
        title = "This release cannot read the case: the task stays open."
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
        "answer": row.get("answer"),
        "by": row.get("by"),
    }

"""Commanding: one command of a case carried out once, whoever gave it, with a line in the trail."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from functions.api import case_moves
from shared.cloud import audit, clock, keys, step, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.step import Run
from shared.cloud.store import Loaded, Store, Token
from shared.cloud.table import Write
from shared.domain import command_forms as forms
from shared.domain import commands
from shared.domain.answers import SETTLED
from shared.domain.command_checks import refused
from shared.domain.command_forms import Command
from shared.domain.events import CaseEvent, PersonAnswered
from shared.domain.payer_link import own
from shared.domain.state_events import Commanded
from shared.domain.timeline import words
from shared.errors import Conflict

# A case moves under us at most as often as the machine and its sources write to it.
_RELOADS = 5
# What binds the debtor's other cases as well: they are looked at anew.
_OF_THE_DEBTOR = frozenset({"circumstance", "end_circumstance", "restore_channel"})

# What is written with a command: events after its own, and other rows.
Beside = Callable[[], tuple[Sequence[CaseEvent], Sequence[Write]]]


def _alone() -> tuple[Sequence[CaseEvent], Sequence[Write]]:
    return (), ()


def carry_out(
    tenant: Tenant, case: str, command: Command, by: str, beside: Beside = _alone
) -> bool:
    """Carry a command out for ``by``; False when it was carried out before.

    ``beside`` makes what is written in the same transaction. Raises ``Refused`` with a code and a
    sentence where the case does not allow it, and ``Conflict`` where others write all the time.
    """
    store = Store(tenant)
    facts = {"case": case, "command": command.id, "type": command.type, "why": command.reason}
    entry = audit.entry(tenant, by, "case_commanded", facts)
    for _ in range(_RELOADS):
        try:
            made = _made(store, case, command, by)
            if made is None:
                return False
            loaded, events = made
            closed = [
                tasks.answer(tenant, one.task, one.answer, by)
                for one in events
                if isinstance(one, PersonAnswered)
            ]
            closed += _payers_own(tenant, case, command, by)
            more, also = beside()
            now = None if loaded.case.closed else clock.now()
            store.append(loaded, [*events, *more], due_at=now, also=[entry, *closed, *also])
            if command.type in _OF_THE_DEBTOR:
                _wake(store, loaded)
        except Conflict:
            continue
        return True
    raise Conflict("the case is written to by others all the time")


def foreseen(tenant: Tenant, case: str, command: Command, by: str) -> tuple[Run, list[CaseEvent]]:
    """The case as it stands and the events that a command would make; nothing is written.

    No events where it was carried out before. Raises ``Refused`` as ``carry_out`` does.
    """
    return _framed(Store(tenant), case, command, by)[1:]


def payers_question(case: str, command: str) -> str:
    """The name of the task of what a payer asked for in a case by a command of its own."""
    return f"{case}-{command}"


def answered(events: Sequence[CaseEvent], command: str) -> dict[str, Any]:
    """What a command was answered with when it was carried out: its events, also in words."""
    for at, event in enumerate(events):
        if isinstance(event, Commanded) and event.command == command:
            made = events[at + 1 : at + 1 + event.count]
            return {
                "command": command,
                "version": at + 1 + event.count,
                "events": [one.model_dump(mode="json") for one in made],
                "words": [words(event), *(words(one) for one in made)],
            }
    raise Conflict("the command is not on the case's timeline")


def _made(
    store: Store, case: str, command: Command, by: str
) -> tuple[Loaded, list[CaseEvent]] | None:
    """The case as it stands and the events of a command; None when it was carried out before."""
    loaded, _, events = _framed(store, case, command, by)
    return (loaded, events) if events else None


def _framed(
    store: Store, case: str, command: Command, by: str
) -> tuple[Loaded, Run, list[CaseEvent]]:
    loaded = store.load(case)
    if command.type == "name_liable":
        _known(store, command.party)
    if command.type == "circumstance" and command.contact is not None:
        _known(store, command.contact)
    head = loaded.head
    token = Token(case, head["version"], head["attempt"], head["snap"])
    run = step.frame(store, token, loaded, clock.now())
    events = commands.apply(
        loaded.case, command, by=by, policy=run.policy, law=run.law, now=run.local_now,
        debtor=run.debtor,
    )  # fmt: skip
    return loaded, run, list(events)


def _payers_own(tenant: Tenant, case: str, command: Command, by: str) -> list[Write]:
    """The word on what a payer asked for ends its question, which the case itself does not know."""
    match command:
        case forms.AnswerDispute() | forms.SettleDispute():
            about = command.dispute
        case forms.AgreePlan() | forms.CancelPlan():
            about = command.plan
        case _:
            return []
    task = payers_question(case, about)
    row = table.get(keys.task(tenant, task)) if about.startswith(own()) else None
    still_open = row is not None and row["state"] == "open"
    return [tasks.answer(tenant, task, SETTLED, by)] if still_open else []


def _wake(store: Store, told: Loaded) -> None:
    """What one case is told of its debtor binds the others: they are looked at now."""
    for other in case_moves.open_cases(store.tenant, told.case.debtor):
        if other.case.id != told.case.id:
            # A case that is written to meanwhile looks by itself.
            with contextlib.suppress(Conflict):
                store.append(other, [], due_at=clock.now())


def _known(store: Store, party: str) -> None:
    if not table.get(keys.party(store.tenant, party)):
        raise refused("no_such_party")

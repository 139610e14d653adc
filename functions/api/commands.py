"""Commands of a case: a person's word, carried out once, answered with what followed from it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from functions.api import case_moves
from functions.api.access import MONEY
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from shared.cloud import audit, clock, keys, step, table, tasks
from shared.cloud.store import Loaded, Store, Token
from shared.domain import commands
from shared.domain.command_checks import SENTENCES
from shared.domain.command_forms import REDUCING, Command, Given
from shared.domain.events import CaseEvent, PersonAnswered
from shared.domain.state_events import Commanded
from shared.domain.timeline import words
from shared.errors import Conflict, Refused

# A case moves under us at most as often as the machine and its sources write to it.
_RELOADS = 5


def post_command(request: Request) -> Answer:
    """Carry a command out; the same id again answers the same and changes nothing."""
    command = read(request, Given).root
    if command.type in REDUCING and MONEY not in request.principal.scopes:
        raise Problem(403, "no_scope", "The token does not allow this.")
    case = request.path["id"]
    _carry_out(request, case, command)
    return Answer(_answered(Store(request.tenant).events(case), command.id))


def _carry_out(request: Request, case: str, command: Command) -> None:
    store, by = Store(request.tenant), request.principal.client
    facts = {"case": case, "command": command.id, "type": command.type, "why": command.reason}
    entry = audit.entry(request.tenant, by, "case_commanded", facts)
    for _ in range(_RELOADS):
        try:
            made = _made(store, case, command, by)
            if made is not None:
                loaded, events = made
                closed = [
                    tasks.answer(request.tenant, one.task, one.answer, by)
                    for one in events
                    if isinstance(one, PersonAnswered)
                ]
                now = None if loaded.case.closed else clock.now()
                store.append(loaded, events, due_at=now, also=[entry, *closed])
                if command.type in {"circumstance", "end_circumstance", "restore_channel"}:
                    _wake(store, loaded)
        except Conflict:
            continue
        return
    raise Conflict("the case is written to by others all the time")


def _made(
    store: Store, case: str, command: Command, by: str
) -> tuple[Loaded, list[CaseEvent]] | None:
    """The case as it stands and the events of a command; None when it was carried out before."""
    loaded = store.load(case)
    if command.type == "name_liable":
        _known(store, command.party)
    if command.type == "circumstance" and command.contact is not None:
        _known(store, command.contact)
    head = loaded.head
    token = Token(case, head["version"], head["attempt"], head["snap"])
    run = step.frame(store, token, loaded, clock.now())
    try:
        events = commands.apply(
            loaded.case, command, by=by, policy=run.policy, law=run.law, now=run.local_now,
            debtor=run.debtor,
        )  # fmt: skip
    except Refused as no:
        raise Problem(409, no.code, no.sentence) from None
    return (loaded, events) if events else None


def _wake(store: Store, told: Loaded) -> None:
    """What one case is told of its debtor binds the others: they are looked at now."""
    for other in case_moves.open_cases(store.tenant, told.case.debtor):
        if other.case.id != told.case.id:
            # A case that is written to meanwhile looks by itself.
            with contextlib.suppress(Conflict):
                store.append(other, [], due_at=clock.now())


def _known(store: Store, party: str) -> None:
    if not table.get(keys.party(store.tenant, party)):
        raise Problem(409, "no_such_party", SENTENCES["no_such_party"])


def _answered(events: Sequence[CaseEvent], command: str) -> dict[str, Any]:
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

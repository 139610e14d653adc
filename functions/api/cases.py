"""Cases: what happened and why, what is due next, and the holds that a person sets."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from pydantic import Field

from functions.api.case_search import summary
from functions.api.exchange import Answer, Request
from functions.api.forms import fault, invalid, read
from shared.cloud import audit, clock, hub_keys, keys, law_rows, sources, table, tasks
from shared.cloud.store import Loaded, Store
from shared.cloud.table import Write
from shared.domain import at_partner, ledger
from shared.domain.answers import SETTLED
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.events import CaseEvent, Held, PersonAnswered, Released
from shared.domain.explain import Record
from shared.domain.hold_watch import without
from shared.domain.model import Id
from shared.errors import Conflict, NotFound

# A case moves under us at most as often as the machine and its sources write to it.
_RELOADS = 5


class NewHold(Record):
    """Why a case, or one claim of it, rests; ``until`` is the last resting day (None: released)."""

    reason: Literal["dispute", "promise", "plan", "circumstance", "person", "other"]
    until: date | None = None
    claim: Id | None = None


class Release(Record):
    """The hold that ends."""

    hold: str = Field(max_length=100)


def get_case(request: Request) -> Answer:
    """One case: positions of its claims today, holds, notices, and every event with its reasons."""
    store = Store(request.tenant)
    loaded = store.load(request.path["id"])
    events = store.events(request.path["id"])
    timeline = [event.model_dump(mode="json") for event in events]
    return Answer({**_state(loaded, store), "timeline": timeline})


def post_hold(request: Request) -> Answer:
    """Let a case or a claim rest. With an Idempotency-Key, the same hold again changes nothing."""
    new = read(request, NewHold)
    given = request.headers.get("idempotency-key") or secrets.token_hex(16)
    hold = f"hold-{hashlib.sha256(given.encode()).hexdigest()[:16]}"

    def events(case: Case) -> list[CaseEvent]:
        if new.claim is not None and new.claim not in case.claims:
            raise invalid(fault("claim", "unknown", "the case has no such claim"))
        if hold in case.holds:
            return []
        fields = new.model_dump(exclude_none=True)
        return [Held.model_validate({"at": clock.now(), "hold": hold, **fields})]

    change(request, request.path["id"], events, "case_held", {"hold": hold})
    return Answer({"hold": hold}, status=201)


def post_release(request: Request) -> Answer:
    """End a hold; the case is decided afresh at once."""
    end = read(request, Release)

    def events(case: Case) -> list[CaseEvent]:
        if end.hold not in case.holds:
            raise NotFound("no such hold")
        at, task = clock.now(), without(case, end.hold)
        released = Released(at=at, hold=end.hold)
        if task not in case.tasks:
            return [released]
        by = request.principal.client
        return [released, PersonAnswered(at=at, task=task, answer=SETTLED, by=by)]

    change(request, request.path["id"], events, "case_released", {"hold": end.hold})
    return Answer({"hold": end.hold})


def change(
    request: Request,
    case: str,
    events: Callable[[Case], list[CaseEvent]],
    what: str,
    facts: dict[str, object],
    *also: Write,
) -> None:
    """Append what follows from the case as it stands, and look at it now; again if it moved."""
    store = Store(request.tenant)
    entry = audit.entry(request.tenant, request.principal.client, what, {"case": case, **facts})
    for _ in range(_RELOADS):
        try:
            loaded = store.load(case)
            made = events(loaded.case)
            settled = [
                tasks.answer(request.tenant, one.task, one.answer, one.by)
                for one in made
                if isinstance(one, PersonAnswered) and one.answer == SETTLED
            ]
            if made:
                store.append(loaded, made, due_at=clock.now(), also=[entry, *also, *settled])
            elif also:
                table.transact([entry, *also])
        except Conflict:
            continue
        return
    raise Conflict("the case is written to by others all the time")


def _state(loaded: Loaded, store: Store) -> dict[str, Any]:
    case = loaded.case
    profile = loaded.row(keys.creditor(store.tenant))
    if profile is None:
        raise NotFound("no profile yet")
    creditor = Creditor.model_validate_json(profile["body"])
    today = creditor.today(clock.now())
    pack = law_rows.in_force(loaded.row(hub_keys.law()), case.law).pack
    return {
        **summary(loaded.head),
        **case.model_dump(
            mode="json",
            include={
                "version", "law", "capacity", "currency", "holds", "notices", "tasks",
                "partner_state", "partner_case", "parked", "closed", "states", "successor",
            },
        ),
        "at_partner": at_partner.shown(case),
        "as_of": today.isoformat(),
        "waits_for": _waits_for(loaded, store, creditor),
        "claims": [
            _claim(claim.model_dump(mode="json"), ledger.position(case, claim, pack, today))
            for claim in case.claims.values()
        ],
    }  # fmt: skip


def _waits_for(loaded: Loaded, store: Store, creditor: Creditor) -> list[dict[str, Any]]:
    """The sources that no touch of this case goes ahead without, as they are now."""
    books = loaded.row(keys.connection(store.tenant, loaded.head["conn"]))
    if books is None or loaded.case.closed:
        return []
    known, gate = loaded.row(keys.feeds(store.tenant)), creditor.gate
    found = sources.waited_for(books, known, gate, creditor.country, clock.now())
    return [one.model_dump(mode="json") for one in found]


def _claim(state: dict[str, Any], position: ledger.Position) -> dict[str, Any]:
    unknown = position.interest.unknown_from
    return {
        **state,
        "open": str(position.open.amount),
        "interest": str(position.interest_due.amount),
        "interest_unknown_from": unknown.isoformat() if unknown else None,
        "fees": str(position.fees.amount),
        "compensation": str(position.compensation.amount) if position.compensation else None,
        "over": str(position.over.amount) if position.over else None,
    }

"""Explanations of a case: in words and as data, and a support person's one screen of text."""

from __future__ import annotations

from datetime import datetime, timedelta

from functions import carriers, reaching
from functions.api.exchange import Answer, Problem, Request
from shared.cloud import clock, step
from shared.cloud.replay_rows import Past
from shared.cloud.step import Run
from shared.cloud.store import Store, Token
from shared.domain.carriers import Carriers
from shared.domain.events import Decided
from shared.domain.explain import Reason
from shared.domain.explanation import Explained, explain, known_by
from shared.domain.foresight import Stand
from shared.domain.replaying import NOT_SIGNED, carriers_of
from shared.domain.support import screen

# How far ahead of today a case can be asked about, if nothing changes.
_FURTHEST = timedelta(days=400)


def get_explanation(request: Request) -> Answer:
    """Why this, why now, what next, what would change it; ``?at=`` an instant with its offset.

    A past instant is explained by what was known then, a coming one as if nothing changed. Raises
    ``Problem`` 400 for a bad instant.
    """
    _, told = _explained(request)
    return Answer(told.model_dump(mode="json"))


def get_support(request: Request) -> Answer:
    """One screen of text for whoever talks with the debtor: ids, amounts and days, no names."""
    stand, told = _explained(request)
    return Answer(
        screen(stand, told).encode(), headers={"content-type": "text/plain; charset=utf-8"}
    )


def _explained(request: Request) -> tuple[Stand, Explained]:
    store, case = Store(request.tenant), request.path["id"]
    loaded = store.load(case)
    head = loaded.head
    token = Token(case, head["version"], head["attempt"], head["snap"])
    run = carriers.informed(step.frame(store, token, loaded, clock.now()))
    at = _instant(request.query.get("at"), run)
    then, stored = known_by(case, store.events(case), at)
    if not then.version:
        raise Problem(400, "bad_instant", "The case had not begun at that instant.")
    if at >= run.local_now or stored is None:
        reach = reaching.ahead(request.tenant, run.creditor, then, run.policy, run.debtor)
        known = Carriers(needs=run.kinds)
        stand = Stand(then, run.policy, run.law, run.debtor, known, reach)
        return stand, explain(stand, stored, at, run.kinder)
    stand, kinder = _past(request, stored, Stand(then, run.policy, run.law))
    return stand, explain(stand, stored, at, kinder)


def _past(request: Request, stored: Decided, now: Stand) -> tuple[Stand, tuple[Reason, ...]]:
    """The case under the policy, the law and what counted for the debtor at its last decision."""
    world = Past(request.tenant).world(now.case, stored)
    signed = stored.inputs.get("law_sign_off") != NOT_SIGNED
    policy, kinder = world.binding(now.case, signed=signed)
    known = carriers_of(stored.inputs)
    return Stand(now.case, policy, world.law, world.debtor, known), kinder


def _instant(text: str | None, run: Run) -> datetime:
    if text is None:
        return run.local_now
    try:
        # A plus of the offset arrives as a blank where the caller did not escape it.
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at > run.now + _FURTHEST:
        title = "An instant is written like 2026-03-02T09:00:00Z, at most 400 days ahead."
        raise Problem(400, "bad_instant", title)
    return clock.local(at, run.creditor.zone)

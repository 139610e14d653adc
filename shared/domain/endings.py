"""Endings: the states of a case that time and money have ended, as events to be recorded.

A decision judges promises and plans by the money at any time, recorded or not; what is recorded
here is for the timeline, and for what follows from it: a kept settlement lets the rest go, and one
whose money is taken back does so no longer.
"""

from __future__ import annotations

from datetime import date, datetime

from shared.domain.case import Case
from shared.domain.events import CaseEvent
from shared.domain.plan import Plan
from shared.domain.plan_events import InstalmentMissed, PlanEnded, PromiseEnded, WrittenOff
from shared.domain.promise import Promise


def endings(case: Case, today: date, at: datetime) -> list[CaseEvent]:
    """What has ended by ``today`` (the creditor's day) and is not recorded yet; then nothing."""
    if case.states is None or case.closed:
        return []
    found: list[CaseEvent] = []
    for promise in case.states.promises.values():
        found += _promise(case, promise, today, at)
    for plan in case.states.plans.values():
        found += _plan(case, plan, today, at)
    return found


def _let_go(case: Case, claims: tuple[str, ...], today: date, at: datetime) -> list[CaseEvent]:
    """What is left of claims, written off as settled."""
    return [
        WrittenOff(at=at, claim=claim, amount=rest, cause="settlement", on=today)
        for claim in claims
        if (rest := case.claims[claim].open)
    ]


def _undone(case: Case, promise: Promise, today: date, at: datetime) -> list[CaseEvent]:
    """What a paid settlement let go is owed again when its money was taken back."""
    again = promise.model_copy(update={"outcome": "open"})
    states = [case.claims[claim] for claim in promise.claims]
    back = any(
        one.kind == "reversal" and one.on >= promise.made
        for state in states
        for one in state.movements
    )
    if not back or again.judged(case.claims, today) == "kept":
        return []
    rests = [
        WrittenOff(
            at=at, claim=state.claim.id, amount=-state.let_go, cause="settlement_undone", on=today
        )
        for state in states
        if state.let_go
    ]
    return [*rests, PromiseEnded(at=at, promise=promise.id, outcome="broken")]


def _promise(case: Case, promise: Promise, today: date, at: datetime) -> list[CaseEvent]:
    if promise.settles and promise.outcome == "kept":
        return _undone(case, promise, today, at)
    if promise.outcome != "open":
        return []
    outcome = promise.judged(case.claims, today)
    if outcome == "open":
        return []
    # The promise ends last: whoever writes only the first of many goes on where it stopped.
    kept = promise.settles and outcome == "kept"
    rests = _let_go(case, promise.claims, today, at) if kept else []
    return [*rests, PromiseEnded(at=at, promise=promise.id, outcome=outcome)]


def _plan(case: Case, plan: Plan, today: date, at: datetime) -> list[CaseEvent]:
    stage = plan.stage(case.claims, today)
    if plan.ended is not None:
        return []
    found: list[CaseEvent] = []
    late = plan.late(case.claims, today) if plan.agreed else ()
    if late and plan.missed is None:
        found.append(InstalmentMissed(at=at, plan=plan.id, number=late[0]))
    if stage in {"completed", "broken", "lapsed"}:
        found.append(PlanEnded(at=at, plan=plan.id, outcome=stage))
    return found

"""Endings: the states of a case that time and money have ended, as events to be recorded.

A decision judges promises and plans by the money at any time, recorded or not; what is recorded
here is for the timeline, and for what follows from it: a kept settlement lets the rest go, and one
whose money is taken back does so no longer. What was recorded as broken and a person found kept is
recorded anew; a fee that was charged meanwhile is taken back before that, without a word.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from shared.domain.case import Case
from shared.domain.events import CaseEvent, FeeCredited
from shared.domain.plan import Plan
from shared.domain.plan_events import (
    InstalmentMissed,
    PlanAgreed,
    PlanEnded,
    PromiseEnded,
    WrittenOff,
)
from shared.domain.plan_pause import standing
from shared.domain.promise import Promise
from shared.domain.second_look import kept, unanswered

_DAY = timedelta(days=1)


def endings(case: Case, today: date, at: datetime) -> list[CaseEvent]:
    """What has ended by ``today`` (the creditor's day) and is not recorded yet; then nothing."""
    if case.states is None or case.closed:
        return []
    found: list[CaseEvent] = _fees_back(case, at)
    judged = {one.id for one in kept(case)}
    asked = {one.agreement.id for one in unanswered(case)}
    for promise in case.states.promises.values():
        if promise.id in judged:
            found += _kept(case, promise, today, at)
        elif promise.outcome == "open" and promise.id in asked:
            continue
        else:
            found += _promise(case, promise, today, at)
    for plan in case.states.plans.values():
        if plan.id in judged:
            found.append(PlanAgreed(at=at, plan=plan.id))
            found += _plan(case, plan.in_force_again(at.date()), today, at)
        else:
            found += _plan(case, plan, today, at)
    return found


def coming(case: Case, today: date) -> date | None:
    """The first day after ``today`` on which time ends, or misses, something that was agreed.

    Whatever keeps a case at rest, it is looked at then: nothing breaks without a word.
    """
    if case.states is None:
        return None
    asked = {one.agreement.id for one in unanswered(case)}
    last = [
        one.holds_to
        for one in case.states.promises.values()
        if one.outcome == "open" and one.id not in asked
    ]
    looks = [
        one.looks_on(case.claims, today) for one in case.states.plans.values() if one.ended is None
    ]
    days = [*last, *(day for day in looks if day is not None)]
    return min((day + _DAY for day in days if day >= today), default=None)


def _fees_back(case: Case, at: datetime) -> list[CaseEvent]:
    """The fees of notices about an agreement since it was recorded as broken and is in doubt."""
    found: dict[str, CaseEvent] = {}
    for one in unanswered(case):
        for act, notice in case.notices.items():
            since = one.ended_on is not None and notice.intended_on >= one.ended_on
            claim, fee = notice.fee_claim, notice.fee
            if not since or claim not in one.agreement.claims or not fee or notice.fee_credited:
                continue
            if notice.given:
                found[act] = FeeCredited(at=at, act=act, claim=claim, amount=fee, why="crossed")
    return list(found.values())


def _kept(case: Case, promise: Promise, today: date, at: datetime) -> list[CaseEvent]:
    """A settlement is kept: what is left is let go, and its end is recorded last.

    Whoever writes only the first of many events goes on where it stopped.
    """
    rests = _let_go(case, promise.claims, today, at)
    return [*rests, PromiseEnded(at=at, promise=promise.id, outcome="kept")]


def _let_go(case: Case, claims: tuple[str, ...], today: date, at: datetime) -> list[CaseEvent]:
    """What is left of claims, written off as settled."""
    return [
        WrittenOff(at=at, claim=claim, amount=rest, cause="settlement", on=today)
        for claim in claims
        if (rest := case.claims[claim].open)
    ]


def _undone(case: Case, promise: Promise, today: date, at: datetime) -> list[CaseEvent]:
    """What a paid settlement let go is owed again when its money was taken back."""
    states = [case.claims[claim] for claim in promise.claims]
    back = any(
        one.kind == "reversal" and one.on >= promise.made
        for state in states
        for one in state.movements
    )
    if not back or promise.paid(case.claims):
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
        return _bettered(case, promise, at)
    outcome = promise.judged(case.claims, today)
    if outcome == "open":
        return []
    if promise.settles and outcome == "kept":
        return _kept(case, promise, today, at)
    return [PromiseEnded(at=at, promise=promise.id, outcome=outcome)]


def _bettered(case: Case, promise: Promise, at: datetime) -> list[CaseEvent]:
    """What late knowledge makes of a promise that was not kept; a settlement is a person's."""
    if promise.settles or promise.ended_on is None:
        return []
    outcome = promise.anew(case.claims, promise.holds_to + _DAY)
    if outcome == "open" or not promise.betters(outcome):
        return []
    return [PromiseEnded(at=at, promise=promise.id, outcome=outcome)]


def _plan(case: Case, plan: Plan, today: date, at: datetime) -> list[CaseEvent]:
    if plan.ended is not None:
        return []
    stage = standing(plan, case.states, case.claims, today)
    found: list[CaseEvent] = []
    missed = plan.newly_missed(case.claims, today) if plan.agreed else None
    if missed is not None:
        found.append(InstalmentMissed(at=at, plan=plan.id, number=missed))
    if stage in {"completed", "broken", "lapsed"}:
        found.append(PlanEnded(at=at, plan=plan.id, outcome=stage))
    return found

"""The fold of what was agreed about paying: promises, plans, write-offs and waived interest."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from shared.domain.case_parts import Movement
from shared.domain.fold_claims import claim_state, moved, with_claims
from shared.domain.fold_states import fresh, known, states_of, with_states
from shared.domain.money import Money
from shared.domain.plan import Plan
from shared.domain.plan_events import (
    CompensationWaived,
    InstalmentMissed,
    InterestWaived,
    PlanAgreed,
    PlanEnded,
    PlanProposed,
    PromiseEnded,
    PromiseMade,
    WrittenOff,
)
from shared.domain.promise import Promise, earlier, received
from shared.errors import Conflict

if TYPE_CHECKING:
    from shared.domain.case import Case

Changes = dict[str, Any]


def promise_made(case: Case, event: PromiseMade) -> Changes:
    """The debtor has given a day; money that came before it does not count."""
    promises = states_of(case).promises
    fresh(promises, event.promise)
    promise = Promise(
        id=event.promise,
        claims=event.claims,
        amount=event.amount,
        day=event.day,
        holds_to=event.holds_to,
        made=event.on,
        before=_before(case, event.claims),
        settles=event.settles,
        tolerance=event.tolerance,
        earlier=earlier(case.claims, event.claims, event.on, case.currency),
    )
    return with_states(case, promises={**promises, event.promise: promise})


def promise_ended(case: Case, event: PromiseEnded) -> Changes:
    """It was kept, or it was not; money that is known late may say better of it than before."""
    promises, day = states_of(case).promises, event.at.date()
    promise: Promise = known(promises, event.promise)
    undone = promise.settles and promise.outcome == "kept" and event.outcome == "broken"
    if promise.outcome != "open" and not undone and not promise.betters(event.outcome):
        raise Conflict("a promise ends once")
    ended = promise.model_copy(update={"outcome": event.outcome, "ended_on": day})
    changes = with_states(case, promises={**promises, event.promise: ended})
    if promise.outcome != "open" and not undone:
        # The claim was free already: nothing ends today that kept it from moving.
        return changes
    return changes | {"claims": with_claims(case.claims, promise.claims, freed_on=day)}


def plan_proposed(case: Case, event: PlanProposed) -> Changes:
    """A plan is offered."""
    plans = states_of(case).plans
    fresh(plans, event.plan)
    plan = Plan(
        id=event.plan,
        claims=event.claims,
        instalments=event.instalments,
        before=_before(case, event.claims),
        answer_by=event.answer_by,
        clearing_days=event.clearing_days,
        grace_days=event.grace_days,
        new_claims=event.new_claims,
        on_broken=event.on_broken,
        country=event.country,
        tolerance=event.tolerance,
    )
    return with_states(case, plans={**plans, event.plan: plan})


def plan_agreed(case: Case, event: PlanAgreed) -> Changes:
    """The debtor agreed: no interest runs from the next day on."""
    plan: Plan = known(states_of(case).plans, event.plan)
    if plan.ended == "broken":
        return _in_force_again(case, plan, event.at.date())
    changes = _plan(case, event.plan, agreed=True)
    claims = dict(case.claims)
    for name in plan.claims:
        spans = (*claims[name].in_plan, (event.at.date(), None))
        claims[name] = claims[name].model_copy(update={"in_plan": spans})
    return {**changes, "claims": claims}


def _in_force_again(case: Case, plan: Plan, today: date) -> Changes:
    """A plan that was kept goes on as if it had not ended; what is uncovered is late from today."""
    claims = dict(case.claims)
    for name in plan.claims:
        spans = claims[name].in_plan
        rest = tuple((start, None if end == plan.ended_on else end) for start, end in spans)
        claims[name] = claims[name].model_copy(update={"in_plan": rest})
    plans = {**states_of(case).plans, plan.id: plan.in_force_again(today)}
    return with_states(case, plans=plans) | {"claims": claims}


def instalment_missed(case: Case, event: InstalmentMissed) -> Changes:
    """One is late that nobody was told of."""
    plan: Plan = known(states_of(case).plans, event.plan)
    before = max(plan.misses, 0 if plan.missed is None else 1)
    update = {"missed": event.number, "misses": before + 1, "missed_after": plan.taken_back}
    return _plan(case, event.plan, **update)


def plan_ended(case: Case, event: PlanEnded) -> Changes:
    """The plan is over: interest runs from the next day on, on what is still open."""
    changes = _plan(case, event.plan, ended=event.outcome, ended_on=event.at.date())
    plan: Plan = known(states_of(case).plans, event.plan)
    rested = tuple(name for name in case.claims if plan.rests(name))
    claims = with_claims(case.claims, rested, freed_on=event.at.date())
    for name in plan.claims:
        spans = tuple((start, end or event.at.date()) for start, end in claims[name].in_plan)
        claims[name] = claims[name].model_copy(update={"in_plan": spans})
    return {**changes, "claims": claims}


def written_off(case: Case, event: WrittenOff) -> Changes:
    """Principal is let go; the books of the source may follow later and count it no second time."""
    state, nothing = claim_state(case, event.claim), Money.zero(event.amount.currency)
    move = Movement(on=event.on, kind="write_off", lowered=event.amount)
    changes = moved(case, event.claim, move, event.at.date(), None)
    update: Changes = {"forgiven": (state.forgiven or nothing) + event.amount}
    if event.cause in {"settlement", "settlement_undone"}:
        update["let_go"] = (state.let_go or nothing) + event.amount or None
    return {**changes, "claims": with_claims(changes["claims"], (event.claim,), **update)}


def interest_waived(case: Case, event: InterestWaived) -> Changes:
    """Interest counts from a later day."""
    claim_state(case, event.claim)
    return {"claims": with_claims(case.claims, (event.claim,), interest_waived_to=event.to)}


def compensation_waived(case: Case, event: CompensationWaived) -> Changes:
    """The fixed sum is let go, whatever the claim comes to."""
    claim_state(case, event.claim)
    return {"claims": with_claims(case.claims, (event.claim,), compensation_waived=True)}


def _before(case: Case, claims: tuple[str, ...]) -> Money:
    for claim in claims:
        claim_state(case, claim)
    return received(case.claims, claims, case.currency)


def _plan(case: Case, name: str, **update: Any) -> Changes:
    plans = states_of(case).plans
    plan: Plan = known(plans, name)
    if plan.ended is not None:
        raise Conflict("a plan ends once")
    return with_states(case, plans={**plans, name: plan.model_copy(update=update)})

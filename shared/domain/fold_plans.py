"""The fold of what was agreed about paying: promises, plans, write-offs and waived interest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.domain.case_parts import Movement
from shared.domain.fold_claims import claim_state, moved, with_claims
from shared.domain.fold_states import fresh, known, states_of, with_states
from shared.domain.money import Money
from shared.domain.plan import Plan
from shared.domain.plan_events import (
    InstalmentMissed,
    InterestWaived,
    PlanAgreed,
    PlanEnded,
    PlanProposed,
    PromiseEnded,
    PromiseMade,
    WrittenOff,
)
from shared.domain.promise import Promise, received
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
    )
    return with_states(case, promises={**promises, event.promise: promise})


def promise_ended(case: Case, event: PromiseEnded) -> Changes:
    """It was kept, or it was not."""
    promises = states_of(case).promises
    promise: Promise = known(promises, event.promise)
    if promise.outcome != "open":
        raise Conflict("a promise ends once")
    ended = promise.model_copy(update={"outcome": event.outcome})
    return with_states(case, promises={**promises, event.promise: ended})


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
    )
    return with_states(case, plans={**plans, event.plan: plan})


def plan_agreed(case: Case, event: PlanAgreed) -> Changes:
    """The debtor agreed."""
    return _plan(case, event.plan, agreed=True)


def instalment_missed(case: Case, event: InstalmentMissed) -> Changes:
    """The first one that is late."""
    return _plan(case, event.plan, missed=event.number)


def plan_ended(case: Case, event: PlanEnded) -> Changes:
    """The plan is over."""
    return _plan(case, event.plan, ended=event.outcome)


def written_off(case: Case, event: WrittenOff) -> Changes:
    """Principal is let go; the books of the source may follow later and count it no second time."""
    before = claim_state(case, event.claim).forgiven or Money.zero(event.amount.currency)
    move = Movement(on=event.on, kind="write_off", lowered=event.amount)
    changes = moved(case, event.claim, move, event.at.date(), None)
    update = {"forgiven": before + event.amount}
    return {**changes, "claims": with_claims(changes["claims"], (event.claim,), **update)}


def interest_waived(case: Case, event: InterestWaived) -> Changes:
    """Interest counts from a later day."""
    claim_state(case, event.claim)
    return {"claims": with_claims(case.claims, (event.claim,), interest_waived_to=event.to)}


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

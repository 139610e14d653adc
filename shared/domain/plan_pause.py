"""Pauses of plans: what a debtor's situation stops in a plan until a person has decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shared.domain.case_parts import ClaimState
from shared.domain.circumstance import nameless
from shared.domain.plan import Plan, Stage
from shared.domain.states import States


def standing(
    plan: Plan, states: States | None, claims: Mapping[str, ClaimState], today: date
) -> Stage:
    """Where a plan of a case stands on a day (the creditor's): it breaks in no pause."""
    stage = plan.stage(claims, today)
    if stage == "broken" and plan.ended is None and paused(plan, states, claims):
        return "active"
    return stage


def paused(plan: Plan, states: States | None, claims: Mapping[str, ClaimState]) -> bool:
    """Whether a person has to decide before a plan may break.

    A circumstance of the debtor or a request to stop stands for one of its claims and nobody has
    said how it goes on; or the debtor has died, and the plan is a person's altogether.
    """
    return of_the_dead(states) or undecided(plan, states, claims)


def undecided(plan: Plan, states: States | None, claims: Mapping[str, ClaimState]) -> bool:
    """Whether a circumstance or a request to stop is waiting for a person's word on a plan."""
    if states is None:
        return False
    left = [name for name in plan.claims if claims[name].open]
    if left and nameless(states.circumstances.values()):
        return True
    asked = any(
        name in one.claims and name not in one.cleared
        for one in states.stops.values()
        for name in left
    )
    return asked or any(
        (effect := one.effect(claims[name].claim.issued)) == "stops"
        or (effect == "asks" and name not in one.cleared)
        for one in states.circumstances.values()
        for name in left
    )


def of_the_dead(states: States | None) -> bool:
    """Whether the debtor has died: nothing of a plan goes on by itself."""
    there = states.circumstances.values() if states is not None else ()
    return any(one.what == "deceased" for one in there)

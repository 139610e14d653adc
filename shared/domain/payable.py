"""Payable: what a debtor may pay of one claim today, which is never more than what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shared.domain.case import Case, ClaimState
from shared.domain.debtor import ALONE, Debtor, bound
from shared.domain.demand import demands
from shared.domain.fold_states import states_of
from shared.domain.instalments import shares
from shared.domain.lapses import lapse_of
from shared.domain.law import LawPack
from shared.domain.money import Money
from shared.domain.plan import Plan
from shared.domain.plan_pause import standing
from shared.domain.promise import Promise
from shared.errors import Refused

_KEPT = frozenset({"agreed", "active"})

SENTENCES = {
    "not_open": "Only an open claim that we collect ourselves can be paid.",
    "stopped": "Insolvency proceedings stop the claim: it is filed there and not paid to us.",
    "lapsed": "The claim is time-barred: nobody is asked to pay it.",
    "nothing_asked": "Nothing is asked for: it is disputed, agreed upon, or covered by a credit.",
}


def payable(
    case: Case,
    law: LawPack,
    on: date,
    claim: str,
    netted: Mapping[str, Money],
    debtor: Debtor = ALONE,
) -> Money:
    """What a claim asks for on a day (creditor's zone), as a letter of that day would.

    In a plan that is what is late or due of its instalments, or else the next one; of an open
    settlement what is left of its sum; otherwise principal, interest and fees without what is
    contested or ``netted`` (what credits cover, by claim). ``debtor`` is what counts for the debtor
    beside the case: proceedings that another case was told of stop this claim as well. Raises
    ``Refused`` where nobody asks.
    """
    state = case.claims[claim]
    if not state.open or state.with_partner or case.closed:
        raise _refused("not_open")
    _barred(bound(case, debtor), state, law, on)
    states = states_of(case)
    for plan in states.plans.values():
        if claim in plan.claims and standing(plan, states, case.claims, on) in _KEPT:
            return _instalment(case, plan, claim, on)
    for promise in states.promises.values():
        judged = promise.judged(case.claims, on) if promise.outcome == "open" else None
        if promise.settles and claim in promise.claims and judged == "open":
            return _of_settlement(case, promise, claim)
    position = demands(case, law, on, (claim,), netted)[claim]
    if not position.open:
        raise _refused("nothing_asked")
    return position.total


def _barred(case: Case, state: ClaimState, law: LawPack, on: date) -> None:
    """Refuses what proceedings stop and what is time-barred."""
    told = states_of(case).circumstances.values()
    if any(one.effect(state.claim.issued) == "stops" for one in told):
        raise _refused("stopped")
    lapse = lapse_of(case, state, law, on)
    if lapse is not None and lapse.lapsed(on):
        raise _refused("lapsed")


def _instalment(case: Case, plan: Plan, claim: str, on: date) -> Money:
    """What is due of a plan today, or the next instalment that concerns the claim."""
    due = sum(one.due <= on for one in plan.instalments)
    for number in range(max(due, 1), len(plan.instalments) + 1):
        part = shares(case, plan, number).get(claim)
        if part:
            return part
    raise _refused("nothing_asked")


def _of_settlement(case: Case, promise: Promise, claim: str) -> Money:
    """What is left of a settlement's sum; the oldest of its claims take it up first."""
    left = promise.amount - promise.since(case.claims)
    for state in _oldest(case, promise.claims):
        part = min(left, state.open)
        if state.claim.id == claim and part.amount > 0:
            return part
        left -= part
    raise _refused("nothing_asked")


def _oldest(case: Case, claims: tuple[str, ...]) -> list[ClaimState]:
    return [state for state in case.open_claims() if state.claim.id in claims]


def _refused(code: str) -> Refused:
    return Refused("a claim is not paid now", code=code, sentence=SENTENCES[code])

"""The fold of ends at a partner: of its work, with what people are asked then, and of its plans."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from shared.domain.at_partner import NOTHING, OFFERED, PLAN_THERE, AtPartner, concerned, handed
from shared.domain.case_parts import ClaimState, Hold
from shared.domain.fold_claims import with_claims
from shared.domain.partner_ends import AGAIN, WRITE_OFF, end_question
from shared.domain.partner_names import plan_asked, source

if TYPE_CHECKING:
    from shared.domain.case import Case
    from shared.domain.partner_events import PartnerClosed

Changes = dict[str, Any]


def closed(case: Case, event: PartnerClosed) -> Changes:
    """The partner has let go of claims: they rest here, and where they may go again, do so later.

    What another partner has stays there, and a plan with the debtor binds us until it is over.
    """
    ended = concerned(case, event)
    claims = {**case.claims, **_freed(case, event, ended)}
    whole = not any(state.with_partner for state in claims.values())
    known = _asks(case, event, ended)
    after = case.model_copy(update={"claims": claims})
    if not any(partner == source(event) for partner, _ in handed(after).values()):
        stages = {name: one for name, one in known.stages.items() if name != source(event)}
        stage = next(reversed(stages.values()), None)
        known = known.model_copy(update={"stages": stages, "stage": stage})
    if whole:
        known = known.model_copy(update={"suspended": False, "suspended_until": None})
    state = "closed" if whole else case.partner_state
    return {"claims": claims, "partner_state": state, "at_partner": known}


def plan_over(case: Case, name: str, outcome: str, on: date) -> Changes:
    """A plan at the partner is over, and so is the rest that it asked for."""
    known = case.at_partner or NOTHING
    plan = known.plans[name]
    plans = {**known.plans, name: plan.model_copy(update={"outcome": outcome})}
    return {
        "at_partner": known.model_copy(update={"plans": plans}),
        "holds": unheld(case, name),
        "claims": with_claims(case.claims, plan.claims, freed_on=on),
    }


def unheld(case: Case, plan: str) -> dict[str, Hold]:
    """The holds of a case without those of a plan at the partner, whatever claims it had."""
    mine = f"{PLAN_THERE}{plan}"
    return {name: one for name, one in case.holds.items() if name.rpartition(".")[0] != mine}


def _freed(case: Case, event: PartnerClosed, ended: tuple[str, ...]) -> dict[str, ClaimState]:
    on, again = event.at.date(), event.code in AGAIN
    found = {}
    for name in ended:
        state = case.claims[name]
        level = max(0, state.level - 1) if again else state.level
        update = {"with_partner": False, "freed_on": on, "level": level}
        found[name] = state.model_copy(update=update)
    return found


def _asks(case: Case, event: PartnerClosed, ended: tuple[str, ...]) -> AtPartner:
    """What is known there once the questions about an end are noted."""
    known, why = case.at_partner or NOTHING, end_question(event.code)
    # A dispute has questions of its own.
    asks = () if event.code == "DISPUTED" else ended
    recalls = {
        name: one.model_copy(
            update={"waits_for": tuple(claim for claim in one.waits_for if claim not in ended)}
        )
        for name, one in known.recalls.items()
    }
    settled = _settled(case, known) if event.code == "PAID_PARTIAL_SETTLED" else set()
    history = {
        claim: (*known.ended.get(claim, ()), WRITE_OFF if claim in settled else why)
        for claim in asks
    }
    return known.model_copy(update={"recalls": recalls, "ended": {**known.ended, **history}})


def _settled(case: Case, known: AtPartner) -> set[str]:
    """The claims of settlements that stand and were paid: nobody's word is awaited on them."""
    doubted = {plan_asked(case, name) for name, task in case.tasks.items() if task.why == OFFERED}
    return {
        claim
        for name, plan in known.plans.items()
        if plan.settled() and name not in doubted
        for claim in plan.claims
    }

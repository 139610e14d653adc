"""The fold of what people say: holds and answers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from shared.domain import answers, fold_acts, fold_partner_end, fold_states
from shared.domain.at_partner import ASKED_THERE, PLAN_LEFT, PLAN_THERE
from shared.domain.case_parts import Hold, Notice, Task
from shared.domain.events import (
    Held,
    PersonAnswered,
    PersonAsked,
    Released,
)
from shared.domain.fold_claims import claim_state, with_claims
from shared.domain.hold_watch import asked_about
from shared.domain.partner_names import plan_asked
from shared.domain.passed_on import WHOSE
from shared.errors import Conflict

if TYPE_CHECKING:
    from shared.domain.case import Case

Changes = dict[str, Any]


def held(case: Case, event: Held) -> Changes:
    """The case or a claim rests; the same hold again changes its day."""
    if event.claim is not None:
        claim_state(case, event.claim)
    day = event.at.date()
    hold = Hold(id=event.hold, claim=event.claim, reason=event.reason, until=event.until, since=day)
    return {"holds": {**case.holds, event.hold: hold}}


def released(case: Case, event: Released) -> Changes:
    """A hold ends."""
    hold = case.holds.get(event.hold)
    if hold is None or not hold.of_person:
        left = {key: hold for key, hold in case.holds.items() if key != event.hold}
        return {"holds": left}
    return _ended(case, (hold,), event.at.date())


def _ended(case: Case, holds: tuple[Hold, ...], on: date) -> Changes:
    """Holds of a person are gone, and what they kept at rest is free since a day."""
    gone, kept = {one.id for one in holds}, {one.claim for one in holds}
    names = tuple(name for name in case.claims if None in kept or name in kept)
    return {
        "holds": {key: one for key, one in case.holds.items() if key not in gone},
        "claims": with_claims(case.claims, names, freed_on=on),
    }


def asked(case: Case, event: PersonAsked) -> Changes:
    """A question is open."""
    return {"tasks": {**case.tasks, event.task: Task(why=event.why, claims=event.claims)}}


def answered(case: Case, event: PersonAnswered) -> Changes:
    """A question is answered: yes goes on, no holds, and an act of unknown fate has its outcome.

    Raises ``Conflict`` when a person is asked what became of an act and says neither ``sent`` nor
    ``not_sent``.
    """
    task = case.tasks.get(event.task) or Task(why="", claims=())
    changes: Changes = {
        "tasks": {key: one for key, one in case.tasks.items() if key != event.task},
        "answers": {**case.answers, event.task: task.model_copy(update={"answer": event.answer})},
    }
    act = answers.unsettled_act(case, event.task)
    if act is not None:
        return changes | _fate(case, event, act)
    if event.task not in case.tasks or event.answer == answers.SETTLED:
        return changes
    if task.why in ASKED_THERE or task.why == WHOSE:
        # The answer goes to the partner, or keeps from it what is its own: nothing rests here.
        return changes | _refused(case, event)
    if task.why == answers.IN_DOUBT:
        # The next look at the case records what was said.
        return changes
    if task.why == answers.HOLD_REVIEW:
        return changes | _reviewed(case, event)
    if event.answer in answers.YES:
        return changes | _gone_on(case, event, task)
    kept = _kept(event.task, task, event.at.date())
    return changes | {"holds": {**case.holds, **kept}}


def _fate(case: Case, event: PersonAnswered, act: Notice) -> Changes:
    """What became of an act, by a person's word."""
    # A contact goes out in its country's daytime: the day in UTC is the creditor's day too.
    match event.answer:
        case answers.SENT:
            return fold_acts.happened(case, act.act, act.intended_on)
        case answers.NOT_SENT:
            return fold_acts.did_not_happen(case, act.act, event.at.date())
        case _:
            raise Conflict("what became of an act is answered by sent or not_sent")


def _reviewed(case: Case, event: PersonAnswered) -> Changes:
    """A yes ends the holds that were asked about; a no lets them stand, and their time anew."""
    found, on = asked_about(case, event.task), event.at.date()
    if found is None:
        return {}
    if event.answer in answers.YES:
        return _ended(case, found.holds, on)
    stand = {one.id: one.model_copy(update={"since": on}) for one in found.holds}
    return {"holds": case.holds | stand}


def _refused(case: Case, event: PersonAnswered) -> Changes:
    """A no to a plan or settlement of the partner: it binds us no longer."""
    plan = plan_asked(case, event.task)
    if plan is None or event.answer in answers.YES:
        return {}
    return fold_partner_end.plan_over(case, plan, "refused", event.at.date())


def _gone_on(case: Case, event: PersonAnswered, task: Task) -> Changes:
    """What a yes changes in the claims that were asked about."""
    claims = tuple(claim for claim in task.claims if claim in case.claims)
    if task.why == "claim_missing":
        return {"claims": with_claims(case.claims, claims, missing=False)}
    if task.why == "balance_raised":
        return {"claims": with_claims(case.claims, claims, raised=False)}
    if task.why == answers.WITHOUT_NOTICE:
        return {"claims": with_claims(case.claims, claims, announced_on=event.at.date())}
    if task.why == PLAN_LEFT:
        return _plan_over(case, event, claims)
    if task.why == answers.RETURNED:
        return {"notices": fold_acts.seen_to(case)}
    if fold_states.clears(task.why):
        cleared = fold_states.cleared(case, task.model_copy(update={"claims": claims}))
        return fold_states.plans_go_on(cleared, claims, event.at.date())
    if not answers.is_step_question(task.why):
        return {}
    done = {
        claim: case.claims[claim].model_copy(
            update={"level": case.claims[claim].level + 1, "stepped_on": event.at.date()}
        )
        for claim in claims
    }
    return {"claims": {**case.claims, **done}}


def _plan_over(case: Case, event: PersonAnswered, claims: tuple[str, ...]) -> Changes:
    """A person says that a plan is over which no partner speaks of any more: its rest ends."""
    left = {
        name: hold
        for name, hold in case.holds.items()
        if hold.claim not in claims or not name.startswith(PLAN_THERE)
    }
    return {
        "holds": left,
        "claims": with_claims(case.claims, claims, freed_on=event.at.date()),
    }


def _kept(name: str, task: Task, on: date) -> dict[str, Hold]:
    """The holds that a no makes: one a claim, or one of the case for a question about none."""
    claims: tuple[str | None, ...] = task.claims or (None,)
    made = (
        Hold(id=f"{name}.{number}", claim=claim, reason="person", until=None, since=on)
        for number, claim in enumerate(claims, start=1)
    )
    return {one.id: one for one in made}

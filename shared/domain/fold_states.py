"""The fold of a case's states: commands, disputes, requests to stop, circumstances."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from shared.domain.case_parts import Task
from shared.domain.circumstance import Circumstance
from shared.domain.dispute import Dispute
from shared.domain.fold_claims import claim_state, with_claims
from shared.domain.state_events import (
    ChannelRefused,
    ChannelRestored,
    CircumstanceEnded,
    CircumstanceNoted,
    Commanded,
    DisputeAnswered,
    Disputed,
    DisputeSettled,
    LiableNamed,
    LiableReleased,
    StopRequested,
    StopWithdrawn,
)
from shared.domain.states import NONE, Liable, States, Stop
from shared.errors import Conflict, Unreadable

if TYPE_CHECKING:
    from shared.domain.case import Case

Changes = dict[str, Any]

# The questions whose yes lets claims go on although the state that raised them is still there.
CIRCUMSTANCE = "circumstance_"
STOP = "stop_requested"
PLAN = "plan_broken"


def states_of(case: Case) -> States:
    """The states of a case, also of one that has none."""
    return case.states or NONE


def with_states(case: Case, **update: Any) -> Changes:
    """The change of some of a case's states."""
    return {"states": states_of(case).model_copy(update=update)}


def known(states: dict[str, Any], name: str) -> Any:
    """A state by its name. Raises ``Unreadable`` for one that the case does not have."""
    found = states.get(name)
    if found is None:
        raise Unreadable("an event names a state that the case does not have")
    return found


def fresh(states: dict[str, Any], name: str) -> None:
    """Raises ``Conflict`` when a state of that name is there already."""
    if name in states:
        raise Conflict("a state begins once")


def commanded(case: Case, event: Commanded) -> Changes:
    """A command is carried out once."""
    commands = states_of(case).commands
    if event.command in commands:
        raise Conflict("a command is carried out once")
    return with_states(case, commands={**commands, event.command: event.digest})


def disputed(case: Case, event: Disputed) -> Changes:
    """A part of a claim is contested."""
    state, disputes = claim_state(case, event.claim), states_of(case).disputes
    fresh(disputes, event.dispute)
    dispute = Dispute(
        id=event.dispute,
        claim=event.claim,
        amount=event.amount,
        credited=state.credited,
        ground=event.ground,
        source=event.source,
        on=event.on,
        answer_by=event.answer_by,
    )
    return with_states(case, disputes={**disputes, event.dispute: dispute})


def dispute_answered(case: Case, event: DisputeAnswered) -> Changes:
    """The debtor has our answer."""
    return _dispute(case, event.dispute, state="answered", answered_on=event.at.date())


def dispute_settled(case: Case, event: DisputeSettled) -> Changes:
    """Somebody was right."""
    return _dispute(
        case,
        event.dispute,
        state=event.outcome,
        settled_on=event.on,
        credit_by=event.credit_by,
        resumes_on=event.resumes_on,
    )


def stop_requested(case: Case, event: StopRequested) -> Changes:
    """Nothing may cost the debtor anything from now on."""
    stops = states_of(case).stops
    fresh(stops, event.stop)
    for claim in event.claims:
        claim_state(case, claim)
    stop = Stop(id=event.stop, claims=event.claims, on=event.on, section=event.section)
    return with_states(case, stops={**stops, event.stop: stop})


def stop_withdrawn(case: Case, event: StopWithdrawn) -> Changes:
    """The request is taken back."""
    stops = states_of(case).stops
    stop: Stop = known(stops, event.stop)
    left = {key: one for key, one in stops.items() if key != event.stop}
    freed = {"claims": with_claims(case.claims, stop.claims, freed_on=event.at.date())}
    changes = with_states(case, stops=left) | freed
    return plans_go_on(changes, stop.claims, event.at.date())


def circumstance_noted(case: Case, event: CircumstanceNoted) -> Changes:
    """Something about the debtor changes what may be done."""
    there = states_of(case).circumstances
    fresh(there, event.circumstance)
    noted = Circumstance(
        id=event.circumstance,
        what=event.what,
        effective=event.effective,
        authority_number=event.authority_number,
        contact=event.contact,
        file_by=event.file_by,
    )
    return with_states(case, circumstances={**there, event.circumstance: noted})


def circumstance_ended(case: Case, event: CircumstanceEnded) -> Changes:
    """It is no longer so."""
    there = states_of(case).circumstances
    ended: Circumstance = known(there, event.circumstance)
    left = {key: one for key, one in there.items() if key != event.circumstance}
    names = tuple(
        name for name, state in case.claims.items() if ended.effect(state.claim.issued) != "goes_on"
    )
    freed = {"claims": with_claims(case.claims, names, freed_on=event.at.date())}
    changes = with_states(case, circumstances=left) | freed
    return plans_go_on(changes, names, event.at.date())


def liable_named(case: Case, event: LiableNamed) -> Changes:
    """A party stands beside the debtor for a claim; named again, its role changes."""
    claim_state(case, event.claim)
    named = Liable(claim=event.claim, party=event.party, role=event.role)
    return with_states(case, liable=(*_others(case, event), named))


def liable_released(case: Case, event: LiableReleased) -> Changes:
    """A party stands there no longer."""
    return with_states(case, liable=_others(case, event))


def cleared(case: Case, task: Task) -> Changes:
    """What a person's yes to a question about a state lets go on, claim by claim."""
    states, claims = states_of(case), set(task.claims)
    if task.why == STOP:
        return with_states(case, stops=_clear(states.stops, claims))
    if task.why == PLAN:
        return with_states(case, plans=_clear(states.plans, claims))
    what = task.why.removeprefix(CIRCUMSTANCE)
    of_kind = {key: one for key, one in states.circumstances.items() if one.what == what}
    return with_states(case, circumstances={**states.circumstances, **_clear(of_kind, claims)})


def plans_go_on(changes: Changes, claims: tuple[str, ...], today: date) -> Changes:
    """Plans of some claims after a pause: what went unpaid meanwhile is late from its end on."""
    states: States = changes["states"]
    plans = {
        name: plan.model_copy(update={"taken_back": today})
        if plan.ended is None and not set(claims).isdisjoint(plan.claims)
        else plan
        for name, plan in states.plans.items()
    }
    return {**changes, "states": states.model_copy(update={"plans": plans})}


def clears(why: str) -> bool:
    """Whether a yes to a question asked for ``why`` lets claims go on in spite of a state."""
    return why in {STOP, PLAN} or why.startswith(CIRCUMSTANCE)


def _clear(states: dict[str, Any], claims: set[str]) -> dict[str, Any]:
    return {
        key: one.model_copy(update={"cleared": tuple(sorted({*one.cleared, *claims}))})
        for key, one in states.items()
    }


def _dispute(case: Case, name: str, **update: Any) -> Changes:
    disputes = states_of(case).disputes
    dispute: Dispute = known(disputes, name)
    if not dispute.pending:
        raise Conflict("a dispute is settled once")
    return with_states(case, disputes={**disputes, name: dispute.model_copy(update=update)})


def _others(case: Case, event: LiableNamed | LiableReleased) -> tuple[Liable, ...]:
    return tuple(
        one
        for one in states_of(case).liable
        if (one.claim, one.party) != (event.claim, event.party)
    )


def channel_refused(case: Case, event: ChannelRefused) -> Changes:
    """Nothing goes by that channel any more; said twice it is the same."""
    refused = states_of(case).refused
    if event.channel in refused:
        return {}
    return with_states(case, refused=(*refused, event.channel))


def channel_restored(case: Case, event: ChannelRestored) -> Changes:
    """The debtor agrees to that channel again."""
    left = tuple(one for one in states_of(case).refused if one != event.channel)
    return with_states(case, refused=left)

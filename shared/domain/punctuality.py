"""Punctuality: the day on which each step went out against the first day that it might have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from shared.domain.case import Case
from shared.domain.contacts import next_contact_on
from shared.domain.events import (
    ActFailed,
    ActSent,
    ActUnknown,
    ActWithheld,
    CaseEvent,
    ClaimJoined,
    Decided,
    HandOverIntended,
    Held,
    NoticeReturned,
    PersonAnswered,
    PersonAsked,
    Released,
    ReminderIntended,
)
from shared.domain.explain import Record
from shared.domain.question import Question
from shared.domain.replaying import NOT_SIGNED, World, carriers_of
from shared.domain.ripeness import next_step
from shared.domain.state_events import Commanded

# Why a step came late. ``source``: nothing on the case explains it, so a gate was closed (a feed
# was stale) or the machine itself was late; ``joined``: the claim was not known by its day.
Cause = Literal["joined", "money", "person", "switch", "retry", "source"]

_INTENTS = (ReminderIntended, HandOverIntended)
_FAILED = (ActFailed, ActUnknown, NoticeReturned)
_PERSON = (Held, Released, PersonAsked, PersonAnswered, Commanded)


class Kept(Record):
    """One act with its days, all in the creditor's zone.

    ``planned`` is the first day on which policy and law allowed it for one of its claims, the
    gathering window and the hours of contact included; ``late`` counts the days from there to
    ``effective``, and ``cause`` says why when there are any.
    """

    case: str
    act: str
    step: str
    action: Literal["remind", "hand_over"]
    planned: date
    effective: date
    late: int
    cause: Cause | None = None


def punctuality(
    case_id: str, events: Sequence[CaseEvent], world_of: Callable[[Case, Decided], World]
) -> Iterator[Kept]:
    """Every act of a case that was sent; ``world_of`` gives what a stored decision rested on."""
    sent = {event.act: event.on for event in events if isinstance(event, ActSent)}
    before = case = Case(id=case_id)
    decided: Decided | None = None
    for event in events:
        if isinstance(event, Decided):
            before, decided = case, event
        elif isinstance(event, _INTENTS) and decided is not None and event.act in sent:
            yield _kept(before, decided, event, sent[event.act], events, world_of)
        case = case.apply(event)


def score(acts: Sequence[Kept]) -> str | None:
    """The share of acts that went out on their first day, in per cent; None without an act."""
    if not acts:
        return None
    return f"{100 * sum(not one.late for one in acts) / len(acts):.1f}"


def _kept(
    before: Case,
    decided: Decided,
    act: ReminderIntended | HandOverIntended,
    effective: date,
    events: Sequence[CaseEvent],
    world_of: Callable[[Case, Decided], World],
) -> Kept:
    world = world_of(before, decided)
    planned = min(_planned(before, decided, act, world), effective)
    late = (effective - planned).days
    zone = ZoneInfo(world.zone)
    return Kept(
        case=before.id, act=act.act, step=act.step,
        action="remind" if isinstance(act, ReminderIntended) else "hand_over",
        planned=planned, effective=effective, late=late,
        cause=_cause(before, act.claims, planned, effective, events, zone) if late else None,
    )  # fmt: skip


def _planned(
    before: Case, decided: Decided, act: ReminderIntended | HandOverIntended, world: World
) -> date:
    """The first day of an act by policy and law, as if no try of it had ever failed."""
    tried = {name: one for name, one in before.notices.items() if one.undone_on is None}
    case = before.model_copy(update={"notices": tried})
    policy, _ = world.binding(case, signed=decided.inputs.get("law_sign_off") != NOT_SIGNED)
    now = datetime.fromisoformat(decided.inputs["now"]).astimezone(ZoneInfo(world.zone))
    days = []
    for name in act.claims:
        state = case.claims[name]
        # Asked as of the due date, the law names its own first day.
        early = Question(case, policy, world.law, now, state.claim.due, world.debtor)
        step = next_step(early, state)
        if step is not None:
            days.append(step.on)
    known = carriers_of(decided.inputs)
    question = Question(case, policy, world.law, now, now.date(), world.debtor, carriers=known)
    first = min(days, default=now.date())
    if isinstance(act, ReminderIntended):
        first = max(first, next_contact_on(question, act.channel))
        opens = question.opening(first, paper=known.on_paper(act.channel))
        first = opens.astimezone(now.tzinfo).date()
    return first


def _cause(
    before: Case,
    claims: Sequence[str],
    planned: date,
    effective: date,
    events: Sequence[CaseEvent],
    zone: ZoneInfo,
) -> Cause:
    """What stands on the case between the two days, the nearest explanation first."""
    between = [one for one in events if planned <= one.at.astimezone(zone).date() <= effective]
    joined = {one.claim.id for one in between if isinstance(one, ClaimJoined)}
    if joined.issuperset(claims):
        return "joined"
    if any(isinstance(one, _FAILED) for one in between):
        return "retry"
    if any(isinstance(one, ActWithheld) for one in between):
        return "switch"
    if any(isinstance(one, Held) and one.reason == "money_waiting" for one in between):
        return "money"
    held = any(hold.covers(None, planned) for hold in before.holds.values())
    if held or any(isinstance(one, _PERSON) for one in between):
        return "person"
    return "source"

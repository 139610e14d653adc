"""Aftermath: what the end of a state asks of a hand-over: days of rest, and a notice since.

Whoever was left alone for a while is not surprised by the partner: what was agreed, contested,
held or paid and taken back has ended, and a notice after that said what is owed now. Where the
usual steps are used up and none can say so, a person decides, never the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from shared.domain.answers import WITHOUT_NOTICE
from shared.domain.case import ClaimState
from shared.domain.explain import Reason
from shared.domain.fold_first_day import IMPORTED
from shared.domain.obstacles import Doubt
from shared.domain.plan import IN_FORCE
from shared.domain.plan_pause import standing
from shared.domain.question import Question, reason
from shared.domain.states import States

_DAY = timedelta(days=1)


def rest(question: Question, state: ClaimState) -> tuple[date, Reason] | None:
    """The first day on which a claim may go to the partner after its latest state ended."""
    ended = max((day for day, _ in _ends(question, state)), default=None)
    if ended is None:
        return None
    on = ended + timedelta(days=question.policy.process.grace_days)
    text = "the end of a state is followed by a rest before a hand-over"
    return on, reason("hub.aftermath", text, claim=state.claim.id, ended=ended, on=on)


def unannounced(question: Question, state: ClaimState) -> Doubt | None:
    """The question about a claim of which no notice of ours tells what has to be told.

    None asked for it since its latest state ended, it was reminded of by others alone, or none
    said that it goes to the partner next.
    """
    return _untold(question, state) or _by_others(question, state) or _unsaid(question, state)


def _by_others(question: Question, state: ClaimState) -> Doubt | None:
    """A claim that rests on reminders of others alone, or on a later one without a payment date.

    Nobody here knows what those announced; our own notice, or a person's word, stands for it.
    """
    claim = state.claim.id
    given = question.case.notices_of(claim)
    theirs = [one for one in given if one.act.startswith(IMPORTED)]
    ours = [one for one in given if one not in theirs and not one.short]
    told = [one.on for one in ours if one.on] + [state.announced_on, state.stepped_on]
    last = max((day for day in told if day is not None), default=date.min)
    blind = [one for one in theirs if one.deadline is None or not ours]
    since = max((one.on for one in blind if one.on is not None), default=None)
    if since is None or last >= since:
        return None
    text = "reminders of others, or one without a payment date, are no ground for a hand-over"
    return Doubt(state, WITHOUT_NOTICE, reason("hub.first_day", text, claim=claim, since=since))


def _unsaid(question: Question, state: ClaimState) -> Doubt | None:
    """A claim of which no notice announced the hand-over; notices of before that was noted pass.

    A contact for several claims names those that go on: a contested part holds one back.
    """
    claim = state.claim.id
    ours = [one for one in question.case.notices_of(claim) if one.on is not None and not one.short]
    if not ours or any(one.announces is None or claim in one.announces for one in ours):
        return None
    since = max(one.on for one in ours if one.on is not None)
    words = [day for day in (state.announced_on, state.stepped_on) if day is not None]
    if max(words, default=date.min) >= since:
        return None
    text = "no notice announced the hand-over: a person says how to go on"
    return Doubt(state, WITHOUT_NOTICE, reason("hub.announced", text, claim=claim, since=since))


def _untold(question: Question, state: ClaimState) -> Doubt | None:
    """A claim that no notice asked for since its latest state ended."""
    since = max((day for _, day in _ends(question, state)), default=None)
    if since is None:
        return None
    claim = state.claim.id
    told = [one.on for one in question.case.notices_of(claim) if one.on is not None]
    if state.announced_on is not None:
        told.append(state.announced_on)
    if told and max(told) >= since:
        return None
    text = "no notice since the end of a state asked for the claim: a person says how to go on"
    return Doubt(state, WITHOUT_NOTICE, reason("hub.aftermath", text, claim=claim, since=since))


def _ends(question: Question, state: ClaimState) -> Iterator[tuple[date, date]]:
    """The days on which states of a claim ended, each with the first day of a notice after it."""
    if state.freed_on is not None:
        yield state.freed_on, state.freed_on
    for hold in question.case.holds.values():
        mine = hold.claim in {None, state.claim.id} and hold.of_person
        if mine and hold.until is not None and hold.until < question.today:
            yield hold.until + _DAY, hold.until + _DAY
    states = question.case.states
    if states is None:
        return
    for dispute in states.disputes.values():
        ended = dispute.settled_on if dispute.claim == state.claim.id else None
        # What was accepted has a question of its own. A notice of the day itself left it out.
        if ended is not None and dispute.state != "accepted":
            yield ended, ended + _DAY
    if _just_ended(question, states, state.claim.id):
        yield question.today, question.today


def _just_ended(question: Question, states: States, claim: str) -> bool:
    """Whether time or money ended a promise or plan of a claim and nobody has recorded it yet."""
    claims, today = question.case.claims, question.today
    promised = any(
        one.judged(claims, today) != "open"
        for one in states.promises.values()
        if claim in one.claims and one.outcome == "open"
    )
    return promised or any(
        standing(one, states, claims, today) not in IN_FORCE
        for one in states.plans.values()
        if one.rests(claim) and one.ended is None
    )

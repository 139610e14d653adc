"""Settled: which open questions to people a command answers by ending what they were about."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain import command_forms as forms
from shared.domain.answers import DISPUTE_UNANSWERED, DISPUTE_UNSETTLED, IN_DOUBT, SETTLED
from shared.domain.case import Case
from shared.domain.circumstance import ADDRESSEE, FILING, HAND_OVER, Circumstance, nameless
from shared.domain.command_checks import Situation
from shared.domain.events import PersonAnswered
from shared.domain.fold_states import CIRCUMSTANCE, STOP, states_of
from shared.domain.hold_watch import without

# The question of a claim that nobody may hand over, because the debtor asked to stop.
STOP_AT_HAND_OVER = "stop_at_hand_over"


def settled(situation: Situation, command: forms.Command, by: str) -> list[PersonAnswered]:
    """The answers that a command gives to the case's open questions, as events of ``by``.

    Without them a claim would wait for the word of a person who has given it already.
    """
    names = dict.fromkeys(_names(situation.case, command))
    return [
        PersonAnswered(at=situation.at, task=name, answer=SETTLED, by=by)
        for name in names
        if name in situation.case.tasks
    ]


def _names(case: Case, command: forms.Command) -> Iterator[str]:
    match command:
        case forms.Release():
            yield from filter(None, [without(case, command.hold)])
        case forms.AnswerDispute() | forms.SettleDispute():
            yield from _contested(case, command)
        case forms.WithdrawStop():
            yield from _stopped(case, command.stop)
        case forms.CancelPromise() | forms.CancelPlan():
            yield from _agreed(case, command)
        case forms.NoteCircumstance() if command.contact is not None:
            yield from _asked(case, ADDRESSEE)
        case forms.EndCircumstance():
            yield from _about(case, FILING, command.circumstance)
            yield from _ended(case, command.circumstance)
        case _:
            return


def _contested(case: Case, command: forms.AnswerDispute | forms.SettleDispute) -> Iterator[str]:
    yield from _about(case, DISPUTE_UNANSWERED, command.dispute)
    if isinstance(command, forms.SettleDispute):
        yield from _about(case, DISPUTE_UNSETTLED, command.dispute)


def _agreed(case: Case, command: forms.CancelPromise | forms.CancelPlan) -> Iterator[str]:
    if isinstance(command, forms.CancelPromise):
        yield from _about(case, IN_DOUBT, command.promise)
    else:
        yield from _about(case, "instalment_missed", command.plan)


def _ended(case: Case, name: str) -> Iterator[str]:
    """The questions about a circumstance that no other one of the case raises as well."""
    there = states_of(case).circumstances
    left: list[Circumstance] = [one for key, one in there.items() if key != name]
    if name in there and there[name].what not in {one.what for one in left}:
        yield from _asked(case, f"{CIRCUMSTANCE}{there[name].what}")
    if not nameless(left):
        yield from _asked(case, ADDRESSEE)
    if not left:
        yield from _asked(case, HAND_OVER)


def _stopped(case: Case, name: str) -> Iterator[str]:
    stops = states_of(case).stops
    left = {claim for key, one in stops.items() if key != name for claim in one.claims}
    for why in (STOP, STOP_AT_HAND_OVER):
        for task in _asked(case, why):
            if left.isdisjoint(case.tasks[task].claims):
                yield task


def _about(case: Case, why: str, state: str) -> Iterator[str]:
    """The questions of a kind that are named after one state."""
    for name in _asked(case, why):
        if name.endswith(f"-{why}-{state}"):
            yield name


def _asked(case: Case, why: str) -> list[str]:
    return [name for name, task in case.tasks.items() if task.why == why]

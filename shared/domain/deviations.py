"""People's deviations: where a person made a case go another way than its policy alone would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from shared.domain.answers import SETTLED, YES, is_step_question
from shared.domain.case import Case
from shared.domain.events import CaseEvent, Held, PersonAnswered, Released, Unparked
from shared.domain.explain import Record
from shared.domain.state_events import Commanded

# Holds that the hub makes by itself.
_BY_HUB = frozenset({"money_waiting", "missing"})
# Commands that only say what the debtor did or said; the others are the creditor's own choice.
_OF_DEBTOR = frozenset({
    "dispute", "answer_dispute", "stop_request", "withdraw_stop", "circumstance",
    "end_circumstance", "name_liable", "release_liable", "agree_plan",
})  # fmt: skip
UNKNOWN = "unknown"


class Deviation(Record):
    """One word of a person: ``kind`` is the command's type, ``hold``, ``answer`` or ``override``.

    ``by`` is a principal's id (``unknown`` where nothing says), ``why`` a code, ``step`` the
    policy step that was done last ("" before the first), ``target`` the hold, question or override.
    """

    at: datetime
    kind: str
    by: str
    why: str
    case: str = ""
    step: str = ""
    target: str = ""


def deviations(
    case_id: str, events: Sequence[CaseEvent], actors: Mapping[str, str]
) -> Iterator[Deviation]:
    """The deviations of a case, in order; ``actors`` says who made a hold, by its id."""
    case, follows = Case(id=case_id), 0
    for event in events:
        if follows:
            follows -= 1
        else:
            found = _of(case, event, actors)
            if found is not None:
                yield found
            follows = event.count if isinstance(event, Commanded) else 0
        case = case.apply(event)


def _of(case: Case, event: CaseEvent, actors: Mapping[str, str]) -> Deviation | None:
    by, kind, why, target = UNKNOWN, "", "", ""
    match event:
        case Commanded() if event.type not in _OF_DEBTOR:
            by, kind, why, target = event.by, event.type, event.why, event.command
        case Held() if event.reason not in _BY_HUB:
            by, kind, why = actors.get(event.hold, UNKNOWN), "hold", event.reason
            target = event.hold
        case Released() if event.hold in case.holds and case.holds[event.hold].of_person:
            by, kind, target = actors.get(event.hold, UNKNOWN), "release", event.hold
            why = case.holds[event.hold].reason
        case PersonAnswered() if not _foreseen(case, event):
            by, kind, why, target = event.by, "answer", event.answer, event.task
        case Unparked():
            by, kind, why = event.by, "unparked", case.parked or ""
        case _:
            return None
    return Deviation(
        at=event.at, kind=kind, by=by, why=why, case=case.id, step=_step(case), target=target
    )


def _foreseen(case: Case, event: PersonAnswered) -> bool:
    """Whether the policy itself asks for this very word: a leave that was given, a step done."""
    task = case.tasks.get(event.task)
    why = task.why if task else ""
    planned = why.startswith("approve_") or is_step_question(why)
    return event.answer == SETTLED or (planned and event.answer in YES)


def _step(case: Case) -> str:
    done = [notice.step for notice in case.notices.values() if notice.arrived]
    return done[-1] if done else ""

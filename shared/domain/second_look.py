"""Second looks: agreements that money of before, or money known late, shows in another light.

What was recorded stays. Where money was received in time and became known after the end, or where
money of before a settlement shows that it rested on a balance that was not true, a person says
whether the agreement was kept; until then nothing advances.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from shared.domain.answers import IN_DOUBT, KEPT
from shared.domain.case import Case
from shared.domain.plan import Plan
from shared.domain.promise import Promise

_IN_TIME = "money received in time became known after the agreement was recorded as broken"
_UNTRUE = "money of before the settlement became known after it: its balance was not true"


class Doubtful(NamedTuple):
    """An agreement that a person must judge anew.

    ``name`` stands for it in the task, ``text`` says why, ``ended_on`` is the day on which it was
    recorded as broken (None: it was not).
    """

    agreement: Promise | Plan
    name: str
    text: str
    ended_on: date | None

    def task(self, case: Case) -> str:
        """The name of the question."""
        return f"{case.id}-{IN_DOUBT}-{self.name}"

    def answer(self, case: Case) -> str | None:
        """What a person has said; None while nobody has."""
        task = case.answers.get(self.task(case))
        return None if task is None else task.answer


def doubtful(case: Case) -> Iterator[Doubtful]:
    """The agreements of a case that are in doubt, those that a person has judged included."""
    if case.states is None:
        return
    for promise in case.states.promises.values():
        found = _settlement(case, promise)
        if found is not None:
            yield found
    for plan in case.states.plans.values():
        if _owed(case, plan) and plan.kept_by_day(case.claims):
            yield Doubtful(plan, f"{plan.id}.{plan.ended_on}", _IN_TIME, plan.ended_on)


def kept(case: Case) -> list[Promise | Plan]:
    """The agreements of which a person has said that they were kept, and nobody recorded it."""
    return [one.agreement for one in doubtful(case) if one.answer(case) == KEPT]


def unanswered(case: Case) -> list[Doubtful]:
    """The agreements in doubt that no person has judged."""
    return [one for one in doubtful(case) if one.answer(case) is None]


def _settlement(case: Case, promise: Promise) -> Doubtful | None:
    if not promise.settles or promise.outcome in {"kept", "cancelled"} or not _owed(case, promise):
        return None
    ended = promise.ended_on
    in_time = promise.anew(case.claims, promise.holds_to) == "kept"
    if promise.outcome != "open" and ended is not None and in_time:
        return Doubtful(promise, f"{promise.id}.{ended}", _IN_TIME, ended)
    nothing = promise.amount - promise.amount
    if not in_time and promise.untold(case.claims) > (promise.tolerance or nothing):
        return Doubtful(promise, promise.id, _UNTRUE, ended)
    return None


def _owed(case: Case, agreement: Promise | Plan) -> bool:
    return any(case.claims[one].open for one in agreement.claims)

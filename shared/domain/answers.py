"""Answers: the words that people give to the hub's questions, and what each of them means.

A yes lets the act or step go on. A no holds the claims of the question until a person releases
them. The question what became of an act is answered by ``sent`` or ``not_sent``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.domain.case_parts import Notice, Task

if TYPE_CHECKING:
    from shared.domain.case import Case

YES = frozenset({"approved", "continue"})
SENT = "sent"
NOT_SENT = "not_sent"
# The answer of a command that ended what a question was about: no yes, and it holds nothing.
SETTLED = "settled"

# Questions that remind people of their own work: what they are about rests for its own reason.
DISPUTE_UNANSWERED = "dispute_unanswered"
DISPUTE_UNSETTLED = "dispute_unsettled"
CREDIT_MISSING = "credit_missing"
CHANNEL_REFUSED = "channel_refused"
# Court or a written acknowledgement takes a person; a reminder meanwhile can only help, and in
# Finland starts the time anew (728/2003 10 §).
LIMITATION_NEAR = "limitation_near"
IMPORTED_FEE = "imported_fee_not_lawful"
# Whether a hold that has no last day is still right: a yes ends it, a no lets it stand.
HOLD_REVIEW = "hold_review"
WATCHES = frozenset({
    DISPUTE_UNANSWERED, DISPUTE_UNSETTLED, CREDIT_MISSING, CHANNEL_REFUSED, LIMITATION_NEAR,
    IMPORTED_FEE, HOLD_REVIEW,
})  # fmt: skip

# The question whose yes says that a person has seen to the address that a notice came back from.
RETURNED = "returned"

# The question of a hand-over that no notice told of since something ended; a yes stands for it.
WITHOUT_NOTICE = "hand_over_without_notice"

# The question whether an agreement was kept, where money says other than what was recorded, and its
# words. A no holds nothing: the claim goes on as if nobody had doubted.
IN_DOUBT = "agreement_in_doubt"
KEPT = "kept"
BROKEN = "broken"

# The task about an act of unknown fate is named after the act.
_UNKNOWN = "-unknown"
# The question of a step that a person does: a yes says that it is done.
_STEP = "step_"


def words(task: str, why: str) -> tuple[str, ...]:
    """The words that a question understands, yes first; any other word counts as its no."""
    if task.endswith(_UNKNOWN):
        return (SENT, NOT_SENT)
    if why == IN_DOUBT:
        return (KEPT, BROKEN)
    return ("approved", "declined") if why.startswith("approve_") else ("continue", "leave")


def unsettled_act(case: Case, task: str) -> Notice | None:
    """The act that the answer to ``task`` settles: one that still has no outcome, or None."""
    notice = case.notices.get(task.removesuffix(_UNKNOWN)) if task.endswith(_UNKNOWN) else None
    return notice if notice is not None and notice.state in {"intended", "unknown"} else None


def awaits(case: Case, task: str) -> bool:
    """Whether the answer to ``task`` would change the case."""
    return task in case.tasks or unsettled_act(case, task) is not None


def step_question(step: str) -> str:
    """Why a person is asked to do the step ``step`` (a policy's step id)."""
    return f"{_STEP}{step}"


def is_step_question(why: str) -> bool:
    """Whether a yes to a question asked for ``why`` says that a policy step is done."""
    return why.startswith(_STEP)


def yeses(case: Case, why: str, claims: tuple[str, ...]) -> int:
    """How often a question asked for ``why`` about any of ``claims`` was answered by a yes."""
    return sum(1 for task in _about(case, why, claims) if task.answer in YES)


def times_answered(case: Case, why: str, claims: tuple[str, ...]) -> int:
    """How often a question asked for ``why`` about any of ``claims`` was answered at all."""
    return sum(1 for _ in _about(case, why, claims))


def _about(case: Case, why: str, claims: tuple[str, ...]) -> Iterator[Task]:
    for task in case.answers.values():
        if task.why == why and not set(claims).isdisjoint(task.claims):
            yield task

"""Undisputed: one more reminder of what nobody contests, where a claim's reminders are used up.

The step after them is the hand-over, and nothing is handed over while a part is contested. What is
left is told once more for each dispute that began or ended: in the words of the last reminder, with
a payment date of its own and no fee. It is no step of the policy, and so no level is done by it.
"""

from __future__ import annotations

from shared.domain.case import ClaimState
from shared.domain.case_parts import REPEATED
from shared.domain.dispute import left_alone, restarts
from shared.domain.policy import Step
from shared.domain.question import Question


def repeated(question: Question, state: ClaimState) -> Step | None:
    """The last reminder's step under a name of its own, for a claim that is contested in part.

    None where nothing or all of it is contested, where the debtor has been told of the rest since,
    and where the policy leaves its last reminder to a person's hand.
    """
    claim, states = state.claim.id, question.case.states
    steps = question.policy.terms(claim).steps
    last = next((one for one in reversed(steps) if one.action == "remind"), None)
    if states is None or last is None or last.automation == "manual":
        return None
    disputes = states.disputes.values()
    part, since = left_alone(disputes, state), restarts(disputes, claim)
    if not part or since is None or state.open - part <= question.policy.tolerance:
        return None
    told = any(
        one.arrived and one.action == "remind" and one.intended_on > since
        for one in question.case.notices.values()
        if claim in one.claims
    )
    if told:
        return None
    return last.model_copy(update={"id": REPEATED + last.id, "after": max(last.after, 1)})


def is_repeated(step: str) -> bool:
    """Whether an act's step is such a reminder."""
    return step.startswith(REPEATED)

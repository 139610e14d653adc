"""In flight: whether an act without an outcome would still be done as it was announced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.domain.carriers import Carriers
from shared.domain.case import Case
from shared.domain.debtor import ALONE, Debtor, bound
from shared.domain.decide import decide
from shared.domain.decisions import Remind
from shared.domain.events import CaseEvent, HandOverIntended, ReminderIntended
from shared.domain.law import LawPack
from shared.domain.plan_events import InterestWaived
from shared.domain.policy import Policy
from shared.domain.question import Question
from shared.domain.ripeness import sort_claims


def since(events: Sequence[CaseEvent], act: str) -> tuple[int, Sequence[CaseEvent]]:
    """Where the INTENT of an act stands among all events of its case, and what came after.

    Raises ``LookupError`` when it is not among them.
    """
    for at, event in enumerate(events):
        if isinstance(event, HandOverIntended | ReminderIntended) and event.act == act:
            return at, events[at + 1 :]
    raise LookupError("the act was never intended")


def unchanged(case: Case, events: Sequence[CaseEvent], act: str) -> bool:
    """Whether what an act says of its claims is still so; ``events`` are all of the case."""
    at, later = since(events, act)
    before, claims = Case.replay(case.id, events[: at + 1]), case.notices[act].claims
    if any(isinstance(one, InterestWaived) and one.claim in claims for one in later):
        return False
    return all(
        case.claims[claim] == before.claims[claim] and case.fees_of(claim) == before.fees_of(claim)
        for claim in claims
    )


def same_contact(
    case: Case,
    act: str,
    policy: Policy,
    law: LawPack,
    now: datetime,
    debtor: Debtor,
    carriers: Carriers,
) -> bool:
    """Whether a reminder that has no outcome yet would be made today too, as it was written.

    Never one that is later than its own payment date allows: ``carriers`` says what its channel
    takes.
    """
    notice = case.notices[act]
    others = {name: one for name, one in case.notices.items() if name != act}
    before = case.model_copy(update={"notices": others})
    again = decide(before, policy, law, now, debtor, notice.channel, carriers)
    if not isinstance(again, Remind) or (again.act, again.claims) != (act, notice.claims):
        return False
    charged = (again.fee, again.fee_claim) == (notice.fee, notice.fee_claim)
    return charged and notice.deadline is not None and again.deadline <= notice.deadline


def free(
    case: Case, act: str, policy: Policy, law: LawPack, now: datetime, debtor: Debtor = ALONE
) -> bool:
    """Whether nothing stands in the way of a hand-over that has no outcome yet.

    The case is asked as if the act had never been begun, by the rules of every touch. ``now`` is
    aware, in the creditor's zone; ``debtor`` is what counts for the debtor beside the case.
    """
    today = now.date()
    if case.closed or case.parked is not None:
        return False
    if any(hold.covers(None, today) for hold in case.holds.values()):
        return False
    if any(not task.claims for task in case.tasks.values()):
        return False
    others = {name: one for name, one in case.notices.items() if name != act}
    before = bound(case.model_copy(update={"notices": others}), debtor)
    ripe = {
        one.state.claim.id
        for one in sort_claims(Question(before, policy, law, now, today, debtor)).steps
        if one.step.action == "hand_over" and one.on <= today and not one.barred
    }
    return ripe.issuperset(case.notices[act].claims)

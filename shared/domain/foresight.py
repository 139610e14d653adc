"""What comes next for a case if nothing changes: the one question, asked at each coming due day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.domain.carriers import UNKNOWN, Carriers
from shared.domain.case import Case
from shared.domain.debtor import ALONE, Debtor
from shared.domain.decide import AnyDecision, Rest, decide
from shared.domain.endings import endings
from shared.domain.events import CaseEvent
from shared.domain.law import LawPack
from shared.domain.policy import Policy
from shared.domain.residual import residuals

# A case that still rests after so many looks, or so long, has no act in sight.
MOST_LOOKS = 24
HORIZON = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Stand:
    """A case with all that the answer about it hangs on; the debtor is what counts beside it.

    ``carriers`` is what is known of the channels.
    """

    case: Case
    policy: Policy
    law: LawPack
    debtor: Debtor = ALONE
    carriers: Carriers = UNKNOWN

    def after(self, events: Sequence[CaseEvent]) -> Stand:
        """The same, had these events come. Raises as the fold does."""
        return replace(self, case=Case.replay(self.case.id, events, self.case))

    def by(self, now: datetime) -> Stand:
        """The same at an instant in the creditor's zone, with what time has ended by then."""
        today, at = now.date(), now.astimezone(UTC)
        stand = self.after(endings(self.case, today, at))
        return stand.after(residuals(stand.case, self.policy, self.law, today, at))

    def ask(self, now: datetime) -> AnyDecision:
        """The answer at an instant in the creditor's zone, with what time has ended by then."""
        case = self.by(now).case
        return decide(case, self.policy, self.law, now, self.debtor, carriers=self.carriers)


@dataclass(frozen=True, slots=True)
class Look:
    """An instant (in the creditor's zone) at which the case is due, and the answer then."""

    at: datetime
    decision: AnyDecision


def ahead(stand: Stand, now: datetime) -> tuple[Look, ...]:
    """The looks at a case from ``now`` until something is done, if nothing changes.

    The last one is an act, a question, the end of the case, or a rest in which nothing is in
    sight. ``now`` is an aware instant in the creditor's zone.
    """
    # What time ends stays ended at its day: a later look counts its rest from there.
    stand = stand.by(now)
    looks = [Look(now, stand.ask(now))]
    while len(looks) < MOST_LOOKS:
        answer = looks[-1].decision
        if not isinstance(answer, Rest) or answer.until is None or answer.until > now + HORIZON:
            break
        at = answer.until.astimezone(now.tzinfo)
        stand = stand.by(at)
        looks.append(Look(at, stand.ask(at)))
    return tuple(looks)

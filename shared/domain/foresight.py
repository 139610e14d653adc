"""What comes next for a case if nothing changes: the one question, asked at each coming due day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from shared.domain.answers import WATCHES
from shared.domain.carriers import UNKNOWN, Carriers
from shared.domain.case import Case
from shared.domain.channels import Reach, routed
from shared.domain.debtor import ALONE, Debtor
from shared.domain.decide import AnyDecision, Ask, Rest, decide
from shared.domain.endings import endings
from shared.domain.events import CaseEvent, PersonAsked
from shared.domain.law import LawPack
from shared.domain.policy import Policy
from shared.domain.residual import residuals

# A case that still rests after so many looks, or so long, has no act in sight.
MOST_LOOKS = 24
HORIZON = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Stand:
    """A case with all that the answer about it hangs on; the debtor is what counts beside it.

    ``carriers`` is what is known of the channels, ``reach`` says for a day how the debtor can be
    reached (None: by every channel).
    """

    case: Case
    policy: Policy
    law: LawPack
    debtor: Debtor = ALONE
    carriers: Carriers = UNKNOWN
    reach: Callable[[date], Reach] | None = None

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
        if self.reach is not None:
            reach = self.reach(now.date())
            return routed(case, self.policy, self.law, now, reach, self.debtor)
        return decide(case, self.policy, self.law, now, self.debtor, carriers=self.carriers)


@dataclass(frozen=True, slots=True)
class Look:
    """An instant (in the creditor's zone) at which the case is due, and the answer then."""

    at: datetime
    decision: AnyDecision


def ahead(stand: Stand, now: datetime) -> tuple[Look, ...]:
    """The looks at a case from ``now`` until something is done, if nothing changes.

    The last one is an act, a question, the end of the case, or a rest in which nothing is in
    sight. A question that only reminds people of their own work is passed on the way: the case goes
    on while they think. ``now`` is an aware instant in the creditor's zone.
    """
    # What time ends stays ended at its day: a later look counts its rest from there.
    stand = stand.by(now)
    looks = [Look(now, stand.ask(now))]
    while len(looks) < MOST_LOOKS:
        answer, at = looks[-1].decision, looks[-1].at
        if _is_watch(answer):
            stand = stand.after(watching(looks[-1:]))
        elif isinstance(answer, Rest) and answer.until and answer.until <= now + HORIZON:
            at = answer.until.astimezone(now.tzinfo)
        else:
            break
        stand = stand.by(at)
        looks.append(Look(at, stand.ask(at)))
    return tuple(_to_the_last_deed(looks))


def watching(looks: Sequence[Look]) -> list[CaseEvent]:
    """The questions among some looks that keep nothing from going on, as asked."""
    return [
        PersonAsked(at=one.at.astimezone(UTC), task=asked.task, why=asked.why, claims=asked.claims)
        for one in looks
        if isinstance(asked := one.decision, Ask) and _is_watch(asked)
    ]


def _is_watch(answer: AnyDecision) -> bool:
    return isinstance(answer, Ask) and answer.why in WATCHES


def _to_the_last_deed(looks: list[Look]) -> list[Look]:
    """The looks up to the last one that is no rest; all of them where nothing is done at all."""
    done = [place for place, one in enumerate(looks) if not isinstance(one.decision, Rest)]
    return looks[: done[-1] + 1] if done else looks

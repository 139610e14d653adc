"""The first day: how a claim that others have dunned before joins at the step where it stands.

A reminder counts as the step that it was, once there is proof that it was given; the law then
counts its waits from the day on which it went out. Without proof it is not given, and a person is
told. A fee is taken over only up to what the law allowed on that day. A row counts for one reminder
whatever level it states, and none stands for the policy's last one: the hub itself sends that, with
a payment date and what follows, before any hand-over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.domain import law as legal
from shared.domain.answers import IMPORTED_FEE
from shared.domain.case import Case
from shared.domain.events import CaseEvent, PersonAsked
from shared.domain.explain import content_hash
from shared.domain.first_day_events import NoticeImported
from shared.domain.fold_first_day import IMPORTED
from shared.domain.law import LawPack
from shared.domain.model import PastNotice
from shared.domain.policy import Policy
from shared.domain.question import claim_facts

NOT_PROVEN = "notice_not_proven"
OTHER_AGENCY = "with_other_agency"
QUESTIONS = frozenset({NOT_PROVEN, OTHER_AGENCY, IMPORTED_FEE})


def steps_done(policy: Policy, level: int) -> int:
    """How many steps of a policy stand behind a claim whose ``level``-th reminder was given.

    Words before the due date are no reminders: no source counts them. The policy's last reminder is
    never behind it, however many others sent.
    """
    reminders = reminder_steps(policy)
    if not reminders:
        return 0
    return min(reminders[min(level, len(reminders)) - 1], reminders[-1] - 1)


def reminder_steps(policy: Policy) -> list[int]:
    """The places (from 1) of a policy's reminders that come after the due date."""
    return [
        number
        for number, step in enumerate(policy.steps, start=1)
        if step.action == "remind" and (step.since == "previous" or step.after > 0)
    ]


def overstated(notices: Iterable[PastNotice]) -> int:
    """Of how many reminders with proof the stated level is above what the rows prove."""
    return sum(1 for one, level in _counted(notices) if one.proof and (one.level or 0) > level)


def notice_events(
    case: Case,
    claim: str,
    notices: Sequence[PastNotice],
    policy: Policy,
    law: LawPack,
    at: datetime,
) -> list[CaseEvent]:
    """The events of the rows about one claim that the case does not know yet, oldest first.

    A new row can make a later one, known before, the next reminder: that one is told again.
    """
    made: list[CaseEvent] = []
    for notice, level in _counted(notices):
        digest = content_hash(notice)
        steps = steps_done(policy.terms(claim), level) if notice.proof and level else 0
        known = case.imported.get(notice.id) == digest
        if known and (not made or steps <= case.claims[claim].level):
            continue
        event = NoticeImported(
            at=at,
            notice=notice.id,
            claim=claim,
            what=notice.what,
            on=notice.on,
            content_hash=digest,
            steps=steps,
            fee=notice.fee or None,
            deadline=notice.deadline,
            channel=notice.channel,
            proof=notice.proof,
            until=notice.until,
        )
        told = _told(case, event, law)
        made += told
        case = Case.replay(case.id, told, case)
    return made


def _counted(notices: Iterable[PastNotice]) -> list[tuple[PastNotice, int]]:
    """The rows by day, each reminder with how many it proves of its invoice (others: 0).

    A stated level says less than the rows, never more.
    """
    counted, proven = [], 0
    for one in sorted(notices, key=lambda one: (one.on, one.id)):
        reminder = one.what == "reminder"
        proven += 1 if reminder and one.proof is not None else 0
        counted.append((one, min(one.level or proven, proven) if reminder else 0))
    return counted


def _told(case: Case, event: NoticeImported, law: LawPack) -> list[CaseEvent]:
    """The event, and the question to a person where it leaves one open."""
    if event.what == "hand_over":
        return [event, *_asked(case, event, OTHER_AGENCY)]
    if event.what == "hold":
        return [event]
    if event.proof is None:
        return [event, *_asked(case, event, NOT_PROVEN)]
    if event.fee is None or _lawful(case, event, law):
        return [event]
    bare = event.model_copy(update={"fee": None})
    return [bare, *_asked(case, event, IMPORTED_FEE)]


def _lawful(case: Case, event: NoticeImported, law: LawPack) -> bool:
    """Whether the law allowed the fee on the day of its notice, beside all that is known."""
    own = f"{IMPORTED}{event.notice}"
    others = {name: one for name, one in case.notices.items() if name != own}
    known = case.model_copy(update={"notices": others})
    facts = claim_facts(known, known.claims[event.claim], known.notices_of(event.claim))
    verdict = legal.reminder_fee(law, facts, event.on)
    return (
        verdict.allowed
        and verdict.amount is not None
        and event.fee is not None
        and (event.fee.currency == verdict.amount.currency and event.fee <= verdict.amount)
    )


def _asked(case: Case, event: NoticeImported, why: str) -> list[CaseEvent]:
    """The question about a row, asked once for what it says, or once for its claim."""
    # Fees of several rows are one question about their claim: none of them is asked for.
    about = event.claim if why == IMPORTED_FEE else f"{event.notice}/{event.content_hash}"
    digest = content_hash(about.encode())[:12]
    task = f"{case.id}-{why}-{digest}"
    if task in case.tasks or task in case.answers:
        return []
    return [PersonAsked(at=event.at, task=task, why=why, claims=(event.claim,))]

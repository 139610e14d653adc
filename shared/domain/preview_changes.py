"""Changes: what another policy would do to a case, from now on or since a day that has passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Literal

from shared.domain.case import Case
from shared.domain.events import (
    ActFailed,
    ActPassed,
    ActSent,
    ActUnknown,
    ActWithheld,
    CaseClosed,
    CaseEvent,
    Decided,
    ExtrasPaid,
    FeeCredited,
    HandOverIntended,
    NoticeReturned,
    Parked,
    PartnerAnswered,
    PartnerClosed,
    PartnerPaid,
    PersonAnswered,
    PersonAsked,
    PolicyMoved,
    ReminderIntended,
    ResidualSettled,
    Unparked,
)
from shared.domain.plan_events import InstalmentMissed, PlanEnded, PromiseEnded
from shared.domain.preview import Act, Coming, Terms, Walk, walk
from shared.errors import HubError

# What the hub did, and what others did because of it. All else came from outside and stays.
_OWN = (
    ActFailed, ActPassed, ActSent, ActUnknown, ActWithheld, CaseClosed, Decided, ExtrasPaid,
    FeeCredited, HandOverIntended, InstalmentMissed, NoticeReturned, Parked, PartnerAnswered,
    PartnerClosed, PartnerPaid, PersonAnswered, PersonAsked, PlanEnded, PolicyMoved,
    PromiseEnded, ReminderIntended, ResidualSettled, Unparked,
)  # fmt: skip
# From what a debtor hardly feels to what he feels most.
_HARDER = {"ask": 0, "remind": 1, "hand_over": 2}

What = Literal["none", "sooner", "later", "harder", "softer", "step", "fee", "channel", "amount"]


@dataclass(frozen=True, slots=True)
class Change:
    """The first act in which two courses of a case differ; None where one of them has none.

    ``what`` says how: ``sooner`` or ``later`` by day, ``harder`` or ``softer`` by kind (also an act
    more or less), else by step, fee, channel or amount.
    """

    case: str
    before: Act | None
    after: Act | None
    what: tuple[What, ...]


def moved(
    case: Case,
    now: Terms,
    then: Terms,
    start: datetime,
    last: date,
    comings: Sequence[Coming] = (),
) -> tuple[Walk, Walk, Change]:
    """A case's days ahead under the terms that bind it and under others, and the first change.

    A claim keeps the number of steps that it has behind it. ``decide`` answers under the new
    terms as well, so that nothing comes sooner than the law allows. Raises ``ValueError`` as
    ``walk`` does.
    """
    before, after = (walk(case, terms, start, last, comings) for terms in (now, then))
    return before, after, difference(case.id, before.acts, after.acts)


def since(
    case_id: str, events: Sequence[CaseEvent], terms: Terms, start: datetime, last: date
) -> Walk:
    """What would have been done to a case under other terms since ``start``.

    What came from outside (claims, money, disputes, promises, holds) comes at its own instant; only
    what the hub did since, and what answered to that, is left out. What cannot follow on the other
    course (a hold released that was never made) is passed over. Raises ``ValueError`` as ``walk``
    does.
    """
    before: Sequence[CaseEvent] = [one for one in events if one.at < start]
    # A case that was opened since begins with its opening.
    case = Case.replay(case_id, before or events[:1])
    after = events[len(before) or 1 :]
    later = [one for one in after if not isinstance(one, _OWN) or _answers(case, one)]
    return walk(case, terms, max(start, _opened(events)), last, [_coming(one) for one in later])


def difference(case_id: str, before: Sequence[Act], after: Sequence[Act]) -> Change:
    """The first act in which two courses differ; questions to people count as well."""
    for old, new in zip_longest(before, after):
        what = _what(old, new)
        if what:
            return Change(case_id, old, new, what)
    return Change(case_id, None, None, ("none",))


def _what(old: Act | None, new: Act | None) -> tuple[What, ...]:
    if old is None or new is None:
        return ("harder",) if old is None else ("softer",)
    if replace(old, claims=()) == replace(new, claims=()):
        return ()
    found: list[What] = []
    if old.on != new.on:
        found.append("sooner" if new.on < old.on else "later")
    if old.kind != new.kind:
        found.append("harder" if _HARDER[new.kind] > _HARDER[old.kind] else "softer")
    pairs: list[tuple[What, object, object]] = [
        ("step", old.step or old.why, new.step or new.why), ("fee", old.fee, new.fee),
        ("channel", old.channel, new.channel), ("amount", old.amount, new.amount),
    ]  # fmt: skip
    found += [name for name, one, other in pairs if one != other]
    return tuple(found)


def _answers(case: Case, event: CaseEvent) -> bool:
    """Whether one of the hub's own events ends what was begun before the courses parted."""
    if isinstance(event, PartnerAnswered | PartnerClosed | PartnerPaid):
        return case.partner_state != "none"
    begun = getattr(event, "act", None) in case.notices
    return begun or getattr(event, "task", None) in case.tasks


def _coming(event: CaseEvent) -> Coming:
    def events(case: Case, _: datetime) -> Sequence[CaseEvent]:
        try:
            case.apply(event)
        except (HubError, KeyError):
            return ()
        return (event,)

    return Coming(event.at, events)


def _opened(events: Sequence[CaseEvent]) -> datetime:
    return events[0].at if events else datetime.min.replace(tzinfo=UTC)

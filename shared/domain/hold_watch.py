"""Watches on holds: one without a last day is brought before a person from time to time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from shared.domain.answers import HOLD_REVIEW
from shared.domain.at_partner import PLAN_THERE
from shared.domain.explain import content_hash

if TYPE_CHECKING:
    from shared.domain.case import Case
    from shared.domain.case_parts import Hold

# Nothing ends such a hold but a person's word, and people forget: no claim rests for ever because
# nobody thought of it.
REVIEWED_AFTER = timedelta(days=30)


class Watched(NamedTuple):
    """Holds that were made together, and ``name``, which stands for them in their question.

    ``since`` is the day from which their time counts (None: not noted).
    """

    name: str
    holds: tuple[Hold, ...]
    since: date | None

    def task(self, case: Case) -> str:
        """The name of the question; another one after each answer."""
        return f"{case.id}-{HOLD_REVIEW}-{self.name}"

    def due(self, today: date) -> date:
        """The day on which a person is asked; ``today`` where nobody noted since when."""
        return today if self.since is None else self.since + REVIEWED_AFTER

    def claims(self, case: Case) -> tuple[str, ...]:
        """The open claims that they keep at rest."""
        kept = {one.claim for one in self.holds}
        found = (state.claim.id for state in case.open_claims())
        return tuple(name for name in found if None in kept or name in kept)


def watched(case: Case) -> list[Watched]:
    """The holds that end by a person's word alone.

    Not those of money that waits for its place, which has a question of its own, nor those of a
    plan at a partner, who says when it is over.
    """
    made: dict[str, list[Hold]] = {}
    for hold in case.holds.values():
        if hold.until is None and hold.of_person and not hold.id.startswith(PLAN_THERE):
            made.setdefault(_made_by(case, hold), []).append(hold)
    return [_together(stem, tuple(holds)) for stem, holds in made.items()]


def asked_about(case: Case, task: str) -> Watched | None:
    """The holds that a question is about; None for any other question, and when they are gone."""
    return next((one for one in watched(case) if one.task(case) == task), None)


def without(case: Case, hold: str) -> str | None:
    """The question that a hold's end answers; None while it is about another one as well."""
    for one in watched(case):
        if [kept.id for kept in one.holds] == [hold]:
            return one.task(case)
    return None


def _made_by(case: Case, hold: Hold) -> str:
    """What made a hold: the question that was answered by a no, or its own command."""
    stem = hold.id.rsplit(".", 1)[0]
    return stem if stem in case.answers else hold.id


def _together(stem: str, holds: tuple[Hold, ...]) -> Watched:
    since = max((one.since for one in holds if one.since is not None), default=None)
    digest = content_hash(stem.encode())[:12]
    return Watched(f"{digest}.{since or 'before'}", holds, since)

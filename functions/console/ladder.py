"""A ladder: where the parts of a policy's picture lie on an axis of days after the due date.

Lengths are in the units of the picture's own box; words and colours are the template's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from shared.domain.lawcheck_parts import Planned, plan
from shared.domain.policy import Policy, Step

WIDTH = 960
_SIDE, _LABEL, _LINE, _GAP = 30, 132, 40, 14
_TICKS, _SCALES = 11, (1, 2, 5, 7, 14, 28, 56, 112)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step at its place: ``x`` on the axis, its label's middle and level above the axis.

    ``soonest`` is the first lawful day (None: no wait bounds it); days count from the due date.
    """

    number: int
    step: Step
    day: int
    x: float
    middle: float
    y: float
    soonest: int | None
    section: str

    @property
    def early(self) -> bool:
        """Whether it comes sooner than the law lets it."""
        return self.soonest is not None and self.day < self.soonest


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days below the axis: time to pay, or a wait of the law."""

    x: float
    width: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """The whole picture: steps, days on the axis, times to pay, waits of the law, and its size."""

    rungs: tuple[Rung, ...]
    ticks: tuple[tuple[float, int], ...]
    paying: tuple[Span, ...]
    waits: tuple[Span, ...]
    due: float
    axis: float
    height: float
    width: int = WIDTH


def drawn(policy: Policy, placed: Sequence[Mapping[str, Any]] = ()) -> Ladder:
    """The ladder of a policy; ``placed`` are its steps as the API's check lays them out."""
    steps = plan(policy)
    bounds = {one["id"]: one for one in placed}
    paid = [one.day + policy.payment_days for one in steps if one.step.action == "remind"]
    first = min(0, *(one.day for one in steps))
    last = max(1, *(one.day for one in steps), *paid)
    last = max([last, *(one["soonest"] or 0 for one in placed)])
    scale = (WIDTH - 2 * _SIDE) / (last - first)

    def at(day: int) -> float:
        return round(_SIDE + (day - first) * scale, 1)

    levels = _levels([at(one.day) for one in steps])
    axis = max(level for _, level in levels) * _LINE + 2 * _LINE
    rungs = tuple(
        _rung(one, at(one.day), middle, axis - (level + 1) * _LINE - _GAP, bounds)
        for one, (middle, level) in zip(steps, levels, strict=True)
    )
    paying = tuple(_span(at, one.day, one.day + policy.payment_days)
                   for one in steps if one.step.action == "remind")  # fmt: skip
    return Ladder(rungs, _ticks(at, first, last), paying, tuple(_waits(at, steps, rungs)),
                  at(0), axis, axis + 92)  # fmt: skip


def _rung(
    one: Planned, x: float, middle: float, y: float, bounds: Mapping[str, Mapping[str, Any]]
) -> Rung:
    bound = bounds.get(one.step.id, {"soonest": None, "section": ""})
    return Rung(one.position + 1, one.step, one.day, x, middle, y,
                bound["soonest"], bound["section"])  # fmt: skip


def _levels(places: Sequence[float]) -> list[tuple[float, int]]:
    """The middle and the level of each label, so that none lies upon another."""
    ends: list[float] = []
    found = []
    for x in places:
        middle = min(max(x, _LABEL / 2), WIDTH - _LABEL / 2)
        left = middle - _LABEL / 2
        free = (level for level, end in enumerate(ends) if end <= left)
        level = next(free, len(ends))
        ends[level : level + 1] = [left + _LABEL]
        found.append((middle, level))
    return found


def _ticks(at: Any, first: int, last: int) -> tuple[tuple[float, int], ...]:
    fits = (scale for scale in _SCALES if (last - first) / scale <= _TICKS)
    scale = next(fits, _SCALES[-1])
    begin = ceil(first / scale) * scale
    return tuple((at(day), day) for day in range(begin, last + 1, scale))


def _waits(at: Any, steps: Sequence[Planned], rungs: Sequence[Rung]) -> list[Span]:
    """From the contact before a step (or the due date) to the first lawful day of the step."""
    found = []
    for one, rung in zip(steps, rungs, strict=True):
        since = 0 if one.since_contact is None else one.day - one.since_contact
        # A day apart is no wait that one could see.
        if rung.soonest is not None and rung.soonest - since > 1:
            found.append(_span(at, since, rung.soonest))
    return found


def _span(at: Any, first: int, last: int) -> Span:
    return Span(at(first), round(at(last) - at(first), 1), first, last)

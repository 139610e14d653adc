"""Bars by day: where the counts of a preview's days lie in a picture, stacked by segment.

Lengths are in the units of the picture's own box; words and colours are the template's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shared.domain.picture import top_of

WIDTH, HEIGHT = 960, 170
_LEFT, _RIGHT, _TOP, _FLOOR = 44, 12, 12, 132
_LABELS = 7

Segment = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Block:
    """What one day brings to one segment (its place in the legend)."""

    x: float
    y: float
    width: float
    height: float
    segment: int


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: blocks, counts on the scale by their height, days on the axis by their place."""

    blocks: tuple[Block, ...]
    scale: tuple[tuple[float, int], ...]
    days: tuple[tuple[float, date], ...]
    floor: int = _FLOOR
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    width: int = WIDTH
    height: int = HEIGHT


def segments(rows: Sequence[Mapping[str, Any]]) -> list[Segment]:
    """The segments (country, capacity, currency) of a preview's rows, in the legend's order."""
    return sorted({_segment(row) for row in rows})


def panel(rows: Sequence[Mapping[str, Any]], count: str, first: date, last: date) -> Panel:
    """The picture of one count (``contacts``, ``hand_overs``) from ``first`` to ``last``."""
    known = segments(rows)
    days = (last - first).days + 1
    wide = (WIDTH - _LEFT - _RIGHT) / days
    stacks: dict[str, int] = {}
    for row in rows:
        stacks[row["on"]] = stacks.get(row["on"], 0) + row[count]
    most = top_of(max(stacks.values(), default=0))
    unit, grown = (_FLOOR - _TOP) / most, dict.fromkeys(stacks, 0)
    blocks = []
    for row in sorted(rows, key=lambda one: (one["on"], _segment(one))):
        if row[count]:
            grown[row["on"]] += row[count]
            x = _LEFT + (date.fromisoformat(row["on"]) - first).days * wide
            y = _FLOOR - grown[row["on"]] * unit
            high, at = row[count] * unit, known.index(_segment(row))
            blocks.append(Block(round(x, 1), round(y, 1), round(max(2.0, wide - 1), 1),
                                round(high, 1), at))  # fmt: skip
    values = (0, most // 2, most) if most > 1 else (0, most)
    scale = tuple((round(_FLOOR - value * unit, 1), value) for value in values)
    each = max(1, -(-days // _LABELS))
    axis = tuple((round(_LEFT + (at + 0.5) * wide, 1), first + timedelta(days=at))
                 for at in range(0, days, each))  # fmt: skip
    return Panel(tuple(blocks), scale, axis)


def _segment(row: Mapping[str, Any]) -> Segment:
    return row["country"], row["capacity"], row["currency"]

"""Bars: a row of amounts as a picture's geometry, in the units of an SVG 100 wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

# Where the words end and the bars begin, and how much room the figure behind a bar needs.
_LEFT, _RIGHT = Decimal(34), Decimal(20)
_STEP = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words and figure as texts, its place and width."""

    label: str
    figure: str
    y: int
    width: Decimal


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars below each other; ``height`` of the whole, ``left`` where they begin."""

    bars: tuple[Bar, ...]
    height: int
    left: Decimal = _LEFT


def bars(rows: Sequence[tuple[str, Decimal, str]]) -> Bars:
    """The bars of rows (words, value, figure as text); the greatest fills the width.

    Values below zero and rows of nothing but zero have bars of no width: the figure says it.
    """
    most = max((value for _, value, _ in rows), default=Decimal(0))
    room = Decimal(100) - _LEFT - _RIGHT
    drawn = tuple(
        Bar(label, figure, number * _STEP,
            (room * max(value, Decimal(0)) / most).quantize(Decimal("0.01")) if most > 0
            else Decimal(0))
        for number, (label, value, figure) in enumerate(rows)
    )  # fmt: skip
    return Bars(drawn, max(len(drawn) * _STEP, _STEP))

"""Bars: a row of amounts as widths, in hundredths of the widest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_WHOLE, _STEP = Decimal(100), Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, its figure as a text, and its width from 0 to 100."""

    label: str
    figure: str
    width: Decimal


def bars(rows: Sequence[tuple[str, Decimal, str]]) -> tuple[Bar, ...]:
    """The bars of rows (words, value, figure as text); the greatest has the whole width.

    Values below zero, and rows of nothing but zero, have no width: the figure says it.
    """
    most = max((value for _, value, _ in rows), default=Decimal(0))
    return tuple(
        Bar(label, figure, _width(value, most) if most > 0 else Decimal(0))
        for label, value, figure in rows
    )


def _width(value: Decimal, most: Decimal) -> Decimal:
    return (_WHOLE * max(value, Decimal(0)) / most).quantize(_STEP)

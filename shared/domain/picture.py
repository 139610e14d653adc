"""Picture: counts by day and segment as an SVG of stacked bars, with its content in words too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

# Distinct for colour-blind eyes and in grey (Okabe and Ito, "Color Universal Design", 2008).
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
_WIDTH, _LEFT, _RIGHT = 960, 56, 16
_PANEL, _TOP, _GAP = 150, 44, 52
_LABELS = 8
_TEXT = 'font-family="sans-serif" font-size="12" fill="#333"'

_PANELS = (("contacts", "Contacts a day"), ("hand_overs", "Hand-overs a day"))

Rows = Sequence[Mapping[str, Any]]


def picture(rows: Rows, first: date, last: date, title: str) -> str:
    """An SVG (text) of contacts and of hand-overs by day, a colour for each segment.

    ``rows`` are the days of a preview's totals; ``first`` and ``last`` bound the axis.
    """
    segments = sorted({_segment(row) for row in rows})
    colours = {name: _COLOURS[at % len(_COLOURS)] for at, name in enumerate(segments)}
    days = (last - first).days + 1
    height = _TOP + len(_PANELS) * (_PANEL + _GAP) + 20 * len(segments)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" ',
        f'aria-labelledby="t d"><title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(_described(rows, first, last))}</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, (field, heading) in enumerate(_PANELS):
        top = _TOP + number * (_PANEL + _GAP)
        parts.append(f'<text x="{_LEFT}" y="{top - 10}" {_TEXT}>{heading}</text>')
        parts += _panel(rows, field, first, days, top, colours)
    parts += _legend(colours, _TOP + len(_PANELS) * (_PANEL + _GAP))
    return "".join([*parts, "</svg>\n"])


def _panel(
    rows: Rows, field: str, first: date, days: int, top: int, colours: Mapping[str, str]
) -> list[str]:
    bottom, wide = top + _PANEL, (_WIDTH - _LEFT - _RIGHT) / days
    stacks: dict[date, int] = {}
    for row in rows:
        on = date.fromisoformat(row["on"])
        stacks[on] = stacks.get(on, 0) + row[field]
    most = top_of(max(stacks.values(), default=0))
    parts = _axes(most, first, days, top)
    grown: dict[date, int] = {}
    for row in sorted(rows, key=lambda one: (one["on"], _segment(one))):
        if not row[field]:
            continue
        on = date.fromisoformat(row["on"])
        grown[on] = grown.get(on, 0) + row[field]
        left, high = _LEFT + (on - first).days * wide, _PANEL * row[field] / most
        parts.append(
            f'<rect x="{left:.1f}" y="{bottom - _PANEL * grown[on] / most:.1f}" '
            f'width="{max(1, wide - 1):.1f}" height="{high:.1f}" fill="{colours[_segment(row)]}"/>'
        )
    return parts


def _axes(most: int, first: date, days: int, top: int) -> list[str]:
    bottom, right = top + _PANEL, _WIDTH - _RIGHT
    parts = []
    for value in (0, most // 2, most) if most > 1 else (0, most):
        y = bottom - _PANEL * value / most
        parts.append(
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#ccc"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" {_TEXT}>{value}</text>'
        )
    for at in range(0, days, max(1, -(-days // _LABELS))):
        x = _LEFT + (right - _LEFT) * (at + 0.5) / days
        day = (first + timedelta(days=at)).isoformat()
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle" {_TEXT}>{day}</text>'
        )
    return parts


def _legend(colours: Mapping[str, str], top: int) -> list[str]:
    return [
        f'<rect x="{_LEFT}" y="{top + 20 * at - 10}" width="12" height="12" fill="{colour}"/>'
        f'<text x="{_LEFT + 18}" y="{top + 20 * at}" {_TEXT}>{escape(name)}</text>'
        for at, (name, colour) in enumerate(colours.items())
    ]


def _described(rows: Rows, first: date, last: date) -> str:
    sums = ", ".join(
        f"{sum(row[field] for row in rows)} {field.replace('_', '-')}" for field, _ in _PANELS
    )
    busiest = max(rows, key=lambda row: row["contacts"], default=None)
    text = f"From {first} to {last}: {sums}."
    if busiest is None or not busiest["contacts"]:
        return text
    return f"{text} Most contacts: {busiest['contacts']} on {busiest['on']}, {_segment(busiest)}."


def _segment(row: Mapping[str, Any]) -> str:
    return f"{row['country']} {row['capacity']} ({row['currency']})"


def top_of(most: int) -> int:
    """The top of a scale for counts up to ``most``: above one, its half is whole.

    It is the next of 1, 2, 4, 6, 10, 20, 40, 60, 100 …
    """
    scale = 1
    while True:
        for step in (1, 2, 4, 6):
            if step * scale >= most:
                return step * scale
        scale *= 10

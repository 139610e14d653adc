"""Pictures as inline SVG: stacked areas over time, columns by week, bars by name.

Colours are classes (``s-<name>``) that the page's style sheet sets for light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from infra.local.report.markup import Markup, el
from infra.local.report.wording import month_text, number_text, round_text, short_day
from shared.domain.money import Money

WIDTH = 960.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 12.0, 14.0, 30.0
_MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Layer:
    """One band or column part: its class, and an amount for each of the picture's days."""

    name: str
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its label, a second line in small, its class, its length, and a text at its end.

    ``track`` is the length of a pale bar behind it, for a part of a whole.
    """

    label: str
    small: str
    name: str
    length: Decimal
    text: str
    track: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Days to pixels between two margins."""

    first: date
    last: date
    left: float = _LEFT
    right: float = WIDTH - _RIGHT

    def x(self, day: date) -> float:
        """Where a day stands."""
        span = max(1, (self.last - self.first).days)
        return self.left + (self.right - self.left) * (day - self.first).days / span

    def ticks(self) -> list[tuple[date, str]]:
        """Days to name: Mondays of a short time, first days of months of a long one."""
        span = (self.last - self.first).days
        days = [self.first + timedelta(days=number) for number in range(span + 1)]
        if span <= 120:
            mondays = [day for day in days if day.weekday() == 0]
            every = 1 if span <= 63 else 2
            return [(day, short_day(day)) for day in mondays[::every]]
        every = 1 + span // 365
        firsts = [day for day in days if day.day == 1 and (day.month - 1) % every == 0]
        return [(day, month_text(day)) for day in firsts]

    def drawn(self, bottom: float, top: float = _TOP) -> list[Markup]:
        """The axis with its names below ``bottom`` and faint lines up to ``top``."""
        parts = []
        for day, text in self.ticks():
            x = self.x(day)
            parts.append(el("line", x1=x, x2=x, y1=top, y2=bottom, class_="grid"))
            at = min(x, self.right - 18)
            anchor = "start" if x < self.left + 12 else "middle"
            parts.append(el("text", text, x=at, y=bottom + 18, class_="tick", text_anchor=anchor))
        return parts


def svg(name: str, title: str, told: str, height: float, *parts: str) -> Markup:
    """A picture with the title and description that a screen reader reads out."""
    return el(
        "svg",
        el("title", title, id=f"{name}-title"),
        el("desc", told, id=f"{name}-desc"),
        *parts,
        viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def areas(
    name: str, title: str, told: str, days: Sequence[date], layers: Sequence[Layer]
) -> Markup:
    """Amounts over time, stacked from the first layer up."""
    height = 340.0
    bottom = height - _BOTTOM
    step = 1 + len(days) // _MOST_POINTS
    kept = sorted({*range(0, len(days), step), len(days) - 1})
    axis = TimeAxis(days[0], days[-1])
    totals = [sum((layer.amounts[at].amount for layer in layers), Decimal(0)) for at in kept]
    top, lines = _scale(max(totals, default=Decimal(0)), bottom)
    below = [Decimal(0)] * len(kept)
    bands = []
    for layer in layers:
        above = [low + layer.amounts[at].amount for low, at in zip(below, kept, strict=True)]
        if any(above[n] != below[n] for n in range(len(kept))):
            points = [
                *_points(axis, days, kept, above, top, bottom),
                *reversed(_points(axis, days, kept, below, top, bottom)),
            ]
            bands.append(el("path", d=f"M{' L'.join(points)} Z", class_=f"band s-{layer.name}"))
        below = above
    return svg(name, title, told, height, *lines, *axis.drawn(bottom), *bands)


def columns(
    name: str, title: str, told: str, days: Sequence[date], layers: Sequence[Layer]
) -> Markup:
    """Amounts on a few days as columns, each stacked from the first layer up."""
    height = 260.0
    bottom = height - _BOTTOM
    totals = [
        sum((layer.amounts[at].amount for layer in layers), Decimal(0)) for at in range(len(days))
    ]
    top, lines = _scale(max(totals, default=Decimal(0)), bottom)
    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(days))
    width = max(1.0, min(44.0, slot * 0.72))
    every = 1 + len(days) // 14
    parts: list[Markup] = []
    for at, day in enumerate(days):
        x = _LEFT + slot * at + (slot - width) / 2
        low = bottom
        for layer in layers:
            tall = _length(layer.amounts[at].amount, top, bottom - _TOP)
            if tall > 0:
                low -= tall
                box = {"x": x, "y": low, "width": width, "height": tall}
                parts.append(el("rect", **box, class_=f"s-{layer.name}"))
        if (len(days) - 1 - at) % every == 0:
            text = short_day(day) if len(days) <= 30 else month_text(day)
            middle = min(x + width / 2, WIDTH - _RIGHT - 20)
            parts.append(
                el("text", text, x=middle, y=bottom + 18, class_="tick", text_anchor="middle")
            )
    return svg(name, title, told, height, *lines, *parts)


def bars(name: str, title: str, told: str, rows: Sequence[Bar]) -> Markup:
    """Named bars, one below the other, each with its text at the end."""
    line, left, right = 46.0, 230.0, 270.0
    longest = max((max(row.length, row.track or row.length) for row in rows), default=Decimal(0))
    parts: list[Markup] = []
    for at, row in enumerate(rows):
        y = 6 + line * at
        length = _length(row.length, longest, WIDTH - left - right)
        track = _length(row.track or row.length, longest, WIDTH - left - right)
        middle = y + 17
        first = y + 14 if row.small else middle + 5
        parts += [
            el("text", row.label, x=left - 14, y=first, class_="label", text_anchor="end"),
            el("text", row.small, x=left - 14, y=y + 31, class_="small", text_anchor="end"),
            el("rect", x=left, y=y + 4, width=max(track, 1.0), height=26.0, rx=2, class_="track"),
            el("rect", x=left, y=y + 4, width=length, height=26.0, rx=2, class_=f"s-{row.name}"),
            el("text", row.text, x=left + max(track, 1.0) + 10, y=middle + 5, class_="value"),
        ]
    return svg(name, title, told, 6 + line * len(rows), *parts)


def _points(
    axis: TimeAxis,
    days: Sequence[date],
    kept: Sequence[int],
    heights: Sequence[Decimal],
    top: Decimal,
    bottom: float,
) -> list[str]:
    return [
        f"{axis.x(days[at]):.1f} {bottom - _length(value, top, bottom - _TOP):.1f}"
        for at, value in zip(kept, heights, strict=True)
    ]


def _scale(most: Decimal, bottom: float) -> tuple[Decimal, list[Markup]]:
    """The amount at the top of a picture, and its lines with round amounts at the left."""
    step = _round_step(most)
    count = max(Decimal(1), (most / step).to_integral_value(ROUND_CEILING))
    top = step * count
    parts = []
    for number in range(int(count) + 1):
        y = bottom - _length(step * number, top, bottom - _TOP)
        parts += [
            el("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, class_="grid"),
            el(
                "text", number_text(int(step * number)), x=_LEFT - 8, y=y + 4, class_="tick",
                text_anchor="end",
            ),
        ]  # fmt: skip
    return top, parts


def _round_step(most: Decimal) -> Decimal:
    """A step of 1, 2 or 5 with zeros that cuts an axis into at most five parts."""
    step = Decimal(1)
    while True:
        for factor in (1, 2, 5):
            if most <= step * factor * 5:
                return step * factor
        step *= 10


def _length(value: Decimal, whole: Decimal, pixels: float) -> float:
    return float(value / whole) * pixels if whole else 0.0


def swatches(rows: Sequence[tuple[str, str, Money]]) -> Markup:
    """A legend: class, label and the amount at the end of the time."""
    return el(
        "ul",
        *(
            el(
                "li",
                el("span", "", class_=f"swatch s-{name}"),
                el("span", label, class_="what"),
                el("span", round_text(amount), class_="num"),
            )
            for name, label, amount in rows
        ),
        class_="legend",
    )

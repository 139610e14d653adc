"""The picture of one case: its open principal over time, and beneath it what happened, by lane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from infra.local.report.figures import WIDTH, TimeAxis, svg
from infra.local.report.markup import Markup, el
from infra.local.report.sentences import LANES, Entry
from infra.local.report.story import Story
from infra.local.report.wording import day_text, round_text

_LEFT = 108.0
_TOP, _CURVE = 14.0, 110.0
_LANE = 34.0
_MARK = 10.0


def timeline(story: Story) -> Markup:
    """The case on a time axis; the numbers are those of the entries in the list beneath."""
    used = [lane for lane in LANES if any(entry.lane == lane for entry in story.entries)]
    days = [story.first, *(entry.on for entry in story.entries), story.last]
    axis = TimeAxis(min(days), max(days), left=_LEFT, right=WIDTH - 24)
    lanes_top = _TOP + _CURVE + 16
    bottom = lanes_top + _LANE * len(used)
    told = (
        f"Open principal of the case from {day_text(axis.first)} to {day_text(axis.last)}, "
        f"and {len(story.entries)} numbered events that the list below explains."
    )
    title = f"Case of {story.debtor}, day by day"
    return svg(
        "case", title, told, bottom + 30,
        *axis.drawn(bottom), *_curve(story, axis), *_lanes(story.entries, used, axis, lanes_top),
    )  # fmt: skip


def _curve(story: Story, axis: TimeAxis) -> list[Markup]:
    """The open principal: level between the days on which it changed."""
    most = max((amount.amount for _, amount in story.balance), default=None)
    base = _TOP + _CURVE
    if not most:
        return []
    points = [(axis.x(story.balance[0][0]), base)]
    height = base
    for day, amount in story.balance:
        x = axis.x(day)
        points.append((x, height))
        height = base - float(amount.amount / most) * (_CURVE - 14)
        points.append((x, height))
    end = axis.x(max(story.last, story.balance[-1][0]))
    points += [(end, height), (end, base)]
    shape = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    highest = max(story.balance, key=lambda pair: pair[1].amount)[1]
    return [
        el("path", d=f"M{shape} Z", class_="curve"),
        el("text", "Open principal", x=_LEFT - 14, y=base - 12, class_="lane", text_anchor="end"),
        el(
            "text", f"{round_text(highest)} {highest.currency}", x=_LEFT - 14, y=_TOP + 18,
            class_="tick", text_anchor="end",
        ),
    ]  # fmt: skip


def _lanes(
    entries: Sequence[Entry], used: Sequence[str], axis: TimeAxis, top: float
) -> list[Markup]:
    parts = []
    taken: dict[str, float] = {}
    for row, lane in enumerate(used):
        y = top + _LANE * row + _LANE / 2
        parts += [
            el("line", x1=axis.left, x2=axis.right, y1=y, y2=y, class_="rail"),
            el("text", LANES[lane], x=_LEFT - 14, y=y + 4, class_="lane", text_anchor="end"),
        ]
    for number, entry in enumerate(entries, start=1):
        y = top + _LANE * used.index(entry.lane) + _LANE / 2
        x = _beside(axis, entry.on, taken.get(entry.lane))
        taken[entry.lane] = x
        parts.append(
            el(
                "g",
                el("title", f"{day_text(entry.on)}: {entry.title}"),
                el("circle", cx=x, cy=y, r=_MARK, class_=f"mark l-{entry.lane}"),
                el("text", str(number), x=x, y=y + 4, class_="in-mark", text_anchor="middle"),
            )
        )
    return parts


def _beside(axis: TimeAxis, day: date, last: float | None) -> float:
    """Where a mark stands: on its day, or right of the lane's last mark when they would overlap."""
    x = axis.x(day)
    return x if last is None else max(x, last + _MARK * 2 + 1)

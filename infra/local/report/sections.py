"""The sections of the page about all receivables: stages, ages, steps, people, machinery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from infra.local.report.contents import Report
from infra.local.report.figures import Bar, Layer, areas, bars, columns, swatches
from infra.local.report.history import AGES, STAGES, Day, labels_in_use, weekly
from infra.local.report.markup import Markup, el, folded, table
from infra.local.report.wording import (
    DASH,
    amount_text,
    counted,
    day_text,
    figures_text,
    mean_text,
    number_text,
    share_text,
    words,
)  # fmt: skip


def section(title: str, lead: str, *parts: str | None) -> Markup:
    """A section with its heading and the one sentence that says what to see."""
    return el("section", el("h2", title), el("p", lead, class_="say"), *parts)


def figure(*parts: str) -> Markup:
    """A picture with its legend and table."""
    return el("figure", *parts)


def receivables(report: Report) -> Markup:
    """Open receivables over time, by stage."""
    days, names = report.days, labels_in_use(list(report.days), STAGES, "stages")
    highest = max(days, key=lambda day: day.total.amount)
    end = days[-1]
    told = (
        f"Open principal peaked at {amount_text(highest.total)} on {day_text(highest.on)} and"
        f" stood at {amount_text(end.total)} on {day_text(end.on)}."
    )
    picture = areas(
        "stages", "Open receivables by stage", told, [day.on for day in days],
        _layers(days, names, "stages"),
    )  # fmt: skip
    legend = swatches([(name, STAGES[name], end.stages[name]) for name in reversed(names)])
    numbers = _days_table(days, names, STAGES, "stages", "Open principal by stage, weekly")
    return section("Open receivables by stage", told, figure(picture, legend, numbers))


def ageing(report: Report) -> Markup:
    """Ages: at the end as bars, and week by week."""
    days = weekly(list(report.days))
    end, names = days[-1], labels_in_use(days, AGES, "ages")
    whole = end.total.amount
    late = end.total - end.ages["not_due"]
    oldest = end.ages["over_90"]
    told = (
        f"On {day_text(end.on)}, {share_text(late.amount, whole)} of the open principal was"
        f" overdue, {amount_text(oldest) if oldest else 'none'} of it for more than 90 days."
    )
    rows = [
        Bar(
            label, share_text(end.ages[name].amount, whole), f"age-{name}",
            end.ages[name].amount, amount_text(end.ages[name]),
        )
        for name, label in AGES.items()
    ]  # fmt: skip
    now = bars("ages", f"Ageing on {day_text(end.on)}", told, rows)
    layers = [
        Layer(f"age-{name}", tuple(day.ages[name] for day in days)) for name in reversed(names)
    ]
    weeks = columns(
        "weeks", "Ageing week by week", "Open principal by age, every seventh day.",
        [day.on for day in days], layers,
    )  # fmt: skip
    numbers = _days_table(report.days, list(AGES), AGES, "ages", "Open principal by age, weekly")
    legend = swatches([(f"age-{name}", AGES[name], end.ages[name]) for name in names])
    return section(
        "Ageing", told, figure(now), el("h3", "Week by week"), figure(weeks, legend, numbers)
    )


def after_steps(report: Report) -> Markup:
    """What was paid, after which step."""
    paid, currency = report.summary.paid, report.summary.currency
    rows = [
        Bar(
            one.label, ", ".join(words(step) for step in one.steps),
            _STEP_CLASS.get(one.key, "paid"), Decimal(one.claims),
            f"{number_text(one.claims)} of {number_text(one.reached)} paid"
            f" · {amount_text(one.amount)}",
            Decimal(one.reached),
        )
        for one in paid
    ]  # fmt: skip
    told = (
        "The pale bar is every invoice that came so far, the full one those then paid in full "
        "before the next step. Amounts are all money received there, part payments too."
    )
    picture = bars("paid", "Paid after which step", told, rows)
    heads = ["Step", "Came so far", "Paid in full", "Share", f"Money received ({currency})"]
    cells = [
        [one.label, number_text(one.reached), number_text(one.claims),
         share_text(one.claims, one.reached), figures_text(one.amount)]
        for one in paid
    ]  # fmt: skip
    numbers = folded("The numbers", table("Paid after which step", heads, cells))
    return section("What happened after each step", told, figure(picture, numbers))


_STEP_CLASS = {"in_time": "paid-soft", "partner": "paid-partner"}


def people(report: Report) -> Markup | None:
    """Where people were needed, and what the hub kept in."""
    summary = report.summary
    told = (
        f"{number_text(summary.untouched)} of {counted(summary.settled, 'settled case')}"
        f" needed nobody. {counted(summary.tasks_open, 'task')} waited for an answer at the end."
    )
    parts = [
        _counts("Tasks for people, by reason", "Reason", summary.tasks),
        _counts("Acts kept in, by reason", "Reason", summary.withheld),
    ]
    promised = summary.promises
    if promised.made:
        told += (
            f" Of {counted(promised.made, 'promise or plan', 'promises and plans')},"
            f" {number_text(promised.kept)} were kept and {number_text(promised.broken)} broken."
        )
    return section("Where people were needed", told, el("div", *parts, class_="pair"))


def machinery(report: Report) -> Markup | None:
    """AWS calls per step."""
    if not report.calls:
        return None
    names = sorted({name for step in report.calls.values() for name in step["calls"]})
    heads = ["Step", "Runs", *(name.replace(":", " ") for name in names)]
    rows = [
        [step, number_text(one["runs"]),
         *(mean_text(one["calls"][name]) if name in one["calls"] else DASH for name in names)]
        for step, one in report.calls.items()
    ]  # fmt: skip
    told = "AWS calls that one run of each step made, on average."
    return section("What a step costs", told, table("AWS calls per run", heads, rows))


def _counts(caption: str, head: str, counts: Mapping[str, int]) -> Markup | None:
    rows = [[words(why).capitalize(), number_text(count)] for why, count in counts.items()]
    return table(caption, [head, "Count"], rows) if rows else None


def _layers(days: Sequence[Day], names: Sequence[str], split: str) -> list[Layer]:
    return [Layer(name, tuple(getattr(day, split)[name] for day in days)) for name in names]


def _days_table(
    days: Sequence[Day], names: Sequence[str], labels: Mapping[str, str], split: str, caption: str
) -> Markup:
    heads = ["End of day", "Total", *(labels[name] for name in names)]
    rows = [
        [day.on.isoformat(), figures_text(day.total),
         *(figures_text(getattr(day, split)[name]) for name in names)]
        for day in weekly(list(days))
    ]  # fmt: skip
    return folded("The numbers", table(f"{caption} ({days[-1].total.currency})", heads, rows))

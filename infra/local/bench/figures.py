"""A figure: what was measured, beside its reference from the same run, and the target it meets."""

from __future__ import annotations

import json
import math
import operator
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table

FORMAT = "dunlin.bench.v1"

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "at most": operator.le,
    "at least": operator.ge,
    "exactly": operator.eq,
}


@dataclass(frozen=True)
class Target:
    """A bound on a figure's value, or on its ratio to the reference when ``of`` says so."""

    how: str
    bound: float
    of: str = "value"

    def __post_init__(self) -> None:
        if self.how not in _COMPARE or self.of not in {"value", "ratio"}:
            raise ValueError("a target is at most, at least or exactly a value or a ratio")

    def __str__(self) -> str:
        sign = "x" if self.of == "ratio" else ""
        return f"{self.how} {sign}{shown(self.bound)}"


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    ``reference`` is what ``value`` stands beside, measured in the same run and in the same unit;
    ``words`` replace the number where a list says more (which calls, which modules).
    """

    group: str
    name: str
    value: float
    unit: str
    reference: str = ""
    reference_value: float | None = None
    target: Target | None = None
    words: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over reference; None without a reference, or with one of zero."""
        return self.value / self.reference_value if self.reference_value else None

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None when there is none. An absent ratio does not meet it."""
        if self.target is None:
            return None
        subject = self.ratio if self.target.of == "ratio" else self.value
        # A mean of counts is exact but for the last bits of its division.
        return subject is not None and _COMPARE[self.target.how](
            round(subject, 6), self.target.bound
        )

    def plain(self) -> dict[str, Any]:
        """The figure as it stands in ``out/bench.json``."""
        target = str(self.target) if self.target else None
        return {**asdict(self), "target": target, "ratio": self.ratio, "holds": self.holds}


@dataclass
class Result:
    """A whole run: when, on what machine, how long, and all its figures."""

    began: datetime
    seconds: float = 0.0
    figures: list[Figure] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write the run as one JSON document."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.plain(), indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")

    def plain(self) -> dict[str, Any]:
        """The document: ``format``, ``began`` (UTC), ``machine``, ``figures``, ``remarks``."""
        return {
            "format": FORMAT,
            "began": self.began.isoformat(timespec="seconds"),
            "seconds": round(self.seconds, 1),
            "machine": {
                "system": platform.platform(terse=True),
                "processor": platform.machine(),
                "cores": os.cpu_count(),
                "python": platform.python_version(),
            },
            "figures": [figure.plain() for figure in self.figures],
            "remarks": self.remarks,
        }


def growth(small: tuple[float, float], large: tuple[float, float]) -> float:
    """The exponent k of cost ~ n^k between two points (n, cost): 1 is linear, 0 does not grow."""
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])


def shown(number: float) -> str:
    """A number with as many digits as a reader needs."""
    if number == int(number) or abs(number) >= 1000:
        return f"{number:,.0f}"
    if abs(number) >= 10:
        return f"{number:.1f}"
    return f"{number:.2f}" if abs(number) >= 0.1 else f"{number:.2g}"


def print_table(result: Result, console: Console, before: Before | None = None) -> None:
    """Print the figures by group, and the remarks on what is in them and what is not.

    ``before`` puts what a release counted beside them.
    """
    table = Table(title="Dunlin's figures, each beside its reference from this run")
    table.add_column("", min_width=30, overflow="fold")
    for heading in ("measured", "beside", "ratio", "target", "holds"):
        table.add_column(heading, justify="right" if heading == "ratio" else "left")
    if before is not None:
        table.add_column(f"in {before.release}", justify="right")
    group = ""
    for figure in result.figures:
        if figure.group != group:
            group = figure.group
            table.add_section()
            table.add_row(f"[bold]{group}[/bold]")
            table.add_section()
        told = () if before is None else (_number(before.of(figure)),)
        table.add_row(*_cells(figure), *told)
    console.print(table)
    for remark in (*_notes(result.figures), *result.remarks):
        console.print(f"- {remark}", markup=False, highlight=False)
    if before is not None:
        console.print(_differing(before.release, before.differing(result.figures)))
    counted = [figure.holds for figure in result.figures if figure.holds is not None]
    console.print(f"\n{sum(counted)} of {len(counted)} targets hold; {result.seconds:.0f} seconds.")


class Before(Protocol):
    """What an earlier release counted."""

    @property
    def release(self) -> str:
        """Its version."""

    def of(self, figure: Figure) -> float | None:
        """Its count where this run has ``figure``; None for what is new or no count."""

    def differing(self, figures: Iterable[Figure]) -> Sequence[Figure]:
        """The figures that it counted otherwise."""


def _differing(release: str, figures: Sequence[Figure]) -> str:
    if not figures:
        return f"\nEvery count is as it was in {release}."
    names = "; ".join(f"{one.group}: {one.name}" for one in figures)
    return f"\nCounted otherwise than in {release}: {names}."


def _number(value: float | None) -> str:
    return "" if value is None else shown(value)


_MARKS = {True: "[green]yes[/green]", False: "[red]no[/red]", None: ""}


def _cells(figure: Figure) -> tuple[str, ...]:
    name = figure.name + (f"\n  [dim]{figure.words}[/dim]" if figure.words else "")
    measured = f"{shown(figure.value)} {figure.unit}"
    beside = ""
    if figure.reference_value is not None:
        beside = f"{shown(figure.reference_value)}  {figure.reference}"
    ratio = "" if figure.ratio is None else f"x{shown(figure.ratio)}"
    return name, measured, beside, ratio, str(figure.target or ""), _MARKS[figure.holds]


def _notes(figures: Iterable[Figure]) -> list[str]:
    notes = dict.fromkeys(figure.note for figure in figures if figure.note)
    return list(notes)

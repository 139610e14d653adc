"""Previews alone: cases and due dates a second, and the memory that any number of cases takes.

One core, no table, no network. The cases are the mixed book of ``deciding``, walked sixty days
ahead, all of them one by one: nothing is worked out from a part. A run keeps the sums and one page
of cases, so what it holds may not grow with the book.
"""

from __future__ import annotations

import sys
from types import FrameType

from infra.local.bench import deciding, foreseeing_whole
from infra.local.bench.figures import Figure, Target
from infra.local.bench.foreseeing_whole import Whole, ahead
from shared.domain import decide as question

GROUP = "Preview of the next sixty days (pure; one core)"
CASES = 100_000
# The book repeats itself after so many cases.
_ROUND = 18
_MEGA = 1024 * 1024


def figures() -> list[Figure]:
    """The figures of a hundred thousand cases."""
    return told(foreseeing_whole.measure(CASES), deciding.measure(rounds=1).decisions_per_s)


def told(found: Whole, decisions_per_s: float) -> list[Figure]:
    """Speed beside that of the bare question, memory and pace beside those of the first tenth."""
    each, tenth = found.cases // 10, f"the first {found.cases // 10:,}"
    note = (
        f"{found.cases:,} cases walked whole, in {found.pages:,} pages of {foreseeing_whole.PAGE}: "
        f"read from stored events, walked, counted, and written as a page is, in "
        f"{found.seconds:.0f} CPU seconds; {found.acts:,} acts."
    )
    return [
        Figure(GROUP, "cases", found.cases / found.seconds, "per CPU s", note=note),
        Figure(
            GROUP, "due dates", found.cases * due_dates() / found.seconds, "per CPU s",
            "decisions, a mixed book", decisions_per_s,
            note="A due date: the question is asked and acted upon.",
        ),
        Figure(
            GROUP, f"seconds for 1,000 cases, the last {each:,}", _thousand(found.last, found),
            "CPU s", tenth, _thousand(found.first, found),
        ),
        Figure(
            GROUP, f"peak memory of the process, {found.cases:,} cases", found.peak / _MEGA, "MiB",
            tenth, found.peak_of_a_tenth / _MEGA, Target("at most", 1.1, of="ratio"),
            note="Peak memory: ru_maxrss of a process that does nothing else.",
        ),
    ]  # fmt: skip


def due_dates() -> float:
    """How often the one question is asked for a case of the book, on average."""
    book = [deciding.fold(number, deciding.stored(number)) for number in range(_ROUND)]
    asked = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal asked
        if event == "call" and frame.f_code is question.decide.__code__:
            asked += 1

    sys.setprofile(count)
    try:
        for case in book:
            ahead(case)
    finally:
        sys.setprofile(None)
    return asked / _ROUND


def _thousand(seconds: float, found: Whole) -> float:
    """The seconds of a tenth, for a thousand of its cases."""
    return seconds * 10_000 / found.cases

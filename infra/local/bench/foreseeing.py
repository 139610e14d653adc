"""Previews alone: cases and due dates a second, and the memory that any number of cases takes.

Nothing but this process and one core. The cases are the mixed book of ``deciding``, walked sixty
days ahead. A run keeps the sums and one page of cases, so what it holds may not grow with the book.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from zoneinfo import ZoneInfo

from infra.local import setup
from infra.local.bench import deciding
from infra.local.bench.figures import Figure, Target
from shared.domain import decide as question
from shared.domain.case import Case
from shared.domain.preview import Terms, Walk, walk
from shared.domain.preview_totals import Totals

GROUP = "Preview of the next sixty days (pure; one core)"
CASES = 100_000
# The book repeats itself after eighteen cases; so many are walked on the clock.
TIMED = 900
_PAGE = 50
_TERMS = Terms(deciding.POLICY, deciding.PACK, ZoneInfo(setup.ZONE))
_LAST = deciding.NOW.date() + timedelta(days=59)


@dataclass(frozen=True)
class Measured:
    """Cases and due dates a CPU second, acts a case, and peaks of memory in bytes."""

    cases_per_s: float
    due_dates_per_s: float
    acts_a_case: float
    peak: int
    peak_of_a_tenth: int


def measure(timed: int = TIMED, cases: int = CASES) -> Measured:
    """Walk ``timed`` cases on the clock; count ``cases`` of them, and a tenth, for memory."""
    book = [deciding.fold(number, deciding.stored(number)) for number in range(timed)]
    begun = time.thread_time()
    walks = [_walk(case) for case in book]
    seconds = time.thread_time() - begun
    return Measured(
        cases_per_s=timed / seconds,
        due_dates_per_s=_asked(book) / seconds,
        acts_a_case=sum(len(one.acts) for one in walks) / timed,
        peak=_peak(walks, cases),
        peak_of_a_tenth=_peak(walks, cases // 10),
    )


def figures() -> list[Figure]:
    """Speed beside that of the bare question, memory beside that of a tenth of the cases."""
    found, bare = measure(), deciding.measure(rounds=1)
    note = f"walk(): {TIMED} cases of the mixed book; {found.acts_a_case:.1f} acts a case."
    return [
        Figure(GROUP, "cases", found.cases_per_s, "per CPU s", note=note),
        Figure(
            GROUP, "due dates", found.due_dates_per_s, "per CPU s", "decisions, a mixed book",
            bare.decisions_per_s, note="A due date: the question is asked and acted upon.",
        ),
        Figure(
            GROUP, f"peak of memory for the sums of {CASES:,} cases", found.peak / 1024, "KiB",
            f"{CASES // 10:,} cases", found.peak_of_a_tenth / 1024,
            Target("at most", 1.1, of="ratio"),
            note=f"Traced allocations while pages of {_PAGE} are counted and let go.",
        ),
    ]  # fmt: skip


def _walk(case: Case) -> Walk:
    return walk(case, _TERMS, deciding.NOW, _LAST)


def _asked(book: Sequence[Case]) -> int:
    """How often the one question is asked on these walks."""
    asked = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal asked
        code = frame.f_code
        if event == "call" and code is question.decide.__code__:
            asked += 1

    sys.setprofile(count)
    try:
        for case in book:
            _walk(case)
    finally:
        sys.setprofile(None)
    return asked


def _peak(walks: Sequence[Walk], cases: int) -> int:
    totals = Totals()
    tracemalloc.start()
    try:
        for first in range(0, cases, _PAGE):
            page = [walks[number % len(walks)] for number in range(first, first + _PAGE)]
            for one in page:
                totals.add(one)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

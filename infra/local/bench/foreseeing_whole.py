"""A preview of any number of cases walked whole, page by page from stored events, as a run does it.

In a process of its own, so that its peak of memory is the walk's and nobody else's.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from infra.local import setup
from infra.local.bench import deciding
from shared.domain import preview_plain
from shared.domain.case import Case
from shared.domain.explain import canonical
from shared.domain.preview import Terms, Walk, walk
from shared.domain.preview_totals import Totals, read

PAGE = 50
_ROOT = Path(__file__).parents[3]
_TERMS = Terms(deciding.POLICY, deciding.PACK, ZoneInfo(setup.ZONE))
_LAST = deciding.NOW.date() + timedelta(days=59)
# What ``ru_maxrss`` counts in: bytes on macOS, kibibytes elsewhere.
_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Whole:
    """A walk of ``cases``: what it came to, its CPU seconds, and its peak of memory in bytes.

    ``first`` and ``last`` are the seconds of its first and last tenth, ``peak_of_a_tenth`` the
    peak when a tenth was done; ``cells`` are the days and segments that the sums hold.
    """

    cases: int
    pages: int
    acts: int
    cells: int
    seconds: float
    first: float
    last: float
    peak: int
    peak_of_a_tenth: int


def measure(cases: int, page: int = PAGE) -> Whole:
    """``run`` in a fresh interpreter. Raises ``CalledProcessError`` when it fails."""
    tell = f"from {__name__} import tell; tell({cases}, {page})"
    command = [sys.executable, "-c", tell]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True)
    return Whole(**json.loads(done.stdout))


def ahead(case: Case) -> Walk:
    """The bench's question of one case: its next sixty days."""
    return walk(case, _TERMS, deciding.NOW, _LAST)


def tell(cases: int, page: int) -> None:
    """``run``, its figures printed as JSON: what the other process does."""
    print(json.dumps(asdict(run(cases, page))))


def run(cases: int, page: int = PAGE) -> Whole:
    """Walk ``cases`` in this process; only the sums and one page of cases are held at a time.

    Raises ``ValueError`` where they are no multiple of ten pages.
    """
    if cases <= 0 or cases % (10 * page):
        raise ValueError("a walk has ten equal parts of whole pages")
    stored, acts, each = b"", 0, cases // 10
    seconds, peaks = list[float](), list[int]()
    for tenth in range(10):
        spent = 0.0
        for first in range(tenth * each, (tenth + 1) * each, page):
            # Making up the cases is not what is measured.
            bodies = [(number, deciding.stored(number)) for number in range(first, first + page)]
            begun = time.process_time()
            seen = [ahead(deciding.fold(number, events)) for number, events in bodies]
            stored = _page(seen, stored)
            spent += time.process_time() - begun
            acts += sum(len(one.acts) for one in seen)
        seconds.append(spent)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT)
    totals = read(json.loads(stored)["totals"])
    return Whole(
        cases=totals.cases, pages=cases // page, acts=acts, cells=len(totals.cells),
        seconds=sum(seconds), first=seconds[0], last=seconds[-1],
        peak=peaks[-1], peak_of_a_tenth=peaks[0],
    )  # fmt: skip


def _page(seen: list[Walk], before: bytes) -> bytes:
    """A page as it is stored: its cases, and the sums of all pages up to it."""
    totals = read(json.loads(before)["totals"]) if before else Totals()
    for one in seen:
        totals.add(one)
    cases = [preview_plain.walk(one) for one in seen]
    return canonical({"totals": totals.plain(), "cases": cases})

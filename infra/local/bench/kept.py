"""What releases counted: figures that no clock and no machine changes, kept to stand beside others.

Times stand beside a reference of their own run and are not kept: another machine, or a busier one,
would tell of itself. Counts (calls, rows, writes, requests, packages) are the product's own.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from infra.local.bench.figures import Figure

FOLDER = Path(__file__).resolve().parents[3] / "tests" / "bench" / "releases"
# Units of clocks and of memory; an exponent is made of times.
_MEASURED = re.compile(
    r"(ms|µs|us|s|MiB|MB|KiB|exponent)\b|.*(a second|CPU s|/s)\b|.*minutes"
)  # fmt: skip
# A mean over many cases moves in its last digits with what happens to fall together.
_NEAR = 0.01


@dataclass(frozen=True, slots=True)
class Kept:
    """The counts of one release, by ``group: name``; ``release`` is empty where none is kept."""

    release: str = ""
    counts: dict[str, float] = field(default_factory=dict)

    def of(self, figure: Figure) -> float | None:
        """What the release counted where this run has ``figure``."""
        return self.counts.get(_name(figure))

    def differing(self, figures: Iterable[Figure]) -> list[Figure]:
        """The figures that this release counted otherwise."""
        return [
            one
            for one in figures
            if (before := self.of(one)) is not None
            and not math.isclose(one.value, before, rel_tol=_NEAR)
        ]


def latest(folder: Path = FOLDER) -> Kept:
    """The newest release whose counts are kept."""
    files = sorted(folder.glob("*.json"), key=lambda file: _version(file.stem))
    if not files:
        return Kept()
    return Kept(files[-1].stem, json.loads(files[-1].read_text(encoding="utf-8")))


def keep(release: str, figures: Iterable[Figure], folder: Path = FOLDER) -> Path:
    """Keep the counts of a run as those of a release; the file."""
    counts = {_name(one): round(one.value, 6) for one in figures if is_count(one)}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{release}.json"
    text = json.dumps(counts, indent=1, sort_keys=True, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")
    return file


def is_count(figure: Figure) -> bool:
    """Whether a figure is the same on every machine."""
    return _MEASURED.match(figure.unit) is None


def _name(figure: Figure) -> str:
    return f"{figure.group}: {figure.name}"


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))

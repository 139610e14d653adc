"""Reading four ERPs: peak memory as the books grow, and the CPU beside other libraries.

Books of any length are made up record by record in a process of their own
(``tests.bench.erp_endless``), and read in another one that keeps nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local.bench.camt import PEERS
from infra.local.bench.figures import Figure, Target

GROUP = "Reading an ERP: memory, and libraries beside (books made up as they are read)"
FILES = "einvoice_files"
ERPS = ("netvisor", "procountor", "fortnox", "tripletex", FILES)
# A pull of 100,000 takes minutes of CPU each: ``python -m infra.local.bench.erp_beside 100000``.
LARGE, SMALL, BESIDE = 20_000, 2_000, 1_000
_LIBRARIES = {"netvisor": "netvisor-api-client", "procountor": "Procountor"}
_READING = Path(__file__).with_name("erp_peer_reading.py")
_NOTE = (
    "Libraries beside: the CPU of reading 1,000 invoices once more, imports left out. Ours makes "
    "canonical facts, checks each amount and asks for payments and logs; theirs gives dicts."
)


def measure(large: int = LARGE, small: int = SMALL, beside: int = BESIDE) -> list[Figure]:
    """Memory of each ERP at two lengths, then the libraries."""
    grown = [_grown(name, large, small) for name in ERPS]
    return [*grown, *(_beside(name, beside) for name in _LIBRARIES)]


def _grown(name: str, large: int, small: int) -> Figure:
    few, many = _peak(name, small), _peak(name, large)
    return Figure(
        GROUP, f"{name}: peak memory of a pull of {large:,} invoices", many, "MB",
        f"{small:,} invoices", few, target=Target("at most", 1.2, of="ratio"), note=_NOTE,
    )  # fmt: skip


def _peak(name: str, invoices: int) -> float:
    with books(name, invoices) as origin:
        (pull,) = pulls(name, origin, 1)
    if pull["read"] < invoices:
        raise ValueError(f"{pull['read']} of {invoices} invoices were read")
    return float(pull["peak_mb"])


def _beside(name: str, invoices: int) -> Figure:
    with books(name, invoices) as origin:
        ours = pulls(name, origin, 2)[-1]
        theirs = library(name, origin)
    return Figure(
        GROUP, f"{name}: CPU of reading an invoice", ours["cpu_s"] / ours["read"] * 1e6, "us",
        _LIBRARIES[name], None if theirs is None else theirs["cpu_s"] / theirs["read"] * 1e6,
        words="" if theirs is not None else f"{_LIBRARIES[name]} is not installed", note=_NOTE,
    )  # fmt: skip


@contextmanager
def books(name: str, invoices: int) -> Iterator[str]:
    """The origin of books of so many invoices, served by a process of their own.

    A folder of files is made up in the reader's process: its number of files stands for the origin.
    """
    if name == FILES:
        yield str(invoices)
        return
    command = [sys.executable, "-m", "tests.bench.erp_endless", name, str(invoices)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as serving:
        try:
            if serving.stdout is None:
                raise ValueError("the books have no output")
            yield serving.stdout.readline().strip()
        finally:
            serving.terminate()


def pulls(name: str, origin: str, count: int) -> Sequence[Mapping[str, Any]]:
    """What some pulls, one after the other, cost a process that does nothing else."""
    command = [sys.executable, "-m", "infra.local.bench.erp_peak", name, origin, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: Sequence[Mapping[str, Any]] = json.loads(done.stdout)
    return told


def library(name: str, origin: str) -> Mapping[str, Any] | None:
    """What reading cost somebody else's library; None where it is not installed."""
    if not PEERS.exists():
        return None
    done = subprocess.run(
        [str(PEERS), str(_READING), name, origin], capture_output=True, text=True, check=True
    )
    told: Mapping[str, Any] = json.loads(done.stdout)
    return None if "missing" in told else told


def main() -> None:
    """Print the peak of each ERP at the lengths that the command line names."""
    for name in ERPS:
        told = [f"{int(one):,}: {_peak(name, int(one)):.1f} MB" for one in sys.argv[1:]]
        print(name, "; ".join(told), flush=True)


if __name__ == "__main__":
    main()

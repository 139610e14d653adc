"""``make bench``: the product's figures, each beside its reference from the same run."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from infra.local.bench import (
    camt,
    counts,
    deciding,
    erp_beside,
    erp_reading,
    foreseeing,
    handing,
    importing,
    kept,
    matching,
    pages,
    peers,
    stages,
    webhooks,
    writing,
)
from infra.local.bench.figures import Figure, Result, print_table
from infra.local.bench.steps import NotAsPlanned
from infra.local.bench.world import world
from infra.local.erp.environment import SetUpFailed
from infra.local.stack import StackError
from shared.domain.replaying import ENGINE

OUT = Path("out/bench.json")
_FOLDER = Path("out/bench")
_IMPORT_RUNS = 5
_WIDTH = 150


def run(console: Console | None = None, *, keep: bool = False) -> int:
    """Measure everything (some minutes), print the table and write ``out/bench.json``.

    ``keep`` stores what was counted as this release's own, for the ones after it.
    """
    console = console or _console()
    began = time.monotonic()
    result = Result(began=datetime.now(UTC), remarks=list(peers.REMARKS))
    shutil.rmtree(_FOLDER, ignore_errors=True)
    try:
        with _progress(console) as progress:
            result.figures = _measure(progress)
    except (SetUpFailed, StackError, NotAsPlanned) as error:
        console.print(f"The bench stopped: {error}", style="red", markup=False)
        return 1
    result.seconds = time.monotonic() - began
    result.write(OUT)
    before = kept.latest()
    print_table(result, console, before if before.release else None)
    if keep:
        console.print(f"kept     {kept.keep(ENGINE, result.figures)}", highlight=False)
    console.print(f"figures  {OUT.resolve()}", highlight=False)
    return 0


def _measure(progress: Progress) -> list[Figure]:
    job = progress.add_task("Starting")

    def tell(text: str) -> None:
        progress.update(job, description=text)

    done: dict[str, int] = {}

    def tick(what: str, cases: int) -> None:
        done[what] = done.get(what, 0) + cases
        tell(f"Case steps on the embedded stack: {what}, {done[what]:,}")

    # Two cores: Tryton keeps one busy, while imports, and then our steps in turns with the
    # emulator that they wait for, do so with the other.
    with ThreadPoolExecutor(1) as beside:
        theirs = beside.submit(peers.measure)
        tell("Imports, and Tryton's own dunning beside")
        imported = importing.figures(_IMPORT_RUNS)
        tell("Starting the embedded stack")
        with world(_FOLDER) as lived_in:
            measured = stages.live(lived_in, tick)
            counted = counts.figures(measured)
        tell("Waiting for Tryton")
        tryton = theirs.result()
    tell("Deciding in memory")
    decided = deciding.figures(tryton.idle_case_s)
    tell("Looking ahead in memory")
    foreseen = foreseeing.figures()
    tell("Letters in memory")
    written = writing.figures()
    tell("Webhooks in memory")
    hooked = webhooks.figures()
    tell("Pages of the console in memory")
    drawn = pages.figures()
    tell("Case files in memory, and the collectors")
    handed = handing.figures()
    tell("Matching a month of payments")
    matched = matching.figures()
    tell("Reading four ERPs")
    read = [*erp_reading.figures(), *erp_beside.measure()]
    tell("Reading bank files")
    inside = [*read, *decided, *foreseen, *written, *hooked, *drawn, *handed, *matched,
              *camt.measure()]  # fmt: skip
    return [*imported, *counted, *inside, *peers.figures(measured, tryton)]


def _console() -> Console:
    """The terminal; output into a file or pipe is as wide as the table wants to be."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress

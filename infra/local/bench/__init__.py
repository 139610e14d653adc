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

from infra.local.bench import counts, deciding, importing, peers, stages
from infra.local.bench.figures import Figure, Result, print_table
from infra.local.bench.steps import NotAsPlanned
from infra.local.bench.world import world
from infra.local.erp.environment import SetUpFailed
from infra.local.stack import StackError

OUT = Path("out/bench.json")
_FOLDER = Path("out/bench")
_IMPORT_RUNS = 5


def run(console: Console | None = None) -> int:
    """Measure everything (some minutes), print the table and write ``out/bench.json``."""
    console = console or Console()
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
    print_table(result, console)
    console.print(f"figures  {OUT.resolve()}", highlight=False)
    return 0


def _measure(progress: Progress) -> list[Figure]:
    job = progress.add_task("Starting")

    def tell(text: str) -> None:
        progress.update(job, description=text)

    # Imports and Tryton each keep one core busy with processes of their own; our own steps, which
    # need one core for us and one for the emulator, come after.
    with ThreadPoolExecutor(1) as beside:
        imports = beside.submit(importing.figures, _IMPORT_RUNS)
        tryton = peers.measure(lambda text: tell(f"Imports; {text}"))
        imported = imports.result()
    tell("Deciding in memory")
    decided = deciding.figures(tryton.idle_case_s)
    tell("Starting the embedded stack")
    done: dict[str, int] = {}

    def tick(what: str, cases: int) -> None:
        done[what] = done.get(what, 0) + cases
        tell(f"Case steps on the embedded stack: {what}, {done[what]:,}")

    with world(_FOLDER) as lived_in:
        measured = stages.live(lived_in, tick)
        counted = counts.figures(measured)
    return [*imported, *counted, *decided, *peers.figures(measured, tryton)]


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress

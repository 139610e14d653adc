"""The replay: the hub's job over a foreign history, loaded through the ERP's own interface.

Each invoice is posted on its day and paid on the day that the file says. A checkpoint is kept every
few days, so that the same command goes on after Ctrl-C, a crash or a kill.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from infra.local import demo, history_file, setup
from infra.local.bookings import Bookings, Position
from infra.local.checkpoint import Checkpoint, Shelf
from infra.local.demo import Installation
from infra.local.erp.environment import FIRST_YEAR
from infra.local.history_file import LAST_KNOWN, History, HistoryError
from infra.local.replay_process import Interrupt, end_orphans, only_one, quiet_start
from infra.local.replay_progress import Pace, shown
from infra.local.timelapse import TimeLapse, dead_letters

OUT = Path("out/replay")
EVERY = 25
# What a shell says of a program that Ctrl-C ended.
_INTERRUPTED = 130


@dataclass(frozen=True)
class Plan:
    """What is replayed and where: the shifted history, its file's hash, the folder, the port."""

    history: History
    source: str
    folder: Path
    port: int = 0
    every: int = EVERY

    @property
    def shelf(self) -> Shelf:
        """Where the checkpoints are."""
        return Shelf(self.folder / "checkpoint")


def run(
    source: Path,
    port: int = 0,
    *,
    fresh: bool = False,
    folder: Path = OUT,
    console: Console | None = None,
) -> int:
    """Replay a file from the start, or from where an earlier run of it came; the exit status."""
    console = console or Console()
    console.print("[bold]Dunlin[/bold]: a foreign history\n")
    try:
        plan = _plan(source, port, folder, console)
    except HistoryError as error:
        console.print(f"[red]{error}[/red]", soft_wrap=True)
        return 2
    with only_one(folder) as alone:
        if not alone:
            console.print(f"A replay is running in {folder} already.")
            return 1
        try:
            return _go_on(plan, None if fresh else plan.shelf.latest(), console)
        except KeyboardInterrupt:
            console.print("\nStopped. The same command goes on from the last checkpoint.")
            return _INTERRUPTED


def _go_on(plan: Plan, saved: Checkpoint | None, console: Console) -> int:
    if saved and saved.position["source"] != plan.source:
        console.print(
            f"{plan.folder} holds a replay of another file, as far as {saved.position['day']}."
            " Say --fresh (make replay FRESH=1) to give it up.",
            soft_wrap=True,
        )
        return 2
    end_orphans(plan.folder)
    clear(plan, keep_checkpoint=saved is not None)
    history_file.write_rejects(plan.history, plan.folder / "rejects.csv")
    status = replay(plan, saved, console)
    if status == 0:
        # Nothing is left to go on with: the next start is a start.
        plan.shelf.clear()
    return status


def replay(plan: Plan, saved: Checkpoint | None, console: Console) -> int:
    """Live through a plan, from its start or from a checkpoint of it; the exit status."""
    position = Position.read(saved.position) if saved else Position(source=plan.source)
    bookings = Bookings(plan.history, position)
    if saved:
        console.print(f"Going on after {position.day:%a %d %b %Y}.")
    with ExitStack() as started:
        with quiet_start(), console.status("Starting the ERP, the embedded stack and the partner"):
            world = started.enter_context(standing(plan, saved, bookings))
        return through(plan, bookings, world, console)


@contextmanager
def standing(plan: Plan, saved: Checkpoint | None, bookings: Bookings) -> Iterator[Installation]:
    """Everything started and set up, anew or as a checkpoint has it."""
    if saved:
        with plan.shelf.restored(saved, plan.folder, plan.port) as world:
            bookings.open(world.books)
            yield world
    else:
        first = plan.history.first
        with demo.installation(
            plan.folder, first, first, port=plan.port, fill=bookings.begin
        ) as world:
            yield world


def through(plan: Plan, bookings: Bookings, world: Installation, console: Console) -> int:
    """Live what is left of a plan, and close with the report; the exit status."""
    position, days = bookings.position, bookings.position.days
    zone = ZoneInfo(setup.ZONE)
    lapse = TimeLapse(world.hub, zone, (setup.ERP,), world.partner.idle, days)
    if not _live(plan, bookings, world, lapse, console):
        console.print(f"\nStopped after {position.day}. The same command goes on from there.")
        return _INTERRUPTED
    last = position.day or plan.history.last
    demo.close(world, lapse, plan.history.first, last, console, kind="replay")
    _epilogue(plan, bookings, world, console)
    return 0


def _live(
    plan: Plan, bookings: Bookings, world: Installation, lapse: TimeLapse, console: Console
) -> bool:
    """Live every day that is left; False when somebody asked to stop before the last one."""
    position, began = bookings.position, time.monotonic()
    before = position.seconds
    pace = Pace(bookings.total, bookings.done, lapse.days, len(position.invoices))
    with Interrupt() as interrupt, shown(console, pace) as show:
        for day in lapse.stops(LAST_KNOWN, bookings.next_event, position.day):
            bookings.live(day)
            lapse.live(day)
            position.day, position.days = day, lapse.days
            position.seconds = before + time.monotonic() - began
            show(day, bookings.done, lapse.days, len(position.invoices))
            if interrupt.asked or lapse.days % plan.every == 0:
                plan.shelf.save(world, position.plain())
            if interrupt.asked:
                return False
    return True


def _epilogue(plan: Plan, bookings: Bookings, world: Installation, console: Console) -> None:
    position, history = bookings.position, plan.history
    rejects = plan.folder / "rejects.csv"
    lost = dead_letters(world.hub)
    if history.rejects:
        console.print(f"broken rows            {rejects}")
    for queue, count in lost.items():
        console.print(f"[red]{count} messages were given up[/red]: {queue}")
    console.print(
        f"\n{len(position.invoices)} invoices of {len(position.customers)} customers;"
        f" {bookings.disputed} disputed ones carry the ERP's do-not-dun mark."
    )
    console.print(f"Done in {position.seconds / 60:.1f} minutes ({position.days} days lived).")


def clear(plan: Plan, *, keep_checkpoint: bool) -> None:
    """Remove what an earlier run left, but never the lock that this one holds."""
    kept = {"lock", "checkpoint"} if keep_checkpoint else {"lock"}
    for found in plan.folder.iterdir():
        if found.name in kept:
            continue
        if found.is_dir():
            shutil.rmtree(found)
        else:
            found.unlink()


def _plan(source: Path, port: int, folder: Path, console: Console) -> Plan:
    history, weeks = history_file.read(source).shifted()
    if history.first.year < FIRST_YEAR:
        raise HistoryError(f"{source} spans more years than the ERP's books: {FIRST_YEAR} to now")
    console.print(
        f"{source.name}: {len(history.entries)} invoices, moved by {weeks} weeks to"
        f" {history.first} to {history.last}."
    )
    if history.rejects:
        first = history_file.told(history.rejects[0])
        console.print(
            f"[yellow]Broken rows stay out: {len(history.rejects)}.[/yellow] First, {first}"
        )
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    return Plan(history, digest, folder, port)

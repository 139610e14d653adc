"""Shows how a replay gets on: a bar with its rate on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

# Seconds between two lines where there is no terminal.
_QUIET_SECONDS = 30.0

Show = Callable[[date, int, int, int], None]


@dataclass
class Pace:
    """The speed of this sitting: bookings of ``total``, days and invoices a second, time left."""

    total: int
    done: int
    days: int
    invoices: int
    began: float = field(default_factory=time.monotonic)

    def text(self, done: int, days: int, invoices: int) -> str:
        """``1.6 invoices/s  0.5 days/s  about 12:30 left``."""
        spent = max(time.monotonic() - self.began, 0.001)
        made = done - self.done
        left = round((self.total - done) * spent / made) if made > 0 else None
        ahead = f"about {left // 60}:{left % 60:02d} left" if left is not None else ""
        return (
            f"{(invoices - self.invoices) / spent:.1f} invoices/s"
            f"  {(days - self.days) / spent:.1f} days/s  {ahead}"
        )


@contextmanager
def shown(console: Console, pace: Pace) -> Iterator[Show]:
    """Gives what is called after each day: with the day, and bookings, days and invoices so far."""
    if console.is_terminal:
        with _progress(console) as progress:
            job = progress.add_task("", total=pace.total, completed=pace.done, rate="")
            yield lambda day, done, days, invoices: progress.update(
                job,
                completed=done,
                description=f"Living {day:%a %d %b %Y}",
                rate=pace.text(done, days, invoices),
            )
    else:
        yield _lines(console, pace)


def _progress(console: Console) -> Progress:
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
    )  # fmt: skip
    return Progress(*columns, console=console)


def _lines(console: Console, pace: Pace) -> Show:
    said = time.monotonic()

    def show(day: date, done: int, days: int, invoices: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _QUIET_SECONDS:
            said = time.monotonic()
            share = done * 100 // pace.total
            console.print(f"{day}  {share} %  {pace.text(done, days, invoices)}", highlight=False)

    return show

"""How a replay shares a machine: one at a time, Ctrl-C heeded, nothing left behind."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Self

_END_SECONDS = 10.0


@contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """Whether this process alone works in ``folder``, for as long as the block runs."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def quiet_start() -> Iterator[None]:
    """Processes that are started in the block do not hear Ctrl-C: whoever started them ends them.

    A terminal sends SIGINT to all of them at once. A blocked signal stays blocked in a child, even
    when the child sets a handler.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class Interrupt:
    """The first Ctrl-C asks for an end at the next safe place; the second ends at once."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _hear(self, *_: int | FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def end_orphans(folder: Path) -> None:
    """End an ERP server that a killed run left in ``folder``: its database is about to be replaced.

    It is known by its own configuration file on its command line. Stack and partner hang on a pipe
    and end by themselves.
    """
    configuration = str((folder / "erp" / "trytond.conf").resolve())
    listed = subprocess.run(
        ["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=False
    ).stdout
    lines = [line.split(maxsplit=1) for line in listed.splitlines()]
    found = [int(pid) for pid, command in lines if configuration in command.split()]
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _END_SECONDS
    while any(_alive(pid) for pid in found):
        if time.monotonic() > deadline:
            for pid in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

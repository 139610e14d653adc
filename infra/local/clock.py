"""The business clock of the local stage: a file with the seconds that it is ahead of wall time."""

import os
from pathlib import Path


def read(path: Path) -> int:
    """Seconds that business time is ahead; 0 when nothing was advanced yet."""
    try:
        return int(path.read_text())
    except FileNotFoundError:
        return 0


def advance(path: Path, seconds: int) -> int:
    """Move business time ``seconds`` forward and return the new offset.

    Raises ``ValueError`` for a negative amount: waits and deadlines would never come true again.
    The file is replaced in one step, so a reader sees the old or the new offset.
    """
    if seconds < 0:
        raise ValueError("business time only moves forward")
    offset = read(path) + seconds
    staged = path.with_suffix(f".{os.getpid()}")
    staged.write_text(str(offset))
    staged.replace(path)
    return offset

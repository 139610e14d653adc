"""The business clock of the local stage: a file with the seconds between it and wall time."""

import os
from datetime import UTC, datetime
from pathlib import Path


def read(path: Path) -> int:
    """Seconds by which business time is ahead of wall time; negative when it is behind."""
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
    return _write(path, read(path) + seconds)


def begin(path: Path, at: datetime) -> int:
    """Start business time at an instant, in the past or the future, and return the offset.

    Raises ``ValueError`` when it has begun already: from then on it only moves forward.
    """
    if path.exists():
        raise ValueError("business time has begun already")
    return _write(path, round((at - datetime.now(UTC)).total_seconds()))


def now(path: Path) -> datetime:
    """The business instant (UTC)."""
    return datetime.fromtimestamp(datetime.now(UTC).timestamp() + read(path), UTC)


def _write(path: Path, offset: int) -> int:
    staged = path.with_suffix(f".{os.getpid()}")
    staged.write_text(str(offset))
    staged.replace(path)
    return offset

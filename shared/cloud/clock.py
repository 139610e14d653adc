"""Two clocks: business time, which the local stage may move, and wall time, which nobody may."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo


def wall() -> datetime:
    """The real instant (UTC): for signatures, tokens, leases of the counterpart, limits."""
    return datetime.now(UTC)


def now() -> datetime:
    """The business instant (UTC) by which cases fall due.

    Only in the local stage (``STAGE=local``) it may be offset, by the whole seconds that stand in
    the file named by ``DUNLIN_CLOCK_FILE``: it starts on any day and moves forward only.
    """
    return wall() + timedelta(seconds=_offset())


def local(instant: datetime, zone: str) -> datetime:
    """The same instant in a creditor's own zone (an IANA name)."""
    return instant.astimezone(ZoneInfo(zone))


def stamp(instant: datetime) -> str:
    """The sortable text of an instant, to the second: ``2026-01-15T08:00:00Z``."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_stamp(text: str) -> datetime:
    """The instant of a stored text."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _offset() -> int:
    path = os.environ.get("DUNLIN_CLOCK_FILE")
    if not path or os.environ.get("STAGE") != "local":
        return 0
    try:
        return int(Path(path).read_text("ascii"))
    except FileNotFoundError:
        return 0

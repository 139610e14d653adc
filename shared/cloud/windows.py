"""Freshness windows: whether a connection was read completely, recently enough to act on."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.cloud import clock
from shared.cloud.table import Row

# The age in minutes at which a feed is stale when its connection does not say otherwise.
DEFAULT_WINDOW_MINUTES = 60


def fresh(connection: Row, now: datetime) -> bool:
    """Whether a connection is enabled and was read completely within its window."""
    seen = connection.get("fresh_as_of")
    if connection.get("state") != "enabled" or not seen:
        return False
    window = timedelta(minutes=connection.get("window_minutes", DEFAULT_WINDOW_MINUTES))
    return now - clock.read_stamp(seen) <= window

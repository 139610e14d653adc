"""Backfills: how far the years before a connection have been read, in a row beside it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shared.cloud import clock, connection_keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write


def begun(tenant: Tenant, connection: str, since: date, at: datetime) -> Write:
    """A backfill of all since a day begins, whatever was before; ``at`` is wall time (UTC)."""
    row = {
        **connection_keys.backfill(tenant, connection),
        "state": "running",
        "since": since.isoformat(),
        "started_at": clock.stamp(at),
        "rows_seen": 0,
        "rows_refused": 0,
    }
    return table.put_write(row, condition=None)


def running(tenant: Tenant, connection: str) -> Row | None:
    """The backfill that is under way, None when there is none."""
    row = table.get(connection_keys.backfill(tenant, connection))
    return row if row is not None and row["state"] == "running" else None


def moved(tenant: Tenant, connection: str, cursor: str, seen: int, refused: int) -> None:
    """A page is durable: the next slice begins after it."""
    table.update(
        connection_keys.backfill(tenant, connection),
        set_={"cursor": cursor},
        add={"rows_seen": seen, "rows_refused": refused},
    )


def ended(tenant: Tenant, connection: str, at: datetime) -> None:
    """All years were read at the instant ``at`` (wall time, UTC)."""
    done = {"state": "done", "ended_at": clock.stamp(at)}
    table.update(connection_keys.backfill(tenant, connection), set_=done)


def shown(tenant: Tenant, connection: str) -> dict[str, Any] | None:
    """How far it has come, for people: state, first day, rows; None before the first one."""
    row = table.get(connection_keys.backfill(tenant, connection))
    names = ("state", "since", "started_at", "ended_at", "rows_seen", "rows_refused")
    return None if row is None else {name: row.get(name) for name in names}

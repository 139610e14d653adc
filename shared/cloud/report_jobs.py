"""Reports that one call is too short for: who asked, and what was made of them.

A report goes by its name: its month (``2026-03``), or that with what it is of behind a dot. It
is kept for the creditor's day on which it was asked for: figures move with what becomes known, so
tomorrow's is another one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from shared.cloud import clock, documents, keys, table
from shared.cloud.keys import Key, Tenant
from shared.errors import Conflict

Kind = Literal["html", "csv", "json"]

# A report that is not there after so long was lost on its way; whoever asks starts it again.
_LOST = timedelta(minutes=20)
_TYPES: dict[Kind, str] = {
    "html": "text/html", "csv": "text/csv", "json": "application/json",
}  # fmt: skip


def ready(tenant: Tenant, report: str, day: date, kind: Kind) -> bytes | None:
    """The stored report as of a day; None while it is not made."""
    row = table.get(_key(tenant, report, day))
    if row is None or row["state"] != "done":
        return None
    return documents.get(tenant, _name(report, day, kind))


def ask(tenant: Tenant, report: str, day: date, now: datetime) -> bool:
    """Note that the report is wanted; whether its work has to be started. ``now``: wall (UTC)."""
    try:
        table.update(
            _key(tenant, report, day),
            set_={"state": "asked", "asked_at": clock.stamp(now)},
            condition="attribute_not_exists(pk) OR asked_at < :lost",
            values={"lost": clock.stamp(now - _LOST)},
        )
    except Conflict:
        return False
    return True


def keep(tenant: Tenant, report: str, day: date, pages: dict[Kind, bytes]) -> None:
    """Store a report that is made."""
    for kind, body in pages.items():
        documents.put(tenant, _name(report, day, kind), body, _TYPES[kind])
    table.update(_key(tenant, report, day), set_={"state": "done"})


def _key(tenant: Tenant, report: str, day: date) -> Key:
    return keys.fact(tenant, "REPORT", f"{report}.{day}")


def _name(report: str, day: date, kind: Kind) -> str:
    return f"reports/{report}/{day}.{kind}"

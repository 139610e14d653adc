"""Connections to outside systems: their rows, the states they go through, and how one is woken.

``pending`` (made) → ``tested`` → ``enabled`` → ``disabled``; a pull moves an enabled one between
``enabled``, ``degraded`` (asked to come back), ``failing`` (unreadable) and ``needs_auth``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shared.cloud import clock, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue
from shared.cloud.table import Row, Write
from shared.errors import Conflict, NotFound

# In these the connection is read; what failed is tried again.
LIVE = frozenset({"enabled", "degraded", "failing"})
# Families whose connections are read by a pull, and so come due.
READ = ("erp", "payments", "banks")

_DUE = ("due_shard", "due_at", "wanted_at")


def made(
    tenant: Tenant,
    connection: str,
    *,
    connector: str,
    config: Mapping[str, Any],
    start_line: date | None,
) -> Write:
    """The row of a new connection, for a transaction; a ``Conflict`` when the id is taken."""
    return table.put_write(
        {
            **keys.connection(tenant, connection),
            "connector": connector,
            "config": json.dumps(config, sort_keys=True),
            "state": "pending",
            "start_line": start_line.isoformat() if start_line else None,
            "list_in": keys.listing(tenant, "CONN"),
            "list_id": connection,
        }
    )


def read(tenant: Tenant, connection: str) -> Row:
    """A connection's row. Raises ``NotFound``."""
    row = table.get(keys.connection(tenant, connection))
    if row is None:
        raise NotFound("no such connection")
    return row


def tested(row: Row, findings: Sequence[Mapping[str, Any]], at: datetime) -> Write:
    """What a test found. One that is not live moves to ``tested``, or back to ``pending``."""
    good = all(one["ok"] for one in findings)
    after = row["state"] if row["state"] in LIVE else ("tested" if good else "pending")
    said = {"findings": json.dumps(list(findings)), "tested_at": clock.stamp(at)}
    return _moved(row, after, said)


def enabled(row: Row, now: datetime) -> Write:
    """A connection begins to be used; one that is read comes due at once."""
    return _moved(row, "enabled", _due(row, now) if is_read(row) else {"attempt": 0})


def disabled(row: Row) -> Write:
    """A connection is no longer used, and must be tested before it is again."""
    return _moved(row, "disabled", {}, remove=_DUE)


def wake(tenant: Tenant, connection: str, now: datetime) -> None:
    """Have a live connection read now.

    Raises ``NotFound`` when there is none and ``Conflict`` when it is not live or is never read.
    """
    row = read(tenant, connection)
    if row["state"] not in LIVE or not is_read(row):
        raise Conflict("the connection is not one that is read now")
    wanted = {"wanted_at": clock.stamp(now), **_due(row, now)}
    table.transact([_moved(row, row["state"], wanted)])
    enqueue("pull", [{"tenant": tenant.id, "connection": connection}])


def is_read(row: Row) -> bool:
    """Whether a pull reads this connection (partners and channels are only written to)."""
    return str(row["connector"]).partition(".")[0] in READ


def _due(row: Row, now: datetime) -> Row:
    return {"due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(now), "attempt": 0}


def _moved(row: Row, after: str, also: Row, remove: Sequence[str] = ()) -> Write:
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"state": after, **also},
        remove=remove,
        condition="#state = :seen",
        values={"seen": row["state"]},
    )

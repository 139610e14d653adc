"""The watch on the inbox: whoever runs the hub hears of it when people's answers are overdue."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from shared.cloud import clock, due, keys, metrics, table, tasks
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.errors import Conflict

_EVERY = timedelta(hours=1)
# Beyond this many it no longer matters how many there are.
_MOST = 100


def armed(tenant: Tenant, now: datetime) -> Write:
    """The due row of a tenant that duns, for the transaction that makes it so."""
    key = _key(tenant)
    at = {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(now + _EVERY)}
    return table.put_write({**key, **at, "attempt": 0}, condition=None)


def look(row: Row, now: datetime) -> str:
    """Count the tenant's overdue tasks (``TasksOverdue``), every hour."""
    claimed = due.claim(row, now)
    if claimed is None:
        return "lost"
    tenant = keys.tenant_of(claimed["pk"])
    late = tasks.overdue(tenant, now, _MOST)
    if late:
        metrics.count("TasksOverdue", late)
    with suppress(Conflict):
        table.update(
            _key(tenant),
            set_={"due_at": clock.stamp(now + _EVERY), "attempt": 0},
            condition="due_at = :lease",
            values={"lease": claimed["due_at"]},
        )
    return "INBOX"


def _key(tenant: Tenant) -> Key:
    return keys.fact(tenant, "INBOX", "watch")

"""Reading: the sole use of a connection's feed while it is read, and what its reader writes.

Two readers at once could let an older page win over a newer one. Whoever comes second leaves word
(``again``), and the feed is read once more.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from shared.cloud import clock, connections, due, feeds, keys, table
from shared.cloud.runtime import enqueue
from shared.cloud.table import Row
from shared.errors import Conflict


def take(row: Row, began: datetime) -> str | None:
    """Sole use of the feed, as long as a function may run; None while another reads it."""
    lease = f"{clock.stamp(began + due.LEASE)}/{secrets.token_hex(4)}"
    try:
        table.update(
            _key(row),
            set_={"pulling": lease},
            condition="attribute_not_exists(pulling) OR pulling < :now",
            values={"now": clock.stamp(began)},
        )
    except Conflict:
        table.update(_key(row), set_={"wanted_at": clock.stamp(began), "again": True})
        return None
    return lease


def write(row: Row, lease: str, fields: Row, remove: tuple[str, ...] = ()) -> Row:
    """Write to the connection's row as its only reader, and only while it is still in use.

    Raises ``Conflict`` when the lease has run out or an administrator has ended the connection.
    """
    return table.update(_key(row), set_=fields, remove=remove, **_in_use(lease))


def end(row: Row, lease: str, fields: Row, remove: tuple[str, ...] = ()) -> Row:
    """Write the end of a read; what it means for a money feed stands in FEEDS at once as well."""
    gone = ("pulling", *remove)
    if not feeds.is_money(row):
        return write(row, lease, fields, remove=gone)
    own = table.update_write(_key(row), set_=fields, remove=gone, **_in_use(lease))
    table.transact([own, *feeds.told(row, fields, gone=gone)])
    return connections.read(keys.tenant_of(row["pk"]), keys.id_of(row["pk"]))


def once_more(row: Row, now: datetime) -> None:
    """Have the feed read again at once, whoever wanted it."""
    table.update(_key(row), set_={"due_at": clock.stamp(now)}, remove=("again",))
    body = {"tenant": keys.tenant_of(row["pk"]).id, "connection": keys.id_of(row["pk"])}
    enqueue("pull", [body])


def _in_use(lease: str) -> dict[str, Any]:
    live = dict(zip(("one", "two", "three"), sorted(connections.LIVE), strict=True))
    return {
        "condition": "pulling = :mine AND #state IN (:one, :two, :three)",
        "values": {"mine": lease, **live},
    }


def _key(row: Row) -> keys.Key:
    return {"pk": row["pk"], "sk": row["sk"]}

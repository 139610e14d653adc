"""Webhooks as they came: kept raw under their own key before anything is made of them.

A row is ``received`` until it is ``done``, ``refused`` (the provider does not know what it names)
or ``quarantined`` (a person must look); while it is received it comes due, so that no event is lost
with a queue. A signed event is kept under the provider's id. An unsigned one claims no id: it is
kept under the hash of its bytes, so that a forged one never stands in the way of the true one, and
only so many an hour are taken. Bodies that a row cannot hold lie in the private bucket.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import Literal

from shared.cloud import agenda, clock, connection_keys, documents, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue
from shared.cloud.table import Row, Write
from shared.errors import Conflict, NotFound, Retry

# How long the queue has before the sweep looks.
_PATIENCE = timedelta(minutes=5)
# DynamoDB takes 400 KB a row, and base64 adds a third.
_ROW_BYTES = 200_000
# Unsigned deliveries of one connection in an hour; the provider tries again, and polling sees all.
UNSIGNED_AN_HOUR = 1_000
# How the keys of unsigned deliveries begin.
UNSIGNED = "unsigned-"

Taken = Literal["new", "waiting", "settled", "different"]
Settled = Literal["done", "refused", "quarantined"]


def unsigned_id(body: bytes) -> str:
    """The key of a delivery that proves nothing: its own hash."""
    return f"{UNSIGNED}{hashlib.sha256(body).hexdigest()[:40]}"


def receive(
    tenant: Tenant,
    connection: str,
    event: str,
    *,
    body: bytes,
    fetch: tuple[str, ...],
    signed: bool,
    now: datetime,
) -> Taken:
    """Keep an event; ``fetch`` is what it names, ``now`` business time (UTC).

    ``new``: it is kept now. ``waiting`` and ``settled``: it was kept before, and is or is not still
    to be worked on. ``different``: the id was used for an event that names something else, which
    stays as it is. Bytes alone may differ: a provider counts its own tries in them. Raises
    ``Retry`` when too many unsigned ones came this hour.
    """
    if not signed:
        kept = table.get(keys.hook(tenant, connection, event))
        if kept is not None:
            return _again(kept, fetch)
        take_place(tenant, connection)
    row = _row(tenant, connection, event, body, fetch)
    due = {"due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(now + _PATIENCE)}
    try:
        table.put({**row, **due, "state": "received"}, condition="attribute_not_exists(pk)")
    except Conflict:
        return _again(read(tenant, connection, event), fetch)
    return "new"


def quarantine(tenant: Tenant, connection: str, event: str, body: bytes, fault: str) -> Write:
    """An event that a person must look at, for the transaction that asks; ``fault`` is a sentence.

    A ``Conflict`` when it is kept already.
    """
    row = _row(tenant, connection, event, body, ())
    return table.put_write({**row, "state": "quarantined", "fault": fault})


def take_place(tenant: Tenant, connection: str) -> None:
    """Take one of this hour's places for deliveries that prove nothing; raises ``Retry``."""
    hour = clock.stamp(clock.wall())[:13]
    try:
        table.update(
            connection_keys.hook_count(tenant, connection, hour),
            add={"count": 1},
            condition="attribute_not_exists(#count) OR #count < :most",
            values={"most": UNSIGNED_AN_HOUR},
        )
    except Conflict:
        raise Retry("too many unsigned deliveries came this hour", after=3600) from None


def announce(tenant: Tenant, connection: str, event: str) -> None:
    """Tell the queue that an event waits."""
    enqueue("webhooks", [{"tenant": tenant.id, "connection": connection, "event": event}])


def read(tenant: Tenant, connection: str, event: str) -> Row:
    """The row of an event. Raises ``NotFound``."""
    row = table.get(keys.hook(tenant, connection, event))
    if row is None:
        raise NotFound("no such event")
    return row


def fetch_of(row: Row) -> tuple[str, ...]:
    """What an event names."""
    return tuple(json.loads(row["fetch"]))


def body_of(row: Row, tenant: Tenant) -> bytes:
    """The delivery as it came over the wire."""
    if "document" in row:
        return documents.get(tenant, row["document"])
    return base64.b64decode(row["raw"]) if "raw" in row else str(row["body"]).encode()


def settled(row: Row, state: Settled, fault: str = "") -> Write:
    """The end of an event; one that is settled already makes it a ``Conflict``."""
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"state": state, "fault": fault},
        remove=("due_shard", "due_at"),
        condition="#state = :received",
        values={"received": "received"},
    )


def settle(row: Row, state: Settled, fault: str = "") -> None:
    """End an event by itself. Raises ``Conflict`` when it is settled already."""
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"state": state, "fault": fault},
        remove=("due_shard", "due_at"),
        condition="#state = :received",
        values={"received": "received"},
    )


def later(row: Row, at: datetime) -> None:
    """Look at an event again at ``at`` (business time, UTC), as often as it is counted."""
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"due_at": clock.stamp(at)},
        condition="#state = :received",
        values={"received": "received"},
    )


def _again(kept: Row, fetch: tuple[str, ...]) -> Taken:
    if kept["state"] != "quarantined" and fetch_of(kept) != fetch:
        return "different"
    return "waiting" if kept["state"] == "received" else "settled"


def _row(tenant: Tenant, connection: str, event: str, body: bytes, fetch: tuple[str, ...]) -> Row:
    return {
        **keys.hook(tenant, connection, event),
        **_held(tenant, connection, body),
        "hash": hashlib.sha256(body).hexdigest(),
        "fetch": json.dumps(fetch),
        "received_at": clock.stamp(clock.wall()),
        **agenda.raw(tenant, f"{connection}.{event}"),
        "attempt": 0,
    }


def _held(tenant: Tenant, connection: str, body: bytes) -> Row:
    """The bytes as a row can hold them, or the name under which the bucket does."""
    if len(body) > _ROW_BYTES:
        name = f"webhooks/{connection}/{hashlib.sha256(body).hexdigest()}"
        return {"document": documents.put(tenant, name, body, "application/octet-stream")}
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"raw": base64.b64encode(body).decode()}

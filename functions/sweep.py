"""Sweep one shard of the due index: gate and start cases, hand other due rows to their queues."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from shared.cloud import clock, connections, due, keys, table
from shared.cloud.runtime import client, enqueue, logger
from shared.cloud.table import Row
from shared.cloud.windows import fresh
from shared.errors import Conflict, HubError

# Where a due row that is not a case goes: the queue, and the name of its id in the message.
_QUEUES = {
    "INV": ("book", "invoice"),
    "CONN": ("pull", "connection"),
    "OUT": ("outbox", "act"),
    "EV": ("inbox", "event"),
}
# How long a case waits for a pull that is on its way.
_STALE = timedelta(minutes=5)
# How long at most it waits for a feed that is down: cases cost little then, and are soon awake.
_DOWN = timedelta(hours=1)
# Execution names take no colons; the lease keeps two claims of one version and attempt apart.
_NAME = str.maketrans("", "", "-:")


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: one message a shard. Returns how many rows of each kind were taken on."""
    taken: dict[str, int] = {}
    for record in event["Records"]:
        wanted = json.loads(record["body"])
        now = clock.now()
        gate = _Gate(now)
        for row in _due(wanted, now):
            kind = _take(row, gate, now)
            taken[kind] = taken.get(kind, 0) + 1
    logger.info("swept", extra={"taken": taken})
    return taken


def _due(wanted: dict[str, str], now: datetime) -> Iterator[Row]:
    """The rows of a shard that are due; after a pull also the cases that waited for that feed.

    The gate had moved those on: they are taken at once. One that would have come due within the
    hour anyhow is asked early, and simply rests again; one that is being worked on is left.
    """
    woken = wanted.get("connection")
    horizon = now + _DOWN if woken else now
    for page in due.rows(wanted["shard"], horizon):
        for row in page:
            if row["due_at"] <= clock.stamp(now):
                yield row
            elif _waits_for(row, wanted) and due.wake(row, now):
                yield {**row, "due_at": clock.stamp(now)}


def _waits_for(row: Row, wanted: dict[str, str]) -> bool:
    """Whether a row is a case of the feed that has just been read."""
    mine = keys.tenant_of(row["pk"]).id == wanted["tenant"]
    return mine and row.get("conn") == wanted["connection"] and keys.kind_of(row["pk"]) == "CASE"


def _take(row: Row, gate: _Gate, now: datetime) -> str:
    """Take one row on; what fails comes due again, and keeps nobody behind it waiting."""
    try:
        kind = keys.kind_of(row["pk"])
        return _take_case(row, gate, now) if kind == "CASE" else _take_other(kind, row, now)
    except HubError as error:
        logger.warning("not_taken", extra={"row": row["pk"], "error": type(error).__name__})
    except Exception as error:  # noqa: BLE001 - one bad row must not starve the shard
        logger.error("broken", extra={"row": row["pk"], "error": type(error).__name__})
    return "failed"


def _take_other(kind: str, row: Row, now: datetime) -> str:
    claimed = due.claim(row, now)
    if claimed is None:
        return "lost"
    queue, field = _QUEUES[kind]
    body = {"tenant": keys.tenant_of(row["pk"]).id, field: keys.id_of(row["pk"])}
    if kind == "EV":
        body["source"] = row["pk"].split("#")[3]
    if kind == "OUT":
        # Whoever looks after an act proves by the lease that this claim is still in force.
        body["lease"] = claimed["due_at"]
    enqueue(queue, [body])
    return kind


def _take_case(row: Row, gate: _Gate, now: datetime) -> str:
    waits_until = gate.waits_until(row)
    if waits_until is not None:
        due.defer(row, waits_until)
        return "gated"
    claimed = due.claim(row, now)
    if claimed is None:
        return "lost"
    if claimed["attempt"] > due.MAX_ATTEMPTS:
        return _give_up(claimed, now)
    case = keys.id_of(claimed["pk"])
    lease = claimed["due_at"].translate(_NAME)
    start = {
        "tenant": keys.tenant_of(claimed["pk"]).id,
        "case": case,
        "version": claimed["version"],
        "attempt": claimed["attempt"],
        "snapshot": claimed["snap"],
    }
    machine = client("stepfunctions")
    try:
        machine.start_execution(
            stateMachineArn=os.environ["DUNNING"],
            name=f"{case}-{claimed['version']}-{claimed['attempt']}-{lease}",
            input=json.dumps(start),
        )
    except machine.exceptions.ExecutionAlreadyExists:
        # The token protects the case, not the name; the lease brings it back if that run died.
        return "running"
    return "CASE"


def _give_up(claimed: Row, now: datetime) -> str:
    """A case that failed again and again goes to a person and no longer comes due."""
    from shared.cloud.parking import park

    try:
        park(claimed, "failed_repeatedly", now)
    except Conflict:
        return "lost"
    return "parked"


class _Gate:
    """Whether a case's feed is fresh, asked once a connection and sweep.

    A stale connection gets one ``wanted_at`` and one pull, however many cases wait for it and
    however many shards they lie in: whoever claims its row enqueues the pull. One that is down
    comes due by itself, ever more rarely, and its cases wait for that.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[str, str], datetime | None] = {}

    def waits_until(self, row: Row) -> datetime | None:
        """When a case is to be looked at again, or None when it may be claimed."""
        tenant = keys.tenant_of(row["pk"])
        where = (tenant.id, row.get("conn", ""))
        if where not in self._known:
            self._known[where] = self._ask(*where)
        return self._known[where]

    def _ask(self, tenant_id: str, connection: str) -> datetime | None:
        row = table.get(keys.connection(keys.Tenant(tenant_id), connection))
        if row is not None and fresh(row, self._now):
            return None
        if row is None or row.get("state") not in connections.LIVE or "due_at" not in row:
            return self._now + _DOWN
        wanted = {"wanted_at": clock.stamp(self._now)}
        if due.claim(row, self._now, wanted) is not None:
            enqueue("pull", [{"tenant": tenant_id, "connection": connection}])
            return self._now + _STALE
        if row["state"] == "enabled":
            return self._now + _STALE
        again = clock.read_stamp(row["due_at"]) + _STALE
        return min(max(again, self._now + _STALE), self._now + _DOWN)

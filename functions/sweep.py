"""Sweep one shard of the due index: gate and start cases, hand other due rows to their queues."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from typing import Any

from shared.cloud import clock, due, keys, table
from shared.cloud.runtime import client, enqueue, logger
from shared.cloud.table import Row
from shared.cloud.windows import fresh

# Where a due row that is not a case goes: the queue, and the name of its id in the message.
_QUEUES = {
    "INV": ("book", "invoice"),
    "CONN": ("pull", "connection"),
    "OUT": ("outbox", "act"),
    "EV": ("inbox", "event"),
}
_STALE = timedelta(minutes=5)
# Execution names take no colons; the lease keeps two claims of one version and attempt apart.
_NAME = str.maketrans("", "", "-:")


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: one message a shard. Returns how many rows of each kind were taken on."""
    taken: dict[str, int] = {}
    for record in event["Records"]:
        shard = json.loads(record["body"])["shard"]
        now = clock.now()
        gate = _Gate(now)
        for page in due.rows(shard, now):
            for row in page:
                kind = _take(row, gate, now)
                taken[kind] = taken.get(kind, 0) + 1
    logger.info("swept", extra={"taken": taken})
    return taken


def _take(row: Row, gate: _Gate, now: datetime) -> str:
    kind = keys.kind_of(row["pk"])
    if kind == "CASE":
        return _take_case(row, gate, now)
    claimed = due.claim(row, now)
    if claimed is None:
        return "lost"
    queue, field = _QUEUES[kind]
    body = {"tenant": keys.tenant_of(row["pk"]).id, field: keys.id_of(row["pk"])}
    if kind == "EV":
        body["source"] = row["pk"].split("#")[3]
    enqueue(queue, [body])
    return kind


def _take_case(row: Row, gate: _Gate, now: datetime) -> str:
    if not gate.open(row):
        due.defer(row, now + _STALE)
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
    from shared.cloud.parking import park  # noqa: PLC0415 - only what fails pays for the domain

    park(claimed, "failed_repeatedly", now)
    return "parked"


class _Gate:
    """Whether a case's feed is fresh, asked once a connection and sweep.

    A stale connection gets one ``wanted_at`` and one pull, however many cases wait for it.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[str, str], bool] = {}

    def open(self, row: Row) -> bool:
        tenant = keys.tenant_of(row["pk"])
        where = (tenant.id, row.get("conn", ""))
        if where not in self._known:
            self._known[where] = self._ask(*where)
        return self._known[where]

    def _ask(self, tenant_id: str, connection: str) -> bool:
        key = keys.connection(keys.Tenant(tenant_id), connection)
        row = table.get(key)
        if row is not None and fresh(row, self._now):
            return True
        if row is not None and row.get("state") == "enabled":
            enqueue("pull", [{"tenant": tenant_id, "connection": connection}])
            table.update(key, set_={"wanted_at": clock.stamp(self._now)})
        return False

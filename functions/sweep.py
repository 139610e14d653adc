"""Sweep one shard of the due index: gate and start cases, hand other due rows to their queues."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from shared.cloud import (
    clock,
    connections,
    due,
    expiry_rows,
    inbox_watch,
    keys,
    law_watch,
    metrics,
    stuck_money,
    turns,
)
from shared.cloud.gate import DOWN, STATEMENT, Gate
from shared.cloud.run_budget import Budget
from shared.cloud.runtime import client, enqueue, logger
from shared.cloud.table import Row
from shared.errors import Conflict, HubError

# Where a due row that is not a case goes: the queue, and the name of its id in the message.
_QUEUES = {
    "INV": ("book", "invoice"),
    "CONN": ("pull", "connection"),
    "OUT": ("outbox", "act"),
    "EV": ("inbox", "event"),
    "HOOK": ("webhooks", "event"),
    "MON": ("match", "payment"),
    "DAY": ("reconcile", "day"),
    "PREVIEW": ("preview", "preview"),
    "RETAIN": ("retain", "rules"),
}
# What is looked at by the sweep itself, once a day at most.
_LOOKS = {"LAW": law_watch.look, "EXPIRY": expiry_rows.look, "INBOX": inbox_watch.look}
# Execution names take no colons; the lease keeps two claims of one version and attempt apart.
_NAME = str.maketrans("", "", "-:")


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: one message a shard. Returns how many rows of each kind were taken on."""
    taken: dict[str, int] = {}
    for record in event["Records"]:
        wanted = json.loads(record["body"])
        now = clock.now()
        gate, budget = Gate(now), Budget(now)
        rows, left = turns.in_turn(_due(wanted, now))
        for row in rows:
            ready = _ready(row, now)
            if ready is None:
                continue
            kind = _take(ready, gate, budget, now)
            taken[kind] = taken.get(kind, 0) + 1
        budget.give_back()
        gate.report()
        metrics.count("SweepLeft", left)
    logger.info("swept", extra={"taken": taken})
    return taken


def _due(wanted: dict[str, str], now: datetime) -> Iterator[Row]:
    """The rows of a shard that are due; after a pull also the cases that waited for that feed.

    The gate had moved those on, and marked them. One that is being worked on is left.
    """
    horizon = now
    if "connection" in wanted:
        horizon += STATEMENT if wanted.get("family") == "banks" else DOWN
    for page in due.rows(wanted["shard"], horizon):
        yield from (
            row for row in page if row["due_at"] <= clock.stamp(now) or _waits_for(row, wanted)
        )


def _ready(row: Row, now: datetime) -> Row | None:
    """A row that is due, if need be by waking it; None when it was moved or claimed meanwhile."""
    if row["due_at"] <= clock.stamp(now):
        return row
    return {**row, "due_at": clock.stamp(now)} if due.wake(row, now) else None


def _waits_for(row: Row, wanted: dict[str, str]) -> bool:
    """Whether a row is a case that waits for the feed that has just been read."""
    mine = keys.tenant_of(row["pk"]).id == wanted["tenant"]
    return mine and due.waits_for(row) == wanted["connection"]


def _take(row: Row, gate: Gate, budget: Budget, now: datetime) -> str:
    """Take one row on; what fails comes due again, and keeps nobody behind it waiting."""
    try:
        kind = keys.kind_of(row["pk"])
        if kind == "CASE":
            return _take_case(row, gate, budget, now)
        return _take_other(kind, row, now)
    except HubError as error:
        logger.warning("not_taken", extra={"row": row["pk"], "error": type(error).__name__})
    except Exception as error:  # noqa: BLE001 - one bad row must not starve the shard
        logger.error("broken", extra={"row": row["pk"], "error": type(error).__name__})
    return "failed"


def _take_other(kind: str, row: Row, now: datetime) -> str:
    if kind in _LOOKS:
        return _LOOKS[kind](row, now)
    # Cases wait for money that is being matched: it stays within the gate's sight.
    claimed = due.claim(row, now, steady=kind == "MON")
    if claimed is None:
        return "lost"
    if kind == "MON" and claimed["attempt"] > due.MAX_ATTEMPTS:
        stuck_money.ask(claimed)
    queue, field = _QUEUES[kind]
    if kind == "CONN" and connections.is_polled(claimed):
        queue = "poll"
    body = {"tenant": keys.tenant_of(row["pk"]).id, field: keys.id_of(row["pk"])}
    if kind == "EV":
        body["source"] = row["pk"].split("#")[3]
    if kind == "HOOK":
        body["connection"] = row["pk"].split("#")[3]
    if kind == "OUT":
        # Whoever looks after an act proves by the lease that this claim is still in force.
        body["lease"] = claimed["due_at"]
    enqueue(queue, [body])
    return kind


def _take_case(row: Row, gate: Gate, budget: Budget, now: datetime) -> str:
    wait = gate.waits(row)
    if wait is not None:
        due.defer(row, wait.until, wait.connection)
        return "gated"
    claimed = due.claim(row, now)
    if claimed is None:
        return "lost"
    if claimed["attempt"] > due.MAX_ATTEMPTS:
        return _give_up(claimed, now)
    budget.take(keys.tenant_of(claimed["pk"]))
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

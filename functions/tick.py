"""Tick: ask for a sweep of every shard of the due index."""

from __future__ import annotations

from typing import Any

from shared.cloud.keys import SHARDS
from shared.cloud.runtime import enqueue, logger


def handler(_: dict[str, Any], __: object) -> dict[str, int]:
    """EventBridge Scheduler, every minute: one message a shard to the sweep queue."""
    enqueue("sweep", [{"shard": f"S#{number}"} for number in range(SHARDS)])
    logger.info("ticked", extra={"shards": SHARDS})
    return {"shards": SHARDS}

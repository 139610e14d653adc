"""Receive file: a statement that was dropped into a connection's folder has it read now."""

from __future__ import annotations

import re
from typing import Any

from shared.cloud import clock, connections
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.errors import Conflict, NotFound

# <tenant>/<connection>/inbox/<file>: the connection's own folder, as erp.csv_file reads it.
_DROP = re.compile(r"([^/]+)/([^/]+)/inbox/[^/]+")


def handler(event: dict[str, Any], _: object) -> dict[str, bool]:
    """EventBridge: "Object Created" of the inbox bucket; its key is not escaped.

    Source: docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html. A drop for a connection
    that is unknown or not enabled is left where it lies: its first pull reads the whole folder.
    """
    found = _DROP.fullmatch(event["detail"]["object"]["key"])
    woken = found is not None and _wake(found[1], found[2])
    logger.info("file", extra={"woken": woken})
    return {"woken": woken}


def _wake(tenant: str, connection: str) -> bool:
    try:
        connections.wake(Tenant(tenant), connection, clock.now())
    except (NotFound, Conflict):
        return False
    return True

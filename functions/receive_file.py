"""Receive file: what was dropped into a connection's folder is read now: statements, receipts."""

from __future__ import annotations

import re
from typing import Any

from shared.cloud import clock, connections
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.errors import Conflict, NotFound

# <tenant>/<connection>/inbox/<file>: the connection's own folder, as erp.csv_file reads it.
_DROP = re.compile(r"([^/]+)/([^/]+)/inbox/[^/]+")
# <tenant>/<connection>/receipts/<file>: what a print partner says, as channels.letter reads it.
_RECEIPTS = re.compile(r"([^/]+)/([^/]+)/receipts/([^/]+)")


def handler(event: dict[str, Any], _: object) -> dict[str, bool]:
    """EventBridge: "Object Created" of the inbox bucket; its key is not escaped.

    Source: docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html. A drop for a connection
    that is unknown or not enabled is left where it lies: its first pull reads the whole folder.
    """
    key = event["detail"]["object"]["key"]
    if told := _RECEIPTS.fullmatch(key):
        return {"woken": _told(*told.groups())}
    found = _DROP.fullmatch(key)
    woken = found is not None and _wake(found[1], found[2])
    logger.info("file", extra={"woken": woken})
    return {"woken": woken}


def _wake(tenant: str, connection: str) -> bool:
    try:
        connections.wake(Tenant(tenant), connection, clock.now())
    except (NotFound, Conflict):
        return False
    return True


def _told(tenant: str, connection: str, name: str) -> bool:
    """Read receipts of letters; a file that cannot be read comes again, and then to the alarm."""
    from functions.letter_receipts import read

    try:
        settled = read(Tenant(tenant), connection, name)
    except NotFound:
        return False
    logger.info("receipts", extra={"settled": settled})
    return True

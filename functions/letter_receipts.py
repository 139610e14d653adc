"""Receipts of letters: each line of a print partner's file settles the act that the letter was."""

from __future__ import annotations

from functions.delivery_outcomes import settle
from functions.wiring import connect, connection_row
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.errors import NotFound

_CHANNEL = "channels.letter"


def read(tenant: Tenant, connection: str, name: str) -> int:
    """Settle every act that the file ``receipts/<name>`` of a connection tells of; how many were.

    A file that comes twice changes nothing the second time. Raises ``NotFound`` for a connection
    that carries no letters, and ``Unreadable`` for a file of another shape.
    """
    row = connection_row(tenant, connection)
    if row["connector"] != _CHANNEL:
        raise NotFound("the connection carries no letters")
    done = 0
    for fate in connect(tenant, row).receipts(name, tenant.id):
        try:
            done += settle(fate) != "nothing"
        except NotFound:
            logger.warning("no_such_act", extra={"connection": connection})
    return done

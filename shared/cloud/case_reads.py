"""Readings of case files: who read which version when, and when a partner reads too much.

A file is expected to be read a few times in the week in which it was handed over. What is beyond
that, and every question for a case that is not the partner's, counts against a day's allowance;
whoever exceeds it reads nothing more until a person has looked.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cloud import clock, keys, metrics, partner_keys, table, tasks
from shared.cloud.handed import HandedOver
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.table import Write
from shared.errors import Conflict

# Readings a day that nothing explains, before a partner's reading is closed.
ALLOWANCE = 100
# A file that was handed over so lately may be read so often, its letters included.
_LATELY, _OFTEN = timedelta(days=7), 30
_WHY = "partner_reads_too_much"


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads: the principal's id and its connection; ``now`` is business time (UTC)."""

    tenant: Tenant
    client: str
    connection: str
    now: datetime


def closed(by: Reading) -> bool:
    """Whether the partner reads nothing until a person has looked."""
    row = table.get(partner_keys.endpoint(by.tenant, by.connection)) or {}
    return "reads_closed_at" in row


def entry(by: Reading, case: str, file: HandedOver) -> Write:
    """The line of the case's read log, for a transaction."""
    at, n = clock.stamp(clock.wall()), secrets.token_hex(4)
    key = partner_keys.case_read(by.tenant, case, at, n)
    return table.put_write(
        {
            **key,
            "who": by.client,
            "conn": by.connection,
            "act": file.act,
            "version": file.version,
            "hash": file.content_hash,
            "list_in": keys.listing(by.tenant, f"READ/{case}"),
            "list_id": key["sk"],
        }
    )


def count(by: Reading, file: HandedOver | None) -> None:
    """Count a reading, or a question for a case that is not the partner's (None).

    The one that exceeds the allowance closes the partner's reading and asks a person.
    """
    if file is not None and by.now - file.at <= _LATELY:
        key = keys.outbox(by.tenant, file.act)
        if table.update(key, add={"read": 1}).get("read", 0) <= _OFTEN:
            return
    day = by.now.date()
    spent = table.update(partner_keys.odd_reads(by.tenant, by.connection, day), add={"odd": 1})
    if spent["odd"] - spent.get("forgiven", 0) > ALLOWANCE:
        _close(by, f"{day}-{spent['odd']}")


def reopen(tenant: Tenant, connection: str, now: datetime) -> list[Write]:
    """Let a partner read again, with a whole allowance, for a transaction."""
    place = partner_keys.odd_reads(tenant, connection, now.date())
    odd = (table.get(place) or {}).get("odd", 0)
    return [
        table.update_write(partner_keys.endpoint(tenant, connection), remove=("reads_closed_at",)),
        table.update_write(place, set_={"forgiven": odd}),
    ]


def _close(by: Reading, when: str) -> None:
    at, task = clock.stamp(by.now), f"{by.connection}-{_WHY}-{when}"
    shut = table.update_write(
        partner_keys.endpoint(by.tenant, by.connection),
        set_={"reads_closed_at": at},
        condition="attribute_not_exists(reads_closed_at)",
    )
    try:
        table.transact([shut, tasks.task_write(by.tenant, task, "", _WHY, (), ())])
    except Conflict:
        return  # another reading closed it
    metrics.count("PartnerReadsTooMuch", 1)
    logger.warning("reads_closed", extra={"connection": by.connection})

"""Deliveries: every attempt to tell a partner something, by day, and since when all fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.cloud import clock, partner_keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.errors import Conflict

# What a partner has not taken.
_FAILED = frozenset({"retry", "unknown"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: ``number`` counts from 1, ``ms`` is how long the partner took.

    ``key`` is the ``webhook-id``: the act itself, or of a replay the act that it repeats.
    """

    act: str
    key: str
    type: str
    case: str
    number: int
    outcome: str
    code: str | None
    ms: int


def note(tenant: Tenant, connection: str, one: Attempt, now: datetime) -> None:
    """Keep an attempt; ``now`` is business time (UTC)."""
    table.put(
        {
            **partner_keys.attempt(tenant, connection, now, one.act, one.number),
            "key": one.key,
            "type": one.type,
            "case": one.case,
            "number": one.number,
            "outcome": one.outcome,
            "code": one.code,
            "ms": one.ms,
        },
        condition=None,
    )


def of_day(tenant: Tenant, connection: str, day: date, *, after: str = "", limit: int) -> list[Row]:
    """The attempts of a day (UTC) at a partner, oldest first, behind the sort key ``after``."""
    pk = partner_keys.attempts(tenant, connection, day)
    found = table.query(pk, f"{after}!" if after else "0", "~", limit=limit)
    return found[:limit]


def acts_since(tenant: Tenant, connection: str, since: datetime, until: datetime) -> list[Row]:
    """The first attempt of each message between two instants, oldest first; of no replay."""
    found: dict[str, Row] = {}
    day = since.date()
    while day <= until.date():
        for row in of_day(tenant, connection, day, limit=10_000):
            replay = row["key"] != row["sk"].split("#", 2)[2]
            if clock.stamp(since) <= row["sk"][:20] <= clock.stamp(until) and not replay:
                found.setdefault(row["key"], row)
        day += timedelta(days=1)
    return list(found.values())


def failing_since(tenant: Tenant, connection: str, outcome: str, now: datetime) -> datetime | None:
    """Since when nothing gets through, counting an attempt with ``outcome``; None: it does.

    A refusal is an answer too: whoever refuses is there.
    """
    key = partner_keys.endpoint(tenant, connection)
    row = table.get(key) or {}
    since = row.get("failing_since")
    if outcome not in _FAILED:
        if since is not None:
            table.update(key, remove=("failing_since",))
        return None
    if since is None:
        since = clock.stamp(now)
        try:
            table.update(
                key, set_={"failing_since": since}, condition="attribute_not_exists(failing_since)"
            )
        except Conflict:
            since = (table.get(key) or {}).get("failing_since", since)
    return clock.read_stamp(since)


def forgive(tenant: Tenant, connection: str) -> None:
    """What failed until now no longer counts: a person looks after it."""
    table.update(partner_keys.endpoint(tenant, connection), remove=("failing_since",))

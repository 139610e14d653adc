"""The row of a creditor's retention: whether it is on, by whose word, for which table.

Nothing is deleted before a named person (a lawyer) stood for the very table that ships with the
hub: a release that changes the table waits for that word again.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

from shared.cloud import clock, keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain.retention import table_hash
from shared.errors import Conflict

KIND = "RETAIN"
# After the nightly pulls, before people come in.
_AT = time(3, tzinfo=UTC)


def rules_key(tenant: Tenant) -> Key:
    """The one row of a creditor."""
    return keys.fact(tenant, KIND, "rules")


def is_on(row: Row | None) -> bool:
    """Whether records are deleted: switched on, and the table is the one that was confirmed."""
    return row is not None and row["state"] == "on" and row["table"] == table_hash()


def switched(tenant: Tenant, *, on: bool, name: str, digest: str, by: str, now: datetime) -> Write:
    """Switch retention on or off, for the transaction with the trail.

    ``name`` is who stands for the table of hash ``digest``, ``by`` the principal who says so;
    ``now`` is business time (UTC): the first run is in the following night.
    """
    key = rules_key(tenant)
    row: Row = {**key, "state": "on" if on else "off", "table": digest, "name": name, "by": by}
    row |= {"at": clock.stamp(clock.wall()), "attempt": 0}
    if on:
        row |= {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(_tomorrow(now))}
    return table.put_write(row, condition=None)


def going_on(tenant: Tenant, place: Row | None) -> None:
    """Keep where a run stopped (None: it is through)."""
    table.update(
        rules_key(tenant),
        set_={} if place is None else {"place": json.dumps(place)},
        remove=("place",) if place is None else (),
        condition="attribute_exists(pk)",
    )


def place_of(row: Row) -> Row:
    """Where the last run stopped; empty where it was through."""
    found: Row = json.loads(row.get("place", "{}"))
    return found


def through(tenant: Tenant, row: Row, now: datetime, audited: date | None) -> None:
    """A run is through: the next one is in the following night.

    ``audited`` is the last day whose trail is gone. A row that was switched meanwhile stays.
    """
    known = {} if audited is None else {"audited": audited.isoformat()}
    try:
        table.update(
            rules_key(tenant),
            set_={"due_at": clock.stamp(_tomorrow(now)), "attempt": 0, **known},
            remove=("place",),
            condition="due_at = :seen",
            values={"seen": row["due_at"]},
        )
    except Conflict:
        return


def _tomorrow(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), _AT)

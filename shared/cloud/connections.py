"""Connections to outside systems: their rows, the states they go through, and how one is woken.

``pending`` (made) → ``tested`` → ``enabled`` → ``disabled``; a pull moves an enabled one between
``enabled``, ``degraded`` (asked to come back), ``failing`` (unreadable) and ``needs_auth``. That is
what the hub does with it; how it is, people read as its health (``shared.domain.health``).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from shared.cloud import clock, feeds, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue
from shared.cloud.table import Row, Write
from shared.errors import Conflict, NotFound

# In these the connection is read; what failed is tried again.
LIVE = frozenset({"enabled", "degraded", "failing"})
# Families whose connections are read by a pull, and so come due.
READ = ("erp", "payments", "banks")

_DUE = ("due_shard", "due_at", "wanted_at")
# Since when touches wait for a feed and why, and what a person is asked about it.
_STALE = (
    "stale_since", "stale_why", "suspicious", "suspicious_since", "suspicious_task",
    "matching_since",
)  # fmt: skip
# What was seen by one set of settings and says nothing of another.
_OF_SETTINGS = (
    "tested_at", "fresh_as_of", "complete_through", "swept_on", "reading_since", "pulling", "again",
    "not_before", "last_error", "cause", "gap_error", "authorise_error",
)  # fmt: skip


def made(
    tenant: Tenant,
    connection: str,
    *,
    connector: str,
    config: Mapping[str, Any],
    start_line: date | None,
    authority: bool = True,
) -> Write:
    """The row of a new connection, for a transaction; a ``Conflict`` when the id is taken.

    ``authority`` is false for a money feed that is only a hint.
    """
    return table.put_write(
        {
            **keys.connection(tenant, connection),
            "connector": connector,
            "config": json.dumps(config, sort_keys=True),
            "state": "pending",
            "start_line": start_line.isoformat() if start_line else None,
            "authority": authority,
            "list_in": keys.listing(tenant, "CONN"),
            "list_id": connection,
        }
    )


def resettled(row: Row, config: Mapping[str, Any]) -> list[Write]:
    """Other settings, and nothing that rests on the old ones: test and enable it again.

    A source is read from its beginning, and a read under way loses its lease. A money feed that
    was in use is waited for until it is used again. A ``Conflict`` when somebody moved first.
    """
    gone = (*_DUE, *_OF_SETTINGS, *(("cursor",) if is_read(row) else ()))
    fields = {"state": "pending", "config": json.dumps(config, sort_keys=True), "findings": "[]"}
    write = table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_=fields,
        remove=gone,
        condition="#state = :state AND #config = :seen",
        values={"state": row["state"], "seen": row["config"]},
    )
    waited = row["state"] not in {"pending", "tested", "disabled"}
    return [write, *(feeds.told(row, fields, gone=gone) if waited else ())]


def rekeyed(row: Row, at: datetime) -> list[Write]:
    """Other secrets from ``at`` (wall time) on: what is in use, or was tested, is ``pending`` then.

    What was read stays, and where the source is read on; a read under way loses its lease.
    ``secrets_at`` names the secrets, so that who approves a connection approves these. A
    ``Conflict`` when somebody moved first.
    """
    was = row["state"]
    after = "pending" if was in LIVE or was == "tested" else was
    named = f"{clock.stamp(at)}/{secrets.token_hex(4)}"
    fields = {"state": after, "findings": "[]", "secrets_at": named}
    gone = (*_DUE, "tested_at", "pulling", "again", "not_before")
    told = feeds.told(row, fields, gone=gone) if was in LIVE else ()
    return [_moved(row, after, fields, remove=gone), *told]


def read(tenant: Tenant, connection: str) -> Row:
    """A connection's row. Raises ``NotFound``."""
    row = table.get(keys.connection(tenant, connection))
    if row is None:
        raise NotFound("no such connection")
    return row


def tested(
    row: Row, findings: Sequence[Mapping[str, Any]], at: datetime, cause: str | None
) -> Write:
    """What a test found, and why it failed as a whole (``cause``, a word of health), if it did.

    One that is not live moves to ``tested``, or back to ``pending``.
    """
    good = all(one["ok"] for one in findings)
    after = row["state"] if row["state"] in LIVE else ("tested" if good else "pending")
    said = {"findings": json.dumps(list(findings)), "tested_at": clock.stamp(at)}
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"state": after, **said, **({"cause": cause} if cause else {})},
        remove=() if cause else ("cause",),
        # The settings that were tested are those that it has.
        condition="#state = :seen AND #config = :config",
        values={"seen": row["state"], "config": row["config"]},
    )


def enabled(row: Row, now: datetime) -> Write:
    """A connection begins to be used; one that is read or polled comes due at once.

    A money feed is also named in FEEDS (:func:`shared.cloud.feeds.told`).
    """
    due = is_read(row) or is_polled(row)
    fields = _due(row, now) if due else {"attempt": 0}
    return _moved(row, "enabled", fields, remove=("last_error", "cause"))


def disabled(row: Row) -> Write:
    """A connection is no longer used, and must be tested before it is again."""
    return _moved(row, "disabled", {}, remove=(*_DUE, *_STALE))


def confirmed(row: Row, now: datetime) -> list[Write]:
    """A person says that what looked odd is right: the feed's rhythm begins anew at ``now``.

    Raises ``Conflict`` when nothing is odd about the feed.
    """
    if "suspicious" not in row:
        raise Conflict("nothing is odd about this connection")
    anew = {"rhythm": json.dumps({"last": clock.stamp(now)})}
    odd = ("suspicious", "suspicious_since", "suspicious_task")
    return [_moved(row, row["state"], anew, remove=odd), *feeds.told(row, anew, gone=odd)]


def matching(row: Row, now: datetime) -> list[Write]:
    """Money that a pull has just brought is to find its claims before anybody is touched."""
    since = {"matching_since": clock.stamp(now)}
    return [_moved(row, row["state"], since), *feeds.told(row, since)]


def matched(row: Row) -> list[Write]:
    """The money that was read has found its claims. A ``Conflict`` when more has come since."""
    gone = ("matching_since",)
    if "matching_since" not in row:
        return feeds.told(row, {})
    ended = table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        remove=gone,
        condition="matching_since = :seen",
        values={"seen": row["matching_since"]},
    )
    return [ended, *feeds.told(row, {}, gone=gone)]


def wake(tenant: Tenant, connection: str, now: datetime) -> None:
    """Have a live connection read now; a partner is polled, and compared at once.

    Raises ``NotFound`` when there is none and ``Conflict`` when it is not live or is never read.
    """
    row = read(tenant, connection)
    if row["state"] in LIVE and is_polled(row):
        body = {"tenant": tenant.id, "connection": connection, "compare": True}
        enqueue("poll", [body])
        return
    if row["state"] not in LIVE or not is_read(row):
        raise Conflict("the connection is not one that is read now")
    wanted = {"wanted_at": clock.stamp(now), **_due(row, now)}
    table.transact([_moved(row, row["state"], wanted), *feeds.told(row, wanted)])
    enqueue("pull", [{"tenant": tenant.id, "connection": connection}])


def is_read(row: Row) -> bool:
    """Whether a pull reads this connection (a partner is polled, a channel only written to)."""
    return str(row["connector"]).partition(".")[0] in READ


def is_polled(row: Row) -> bool:
    """Whether this is a collection partner: asked for reports, and compared with each day."""
    return str(row["connector"]).partition(".")[0] == "collectors"


def _due(row: Row, now: datetime) -> Row:
    return {"due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(now), "attempt": 0}


def _moved(row: Row, after: str, also: Row, remove: Sequence[str] = ()) -> Write:
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"state": after, **also},
        remove=remove,
        condition="#state = :seen",
        values={"seen": row["state"]},
    )

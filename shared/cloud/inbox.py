"""The inbox: what others report, kept raw under their key before anything is made of it.

A row is ``received`` until it is ``done``, ``refused`` (not this sender's to say) or
``quarantined`` (a person must look, and has it worked on ``again`` or ``dismissed``). While it is
received it comes due, so that no report is lost with a queue. Keys never expire.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from shared.cloud import agenda, clock, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue
from shared.cloud.table import Row, Write
from shared.errors import Conflict, NotFound

# How long the queue has before the sweep looks.
_PATIENCE = timedelta(minutes=5)

Taken = Literal["new", "waiting", "settled", "different"]
Settled = Literal["done", "refused", "quarantined"]


def receive(
    tenant: Tenant, source: str, event: str, *, case: str, body: bytes, now: datetime
) -> Taken:
    """Keep a report of ``source`` (a connection) on a case; ``now`` is business time (UTC).

    A remittance is on no ``case``: it is empty.

    ``new``: it is kept now. ``waiting`` and ``settled``: the very same was kept before, and is or
    is not still to be worked on. ``different``: the key was used for something else.
    """
    key = keys.inbox(tenant, source, event)
    digest = hashlib.sha256(body).hexdigest()
    row: Row = {
        **key,
        **_text(body),
        "hash": digest,
        "case": case,
        "state": "received",
        "received_at": clock.stamp(clock.wall()),
        **agenda.raw(tenant, f"{source}.{event}"),
        "attempt": 0,
        "due_shard": keys.due_shard(key["pk"]),
        "due_at": clock.stamp(now + _PATIENCE),
    }
    try:
        table.put(row, condition="attribute_not_exists(pk)")
    except Conflict:
        kept = read(tenant, source, event)
        if (kept["hash"], kept["case"]) != (digest, case):
            return "different"
        return "waiting" if kept["state"] == "received" else "settled"
    return "new"


def announce(tenant: Tenant, source: str, *events: str) -> None:
    """Tell the queue that reports wait, ten in a call."""
    enqueue("inbox", [{"tenant": tenant.id, "source": source, "event": one} for one in events])


def kept(tenant: Tenant, source: str, events: Iterable[str]) -> dict[str, bool]:
    """Which of the keys are kept already, and whether each is still to be worked on."""
    rows = table.batch_get([keys.inbox(tenant, source, one) for one in events])
    return {keys.id_of(row["pk"]): row["state"] == "received" for row in rows.values()}


def read(tenant: Tenant, source: str, event: str) -> Row:
    """The row of a report. Raises ``NotFound``."""
    row = table.get(keys.inbox(tenant, source, event))
    if row is None:
        raise NotFound("no such report")
    return row


def body_of(row: Row) -> bytes:
    """The report as it came over the wire."""
    return base64.b64decode(row["raw"]) if "raw" in row else str(row["body"]).encode()


def settled(row: Row, state: Settled, fault: str = "") -> Write:
    """The end of a report, for the transaction that makes something of it.

    ``fault`` is a fixed sentence. A report that is settled already makes it a ``Conflict``.
    """
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"state": state, "fault": fault},
        remove=("due_shard", "due_at"),
        condition="#state = :received",
        values={"received": "received"},
    )


def again(row: Row, now: datetime) -> Write:
    """A quarantined report is worked on once more from ``now`` on (business time, UTC)."""
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={
            "state": "received",
            "taken": times_taken(row) + 1,
            "attempt": 0,
            "due_shard": keys.due_shard(row["pk"]),
            "due_at": clock.stamp(now),
        },
        remove=("fault",),
        condition="#state = :held",
        values={"held": "quarantined"},
    )


def dismissed(row: Row) -> Write:
    """Nothing is made of a quarantined report, ever."""
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"state": "dismissed"},
        condition="#state = :held",
        values={"held": "quarantined"},
    )


def times_taken(row: Row) -> int:
    """How often a person had a report worked on again."""
    return int(row.get("taken", 0))


def is_kept(row: Row) -> bool:
    """Whether the report's own bytes are there: they are kept for a time, its key for good."""
    return "body" in row or "raw" in row


def later(row: Row, at: datetime, *, looked: bool = False) -> None:
    """Look at a report again at ``at`` (business time, UTC); ``looked`` says that it was once."""
    due: Row = {"state": "received", "due_at": clock.stamp(at), "attempt": 0}
    due |= {"looked": True} if looked else {}
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_=due,
        condition="#state = :received",
        values={"received": "received"},
    )


def _text(body: bytes) -> Row:
    """The bytes as a row can hold them."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"raw": base64.b64encode(body).decode()}

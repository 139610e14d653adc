"""The outbox: acts on their way out, one row each, due until they are settled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from shared.cloud import clock, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write

Kind = Literal["reminder", "hand_over", "tell"]


def intend(  # noqa: PLR0913 - every field of the row is said by the caller
    tenant: Tenant,
    act: str,
    *,
    kind: Kind,
    case: str,
    connection: str,
    content_hash: str,
    due_at: datetime,
    document: str = "",
    weighs: bool = False,
    message: Mapping[str, Any] | None = None,
) -> Write:
    """The row of an act about to leave, for the transaction that writes its INTENT.

    ``due_at`` is when somebody else looks after it. ``weighs`` says that it bears a fee or a legal
    effect. ``message`` is the thin body of a ``tell``: ids, amounts and codes.
    """
    key = keys.outbox(tenant, act)
    row: Row = {
        **key,
        "kind": kind,
        "state": "intended",
        "case_id": case,
        "conn": connection,
        "hash": content_hash,
        "document": document,
        "weighs": weighs,
        "message": json.dumps(message) if message is not None else None,
        "attempt": 0,
        "due_shard": keys.due_shard(key["pk"]),
        "due_at": clock.stamp(due_at),
    }
    return table.put_write(row)


def settled(tenant: Tenant, act: str, state: Literal["sent", "failed", "passed"]) -> Write:
    """The end of an act, for the transaction that writes its OUTCOME."""
    return table.update_write(
        keys.outbox(tenant, act),
        set_={"state": state},
        remove=("due_shard", "due_at"),
        condition="attribute_exists(pk)",
    )


def later(
    tenant: Tenant,
    act: str,
    state: Literal["intended", "unknown"],
    at: datetime,
    attempt: int | None = None,
    *,
    refused: bool = False,
) -> Write:
    """The act is looked at again at ``at`` (business time).

    ``attempt`` sets the count of looks, for one that was none. ``refused`` counts an attempt after
    which the counterpart certainly has not got it.
    """
    key = keys.outbox(tenant, act)
    fields: Row = {
        "state": state,
        "due_shard": keys.due_shard(key["pk"]),
        "due_at": clock.stamp(at),
    }
    if attempt is not None:
        fields["attempt"] = attempt
    counts = {"refused": 1} if refused else {}
    return table.update_write(key, set_=fields, add=counts, condition="attribute_exists(pk)")


def read(tenant: Tenant, act: str) -> Row | None:
    """The row of an act."""
    return table.get(keys.outbox(tenant, act))

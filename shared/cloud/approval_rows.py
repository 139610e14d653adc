"""Approvals as stored: a request that waits for a second person, checked and kept as it came.

A row holds who asked for what, the hash of what it was checked against, and the body while it
waits: once somebody decided, the body goes and its hash stays. A tenant's rows are listed while
they wait; those of operators (no tenant) lie in one partition of the installation.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from shared.cloud import clock, hub_keys, keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.principals import Principal
from shared.cloud.table import Row, Write
from shared.errors import NotFound

# Wall time: who has not agreed by then has not agreed.
LASTS = timedelta(days=7)
LISTING = "APPROVAL"


def key_of(tenant: Tenant | None, approval: str) -> Key:
    """The key of a tenant's approval, or (None) of the operators'."""
    if tenant is None:
        return hub_keys.approval(approval)
    return keys.fact(tenant, LISTING, approval)


def desk(principal: Principal) -> Tenant | None:
    """Whose approvals a principal's requests wait among: the tenant's, or None: the operators'."""
    return principal.tenant if principal.tenant_id else None


def proposed(tenant: Tenant | None, asked: dict[str, Any], by: Principal) -> tuple[Row, Write]:
    """The row of a request (``asked``: route, path, query, body, words, rests_on), and its write.

    The same request of the same person on the same state has the same id; while it waits the write
    is a ``Conflict``.
    """
    now = clock.wall()
    said = json.dumps([by.client, asked], sort_keys=True).encode()
    approval = hashlib.sha256(said).hexdigest()[:24]
    row: Row = {
        **key_of(tenant, approval),
        "state": "open",
        "by": by.client,
        "person": by.person,
        "role": by.role,
        "scopes": " ".join(sorted(by.scopes)),
        "connection": by.connection,
        "at": clock.stamp(now),
        "expires_at": clock.stamp(now + LASTS),
        "route": asked["route"],
        "words": asked["words"],
        "rests_on": asked["rests_on"],
        "body_hash": hashlib.sha256(asked["body"].encode()).hexdigest(),
        "asked": json.dumps({name: asked[name] for name in ("path", "query", "body")}),
    }
    if tenant is not None:
        row |= {"list_in": keys.listing(tenant, LISTING), "list_id": approval}
    write = table.put_write(row, condition=None)
    write["Put"] |= {
        "ConditionExpression": "attribute_not_exists(pk) OR #s <> :open OR expires_at <= :now",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":open": {"S": "open"}, ":now": {"S": clock.stamp(now)}},
    }
    return row, write


def read(tenant: Tenant | None, approval: str) -> Row:
    """An approval. Raises ``NotFound``."""
    row = table.get(key_of(tenant, approval))
    if row is None:
        raise NotFound("no such approval")
    return row


def of_operators() -> list[Row]:
    """The operators' approvals that wait."""
    rows = table.query(hub_keys.approval("0")["pk"], "0", "~")
    return [row for row in rows if state_of(row) == "open"]


def state_of(row: Row) -> str:
    """open, approved, rejected, or expired: open for more than seven days."""
    if row["state"] == "open" and row["expires_at"] <= clock.stamp(clock.wall()):
        return "expired"
    return str(row["state"])


def decided(row: Row, state: str, by: str) -> Write:
    """The end of an open approval, once; its body goes. Else the transaction is a ``Conflict``."""
    now = clock.stamp(clock.wall())
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"state": state, "decided_by": by, "decided_at": now},
        remove=("asked", "list_in", "list_id"),
        condition="#state = :open AND #at = :seen",
        values={"open": "open", "seen": row["at"]},
    )

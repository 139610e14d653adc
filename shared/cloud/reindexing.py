"""The index rebuilt: a case's HEAD row and its due instant, made again from its events alone."""

from __future__ import annotations

import json
from datetime import datetime

from shared.cloud import clock, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.store import Store
from shared.cloud.table import Row
from shared.domain.case import Case
from shared.errors import Conflict, NotFound

# What a HEAD row takes from the events; when the case is due and who works on it now is its own.
_TOLD = (
    "version", "snap", "debtor", "conn", "policy", "policy_version", "refs", "list_in", "list_id",
)  # fmt: skip


def rebuilt(tenant: Tenant, case_id: str, now: datetime) -> bool:
    """Put a case's HEAD right where it is absent or says something else than the events do.

    A case that goes on and was not due any more is due at ``now`` (business time): what is decided
    then sends nothing that was sent before. False when nothing was wrong. Raises ``NotFound`` for a
    case without events, ``Unreadable``, and ``Conflict`` when the case moved meanwhile.
    """
    key = keys.head(tenant, case_id)
    seen = table.get(key)
    case = Case.replay(case_id, Store(tenant).events(case_id))
    if not case.version or case.policy is None:
        raise NotFound("no such case")
    told = _told(tenant, case)
    goes_on = not (case.closed or case.parked or case.successor)
    if seen is not None:
        lost = goes_on and "due_at" not in seen
        if not lost and all(seen.get(name) == told[name] for name in _TOLD):
            return False
        if seen["version"] > case.version:
            raise Conflict("the case has moved on while it was read")
    at = seen.get("due_at") if seen is not None else None
    due: Row = {}
    if goes_on:
        due = {"due_shard": keys.due_shard(key["pk"]), "due_at": at or clock.stamp(now)}
    _write({**key, **told, **due, "attempt": 0 if seen is None else seen["attempt"]}, seen)
    return True


def _told(tenant: Tenant, case: Case) -> Row:
    """What the HEAD row of a case repeats of its events."""
    if case.policy is None:
        raise NotFound("no such case")
    return {
        "version": case.version,
        "snap": _latest_snapshot(tenant, case),
        "debtor": case.debtor,
        "conn": case.connection,
        "policy": case.policy.id,
        "policy_version": case.policy.version,
        "refs": json.dumps([state.claim.id for state in case.open_claims()]),
        "list_in": keys.listing(tenant, "CASE"),
        "list_id": case.id,
    }


def _latest_snapshot(tenant: Tenant, case: Case) -> int:
    first = keys.snapshot(tenant, case.id, 1)
    last = keys.snapshot(tenant, case.id, case.version)["sk"]
    rows = table.query(first["pk"], first["sk"], last)
    return int(rows[-1]["sk"].partition("#")[2]) if rows else 0


def _write(row: Row, seen: Row | None) -> None:
    """Write the row as long as it is as it was seen. Raises ``Conflict``."""
    if seen is None:
        table.put(row, condition="attribute_not_exists(pk)")
        return
    set_ = {name: value for name, value in row.items() if name not in {"pk", "sk"}}
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_=set_,
        remove=() if "due_at" in row else ("due_shard", "due_at"),
        condition="version = :seen AND attempt = :attempt",
        values={"seen": seen["version"], "attempt": seen["attempt"]},
    )

"""Expiries as rows: one a connection, due on the day on which people are next told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Any

from shared.cloud import clock, due, keys, metrics, table, tasks
from shared.cloud.keys import Key, Tenant
from shared.cloud.runtime import logger
from shared.cloud.table import Row, Write
from shared.domain.expiries import OVER, Expiry, next_look, untold
from shared.domain.explain import Reason
from shared.errors import Conflict

# What a person gives at the vendor, and what therefore no new secret renews.
CONSENT = "consent"
# The hour (UTC) of a day's look, as that of reference rates.
_HOUR = time(5)


def key(tenant: Tenant, connection: str) -> Key:
    """Where the expiries of a connection stand."""
    return keys.fact(tenant, "EXPIRY", connection)


def known(row: Row | None) -> dict[str, Expiry]:
    """The expiries of a row, by what runs out; empty without one."""
    body = json.loads((row or {}).get("body", "{}"))
    return {name: Expiry.model_validate(one) for name, one in body.items()}


def stored(
    tenant: Tenant, connection: str, days: Mapping[str, date], before: Row | None, now: datetime
) -> list[Write]:
    """The days that are known from now on (by what runs out), in the place of those of ``before``.

    A question about a day that is no more is ended. A ``Conflict`` when others were faster.
    """
    old = known(before)
    kept = {
        name: old[name] if name in old and old[name].on == on else Expiry(on=on)
        for name, on in days.items()
    }
    gone = [one.task for name, one in old.items() if kept.get(name) != one and one.task]
    version = before["version"] if before else 0
    due_at = _due(tenant, connection, kept, now, told=False)
    write = table.update_write(
        key(tenant, connection),
        set_={
            "body": _body(kept), "version": version + 1, **due_at,
            "list_in": keys.listing(tenant, "EXPIRY"), "list_id": connection,
        },
        remove=() if due_at else ("due_shard", "due_at"),
        condition="version = :seen" if before else "attribute_not_exists(pk)",
        values={"seen": version} if before else None,
    )  # fmt: skip
    writes = [write, *(end for task in gone for end in _ended(tenant, task, "renewed"))]
    if CONSENT in old and old[CONSENT].told == OVER and kept.get(CONSENT) != old[CONSENT]:
        writes.append(_consent(tenant, connection, remove=("consent_over",)))
    return writes


def look(row: Row, now: datetime) -> str:
    """Take a look whose day has come: tell of what is near or over, once a stage.

    Counts ``ExpiryNear`` (by stage). The task of the stage before ends with the new one.
    """
    claimed = due.claim(row, now)
    if claimed is None:
        return "lost"
    tenant, connection = keys.tenant_of(row["pk"]), keys.id_of(row["pk"])
    after = {
        name: _told(tenant, connection, name, one, now.date())
        for name, one in known(claimed).items()
    }
    due_at = _due(tenant, connection, after, now, told=True)
    with suppress(Conflict):
        table.update(
            key(tenant, connection),
            set_={"body": _body(after), **due_at},
            add={"version": 1},
            remove=() if due_at else ("due_shard", "due_at"),
            condition="due_at = :lease AND version = :seen",
            values={"lease": claimed["due_at"], "seen": claimed["version"]},
        )
    return "EXPIRY"


def _told(tenant: Tenant, connection: str, name: str, one: Expiry, today: date) -> Expiry:
    now = untold(one, today)
    if now is None:
        return one
    task = f"expiry-{connection}-{name}-{one.on.isoformat()}-{now}"
    why = "expiry_over" if now == OVER else "expiry_near"
    facts = {"connection": connection, "what": name, "on": one.on.isoformat()}
    text = "it can no longer be used" if now == OVER else "it is to be renewed before that day"
    reason = Reason(rule="hub.expiry", text=text, facts=facts)
    metrics.count("ExpiryNear", 1, Stage=str(now))
    logger.warning("expiry", extra={"connection": connection, "what": name, "stage": now})
    with suppress(Conflict):
        table.transact([tasks.task_write(tenant, task, "", why, (), (reason,))])
    if name == CONSENT and now == OVER:
        with suppress(Conflict):
            table.transact([_consent(tenant, connection, set_={"consent_over": True})])
    for end in _ended(tenant, one.task, "told_again") if one.task else ():
        with suppress(Conflict):
            table.transact([end])
    return one.model_copy(update={"told": now, "task": task})


def _consent(tenant: Tenant, connection: str, **change: Any) -> Write:
    """What the connection's own row is to say of its consent, by which its health is told."""
    where = keys.connection(tenant, connection)
    return table.update_write(where, **change, condition="attribute_exists(pk)")


def _ended(tenant: Tenant, task: str, word: str) -> list[Write]:
    """The end of a question by the hub itself, where nobody has answered it."""
    row = table.get(keys.task(tenant, task))
    if row is None or row["state"] != "open":
        return []
    return [tasks.answer(tenant, task, word, "hub")]


def _due(
    tenant: Tenant, connection: str, found: Mapping[str, Expiry], now: datetime, *, told: bool
) -> Row:
    """When to look next: at once where people are still to be told of something."""
    today = now.date()
    days = [next_look(one, today) for one in found.values()]
    if not told:
        days += [today for one in found.values() if untold(one, today) is not None]
    coming = [day for day in days if day is not None]
    if not coming:
        return {}
    at = datetime.combine(min(coming), _HOUR, tzinfo=UTC)
    pk = key(tenant, connection)["pk"]
    return {"due_shard": keys.due_shard(pk), "due_at": clock.stamp(at), "attempt": 0}


def _body(found: Mapping[str, Expiry]) -> str:
    return json.dumps({name: one.model_dump(mode="json") for name, one in found.items()})

"""Parking: a case that the hub cannot handle is given to a person and stops coming due."""

from __future__ import annotations

from datetime import datetime

from shared.cloud import keys, table, tasks
from shared.cloud.table import Row
from shared.domain.events import Parked, write_event


def park(head: Row, why: str, now: datetime) -> None:
    """Park the case of a HEAD row without folding it, since it may not fold. Raises ``Conflict``.

    The event, the task and the end of ``due_at`` are one transaction.
    """
    tenant, case = keys.tenant_of(head["pk"]), keys.id_of(head["pk"])
    version = head["version"] + 1
    event = Parked(at=now, why=why)
    table.transact(
        [
            table.update_write(
                keys.head(tenant, case),
                set_={"version": version, "attempt": 0},
                remove=("due_shard", "due_at"),
                condition="version = :seen AND attempt = :attempt",
                values={"seen": head["version"], "attempt": head["attempt"]},
            ),
            table.put_write(
                {
                    **keys.event(tenant, case, version),
                    "kind": event.kind,
                    "body": write_event(event),
                }
            ),
            tasks.task_write(tenant, f"{case}-parked-{version}", case, why, (), ()),
        ]
    )

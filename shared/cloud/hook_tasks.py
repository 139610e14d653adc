"""Questions about webhooks: what a person is asked when a delivery cannot be used."""

from __future__ import annotations

import hashlib

from shared.cloud import table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.table import Write
from shared.domain.explain import Reason
from shared.errors import Conflict


def ask(tenant: Tenant, connection: str, event: str, end: Write, fault: str) -> bool:
    """Write ``end`` (what becomes of the event's row) and ask a person about it, together.

    ``fault`` is a fixed sentence. False when it was ended or asked before.
    """
    digest = hashlib.sha256(f"{connection}#{event}".encode()).hexdigest()[:12]
    facts = {"connection": connection, "event": event}
    why = Reason(rule="hub.webhook", text=fault, facts=facts)
    task = tasks.task_write(tenant, f"webhook-{digest}", "", "webhook_quarantined", (), (why,))
    try:
        table.transact([end, task])
    except Conflict:
        return False
    return True

"""Tasks for people: one row a question, listed while it is open and kept when it is answered."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shared.cloud import keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.explain import Reason
from shared.errors import NotFound


def task_write(
    tenant: Tenant,
    task_id: str,
    case: str,
    why: str,
    claims: Sequence[str],
    because: Sequence[Reason],
) -> Write:
    """The row of a new task, for the transaction that makes the case wait for it.

    ``case`` is empty for a question about no case. A task that exists makes the transaction a
    ``Conflict``: the same question is asked once.
    """
    row: Row = {
        **keys.task(tenant, task_id),
        "case": case,
        "why": why,
        "state": "open",
        "claims": json.dumps(list(claims)),
        "body": json.dumps([reason.model_dump(mode="json") for reason in because]),
        "list_in": keys.listing(tenant, "TASK"),
        "list_id": task_id,
    }
    return table.put_write(row)


def read(tenant: Tenant, task_id: str) -> Row:
    """A task's row. Raises ``NotFound``."""
    row = table.get(keys.task(tenant, task_id))
    if row is None:
        raise NotFound("no such task")
    return row


def answer(tenant: Tenant, task_id: str, word: str, by: str) -> Write:
    """The answer of a person (``by``, a principal's id) to an open task, for a transaction.

    It ends the task's listing. An answered task makes the transaction a ``Conflict``.
    """
    return table.update_write(
        keys.task(tenant, task_id),
        set_={"state": "answered", "answer": word, "by": by},
        remove=("list_in", "list_id"),
        condition="#state = :open",
        values={"open": "open"},
    )

"""Fuses that blow: what halts a creditor until a person lifts it, and the epoch of the table.

A halt stands on the creditor's switches, which are read before every act. The epoch names the table
that the hub was last reconciled with: a table that was restored has another name, or the stack says
another ``EPOCH``, and nothing goes out until an operator has reconciled it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from shared.cloud import clock, hub_keys, keys, metrics, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.table import Row, Write
from shared.domain.explain import Reason
from shared.errors import Conflict

_MARKS = ("halted", "halted_since", "halted_task")


def halt(tenant: Tenant, reason: Reason, now: datetime) -> bool:
    """Let nothing more of a creditor go out, ask a person why, and count it; once while it lasts.

    What a person lifted stays lifted for its day (UTC). False when it did nothing.
    """
    why, since = reason.rule.rpartition(".")[2], clock.stamp(now)
    task = f"halted-{why}-{''.join(char for char in since if char.isdigit())}"
    latch = table.update_write(
        keys.control(tenant),
        set_={"halted": why, "halted_since": since, "halted_task": task},
        condition="attribute_not_exists(halted) AND "
        "(attribute_not_exists(lifted) OR lifted <> :today)",
        values={"today": _lifted(why, now)},
    )
    question = tasks.task_write(tenant, task, "", why, (), (reason,))
    try:
        table.transact([latch, question])
    except Conflict:
        return False
    logger.warning("halted", extra={"tenant": tenant.id, "why": why})
    metrics.count("FuseBlown", 1, Why=why)
    return True


def lifted(tenant: Tenant, row: Row, by: str, now: datetime) -> list[Write]:
    """The end of a halt by a person (``by``, a principal's id), for a transaction.

    Raises ``Conflict`` when nothing is halted.
    """
    if "halted" not in row:
        raise Conflict("nothing is halted")
    ended = table.update_write(
        keys.control(tenant),
        set_={"lifted": _lifted(row["halted"], now)},
        remove=_MARKS,
        condition="halted_task = :seen",
        values={"seen": row["halted_task"]},
    )
    task = table.get(keys.task(tenant, row["halted_task"]))
    if task is None or task["state"] != "open":
        return [ended]
    return [ended, tasks.answer(tenant, row["halted_task"], "continue", by)]


@lru_cache(maxsize=8)
def keep_epoch(epoch: str) -> None:
    """Write down which table this is where nobody has yet, once a process; never over another.

    So a copy of the table, made at any later time, tells that it is one.
    """
    with suppress(Conflict):
        table.update(
            hub_keys.control(), set_={"epoch": epoch}, condition="attribute_not_exists(epoch)"
        )


def reconciled(epoch: str) -> Write:
    """An operator opens the hub on the table as it is now, for a transaction."""
    return table.update_write(hub_keys.control(), set_={"epoch": epoch})


def _lifted(why: str, now: datetime) -> str:
    return f"{why}/{now.date().isoformat()}"

"""Stuck money: a payment that cannot be matched is a person's, and its creditor's cases wait."""

from __future__ import annotations

import hashlib

from shared.cloud import keys, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.explain import Reason
from shared.errors import Conflict


def ask(row: Row) -> None:
    """Ask a person about a sighting that was tried again and again; asked once.

    It is tried on: nobody knows which claims it pays, so none of the creditor may be dunned
    meanwhile, and a release that can match it ends the question by itself.
    """
    if "stuck" in row:
        return
    tenant, payment = keys.tenant_of(row["pk"]), keys.id_of(row["pk"])
    task = f"stuck-{hashlib.sha256(payment.encode()).hexdigest()[:16]}-{row['mark']}"
    why = Reason(rule="hub.match", text="the payment cannot be matched", facts={"payment": payment})
    asked = table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"stuck": task},
        condition="due_at = :seen",
        values={"seen": row["due_at"]},
    )
    try:
        table.transact([asked, tasks.task_write(tenant, task, "", "payment_stuck", (), (why,))])
    except Conflict:
        return


def ended(tenant: Tenant, row: Row) -> list[Write]:
    """The end of the question about a sighting that could be matched after all."""
    if "stuck" not in row or tasks.read(tenant, row["stuck"])["state"] != "open":
        return []
    return [tasks.answer(tenant, row["stuck"], "matched", "hub")]

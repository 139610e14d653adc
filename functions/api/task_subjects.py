"""Subjects of tasks: whose a question is, and the invoices of one that has no case to show them."""

from __future__ import annotations

from typing import Any

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row
from shared.domain.model import Invoice
from shared.domain.money import Money

# Invoices of one question that are told; a question about more names the rest by their ids.
_MOST = 20


def told(tenant: Tenant, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tasks with ``debtor`` and ``invoices``, by one read of cases' heads and of invoices.

    ``debtor`` (an id) is that of the case, else the one that all ``invoices`` are of; None for
    neither. ``invoices`` are the first 20 claims of a task without a case, as the books state them
    (amounts in the invoice's own currency), each with the ``case`` that it is dealt with in, None
    for none. A task of a case has none: its case shows them.
    """
    wanted = [place for one in found for place in _places(tenant, one)]
    rows = table.batch_get(wanted)
    for one in found:
        mine = [
            row for place in _places(tenant, one) if (row := rows.get((place["pk"], place["sk"])))
        ]
        invoices = [] if one["case"] else [_invoice(row) for row in mine if "body" in row]
        whose = {row["debtor"] for row in (mine if one["case"] else invoices)}
        one["debtor"] = whose.pop() if len(whose) == 1 else None
        one["invoices"] = invoices
    return found


def _places(tenant: Tenant, task: dict[str, Any]) -> list[Key]:
    if task["case"]:
        return [keys.head(tenant, task["case"])]
    return [keys.invoice(tenant, one) for one in task["claims"][:_MOST]]


def _invoice(row: Row) -> dict[str, Any]:
    invoice = Invoice.model_validate_json(row["body"])
    return {
        "id": invoice.id, "number": invoice.number, "debtor": invoice.debtor,
        "due": invoice.due.isoformat(), "total": _plain(invoice.total),
        "open": _plain(invoice.open), "case": row.get("case_id"),
    }  # fmt: skip


def _plain(money: Money) -> dict[str, str]:
    return {"amount": str(money.amount), "currency": money.currency}

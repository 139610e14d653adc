"""Which lines of Tryton's books settle which invoices, and what is left of a payment.

An amount is that of the invoice's currency: ``amount_second_currency`` where a line has one (zero
on a line that only books a difference of exchange), else the company's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.erp.tryton.questions import MONEY, OWN
from connectors.erp.tryton.rest import Row
from connectors.standing import shares
from shared.domain.money import Money


def settled_by(row: Row, journal: str, total: Money) -> Money | None:
    """What lines of a kind of journal took off an invoice, at most its total; None for nothing."""
    lines = _settling(row)
    amounts = [-signed(one) for one in lines.values() if _kind_of(one) == journal]
    amount = sum((amount for amount in amounts if amount > 0), Decimal(0))
    return min(Money(amount, total.currency), total) if amount else None


def _settling(row: Row) -> dict[int, Row]:
    """The lines that are linked to an invoice or reconciled with it, by their numbers."""
    lines = {one["id"]: one for one in row["payment_lines"] or ()}
    return lines | {one["id"]: one for one in row["reconciliation_lines"] or ()}


def paid_by(row: Row) -> list[int]:
    """The numbers of all payments that stand on an invoice; those of others may be among them."""
    lines = _settling(row)
    return sorted(
        number for number, one in lines.items() if one["credit"] > 0 and _kind_of(one) in MONEY
    )


def _kind_of(line: Row) -> str:
    """The type of a line's journal; a voucher that the hub proposed lets go, in any journal."""
    return "write-off" if OWN in (line["move"]["description"] or "") else _journal(line)


def kept_of(line: Row, amount: Money) -> Money:
    """What is left of a payment of ``amount``: nothing once it was cancelled or paid back whole."""
    lines = _reconciled(line)
    moves = sorted((one for one in lines if _journal(one) in MONEY), key=_age)
    currency = amount.currency
    owed = sum((signed(one) for one in lines if _is_sale(one)), Decimal(0))
    found = shares([Money(-signed(one), currency) for one in moves], Money(owed, currency))
    paid = [one["id"] for one in moves if signed(one) < 0]
    for number, share in zip(paid, found, strict=True):
        if number == line["id"]:
            return Money.zero(currency) if share.taken_back else share.amount
    return amount


def shares_of(line: Row, most: Decimal) -> list[tuple[str, Decimal]]:
    """Which invoices (Tryton's numbers) a settling line settles, and by how much of it."""
    linked = line["invoice_payments"]
    if not most:
        return []
    if linked:
        return [(str(linked[0]), most)]
    found = []
    for number, invoice, amount in _matched(_reconciled(line)):
        if number == line["id"] and most > 0:
            found.append((invoice, min(amount, most)))
            most -= amount
    return found


def _reconciled(line: Row) -> list[Row]:
    """The lines that a line was reconciled with, itself among them; none in mixed currencies."""
    lines = (line["reconciliation"] or {}).get("lines") or []
    foreign = {one["amount_second_currency"] is None for one in lines}
    return lines if len(foreign) == 1 else []


def _matched(lines: list[Row]) -> Iterator[tuple[int, str, Decimal]]:
    """Set the settling lines of one reconciliation off against its invoices, oldest first.

    Yields (settling line, invoice, amount). A linked line goes to its invoice before the others.
    """
    owed = {
        invoice: signed(line)
        for line in sorted(lines, key=_age)
        if signed(line) > 0 and _is_sale(line) and (invoice := invoice_of(line["move"]["origin"]))
    }
    against = [line for line in lines if signed(line) < 0]
    for line in sorted(against, key=lambda one: (not one["invoice_payments"], _age(one))):
        rest = -signed(line)
        linked = {str(one) for one in line["invoice_payments"] or ()}
        for invoice in [one for one in owed if not linked or one in linked]:
            amount = min(rest, owed[invoice])
            if amount > 0:
                owed[invoice] -= amount
                rest -= amount
                yield line["id"], invoice, amount


def _journal(line: Row) -> str:
    return str(line["move"]["journal"]["type"])


def _is_sale(line: Row) -> bool:
    """Whether the line is an invoice's own; money paid back on a credit note has its origin too."""
    return _journal(line) == "revenue"


def _age(line: Row) -> tuple[Any, int]:
    return line["move"]["date"], line["id"]


def signed(line: Row) -> Decimal:
    """A line's amount in the invoice's currency: positive is owed, negative settles."""
    foreign: Decimal | None = line["amount_second_currency"]
    return Decimal(line["debit"] - line["credit"]) if foreign is None else foreign


def invoice_of(origin: Any) -> str | None:
    """The invoice that a move's origin (``account.invoice,5``) names, else None."""
    text = origin if isinstance(origin, str) else ""
    model, _, number = text.partition(",")
    return number if model == "account.invoice" else None

"""What a row may say of an invoice beside its balance: its delivery and its VAT."""

from __future__ import annotations

import re

from connectors.rows import Row, RowRefused
from shared.domain.model import Period, Vat
from shared.domain.money import Money

_RATE = re.compile(r"\d{1,2}(\.\d{1,2})?")


def delivered(row: Row) -> Period | None:
    """When it was delivered; a first day alone is the only one."""
    if not row.text("delivered_from"):
        return None
    first = row.day("delivered_from")
    last = row.day("delivered_to") if row.text("delivered_to") else first
    if last < first:
        raise RowRefused("delivered_to", "the delivery ends before it begins")
    return Period(first_day=first, last_day=last)


def vat(row: Row, total: Money) -> tuple[Vat, ...]:
    """The VAT within the total of an invoice, at the one rate of its row."""
    if not row.text("vat_amount"):
        return ()
    rate = row.text("vat_rate").replace(",", ".")
    if not _RATE.fullmatch(rate):
        raise RowRefused("vat_rate", "this is no rate of VAT in per cent")
    tax = row.money("vat_amount", total.currency)
    if not Money.zero(total.currency) <= tax <= total:
        raise RowRefused("vat_amount", "the VAT is no part of the total")
    return (Vat(rate=rate, net=total - tax, tax=tax),)

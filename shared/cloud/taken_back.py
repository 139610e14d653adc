"""Payments that their source took back: known by what is stored, and settling nothing any more.

A source that lists all payments of an invoice drops one from the list; another one names it as
missing. Either way what was stored of it would count beside the payment that was booked anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from shared.cloud import keys, lost_rows, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain.explain import content_hash
from shared.domain.model import Fact, Invoice, Payment
from shared.domain.money import total
from shared.domain.sighting import Sighting

_Change = tuple[Fact | Sighting, Row, Row | None]


def found(tenant: Tenant, changed: Sequence[_Change], facts: Sequence[object]) -> list[_Change]:
    """The stored payments that a page of ``facts`` takes back, each as a changed fact.

    ``changed`` are the page's changes beside what was stored: an invoice whose list of payments
    became shorter names those that are gone from it. What the page itself states stays as stated.
    """
    stated = {one.id for one in facts if isinstance(one, Payment)}
    named = lost_rows.named(facts, "payment") - stated
    gone: dict[str, set[str]] = {one: set() for one in named}
    for fact, _, before in changed:
        if isinstance(fact, Invoice) and before is not None:
            for payment in _dropped(fact, before) - stated - named:
                gone.setdefault(payment, set()).add(fact.id)
    rows = table.batch_get([keys.fact(tenant, "PAY", one) for one in gone])
    return list(_without(rows.values(), gone))


def _dropped(invoice: Invoice, before: Row) -> set[str]:
    """The payments that were listed on an invoice and no longer are."""
    if invoice.payments is None:
        return set()
    known = Invoice.model_validate_json(before["body"]).payments or ()
    return set(known) - set(invoice.payments)


def _without(rows: Iterable[Row], gone: Mapping[str, set[str]]) -> Iterator[_Change]:
    for row in rows:
        payment = Payment.model_validate_json(row["body"])
        after = _loosed(payment, gone[payment.id])
        if after != payment:
            body = {"hash": content_hash(after), "body": after.model_dump_json()}
            yield after, {**row, **body}, row


def _loosed(payment: Payment, invoices: Collection[str]) -> Payment:
    """A payment that no longer settles some invoices (none named: any of them).

    It is taken back when it settles none.
    """
    kept = [one for one in payment.allocations if invoices and one.invoice not in invoices]
    if not kept:
        return payment.model_copy(update={"allocations": (), "taken_back": True})
    lost = [one.amount for one in payment.allocations if one not in kept]
    left = payment.amount - total(lost, payment.amount.currency)
    return payment.model_copy(update={"allocations": tuple(kept), "amount": left})

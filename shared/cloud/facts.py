"""What the sources state, row by row: unchanged facts cost no write, changed ones wake their claim.

An invoice's partition holds the invoice and every payment and credit note that settles it, so a
claim is reconciled from one query. A changed row marks its invoice as due, in the same write where
it can and before the cursor moves in any case; what a crash leaves half done is found by the sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.cloud import clock, keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row
from shared.domain.explain import content_hash
from shared.domain.ledger import Truth
from shared.domain.model import CreditNote, Fact, Invoice, Party, Payment, invoice_status
from shared.errors import Conflict, NotFound

JoinAt = Callable[[Invoice], datetime | None]


@dataclass(slots=True)
class Tally:
    """What a page did: rows seen, new, changed; and the invoices that are now due for booking."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    due: set[str] | None = None


def take(
    tenant: Tenant, connection: str, facts: Sequence[Fact], now: datetime, join_at: JoinAt
) -> Tally:
    """Make a page of facts durable; one batch read, then writes for what changed only.

    ``join_at`` says when an invoice without a case comes due for its first policy step (None =
    never, for example because it is paid).
    """
    tally = Tally(seen=len(facts), due=set())
    old = table.batch_get([_key(tenant, fact) for fact in facts])
    fresh: list[Row] = []
    for fact in facts:
        key = _key(tenant, fact)
        before = old.get((key["pk"], key["sk"]))
        digest = content_hash(fact)
        if before is not None and before["hash"] == digest:
            continue
        if before is None:
            tally.new += 1
        else:
            tally.changed += 1
        row: Row = {**key, "hash": digest, "body": fact.model_dump_json(), "conn": connection}
        if isinstance(fact, Invoice):
            _take_invoice(tenant, fact, row, before, now, join_at, tally, fresh)
            continue
        fresh.append(row)
        if isinstance(fact, Payment | CreditNote):
            fresh.extend(_movements(tenant, fact))
    table.batch_put(fresh)
    for fact in facts:
        if isinstance(fact, Payment | CreditNote) and _is_new(tenant, fact, old):
            for allocation in fact.allocations:
                _wake(tenant, allocation.invoice, now, tally)
    return tally


def truth(tenant: Tenant, invoice_id: str) -> tuple[Row, Truth]:
    """An invoice's row and all that is known of it, by one query and one read of its customer."""
    pk = keys.invoice(tenant, invoice_id)["pk"]
    rows = {row["sk"]: row for row in table.query(pk, "CRN#", "PAY#~")}
    fact = rows.pop("FACT", None)
    if fact is None:
        raise NotFound("no such invoice")
    invoice = Invoice.model_validate_json(fact["body"])
    party = table.get(keys.party(tenant, invoice.debtor))
    return fact, Truth(
        invoice=invoice,
        payments=tuple(
            Payment.model_validate_json(row["body"])
            for sk, row in rows.items()
            if sk.startswith("PAY#")
        ),
        credit_notes=tuple(
            CreditNote.model_validate_json(row["body"])
            for sk, row in rows.items()
            if sk.startswith("CRN#")
        ),
        party=None if party is None else Party.model_validate_json(party["body"]),
    )


def _take_invoice(
    tenant: Tenant,
    invoice: Invoice,
    row: Row,
    before: Row | None,
    now: datetime,
    join_at: JoinAt,
    tally: Tally,
    fresh: list[Row],
) -> None:
    in_case = before is not None and "case_id" in before
    due = now if in_case else join_at(invoice)
    mark: Row = {}
    if due is not None:
        mark = {"due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(due), "attempt": 0}
    if due is not None and due <= now and tally.due is not None:
        tally.due.add(invoice.id)
    row = {**row, "open": str(invoice.open.amount), "status": invoice_status(invoice)}
    if before is None:
        listed = {"list_in": keys.listing(tenant, "INV"), "list_id": invoice.id}
        fresh.append({**row, **mark, **listed})
        return
    changes = {key: value for key, value in {**row, **mark}.items() if key not in {"pk", "sk"}}
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_=changes,
        remove=() if mark else ("due_shard", "due_at"),
    )


def _movements(tenant: Tenant, fact: Payment | CreditNote) -> list[Row]:
    kind: Literal["PAY", "CRN"] = "PAY" if isinstance(fact, Payment) else "CRN"
    body = fact.model_dump_json()
    return [
        {**keys.movement(tenant, allocation.invoice, kind, fact.id), "body": body}
        for allocation in {one.invoice: one for one in fact.allocations}.values()
    ]


def _wake(tenant: Tenant, invoice: str, now: datetime, tally: Tally) -> None:
    """Mark an invoice as due for booking; one that is not known yet will be due when it comes."""
    key = keys.invoice(tenant, invoice)
    due = {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(now), "attempt": 0}
    try:
        table.update(key, set_=due, condition="attribute_exists(pk)")
    except Conflict:
        return
    if tally.due is not None:
        tally.due.add(invoice)


def _is_new(tenant: Tenant, fact: Fact, old: dict[tuple[str, str], Row]) -> bool:
    key = _key(tenant, fact)
    before = old.get((key["pk"], key["sk"]))
    return before is None or before["hash"] != content_hash(fact)


def _key(tenant: Tenant, fact: Fact) -> Key:
    match fact:
        case Party():
            return keys.party(tenant, fact.id)
        case Invoice():
            return keys.invoice(tenant, fact.id)
        case Payment():
            return keys.fact(tenant, "PAY", fact.id)
        case CreditNote():
            return keys.fact(tenant, "CRN", fact.id)
        case _:
            return keys.fact(tenant, "AGR", fact.id)

"""What the sources state, row by row: unchanged facts cost no write, changed ones wake their claim.

An invoice's partition holds the invoice and every payment and credit note that settles it, so a
claim is reconciled from one query. What changed is marked on its invoice, and only then are the
changed rows remembered as seen: a crash in between is made good by the next pull, and a mark that
nobody followed by the sweep.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
    due: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page on its way in: whose it is and when, and what is known of it so far."""

    tenant: Tenant
    connection: str
    now: datetime
    join_at: JoinAt
    tally: Tally


def take(
    tenant: Tenant, connection: str, facts: Sequence[Fact], now: datetime, join_at: JoinAt
) -> Tally:
    """Make a page of facts durable; one batch read, then writes for what changed only.

    ``join_at`` says when an invoice without a case comes due for its first policy step (None =
    never, for example because it is paid). Of two facts with one id the later counts.
    """
    last = {_at(_key(tenant, fact)): fact for fact in facts}
    old = table.batch_get([_key(tenant, fact) for fact in last.values()])
    page = _Page(tenant, connection, now, join_at, Tally(seen=len(facts)))
    changed: list[tuple[Fact, Row, Row | None]] = []
    for at, fact in last.items():
        digest, before = content_hash(fact), old.get(at)
        if before is not None and before["hash"] == digest:
            continue
        body = fact.model_dump_json()
        row: Row = {**_key(tenant, fact), "hash": digest, "body": body, "conn": connection}
        changed.append((fact, row, before))
    page.tally.new = sum(1 for _, _, before in changed if before is None)
    page.tally.changed = len(changed) - page.tally.new
    _write(page, changed)
    return page.tally


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


def _write(page: _Page, changed: Sequence[tuple[Fact, Row, Row | None]]) -> None:
    """Movements beside their invoices, invoices, wake-ups, and last what says that it is seen.

    So an invoice that is booked sees its movements, and nothing is remembered whose claim was not
    woken.
    """
    movements = [fact for fact, _, _ in changed if isinstance(fact, Payment | CreditNote)]
    table.batch_put([row for fact in movements for row in _beside(page.tenant, fact)])
    told: set[str] = set()
    new: list[Row] = []
    for fact, row, before in changed:
        if isinstance(fact, Invoice):
            told.add(fact.id)
            if before is None:
                new.append(_new_invoice(page, fact, row))
            else:
                _changed_invoice(page, fact, row, before)
    table.batch_put(new)
    wake = {one.invoice for fact in movements for one in fact.allocations} - told
    for fact, _, before in changed:
        if isinstance(fact, Party) and before is not None and _blocks_otherwise(fact, before):
            wake |= _claims_of(page.tenant, fact.id) - told
    for invoice in sorted(wake):
        _wake(page, invoice)
    table.batch_put([row for fact, row, _ in changed if not isinstance(fact, Invoice)])


def _new_invoice(page: _Page, invoice: Invoice, row: Row) -> Row:
    listed = {"list_in": keys.listing(page.tenant, "INV"), "list_id": invoice.id}
    due = page.join_at(invoice)
    return {**row, **_stated(invoice), **_mark(page, row, invoice, due), **listed, "mark": 1}


def _changed_invoice(page: _Page, invoice: Invoice, row: Row, before: Row) -> None:
    """Write an invoice over itself; if it joins a case at this very moment, look again."""
    key = {"pk": row["pk"], "sk": row["sk"]}
    for _ in range(3):
        in_case = "case_id" in before
        mark = _mark(page, row, invoice, page.now if in_case else page.join_at(invoice))
        fields = {name: value for name, value in row.items() if name not in key}
        try:
            table.update(
                key,
                set_={**fields, **_stated(invoice), **mark},
                add={"mark": 1},
                remove=() if mark else ("due_shard", "due_at"),
                condition=f"attribute_{'exists' if in_case else 'not_exists'}(case_id)",
            )
        except Conflict:
            before = table.get(key) or {}
            continue
        return
    raise Conflict("an invoice joins and leaves its case all the time")


def _stated(invoice: Invoice) -> Row:
    return {"open": str(invoice.open.amount), "status": invoice_status(invoice)}


def _mark(page: _Page, row: Row, invoice: Invoice, due: datetime | None) -> Row:
    if due is None:
        return {}
    if due <= page.now:
        page.tally.due.add(invoice.id)
    return {"due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(due), "attempt": 0}


def _beside(tenant: Tenant, fact: Payment | CreditNote) -> list[Row]:
    """The rows of a movement in the partitions of the invoices that it settles."""
    kind: Literal["PAY", "CRN"] = "PAY" if isinstance(fact, Payment) else "CRN"
    body = fact.model_dump_json()
    return [
        {**keys.movement(tenant, invoice, kind, fact.id), "body": body}
        for invoice in sorted({one.invoice for one in fact.allocations})
    ]


def _wake(page: _Page, invoice: str) -> None:
    """Mark an invoice as due for booking; one that is not known yet will be due when it comes."""
    key = keys.invoice(page.tenant, invoice)
    due = {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(page.now), "attempt": 0}
    try:
        table.update(key, set_=due, add={"mark": 1}, condition="attribute_exists(pk)")
    except Conflict:
        return
    page.tally.due.add(invoice)


def _blocks_otherwise(party: Party, before: Row) -> bool:
    """Whether a customer may now be dunned, or no longer, or is another kind of debtor."""
    old = Party.model_validate_json(before["body"])
    return (old.do_not_dun, old.kind) != (party.do_not_dun, party.kind)


def _claims_of(tenant: Tenant, debtor: str) -> set[str]:
    """The open claims of a debtor's latest cases."""
    pk = keys.open_case(tenant, debtor, "-")["pk"]
    cases = [row["case_id"] for row in table.query(pk, "OPEN#", "OPEN#~")]
    heads = table.batch_get([keys.head(tenant, case) for case in cases])
    return {claim for head in heads.values() for claim in json.loads(head["refs"])}


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


def _at(key: Key) -> tuple[str, str]:
    return key["pk"], key["sk"]

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
from typing import Literal, TypeVar

from pydantic import BaseModel

from shared.cloud import (
    amend_rows,
    clock,
    day_rows,
    debtor_rows,
    forgotten,
    identity_rows,
    keys,
    lookups,
    lost_rows,
    sightings,
    table,
    taken_back,
)
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row
from shared.domain.explain import content_hash
from shared.domain.model import (
    CreditNote,
    Fact,
    Invoice,
    Missing,
    Party,
    PastNotice,
    Payment,
    invoice_status,
)
from shared.domain.overdue import Change
from shared.domain.sighting import Sighting
from shared.errors import Conflict

JoinAt = Callable[[Invoice], datetime | None]


@dataclass(slots=True)
class Tally:
    """What a page did: rows seen, new, changed; invoices due for booking, payments for matching.

    ``invoices`` counts the new ones: money without a place may be for them. ``moved`` are the
    invoices that changed, each beside what was stated of it before. Of ``dropped`` facts the
    personal values were not kept: those people are forgotten.
    """

    seen: int = 0
    new: int = 0
    changed: int = 0
    due: set[str] = field(default_factory=set)
    payments: set[str] = field(default_factory=set)
    invoices: int = 0
    moved: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page on its way in: whose it is and when, and what is known of it so far."""

    tenant: Tenant
    connection: str
    now: datetime
    join_at: JoinAt
    tally: Tally


# How many changes of an invoice's stated balance are remembered beside its first sight.
_CHANGES = 20
_Known = TypeVar("_Known", bound=BaseModel)
_Change = tuple[Fact | Sighting, Row, Row | None]


def take(
    tenant: Tenant,
    connection: str,
    facts: Sequence[Fact | Sighting],
    now: datetime,
    join_at: JoinAt,
) -> Tally:
    """Make a page of facts durable; one batch read, then writes for what changed only.

    A sighting of money is kept for ever under its own id, which is what keeps it from being booked
    twice; new or changed it is due for matching.

    ``join_at`` says when an invoice without a case comes due for its first policy step (None =
    never, for example because it is paid). Of two facts with one id the later counts.
    """
    last = {_at(_key(tenant, one)): one for one in facts if not isinstance(one, Missing)}
    old = table.batch_get([_key(tenant, fact) for fact in last.values()])
    last = forgotten.again(last, old)
    page = _Page(tenant, connection, now, join_at, Tally(seen=len(facts)))
    changed: list[_Change] = []
    for at, fact in last.items():
        digest, before = content_hash(fact), old.get(at)
        if before is not None and before["hash"] == digest:
            continue
        body = fact.model_dump_json()
        row: Row = {**_key(tenant, fact), "hash": digest, "body": body, "conn": connection}
        changed.append((fact, row | forgotten.marked(before), before))
    changed += taken_back.found(tenant, changed, facts)
    page.tally.new = sum(1 for _, _, before in changed if before is None)
    page.tally.changed = len(changed) - page.tally.new
    _write(page, changed)
    lost = lost_rows.mark(tenant, lost_rows.named(facts, "invoice"), now)
    page.tally.changed += len(lost)
    page.tally.due |= lost
    return page.tally


def _write(page: _Page, changed: Sequence[_Change]) -> None:
    """What is found by others first, then what is due, wake-ups, and last what says it is seen.

    So an invoice that is booked sees its movements, a payment finds its invoices, and nothing is
    remembered whose claim was not woken.
    """
    _beside_and_found(page, changed)
    told: set[str] = set()
    new: list[Row] = []
    for fact, row, before in changed:
        match fact:
            case Invoice():
                told.add(fact.id)
                page.tally.moved.append((_before(fact, before), fact))
                if before is None:
                    new.append(_new_invoice(page, fact, row))
                else:
                    _changed_invoice(page, fact, row, before)
            case Sighting():
                page.tally.payments.add(fact.id)
                if before is None:
                    new += sightings.new(page.tenant, fact, row, page.now)
                else:
                    sightings.change(page.tenant, fact, row, page.now)
            case _:
                pass
    days = {fact.booked for fact, _, _ in changed if isinstance(fact, Sighting)}
    new += [day_rows.due(page.tenant, day, page.now) for day in sorted(days)]
    table.batch_put(new)
    for invoice in sorted(_woken(page, changed) - told):
        _wake(page, invoice)
    own = Invoice | Sighting
    table.batch_put([row for fact, row, _ in changed if not isinstance(fact, own)])


def _beside_and_found(page: _Page, changed: Sequence[_Change]) -> None:
    """Movements beside the invoices that they settle or no longer settle, and look-up rows."""
    rows: list[Row] = []
    gone: list[Key] = []
    parties: list[tuple[Party, Party | None]] = []
    for fact, row, before in changed:
        match fact:
            case Payment() | CreditNote():
                rows += _beside(page.tenant, fact, before)
                debtor_rows.credit(page.tenant, fact, _before(fact, before))
            case Party():
                parties.append((fact, _before(fact, before)))
            case Sighting():
                rows += sightings.beside(page.tenant, fact)
            case PastNotice():
                # It stands beside its invoice; it is remembered as seen once that is woken.
                rows.append({**row, "hash": ""})
            case _:
                pass
        if isinstance(fact, Invoice | CreditNote):
            new, lost = lookups.changed(page.tenant, fact, _before(fact, before))
            rows += new
            gone += lost
    rows += amend_rows.of_people(page.tenant, parties, page.now)
    table.batch_put(rows, gone)
    identity_rows.propose(page.tenant, parties)


def _before(fact: _Known, row: Row | None) -> _Known | None:
    """What the source stated before, of the same kind."""
    return None if row is None else type(fact).model_validate_json(row["body"])


def _woken(page: _Page, changed: Sequence[_Change]) -> set[str]:
    """The invoices for which something changed beside them, or with their customer."""
    wake: set[str] = set()
    for fact, _, before in changed:
        match fact:
            case Payment() | CreditNote():
                wake |= _settled_by(fact, before)
            case PastNotice():
                wake.add(fact.invoice)
            case Party() if before is not None and _blocks_otherwise(fact, before):
                wake |= _claims_of(page.tenant, fact.id)
            case _:
                pass
    return wake


def _new_invoice(page: _Page, invoice: Invoice, row: Row) -> Row:
    listed = {"list_in": keys.listing(page.tenant, "INV"), "list_id": invoice.id}
    due = page.join_at(invoice)
    page.tally.invoices += 1
    mark = _mark(page, row, invoice, due)
    return {**row, **_stated(page, invoice, {}), **mark, **listed, "mark": 1}


def _changed_invoice(page: _Page, invoice: Invoice, row: Row, before: Row) -> None:
    """Write an invoice over itself; if it joins a case at this very moment, look again."""
    key = {"pk": row["pk"], "sk": row["sk"]}
    for _ in range(3):
        in_case = "case_id" in before
        mark = _mark(page, row, invoice, page.now if in_case else page.join_at(invoice))
        fields = {name: value for name, value in row.items() if name not in key}
        if in_case:
            table.batch_put(amend_rows.of_invoice(page.tenant, invoice, before, page.now))
        try:
            table.update(
                key,
                set_={**fields, **_stated(page, invoice, before), **mark},
                add={"mark": 1},
                remove=("missing",) if mark else ("missing", "due_shard", "due_at"),
                condition=f"attribute_{'exists' if in_case else 'not_exists'}(case_id)",
            )
        except Conflict:
            before = table.get(key) or {}
            continue
        return
    raise Conflict("an invoice joins and leaves its case all the time")


def _stated(page: _Page, invoice: Invoice, before: Row) -> Row:
    """The balance that the books state, and the days on which it became another."""
    opened = str(invoice.open.amount)
    known = json.loads(before.get("stated", "[]"))
    if not known or known[-1][1] != opened:
        known.append((page.now.date().isoformat(), opened))
    # The first sight stays; of very many changes the latest are enough.
    kept = [*known[:1], *known[1:][-_CHANGES:]]
    return {"open": opened, "status": invoice_status(invoice), "stated": json.dumps(kept)}


def _mark(page: _Page, row: Row, invoice: Invoice, due: datetime | None) -> Row:
    if due is None:
        return {}
    if due <= page.now:
        page.tally.due.add(invoice.id)
    return {"due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(due), "attempt": 0}


def _beside(tenant: Tenant, fact: Payment | CreditNote, before: Row | None) -> list[Row]:
    """The rows of a movement in the partitions of the invoices that it settles, or did before."""
    kind: Literal["PAY", "CRN"] = "PAY" if isinstance(fact, Payment) else "CRN"
    body = fact.model_dump_json()
    return [
        {**keys.movement(tenant, invoice, kind, fact.id), "body": body}
        for invoice in sorted(_settled_by(fact, before))
    ]


def _settled_by(fact: Payment | CreditNote, before: Row | None) -> set[str]:
    """The invoices that a movement settles now or settled before it changed."""
    now = {one.invoice for one in fact.allocations}
    if before is None:
        return now
    old = type(fact).model_validate_json(before["body"])
    return now | {one.invoice for one in old.allocations}


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


def _key(tenant: Tenant, fact: Fact | Sighting) -> Key:
    match fact:
        case Sighting():
            return keys.sighting(tenant, fact.id)
        case Party():
            return keys.party(tenant, fact.id)
        case Invoice():
            return keys.invoice(tenant, fact.id)
        case Payment():
            return keys.fact(tenant, "PAY", fact.id)
        case CreditNote():
            return keys.fact(tenant, "CRN", fact.id)
        case PastNotice():
            return keys.movement(tenant, fact.invoice, "NOTE", fact.id)
        case _:
            return keys.fact(tenant, "AGR", fact.id)


def _at(key: Key) -> tuple[str, str]:
    return key["pk"], key["sk"]

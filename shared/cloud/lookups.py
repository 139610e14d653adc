"""How a payment finds what it could be for: hashed keys of invoices, and whose account paid before.

The keys are those of ``shared.domain.matching_lookups``. An account is personal data: it stands
here as a hash only, and is learned only where payer and debtor belong together beyond doubt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain.matching_lookups import amount_key, lookups_of
from shared.domain.matching_parts import Credit, Item
from shared.domain.model import CreditNote, Invoice, invoice_status
from shared.domain.references import canonical
from shared.domain.sighting import Sighting

# What so many invoices share says nothing about any of them.
_MOST = 50
# How far back a reversal that names no receipt looks for it, its own month included.
_MONTHS = 3
_OPEN = frozenset({"open", "partly_paid"})
# The kind of row by which an invoice is found by the one reference of a letter about several.
_COLLECTIVE = "COL"


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of invoices and credit notes that share a key with a payment.

    ``collective`` are invoices that a letter asked for together, with the numbers (canonical) of
    the payment that are such a letter's one reference.
    """

    invoices: frozenset[str] = frozenset()
    credits: frozenset[str] = frozenset()
    collective: Mapping[str, frozenset[str]] = field(default_factory=dict)


def changed(
    tenant: Tenant, fact: Invoice | CreditNote, before: Invoice | CreditNote | None
) -> tuple[list[Row], list[Key]]:
    """The rows to write and the keys to delete when an invoice or credit note is new or changed."""
    kind = "INV" if isinstance(fact, Invoice) else "CRN"
    new = _keys_of(fact)
    old = _keys_of(before) if before is not None else set()
    rows: list[Row] = [dict(_row(tenant, key, kind, fact.id)) for key in sorted(new - old)]
    return rows, [_row(tenant, key, kind, fact.id) for key in sorted(old - new)]


def found(tenant: Tenant, wanted: Iterable[str]) -> Found:
    """What shares any of the keys; a key that very many share is passed over."""
    known = {key: _names(tenant, key) for key in dict.fromkeys(wanted)}
    few = {key: names for key, names in known.items() if sum(map(len, names.values())) < _MOST}
    collective: dict[str, frozenset[str]] = {}
    for key, names in few.items():
        token = key.partition(":")[2]
        for one in names.get(_COLLECTIVE, ()):
            collective[one] = collective.get(one, frozenset()) | {token}
    return replace(_together(few.values()), collective=collective)


def owed_by(tenant: Tenant, debtors: Iterable[str]) -> Found:
    """The open invoices and credit notes of debtors."""
    return _together([_names(tenant, f"D:{debtor}") for debtor in debtors])


def invoices_of(tenant: Tenant, debtors: Iterable[str]) -> set[str]:
    """Every invoice that the hub ever read of debtors, however many, open or not."""
    digests = [_digest(tenant, f"O:{debtor}") for debtor in debtors]
    pages = [keys.lookup(tenant, digest, "INV", "x")["pk"] for digest in digests]
    rows = [row for pk in pages for row in table.query(pk, "INV#", "INV#~")]
    return {row["sk"].partition("#")[2] for row in rows}


def payers(tenant: Tenant, account: str) -> set[str]:
    """The debtors for whom this account is known to have paid, once it paid twice for one of them.

    Whoever it paid for once is among them then: an account of two debtors speaks for neither.
    """
    rows = _rows(tenant, f"P:{account}") if account else []
    known = [row for row in rows if row["sk"].startswith("DEBTOR#")]
    if not any(row.get("again") for row in known):
        return set()
    return {row["sk"].partition("#")[2] for row in known}


def is_partners(tenant: Tenant, account: str) -> bool:
    """Whether a collection partner pays out from this account, by its terms."""
    found = _rows(tenant, f"P:{account}") if account else []
    return any(row["sk"].startswith("PARTNER#") for row in found)


def of_partner(
    tenant: Tenant, partner: str, before: Iterable[str], now: Iterable[str]
) -> list[Write]:
    """The accounts that a partner pays out from, in place of those of before."""
    gone, new = set(before) - set(now), sorted(set(now))
    keys_of = {
        one: keys.lookup(tenant, _digest(tenant, f"P:{one}"), "PARTNER", partner)
        for one in (*sorted(gone), *new)
    }
    puts = [table.put_write(dict(keys_of[one]), condition=None) for one in new]
    return [*puts, *(table.delete_write(keys_of[one]) for one in sorted(gone))]


def learned(tenant: Tenant, account: str, debtors: Sequence[str], payment: str) -> list[Write]:
    """That an account paid for a debtor, to be written with the match that shows it.

    A slip in one transfer must not teach anything: only another payment confirms the first.
    """
    if not account or len(set(debtors)) != 1:
        return []
    key = keys.lookup(tenant, _digest(tenant, f"P:{account}"), "DEBTOR", debtors[0])
    known = table.get(key)
    if known is None:
        return [table.put_write({**key, "first": payment}, condition=None)]
    if known.get("again") or known.get("first") == payment:
        return []
    return [table.put_write({**known, "again": payment}, condition=None)]


def unlearned(tenant: Tenant, account: str, debtors: Iterable[str]) -> list[Key]:
    """The rows by which an account is known to pay for debtors: they go with the person."""
    return [_row(tenant, f"P:{account}", "DEBTOR", one) for one in debtors] if account else []


def asked_together(tenant: Tenant, reference: str, invoices: Iterable[str]) -> list[Write]:
    """That a letter asks for these invoices under one reference: part of its INTENT."""
    digest = _digest(tenant, f"T:{canonical(reference)}")
    rows = (dict(keys.lookup(tenant, digest, _COLLECTIVE, one)) for one in invoices)
    return [table.put_write(row, condition=None) for row in rows]


def handed(tenant: Tenant, reference: str | None, invoices: Iterable[str]) -> list[Write]:
    """That invoices are also found by the partner's own reference, once it has the case."""
    token = canonical(reference) if reference else None
    if token is None:
        return []
    digest = _digest(tenant, f"T:{token}")
    rows = (dict(keys.lookup(tenant, digest, "INV", one)) for one in invoices)
    return [table.put_write(row, condition=None) for row in rows]


def receipt(tenant: Tenant, sighting: Sighting) -> Row:
    """How a receipt is found by a reversal that does not name it."""
    digest = _digest(tenant, _receipt_key(sighting, sighting.booked))
    return dict(keys.lookup(tenant, digest, "MON", sighting.id))


def receipts(tenant: Tenant, sighting: Sighting) -> set[str]:
    """The receipts of the same account and amount, of this month and the two before."""
    found: set[str] = set()
    month = sighting.booked.replace(day=1)
    for _ in range(_MONTHS):
        found |= _names(tenant, _receipt_key(sighting, month)).get("MON", set())
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def _receipt_key(sighting: Sighting, day: date) -> str:
    return f"R:{sighting.account}|{amount_key(sighting.amount)}|{day:%Y-%m}"


def _keys_of(fact: Invoice | CreditNote) -> set[str]:
    """References, number and debtor of an invoice for ever; its amount while it is open.

    ``O:`` names whose it is, ``D:`` whose it is while it is open: what a payment may be for stays
    a short list. A credit note is found while something is left of it.
    """
    if isinstance(fact, CreditNote):
        left = fact.unallocated
        note = Credit(credit_note=fact.id, number=fact.number, debtor=fact.debtor, left=left)
        return {*lookups_of(note), f"D:{fact.debtor}"} if left.amount > 0 else set()
    live = invoice_status(fact) in _OPEN
    item = Item(
        invoice=fact.id,
        number=fact.number,
        debtor=fact.debtor,
        open=fact.open,
        due=fact.due,
        references=(fact.reference,) if fact.reference else (),
        state="open" if live else "closed",
    )
    return {*lookups_of(item), f"O:{fact.debtor}", *([f"D:{fact.debtor}"] if live else [])}


def _row(tenant: Tenant, key: str, kind: str, found_id: str) -> Key:
    return keys.lookup(tenant, _digest(tenant, key), kind, found_id)


def _names(tenant: Tenant, key: str) -> dict[str, set[str]]:
    """The ids under a key, by kind."""
    names: dict[str, set[str]] = {}
    for row in _rows(tenant, key):
        kind, _, name = row["sk"].partition("#")
        names.setdefault(kind, set()).add(name)
    return names


def _rows(tenant: Tenant, key: str) -> list[Row]:
    pk = keys.lookup(tenant, _digest(tenant, key), "INV", "x")["pk"]
    return table.query(pk, "A", "Z", limit=_MOST)[:_MOST]


def _together(known: Iterable[dict[str, set[str]]]) -> Found:
    invoices: set[str] = set()
    credits_: set[str] = set()
    for names in known:
        invoices |= names.get("INV", set())
        credits_ |= names.get("CRN", set())
    return Found(frozenset(invoices), frozenset(credits_))


def _digest(tenant: Tenant, key: str) -> str:
    return hashlib.sha256(f"{tenant.id}|{key}".encode()).hexdigest()[:32]

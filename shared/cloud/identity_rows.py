"""Identity as rows: which debtor first had a hashed key, and what is asked about the next one.

A key is made of personal data: it stands here only as a hash, with the tenant's id in it. One row a
key and one batch read a page: an import of many debtors costs no query each.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence

from shared.cloud import debtor_rows, keys, table, tasks
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain.explain import Reason
from shared.domain.identity import keys_of
from shared.domain.model import Party
from shared.errors import Conflict

WHY = "same_debtor"
# What so many share is no identity: a number that somebody typed for want of a better one.
_MOST = 5
_RULES = {"B": ("identity.business_id", "two debtors have the same business id"),
          "N": ("identity.person", "two debtors share name, address and e-mail")}  # fmt: skip


def propose(tenant: Tenant, parties: Sequence[tuple[Party, Party | None]]) -> None:
    """Remember the keys of parties that are new or changed, each with what it was before.

    Where another party of the same connection has one of them already, a person is asked once
    whether the two are one debtor. Nothing is merged here.
    """
    wanted = {key for party, _ in parties for key in keys_of(party)}
    gone = {
        (key, party.id)
        for party, before in parties
        if before is not None
        for key in keys_of(before)
        if key not in keys_of(party)
    }
    every = sorted(wanted | {key for key, _ in gone})
    if not every:
        return
    rows = table.batch_get([_row(tenant, key) for key in every])
    held = {key: rows.get((_row(tenant, key)["pk"], "IDENTITY")) for key in every}
    for key, party_id in gone:
        row = held[key]
        if row is not None and row["party"] == party_id:
            held[key] = None
    changed: dict[str, Row] = {}
    for party, _ in parties:
        for key in keys_of(party):
            found = _seen(tenant, party.id, key, held[key])
            if found is not None:
                held[key] = changed[key] = found
    lost = [_row(tenant, key) for key, _ in gone if held[key] is None]
    table.batch_put(list(changed.values()), lost)


def held(tenant: Tenant, party: Party) -> list[Key]:
    """The hashed keys that a party was the first to have: they go with the person."""
    rows = table.batch_get([_row(tenant, key) for key in keys_of(party)])
    return [{"pk": pk, "sk": sk} for (pk, sk), row in rows.items() if row["party"] == party.id]


def question(one: str, other: str) -> str:
    """The task about two debtors, whichever is named first."""
    pair = "|".join(sorted([one, other]))
    return "identity-" + hashlib.sha256(pair.encode()).hexdigest()[:20]


def answered(tenant: Tenant, one: str, other: str, by: str) -> list[Write]:
    """The end of the question about two debtors, where one is open."""
    row = table.get(keys.task(tenant, question(one, other)))
    if row is None or row["state"] != "open":
        return []
    return [tasks.answer(tenant, question(one, other), "continue", by)]


def _seen(tenant: Tenant, party: str, key: str, row: Row | None) -> Row | None:
    """The row of a key as it is once this party has it, if that changes anything."""
    if row is None:
        return {**_row(tenant, key), "party": party, "others": 0}
    if row["party"] == party or row["others"] >= _MOST:
        return None
    if _source(row["party"]) != _source(party):
        return None
    _ask(tenant, row["party"], party, key)
    return {**row, "others": row["others"] + 1}


def _ask(tenant: Tenant, first: str, second: str, key: str) -> None:
    merged = debtor_rows.survivors(tenant, [first, second])
    if merged.get(first, first) == merged.get(second, second):
        return
    rule, text = _RULES[key[0]]
    why = Reason(rule=rule, text=text, facts={"debtor": first, "other": second})
    write = tasks.task_write(tenant, question(first, second), "", WHY, (), (why,))
    with contextlib.suppress(Conflict):
        table.transact([write])


def _source(party: str) -> str:
    return party.partition(":")[0]


def _row(tenant: Tenant, key: str) -> Key:
    return keys.identity(tenant, hashlib.sha256(f"{tenant.id}|{key}".encode()).hexdigest()[:32])

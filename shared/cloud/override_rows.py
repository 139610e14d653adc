"""Overrides as rows: one of the creditor and its segments, one of each debtor and what it owes.

A row stands in the listing as long as it holds an override.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.store import Loaded
from shared.cloud.table import Row, Write
from shared.domain.case import Case
from shared.domain.explain import Reason, canonical, content_hash
from shared.domain.overrides import ClaimRef, Override, Overrides, bind
from shared.domain.policy import Policy

LISTING = "OVERRIDES"
# The creditor's own row in the listing, before all debtors: no id of a debtor holds a ``#``.
OWN = "#"


def key_of(tenant: Tenant, override: Override, debtor: str) -> Key:
    """Where an override stands; ``debtor`` owns its agreements and invoices."""
    if override.kind in {"creditor", "segment"}:
        return keys.overrides(tenant)
    return keys.debtor_overrides(tenant, debtor)


def put(key: Key, override: Override) -> Write:
    """Replace one override beside the others of its row; one that says nothing goes.

    A ``Conflict`` when somebody else changed the row meanwhile.
    """
    row = table.get(key)
    kept = {name_of(one): one for one in listed(row)}
    name = name_of(override)
    kept.pop(name, None)
    if not override.terms.silent() or override.segment is not None:
        kept[name] = override
    body = [one.model_dump(mode="json", exclude_none=True) for _, one in sorted(kept.items())]
    version = row["version"] if row else 0
    fields = {"body": json.dumps(body, sort_keys=True), "version": version + 1}
    place = {"list_in": keys.listing(keys.tenant_of(key["pk"]), LISTING), "list_id": _owner(key)}
    return table.update_write(
        key,
        set_=fields | place if body else fields,
        remove=() if body else place,
        condition="attribute_not_exists(pk)" if row is None else "version = :seen",
        values=None if row is None else {"seen": version},
    )


def name_of(override: Override) -> str:
    """What tells an override from the others of its row: ``invoice:erp:1``."""
    return f"{override.kind}:{override.target}"


def place_of(tenant: Tenant, owner: str) -> Key:
    """The row of a debtor, or with ``OWN`` that of the creditor and its segments."""
    return keys.overrides(tenant) if owner == OWN else keys.debtor_overrides(tenant, owner)


def rows(tenant: Tenant, first: str | None = None) -> Iterator[tuple[str, Row]]:
    """Every row that holds overrides and whose it is, by that; from the one of ``first`` on."""
    listing, start = keys.listing(tenant, LISTING), None
    if first is not None:
        start = {**place_of(tenant, first), "list_in": listing, "list_id": first}
        if (row := table.get(place_of(tenant, first))) is not None:
            yield first, row
    while True:
        page, start = table.query_index("listing", listing, limit=50, after=start)
        there = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in page])
        for one in page:
            if (row := there.get((one["pk"], one["sk"]))) is not None:
                yield one["list_id"], row
        if start is None:
            return


def kept(tenant: Tenant, override: Override) -> Write:
    """The row that keeps an override for ever: decisions name it by this hash."""
    row = keys.override(tenant, content_hash(override))
    return table.put_write({**row, "body": override.model_dump_json()}, condition=None)


def read(key: Key, kind: str, target: str) -> Override | None:
    """One stored override."""
    for one in listed(table.get(key)):
        if one.kind == kind and one.target == target:
            return one
    return None


def found(tenant: Tenant, debtor: str, loaded: Loaded) -> Overrides:
    """All that may bind a debtor's claims, from the rows that were read beside its case."""
    own = loaded.row(keys.overrides(tenant))
    theirs = loaded.row(keys.debtor_overrides(tenant, debtor))
    return Overrides(found=(*listed(theirs), *listed(own)))


def bound(
    tenant: Tenant, loaded: Loaded, policy: Policy, overrides: Overrides
) -> tuple[Policy, tuple[Reason, ...]]:
    """The policy of a case under its overrides, and which of them it rests on."""
    if not overrides.found:
        return policy, ()
    return bind(policy, overrides, _refs(tenant, loaded, loaded.case))


def reached(tenant: Tenant, loaded: Loaded, overrides: Overrides) -> str:
    """The segment and the agreements by which overrides bind a case, as one canonical JSON text.

    With the overrides that a decision names by hash it says all that binds the case.
    """
    named = {one.target for one in overrides.found if one.kind == "agreement"}
    refs = _refs(tenant, loaded, loaded.case)
    agreements = {ref.claim: ref.agreement for ref in refs if ref.agreement in named}
    segment = next((one.segment for one in overrides.found if one.kind == "debtor"), None)
    return canonical({"agreements": agreements, "segment": segment}).decode()


def _refs(tenant: Tenant, loaded: Loaded, case: Case) -> Iterable[ClaimRef]:
    for state in case.open_claims():
        row = loaded.row(keys.invoice(tenant, state.claim.id))
        fact: Mapping[str, Any] = json.loads(row["body"]) if row is not None else {}
        yield ClaimRef(claim=state.claim.id, agreement=fact.get("agreement"))


def _owner(key: Key) -> str:
    return keys.id_of(key["pk"]) if keys.kind_of(key["pk"]) == "DEBTOR" else OWN


def listed(row: Row | None) -> list[Override]:
    """The overrides of a row."""
    return [Override.model_validate(one) for one in json.loads(row["body"])] if row else []

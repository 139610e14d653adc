"""Partners as rows: the terms of each, and the creditor's routing to them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain.explain import Record
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.routing import Routing


def terms_key(tenant: Tenant, partner: str) -> Key:
    """Where the terms of a partner stand."""
    return keys.fact(tenant, "TERMS", partner)


def routing_key(tenant: Tenant) -> Key:
    """Where the creditor's rules of routing stand."""
    return keys.fact(tenant, "ROUTING", "rules")


def terms_of(tenant: Tenant, partners: Iterable[str]) -> dict[str, PartnerTerms]:
    """The stored terms of partners, by connection; one without any is not in it."""
    wanted = {name: terms_key(tenant, name) for name in sorted(set(partners))}
    rows = table.batch_get(list(wanted.values()))
    found = {}
    for name, key in wanted.items():
        row = rows.get((key["pk"], key["sk"]))
        if row is not None:
            found[name] = PartnerTerms.model_validate_json(row["body"])
    return found


def routing_of(tenant: Tenant) -> Routing:
    """The creditor's routing; without a row there are no rules."""
    row = table.get(routing_key(tenant))
    return Routing() if row is None else Routing.model_validate_json(row["body"])


def put(key: Key, stored: Record) -> Write:
    """Replace terms or routing."""
    body = json.dumps(stored.model_dump(mode="json"), sort_keys=True)
    row: Row = {**key, "body": body}
    return table.put_write(row, condition=None)

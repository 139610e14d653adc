"""Drift as rows: what is apart between books, hub and partner, and the last comparison of each.

A row stands as long as its claim is apart, so that the listing is the whole of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row
from shared.domain.three_way import Verdict

LISTING = "DRIFT"


def key_of(tenant: Tenant, name: str) -> Key:
    """Where the drift of a name stands."""
    return keys.fact(tenant, "DRIFT", name)


def name_of(partner: str, what: str) -> str:
    """The id of the drift of a claim (or a remittance) at a partner."""
    return hashlib.sha256(f"{partner}|{what}".encode()).hexdigest()[:32]


def standing(tenant: Tenant, names: list[str]) -> dict[str, Row]:
    """The rows of those names that are apart."""
    rows = table.batch_get([key_of(tenant, one) for one in names]) if names else {}
    return {keys.id_of(row["pk"]): row for row in rows.values()}


def apart(
    tenant: Tenant, name: str, partner: str, found: Verdict, since: str, of: Mapping[str, str]
) -> Row:
    """The row of something that is apart; ``of`` says what it is (case, claim, remittance).

    ``since`` is the ISO day on which it was first seen.
    """
    body = {**of, "partner": partner, "since": since, **found.model_dump(mode="json")}
    return {
        **key_of(tenant, name),
        "body": json.dumps(body, sort_keys=True),
        "conn": partner,
        "since": since,
        "kind": found.kind,
        "list_in": keys.listing(tenant, LISTING),
        "list_id": name,
    }


def body_of(row: Row) -> dict[str, Any]:
    """What a row of drift, or of a comparison, says."""
    body: dict[str, Any] = json.loads(row["body"])
    return body


def compared(tenant: Tenant, partner: str, sums: Mapping[str, Any]) -> None:
    """Keep what the last comparison with a partner came to."""
    row = {**_run(tenant, partner), "body": json.dumps(sums, sort_keys=True)}
    table.put({**row, "list_in": keys.listing(tenant, "DRIFTRUN"), "list_id": partner})


def under_way(tenant: Tenant, partner: str, after: str) -> dict[str, Any] | None:
    """The sums of a comparison up to the case ``after``; None when it is no longer there.

    A message of a page that comes twice, or of a comparison that was begun anew, is passed over.
    """
    if not after:
        return {}
    row = table.get(_work(tenant, partner))
    return body_of(row) if row is not None and row["upto"] == after else None


def gone_on(tenant: Tenant, partner: str, upto: str, sums: Mapping[str, Any]) -> None:
    """Keep the sums of a comparison that goes on after the case ``upto``."""
    body = json.dumps(sums, sort_keys=True)
    table.put({**_work(tenant, partner), "upto": upto, "body": body})


def last(tenant: Tenant, partner: str) -> Row | None:
    """The last comparison with a partner, None before the first."""
    return table.get(_run(tenant, partner))


def runs(tenant: Tenant) -> list[Row]:
    """The last comparison with each partner, at most a hundred of them."""
    page, _ = table.query_index("listing", keys.listing(tenant, "DRIFTRUN"), limit=100)
    rows = table.batch_get([_run(tenant, one["list_id"]) for one in page])
    return sorted(rows.values(), key=lambda row: str(row["pk"]))


def keys_of(tenant: Tenant, partner: str) -> Iterator[Key]:
    """All rows that comparing with a partner has left in a tenant that has no other, for a wipe."""
    page, more = table.query_index("listing", keys.listing(tenant, LISTING), limit=100)
    while True:
        yield from ({"pk": one["pk"], "sk": one["sk"]} for one in page)
        if more is None:
            break
        listing = keys.listing(tenant, LISTING)
        page, more = table.query_index("listing", listing, limit=100, after=more)
    yield from (_work(tenant, partner), _run(tenant, partner))


def _work(tenant: Tenant, partner: str) -> Key:
    return keys.fact(tenant, "DRIFTWORK", partner)


def _run(tenant: Tenant, partner: str) -> Key:
    return keys.fact(tenant, "DRIFTRUN", partner)

"""Recipients: who a creditor's data goes to, by the connections that it made, and where that is.

What a counterpart gets and where it processes it says its connector (``SPEC.data``,
``SPEC.processing``), the same that stands on the connector's page and in docs/recipients.md.
"""

from __future__ import annotations

import connectors
from shared.cloud import connections, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row


def register(tenant: Tenant) -> list[dict[str, object]]:
    """The recipients of a creditor, by connection: those that are switched on."""
    return [_told(row) for row in _connections(tenant)]


def _told(row: Row) -> dict[str, object]:
    spec = connectors.spec(row["connector"])
    return {
        "connection": keys.id_of(row["pk"]),
        "connector": spec.name,
        "title": spec.title,
        "data": list(spec.data),
        "processed_in": spec.processing,
        "regions": list(spec.regions),
        "state": row["state"],
    }


def _connections(tenant: Tenant) -> list[Row]:
    listed, after = keys.listing(tenant, "CONN"), None
    found: list[Row] = []
    while True:
        page, after = table.query_index("listing", listed, limit=100, after=after)
        rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in page])
        found += [row for row in rows.values() if row["state"] in connections.LIVE]
        if after is None:
            return sorted(found, key=lambda row: str(row["pk"]))

"""Counters of a connection's hours and days, which nobody asks for once they are past."""

from __future__ import annotations

from datetime import date

from shared.cloud import keys, table
from shared.cloud.keys import Tenant

# Unsigned webhooks of an hour, and odd readings of a day, in the partition of their connection.
_COUNTED = ("UNSIGNED#", "READS#")


def delete(tenant: Tenant, upto: date) -> int:
    """Delete the counters of days up to ``upto`` (UTC); how many there were."""
    listed, after, gone = keys.listing(tenant, "CONN"), None, 0
    while True:
        page, after = table.query_index("listing", listed, limit=100, after=after)
        for one in page:
            for kind in _COUNTED:
                rows = table.query(one["pk"], kind, f"{kind}{upto}~")
                table.batch_put([], [{"pk": row["pk"], "sk": row["sk"]} for row in rows])
                gone += len(rows)
        if after is None:
            return gone

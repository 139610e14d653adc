"""The money feeds of a creditor in one row, kept in step with their connections.

The row FEEDS holds what is known of every bank and provider that is in use, written in the
transaction that changes the connection's own row, so that a step asks all of them by its one batch
read. What it means is read in ``shared.cloud.sources``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared.cloud import keys, table
from shared.cloud.table import Row, Write

# The families whose connections show money.
MONEY = frozenset({"payments", "banks"})
# The age in minutes at which a feed is stale when its connection does not say otherwise.
_WINDOW_MINUTES = 60
FIELD = "feed_"


def family_of(connection: Row) -> str:
    """The family of a connection's connector (``erp``, ``banks``)."""
    return str(connection["connector"]).partition(".")[0]


def is_money(connection: Row) -> bool:
    """Whether a connection shows money, so that touches wait for it whatever case they are of."""
    return family_of(connection) in MONEY


def known_of(connection: Row) -> dict[str, Any]:
    """What a connection's row says of its feed, as plain JSON: a source of the domain."""
    return {
        "connection": keys.id_of(connection["pk"]),
        "family": family_of(connection),
        "state": connection.get("state", ""),
        "read_at": connection.get("fresh_as_of"),
        "window_minutes": connection.get("window_minutes", _WINDOW_MINUTES),
        "complete_through": connection.get("complete_through"),
        "wanted_at": connection.get("wanted_at"),
        "suspicious": connection.get("suspicious"),
        "matching_since": connection.get("matching_since"),
        "countries": _countries(connection),
        **({"says_who_paid": False} if connection.get("says_who_paid") is False else {}),
    }


def told(connection: Row, after: Mapping[str, object], gone: tuple[str, ...] = ()) -> list[Write]:
    """What a change of a connection's row means for FEEDS: for the transaction that makes it.

    ``after`` are the fields as they become, ``gone`` those that are removed. A connection that
    shows no money means nothing; one that is disabled is no longer waited for.
    """
    if not is_money(connection):
        return []
    tenant, name = keys.tenant_of(connection["pk"]), _field(keys.id_of(connection["pk"]))
    row = {**connection, **after}
    for field in gone:
        row.pop(field, None)
    if row["state"] == "disabled":
        return [table.update_write(keys.feeds(tenant), remove=(name,))]
    body = json.dumps(known_of(row), sort_keys=True)
    return [table.update_write(keys.feeds(tenant), set_={name: body})]


def _field(connection: str) -> str:
    """The field of a feed: ids are in lower case, and a field's name takes no dash."""
    return FIELD + connection.replace("-", "D")


def _countries(connection: Row) -> list[str]:
    """The countries of a bank's accounts, from its settings."""
    accounts = json.loads(connection["config"]).get("accounts", [])
    named = [one for one in accounts if isinstance(one, dict)]
    return sorted({one["country"] for one in named if "country" in one})

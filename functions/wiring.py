"""Where connectors meet AWS: a stored connection becomes a connector that can be called."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import connectors
from connectors.contract import Connection, Spec
from shared.cloud import clock, connection_keys, hub_keys, keys, table, vault
from shared.cloud.keys import Tenant
from shared.cloud.runtime import client, private_targets
from shared.cloud.table import Row
from shared.errors import NotFound


def connection_row(tenant: Tenant, connection_id: str) -> Row:
    """A tenant's connection as stored. Raises ``NotFound``."""
    row = table.get(keys.connection(tenant, connection_id))
    if row is None:
        raise NotFound("no such connection")
    return row


def connect(tenant: Tenant, row: Row, *, urgent: bool = False) -> Any:
    """The connector behind a stored connection, with its settings, secrets and token.

    ``urgent`` is for the proof before a touch, which alone may use the budget's reserve.
    """
    return connectors.connect(row["connector"], bound(tenant, row, urgent=urgent))


def bound(tenant: Tenant, row: Row, *, urgent: bool = False) -> Connection:
    """All that a connector is given of a stored connection."""
    name, connection = row["connector"], keys.id_of(row["pk"])
    spec = connectors.spec(name)
    named = row.get("secrets_at", "")
    secrets = vault.read(tenant, connection, named) if spec.secrets else {}
    plain = Connection(
        id=connection,
        config=spec.config.model_validate(json.loads(row["config"])),
        secrets={key: secrets[key] for key in spec.secrets if key in secrets},
        private_targets=private_targets(),
        clients={service: client(service) for service in spec.services},
        meter=_meter(tenant, connection, spec, urgent=urgent),
    )
    return plain if spec.grant == "none" else _with_token(tenant, name, plain)


def _with_token(tenant: Tenant, name: str, plain: Connection) -> Connection:
    """The connection with the door of the token that the hub keeps for it."""
    from shared.cloud.grants import Keeper

    grant = connectors.grant(name, plain)
    keeper = Keeper(tenant, plain.id, lambda kept: grant.fetch(kept, now=clock.wall()))
    return replace(plain, token=keeper)


def _meter(tenant: Tenant, connection: str, spec: Spec, *, urgent: bool) -> Any:
    """What counts the calls of a counterpart with a budget; None without one."""
    if spec.budget is None:
        return None
    from shared.cloud.spending import Meter, Rate

    one = spec.rate_scope == "connection"
    key = connection_keys.spent(tenant, connection) if one else hub_keys.spent(spec.name)
    rate = Rate.of(spec.budget.calls, spec.budget.seconds, spec.budget.reserve)
    return Meter(key, rate, urgent=urgent, pause=time.sleep)

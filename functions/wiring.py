"""Where connectors meet AWS: a stored connection becomes a connector that can be called."""

from __future__ import annotations

import json
from typing import Any

import connectors
from connectors.contract import Connection
from shared.cloud import keys, table, vault
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


def connect(tenant: Tenant, row: Row) -> Any:
    """The connector behind a stored connection, with its settings and secrets."""
    name = row["connector"]
    spec = connectors.spec(name)
    secrets = vault.read(tenant, keys.id_of(row["pk"])) if spec.secrets else {}
    return connectors.connect(
        name,
        Connection(
            id=keys.id_of(row["pk"]),
            config=spec.config.model_validate(json.loads(row["config"])),
            secrets={key: secrets[key] for key in spec.secrets if key in secrets},
            private_targets=private_targets(),
            clients={service: client(service) for service in spec.services},
        ),
    )

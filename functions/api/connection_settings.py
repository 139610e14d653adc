"""Settings and secrets of a connection: replaced whole, tested and enabled before they count."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import Field

import connectors
from functions.api import expiries
from functions.api.connections import (
    Secrets,
    get_connection,
    known_secrets,
    own_folder,
    written,
)
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import checked, fault, invalid, read
from shared.cloud import backfills, clock, grants, vault
from shared.cloud import connections as rows
from shared.cloud.table import Row, Write
from shared.domain.explain import Record
from shared.errors import Conflict


class NewSettings(Record):
    """Settings that replace all that are stored, by the connector's own schema."""

    config: dict[str, Any]


class NewSecrets(Record):
    """Secrets that replace all that are stored."""

    secrets: Secrets = Field(repr=False)


def put_settings(request: Request) -> Answer:
    """Replace the settings; the connection is ``pending`` then, and begins anew when enabled.

    The same settings stop nothing. 409 ``changed_meanwhile`` when somebody moved first.
    """
    row, new = rows.read(request.tenant, request.path["id"]), read(request, NewSettings)
    schema = connectors.spec(row["connector"]).config
    config = checked(schema, new.config, "config").model_dump(mode="json")
    own_folder(request, config)
    before = json.loads(row["config"])
    if config == before:
        return get_connection(request)
    _partners_own(row, before, config)
    first, *told = rows.resettled(row, config)
    _moved(request, first, "settings_replaced", *told, *_years(request))
    return get_connection(request)


def put_secrets(request: Request) -> Answer:
    """Replace the secrets, for example when a key was rotated; what was in use is ``pending`` then.

    Whoever holds the secrets of a feed says what money came, and of a partner what it reports: so
    others count once they are tested, and enabled as that connection is at any time. The same
    secrets stop nothing. 409 ``changed_meanwhile`` when somebody moved first.
    """
    tenant, connection = request.tenant, request.path["id"]
    row, new = rows.read(tenant, connection), read(request, NewSecrets).secrets
    known_secrets(connectors.spec(row["connector"]), new)
    if not vault.holds(tenant, connection, new):
        # The row first: nothing is done with others before they were tested.
        first, *told = rows.rekeyed(row, clock.wall())
        _moved(request, first, "secrets_replaced", *told, names=sorted(new))
        vault.write(tenant, connection, new)
    grants.retry_now(tenant, connection)
    expiries.from_secrets(tenant, connection, new)
    return get_connection(request)


def _moved(
    request: Request, first: Write, what: str, *also: Write, names: Sequence[str] = ()
) -> None:
    """Carry out a change, once nobody has moved the connection since it was read."""
    try:
        written(request, first, what, request.path["id"], *also, names=names)
    except Conflict:
        text = "Somebody else has changed the connection meanwhile: look at it again."
        raise Problem(409, "changed_meanwhile", text) from None


def _partners_own(row: Row, before: dict[str, Any], config: dict[str, Any]) -> None:
    """A partner's address is its own to replace, once it took a signed test message."""
    if row["connector"] != "collectors.rest_hub" or config["endpoint"] == before["endpoint"]:
        return
    text = "the partner enters this address itself, through its own API"
    raise invalid(fault("config.endpoint", "partners_own", text))


def _years(request: Request) -> list[Write]:
    """Years that were being read by the old settings are read from their first day again."""
    years = backfills.running(request.tenant, request.path["id"])
    if years is None:
        return []
    since = date.fromisoformat(years["since"])
    return [backfills.begun(request.tenant, request.path["id"], since, clock.wall())]

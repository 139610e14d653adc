"""The settings of a connection: replaced whole, and tested and enabled again before they count."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import connectors
from functions.api.connections import get_connection, own_folder, written
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import checked, fault, invalid, read
from shared.cloud import backfills, clock
from shared.cloud import connections as rows
from shared.cloud.table import Row, Write
from shared.domain.explain import Record
from shared.errors import Conflict


class NewSettings(Record):
    """Settings that replace all that are stored, by the connector's own schema."""

    config: dict[str, Any]


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
    also = (*told, *_years(request))
    try:
        written(request, first, "settings_replaced", request.path["id"], *also)
    except Conflict:
        text = "Others changed the connection: read it again."
        raise Problem(409, "changed_meanwhile", text) from None
    return get_connection(request)


def _partners_own(row: Row, before: dict[str, Any], config: dict[str, Any]) -> None:
    """A partner's address is its own to replace, once it took a signed test message."""
    if row["connector"] != "collectors.rest_hub" or config["endpoint"] == before["endpoint"]:
        return
    text = "the partner replaces its address itself: PUT /v1/partner/endpoint"
    raise invalid(fault("config.endpoint", "partners_own", text))


def _years(request: Request) -> list[Write]:
    """Years that were being read by the old settings are read from their first day again."""
    years = backfills.running(request.tenant, request.path["id"])
    if years is None:
        return []
    since = date.fromisoformat(years["since"])
    return [backfills.begun(request.tenant, request.path["id"], since, clock.wall())]

"""Serve partner: a partner keeps its own endpoint, sees what it was told, and has it told again."""

from __future__ import annotations

from typing import Any

from functions.api import approvals, partner_deliveries, partner_endpoint
from functions.api.exchange import Handler, routed

HANDLERS: dict[str, Handler] = approvals.guarded({
    "GET /v1/partner/endpoint": partner_endpoint.get_endpoint,
    "PUT /v1/partner/endpoint": partner_endpoint.put_endpoint,
    "POST /v1/partner/endpoint/test": partner_endpoint.post_test,
    "POST /v1/partner/endpoint/secret": partner_endpoint.post_secret,
    "POST /v1/partner/endpoint/secret/finish": partner_endpoint.post_finish,
    "GET /v1/partner/deliveries": partner_deliveries.get_deliveries,
    "POST /v1/partner/deliveries/replay": partner_deliveries.post_replay_since,
    "GET /v1/partner/deliveries/{act}": partner_deliveries.get_delivery,
    "POST /v1/partner/deliveries/{act}/replay": partner_deliveries.post_replay,
})  # fmt: skip


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0."""
    return routed(event, HANDLERS)

"""Serve sandbox: a partner's engineers drive invented cases against their own endpoint."""

from __future__ import annotations

from typing import Any

from functions.api import partner_sandbox
from functions.api.exchange import Handler, routed

HANDLERS: dict[str, Handler] = {
    "POST /v1/partner/sandbox/reset": partner_sandbox.post_reset,
    "POST /v1/partner/sandbox/cases": partner_sandbox.post_case,
    "GET /v1/partner/sandbox/cases/{id}": partner_sandbox.get_case,
    "POST /v1/partner/sandbox/cases/{id}/messages": partner_sandbox.post_message,
    "POST /v1/partner/sandbox/advance": partner_sandbox.post_advance,
}


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0."""
    return routed(event, HANDLERS)

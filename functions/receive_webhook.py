"""Receive webhook: prove a provider's delivery, keep it raw under its key, queue it, answer fast.

``POST /v1/hooks/{tenant}/{connection}`` has no authorizer: the signature over the raw bytes is the
proof. What is not there, not a provider's, or not in use is answered alike.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from shared.cloud import clock, hooks, keys, metrics, table
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.table import Row
from shared.errors import HubError, NotFound, Refused, Retry, Unreadable

_MAX_BYTES = 1_000_000
# A feed whose key has expired still gets its provider's word; it is read once the key is renewed.
_OPEN = frozenset({"enabled", "degraded", "failing", "needs_auth"})
_FAMILIES = ("payments.", "collectors.", "erp.")


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0. 2xx: it is kept. 4xx: it is not taken. 5xx: send it again."""
    try:
        status = _receive(event)
    except NotFound:
        status = 404
    except Retry as error:
        # Too many unproven ones name their wait; a table that is throttled is our own fault.
        status = 429 if error.after else 503
    except HubError as error:
        logger.error("webhook_failed", extra={"error": type(error).__name__})
        status = 503
    except Exception as error:  # noqa: BLE001 - a stranger gets no trace and no message of a bug
        logger.error("broken", extra={"error": type(error).__name__})
        status = 500
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": "{}",
    }


def _receive(event: Mapping[str, Any]) -> int:
    path = event.get("pathParameters") or {}
    tenant, connection = Tenant(str(path.get("tenant", ""))), str(path.get("connection", ""))
    row = table.get(keys.connection(tenant, connection))
    if row is None or not row["connector"].startswith(_FAMILIES) or row["state"] not in _OPEN:
        raise NotFound("no such endpoint")
    body = _body(event)
    if body is None:
        return 400
    if len(body) > _MAX_BYTES:
        logger.warning("webhook_too_large", extra={"connection": connection})
        return 413
    return _taken(tenant, row, connection, body, event)


def _taken(tenant: Tenant, row: Row, connection: str, body: bytes, event: Mapping[str, Any]) -> int:
    # Here and not above: what is not for us costs neither pydantic nor a connector.
    from connectors import spec
    from connectors.contract import Delivery
    from functions.wiring import connect

    if "webhooks" not in spec(row["connector"]).capabilities:
        raise NotFound("no such endpoint")
    delivery = Delivery(
        body=body,
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        query=str(event.get("rawQueryString", "")),
    )
    try:
        hook = connect(tenant, row).verify(delivery, now=clock.wall())
    except Refused as error:
        return _refused(row, connection, error.code)
    except Unreadable as error:
        hooks.take_place(tenant, connection)
        return _quarantine(tenant, connection, hooks.unsigned_id(body), body, str(error))
    if not hook.fetch:
        return 200
    identity = hook.event if hook.signed else hooks.unsigned_id(body)
    taken = hooks.receive(
        tenant,
        connection,
        identity,
        body=body,
        fetch=hook.fetch,
        signed=hook.signed,
        now=clock.now(),
    )
    logger.info("webhook", extra={"connection": connection, "event": identity, "taken": taken})
    if taken == "different":
        fault = "the event's id was used for another event"
        digest = hashlib.sha256(body).hexdigest()[:12]
        return _quarantine(tenant, connection, f"{identity}~{digest}", body, fault)
    if taken != "settled":
        hooks.announce(tenant, connection, identity)
    return 200


def _refused(row: Row, connection: str, code: str) -> int:
    """What proves nothing is counted and told nothing."""
    logger.warning("webhook_refused", extra={"connection": connection, "code": code})
    metrics.count("WebhookSignatureFailure", 1, connector=row["connector"])
    return 400


def _quarantine(tenant: Tenant, connection: str, event: str, body: bytes, fault: str) -> int:
    """Keep a delivery that was signed and cannot be used, and ask a person once."""
    from shared.cloud.hook_tasks import ask

    kept = hooks.quarantine(tenant, connection, event, body, fault)
    if ask(tenant, connection, event, kept, fault):
        logger.warning("webhook_quarantined", extra={"event": event, "fault": fault})
    return 200


def _body(event: Mapping[str, Any]) -> bytes | None:
    """The bytes as they were signed, None when they cannot be decoded."""
    text = str(event.get("body") or "")
    if not event.get("isBase64Encoded"):
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None

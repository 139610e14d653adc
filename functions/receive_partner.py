"""Receive partner: keep a partner's report raw under its key, queue it, and answer fast."""

from __future__ import annotations

import re
from typing import Any

from connectors.json_door import read_json
from functions.api.exchange import Answer, Problem, Request, respond
from shared.cloud import clock, handed, inbox
from shared.errors import NotFound, Unreadable

REMITTANCES = "POST /v1/partner/remittances"
_MAX_BYTES = 256 * 1024
# What RFC 3986 leaves unescaped in a URL.
_KEY = re.compile(r"[A-Za-z0-9._~-]{1,100}")


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0: a report on a case, or a remittance."""
    return respond(event, _receive)


def _receive(request: Request) -> Answer:
    key = request.headers.get("idempotency-key", "")
    if not _KEY.fullmatch(key):
        title = "An Idempotency-Key of 1 to 100 letters, digits or . _ ~ - is needed."
        raise Problem(400, "bad_key", title)
    if len(request.body) > _MAX_BYTES:
        raise Problem(413, "too_large", "The body is larger than 256 KB.")
    if request.route == REMITTANCES:
        # Reports are many and remittances few: only these load what adds them up.
        from functions.remittance_door import take

        return take(request, key)
    tenant, partner, case = request.tenant, request.principal.connection, request.path["id"]
    # A case that was not handed to this partner is, to it, no case.
    if not handed.to_partner(tenant, case, partner):
        raise NotFound("no such case")
    if _named(request.body) not in {None, key}:
        title = "The id of a report is its Idempotency-Key: these differ."
        raise Problem(422, "id_not_key", title)
    taken = inbox.receive(tenant, partner, key, case=case, body=request.body, now=clock.now())
    if taken == "different":
        raise Problem(409, "key_reused", "This Idempotency-Key was used for another report.")
    if taken != "settled":
        inbox.announce(tenant, partner, key)
    return Answer({"event": key, "state": "received"}, status=202 if taken == "new" else 200)


def _named(body: bytes) -> str | None:
    """The id that a report bears; None where it cannot be read: such a report is kept as it is."""
    try:
        report = read_json(body)
    except Unreadable:
        return None
    name = report.get("id") if isinstance(report, dict) else None
    return name if isinstance(name, str) else None

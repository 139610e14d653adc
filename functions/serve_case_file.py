"""Serve case file: give a partner the file of a case it was handed, and note who read it."""

from __future__ import annotations

import hashlib
from typing import Any

from functions.api.exchange import Answer, Request, respond
from shared.cloud import audit, documents, handed, table
from shared.errors import NotFound, Unreadable


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0: ``GET /v1/partner/cases/{id}``."""
    return respond(event, _serve)


def _serve(request: Request) -> Answer:
    tenant, partner, case = request.tenant, request.principal.connection, request.path["id"]
    found = handed.to_partner(tenant, case, partner)
    if not found:
        raise NotFound("no such case")
    latest = found[-1]
    body = documents.get(tenant, latest.document)
    digest = hashlib.sha256(body).hexdigest()
    if digest != latest.content_hash:
        raise Unreadable("the stored case file is not the one that was handed over")
    facts = {"case": case, "act": latest.act, "connection": partner, "hash": digest}
    table.transact([audit.entry(tenant, request.principal.client, "case_file_read", facts)])
    return Answer(body, headers={"etag": f'"{digest}"'})

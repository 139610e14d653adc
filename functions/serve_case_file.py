"""Serve case file: give a partner the file of a case it was handed, and note who read it.

The letters that the file names are given by links, bound to the bytes that went out.
"""

from __future__ import annotations

import hashlib
from typing import Any

from functions.api.exchange import Answer, Problem, Request, respond
from shared.cloud import audit, case_reads, clock, documents, handed, table
from shared.cloud.case_reads import Reading
from shared.cloud.handed import HandedOver, Told
from shared.errors import NotFound, Unreadable


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0: ``GET /v1/partner/cases/{id}`` and its ``documents/{act}``."""
    return respond(event, _route)


def _route(request: Request) -> Answer:
    return _link(request) if "act" in request.path else _serve(request)


def _link(request: Request) -> Answer:
    """A case file, or a letter about a claim that was handed over, by links of 15 minutes."""
    by, found = _handed(request)
    case, act = request.path["id"], request.path["act"]
    claims = {claim for one in found for claim in one.claims}
    files = {one.act: Told(one.content_hash, ((one.document, one.content_hash),)) for one in found}
    told = files.get(act) or handed.letter(by.tenant, case, act, claims)
    if told is None:
        raise NotFound("no such document")
    links = documents.links(by.tenant, told.documents, clock.wall())
    facts = {"case": case, "act": act, "connection": by.connection, "hash": told.content_hash}
    table.transact([audit.entry(by.tenant, by.client, "document_linked", facts)])
    return Answer({"act": act, "content_hash": told.content_hash, "documents": links})


def _handed(request: Request) -> tuple[Reading, list[HandedOver]]:
    """Who reads, and what of the case was handed over to it; each reading is counted."""
    tenant, partner, case = request.tenant, request.principal.connection, request.path["id"]
    by = Reading(tenant, request.principal.client, partner, clock.now())
    if case_reads.closed(by):
        title = "Far more was read than was handed over: the creditor is asked."
        raise Problem(403, "reads_closed", title)
    found, may = handed.readable(tenant, case, partner, clock.now())
    case_reads.count(by, found[-1] if found else None)
    if not found:
        raise NotFound("no such case")
    if not may:
        title = "The last claim of the case left you more than 30 days ago: its file is closed."
        raise Problem(403, "case_left", title)
    return by, found


def _serve(request: Request) -> Answer:
    by, found = _handed(request)
    tenant, case, latest = by.tenant, request.path["id"], found[-1]
    body = documents.get(tenant, latest.document)
    digest = hashlib.sha256(body).hexdigest()
    if digest != latest.content_hash:
        raise Unreadable("the stored case file is not the one that was handed over")
    facts = {"case": case, "act": latest.act, "connection": by.connection, "hash": digest}
    noted = audit.entry(tenant, by.client, "case_file_read", facts)
    table.transact([noted, case_reads.entry(by, case, latest)])
    return Answer(body, headers={"etag": f'"{digest}"'})

"""Readings of case files: the log of each case, and a partner that is let read again."""

from __future__ import annotations

from functions.api.exchange import Answer, Request
from functions.api.pages import page
from functions.wiring import connection_row
from shared.cloud import audit, case_reads, clock, partner_keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.store import Store


def get_reads(request: Request) -> Answer:
    """Who read the case's file: when (wall time), which version, and the SHA-256 of the bytes."""
    case = request.path["id"]
    Store(request.tenant).load(case)

    def key_of(tenant: Tenant, last: str) -> Key:
        return partner_keys.case_read(tenant, case, *last.split("#", 1))

    found, more = page(request, f"READ/{case}", key_of)
    reads = [
        {
            "at": row["sk"].split("#")[0],
            "who": row["who"],
            "connection": row["conn"],
            "act": row["act"],
            "version": row["version"],
            "hash": row["hash"],
        }
        for row in found
    ]
    return Answer({"reads": reads, **more})


def post_reopen(request: Request) -> Answer:
    """Let a partner read case files again, once a person knows why it read so many."""
    tenant, partner = request.tenant, request.path["connection"]
    connection_row(tenant, partner)
    facts = {"connection": partner}
    entry = audit.entry(tenant, request.principal.client, "reads_reopened", facts)
    table.transact([*case_reads.reopen(tenant, partner, clock.now()), entry])
    return Answer({"connection": partner, "reads": "open"})

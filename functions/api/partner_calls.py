"""Calls of a partner: each under an Idempotency-Key of its own, on its own connection alone."""

from __future__ import annotations

import hashlib
import re

from functions.api.exchange import Problem, Request
from shared.cloud import connections, partner_keys, table
from shared.cloud.table import Row
from shared.errors import Conflict, NotFound

# What RFC 3986 leaves unescaped in a URL.
_KEY = re.compile(r"[A-Za-z0-9._~-]{1,100}")


def once(request: Request) -> str:
    """A name for what a POST does, the same for the same key: whatever it makes is made once.

    Raises ``Problem`` 400 ``bad_key`` without a good ``Idempotency-Key``, and 409 ``key_reused``
    for one that came with another route or body before.
    """
    tenant, partner = request.tenant, request.principal.connection
    key = request.headers.get("idempotency-key", "")
    if not _KEY.fullmatch(key):
        title = "An Idempotency-Key of 1 to 100 letters, digits or . _ ~ - is needed."
        raise Problem(400, "bad_key", title)
    place = partner_keys.call(tenant, partner, key)
    path = "|".join(f"{name}={value}" for name, value in sorted(request.path.items()))
    said = hashlib.sha256(f"{request.route}|{path}|".encode() + request.body).hexdigest()
    try:
        table.put({**place, "hash": said}, condition="attribute_not_exists(pk)")
    except Conflict:
        kept = table.get(place)
        if kept is None or kept["hash"] != said:
            title = "This Idempotency-Key was used for another call."
            raise Problem(409, "key_reused", title) from None
    return hashlib.sha256(f"{partner}|{key}".encode()).hexdigest()[:12]


def own(request: Request) -> Row:
    """The caller's own connection. Raises ``NotFound`` when there is none."""
    return connections.read(request.tenant, request.principal.connection)


def listens(request: Request) -> Row:
    """The caller's own connection, where we call the partner at an address that it names."""
    row = own(request)
    if row["connector"] != "collectors.rest_hub":
        raise NotFound("this partner is not called")
    return row

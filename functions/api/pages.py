"""Pages of a listing: ids from the listing index, rows read strongly, a sealed cursor to go on.

A cursor is good for the tenant, the route, its path and its filters that it was given for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from functions.api.exchange import Problem, Request
from functions.api.forms import PAGING
from shared.cloud import cursors, keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row

_USUAL, _MOST = 50, 100
# Rows that one call looks at where only some of them are wanted.
MOST_LOOKED = 200

KeyOf = Callable[[Tenant, str], Key]


def page(request: Request, kind: str, key_of: KeyOf) -> tuple[list[Row], dict[str, Any]]:
    """The rows of a page (``?limit=``, ``?cursor=``) and ``{"cursor": …}``, None on the last.

    ``key_of`` makes a row's key from its id. Raises ``Problem`` 400 for a bad limit or cursor.
    """
    found, last = _rows(request, kind, key_of, after(request), limit(request))
    return [row for _, row in found], {"cursor": before_next(request, last)}


def sifted(
    request: Request, kind: str, key_of: KeyOf, keep: Callable[[Row], dict[str, Any] | None]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What ``keep`` makes of the rows of a listing, without those of which it makes nothing.

    A page may hold few, or none, and yet have a cursor: one call looks at ``MOST_LOOKED`` rows.
    Raises ``Problem`` 400 for a bad limit or cursor.
    """
    most, last, looked = limit(request), after(request), 0
    kept: list[dict[str, Any]] = []
    while True:
        # Where all are wanted, a page reads one more than it holds.
        size = _MOST if looked else most + 1
        found, end = _rows(request, kind, key_of, last, min(size, _MOST, MOST_LOOKED - looked))
        for name, row in found:
            looked, last = looked + 1, name
            made = keep(row)
            if made is not None:
                kept.append(made)
            if len(kept) == most:
                more = end is not None or name != found[-1][0]
                return kept, {"cursor": before_next(request, name if more else None)}
        last = end
        if end is None or looked >= MOST_LOOKED:
            return kept, {"cursor": before_next(request, end)}


def after(request: Request) -> str | None:
    """The id after which a page begins, by the request's cursor. Raises ``Problem`` 400."""
    cursor = request.query.get("cursor")
    if cursor is None:
        return None
    try:
        return cursors.unseal(_bound(request), cursor)
    except ValueError:
        title = "This page is not of this list with these filters: begin again from the first one."
        raise Problem(400, "bad_cursor", title) from None


def before_next(request: Request, last: str | None) -> str | None:
    """The cursor that goes on after the id ``last``; None where nothing comes after it."""
    return None if last is None else cursors.seal(_bound(request), last)


def limit(request: Request) -> int:
    """How many entries a page has (``?limit=``). Raises ``Problem`` 400."""
    text = request.query.get("limit", str(_USUAL))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= _MOST):
        raise Problem(400, "bad_limit", f"A page has 1 to {_MOST} entries.")
    return int(text)


def _rows(
    request: Request, kind: str, key_of: KeyOf, last: str | None, most: int
) -> tuple[list[tuple[str, Row]], str | None]:
    """Rows of a listing with their ids, and the id to go on after, None at the end."""
    listing = keys.listing(request.tenant, kind)
    start = None
    if last is not None:
        start = {**key_of(request.tenant, last), "list_in": listing, "list_id": last}
    found, more = table.query_index("listing", listing, limit=most, after=start)
    rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in found])
    there = [
        (one["list_id"], row)
        for one in found
        if (row := rows.get((one["pk"], one["sk"]))) is not None
    ]
    return there, more["list_id"] if more else None


def _bound(request: Request) -> str:
    """What a cursor is good for: tenant, route, path and every parameter that is no paging."""
    said = {name: text for name, text in request.query.items() if name not in PAGING}
    return json.dumps(
        [request.principal.tenant_id, request.route, dict(request.path), said], sort_keys=True
    )

"""Pages of a listing: ids from the listing index, rows read strongly, a sealed cursor to go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from functions.api.exchange import Problem, Request
from shared.cloud import cursors, keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row

_USUAL, _MOST = 50, 100


def page(
    request: Request, kind: str, key_of: Callable[[Tenant, str], Key]
) -> tuple[list[Row], dict[str, Any]]:
    """The rows of a page (``?limit=``, ``?cursor=``) and ``{"cursor": …}``, None on the last.

    ``key_of`` makes a row's key from its id. Raises ``Problem`` 400 for a bad limit or cursor.
    """
    tenant = request.tenant
    listing = keys.listing(tenant, kind)
    after = _after(request, listing, key_of)
    found, more = table.query_index("listing", listing, limit=_limit(request), after=after)
    rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in found])
    there = [row for one in found if (row := rows.get((one["pk"], one["sk"]))) is not None]
    cursor = cursors.seal(listing, more["list_id"]) if more else None
    return there, {"cursor": cursor}


def _after(request: Request, listing: str, key_of: Callable[[Tenant, str], Key]) -> Row | None:
    cursor = request.query.get("cursor")
    if cursor is None:
        return None
    try:
        last = cursors.unseal(listing, cursor)
    except ValueError:
        raise Problem(400, "bad_cursor", "The cursor is not one of this listing.") from None
    return {**key_of(request.tenant, last), "list_in": listing, "list_id": last}


def _limit(request: Request) -> int:
    text = request.query.get("limit", str(_USUAL))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= _MOST):
        raise Problem(400, "bad_limit", f"A page has 1 to {_MOST} entries.")
    return int(text)

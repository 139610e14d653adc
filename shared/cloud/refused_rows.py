"""Rows of a source that could not be read, kept for a person, whatever the source calls them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable

from shared.cloud import connection_keys, keys
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row

_FIT = re.compile(r"[^\s#\x00-\x1f]{1,200}")
_UNFIT = re.compile(r"[\s#\x00-\x1f]+")


def rows_of(tenant: Tenant, connection: str, refused: Iterable[tuple[str, str, str]]) -> list[Row]:
    """The rows of the table for refusals: what the source calls each, the field, and why.

    Of two with one name the last one stands.
    """
    named = {_name(row): (row, field, text) for row, field, text in refused}
    return [
        {
            **connection_keys.refused_row(tenant, connection, name),
            "field": field,
            "text": text,
            "list_in": keys.listing(tenant, listing_of(connection)),
            "list_id": name,
        }
        for name, (_, field, text) in named.items()
    ]


def listing_of(connection: str) -> str:
    """The listing in which a connection's refusals stand."""
    return f"REFUSED/{connection}"


def key_of(connection: str) -> Callable[[Tenant, str], Key]:
    """How the key of one of a connection's refusals is made from its name."""
    return lambda tenant, name: connection_keys.refused_row(tenant, connection, name)


def _name(row: str) -> str:
    """The source's name where it is fit for a key, else what is left of it with its own hash.

    So nothing that a source says stops the rows beside it.
    """
    if _FIT.fullmatch(row):
        return row
    digest = hashlib.sha256(row.encode()).hexdigest()[:12]
    return f"{_UNFIT.sub('_', row)[:120]}.{digest}"

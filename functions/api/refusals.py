"""Refusals: the rows of a source that could not be read, each with its field and the reason."""

from __future__ import annotations

from functions.api.exchange import Answer, Request
from functions.api.pages import page
from shared.cloud import connections, refused_rows


def get_refused(request: Request) -> Answer:
    """What a source said and nobody could read, a page at a time, by the source's own names.

    A row stays listed until the time of raw deliveries is over, also when it was mended since.
    """
    connection = request.path["id"]
    connections.read(request.tenant, connection)
    found, more = page(
        request, refused_rows.listing_of(connection), refused_rows.key_of(connection)
    )
    rows = [{"row": one["list_id"], "field": one["field"], "text": one["text"]} for one in found]
    return Answer({"rows": rows, **more})

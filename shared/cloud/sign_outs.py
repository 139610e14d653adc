"""Sign-outs: since when a person's browser sessions count; earlier ones are over everywhere."""

from __future__ import annotations

from datetime import datetime

from shared.cloud import hub_keys, principals, table
from shared.cloud.principals import Principal
from shared.errors import NotFound


def signed_in(client: str, since: datetime) -> Principal:
    """The principal of a session that began at ``since`` (wall time), read anew in one call.

    Raises ``NotFound`` when it is gone, or has signed out after that.
    """
    wanted = [hub_keys.principal(client), hub_keys.signed_out(client)]
    rows = table.batch_get(wanted)
    row, out = (rows.get((key["pk"], key["sk"])) for key in wanted)
    if row is None or (out is not None and since <= datetime.fromisoformat(out["at"])):
        raise NotFound("no such session")
    return principals.of_row(client, row)


def sign_out(client: str, now: datetime) -> None:
    """End every session of a person that began up to ``now`` (wall time)."""
    table.put({**hub_keys.signed_out(client), "at": now.isoformat(timespec="microseconds")})

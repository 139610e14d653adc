"""Keys of what stands beside a connection: grant, consent, years, budget, refused rows, counts."""

from __future__ import annotations

from shared.cloud import keys
from shared.cloud.keys import Key, Tenant, plain


def grant(tenant: Tenant, connection_id: str) -> Key:
    """The sealed token of a connection."""
    return _beside(tenant, connection_id, "GRANT")


def consent(tenant: Tenant, connection_id: str) -> Key:
    """The question for consent at a vendor that is open for a connection."""
    return _beside(tenant, connection_id, "CONSENT")


def backfill(tenant: Tenant, connection_id: str) -> Key:
    """How far the years before a connection have been read."""
    return _beside(tenant, connection_id, "BACKFILL")


def spent(tenant: Tenant, connection_id: str) -> Key:
    """How much of a counterpart's budget of calls a connection has used."""
    return _beside(tenant, connection_id, "SPENT")


def refused_row(tenant: Tenant, connection_id: str, row: str) -> Key:
    """A source row that could not be read, kept for a person; ``row`` is fit for a key."""
    return _beside(tenant, connection_id, f"REFUSED#{plain(row)}")


def hook_count(tenant: Tenant, connection_id: str, hour: str) -> Key:
    """How many unsigned webhooks a connection took in an hour (``2026-03-02T09``, UTC)."""
    return _beside(tenant, connection_id, f"UNSIGNED#{plain(hour)}")


def _beside(tenant: Tenant, connection_id: str, what: str) -> Key:
    return {"pk": keys.connection(tenant, connection_id)["pk"], "sk": what}

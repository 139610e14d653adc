"""Keys of what a partner's own API keeps, made of those of the one grammar."""

from __future__ import annotations

from datetime import date, datetime

from shared.cloud import clock, keys
from shared.cloud.keys import Key, Tenant


def attempts(tenant: Tenant, connection: str, day: date) -> str:
    """The partition of the attempts of a day (UTC) at a partner."""
    return keys.fact(tenant, "SENT", f"{connection}:{day.isoformat()}")["pk"]


def attempt(tenant: Tenant, connection: str, at: datetime, act: str, number: int) -> Key:
    """The attempt of a ``number`` to tell a partner something, at an instant (UTC)."""
    keys.outbox(tenant, act)
    sort = f"{clock.stamp(at)}#{number:03d}#{act}"
    return {"pk": attempts(tenant, connection, at.date()), "sk": sort}


def endpoint(tenant: Tenant, connection: str) -> Key:
    """What is known of the address at which a partner listens."""
    return {"pk": keys.connection(tenant, connection)["pk"], "sk": "ENDPOINT"}


def call(tenant: Tenant, connection: str, key: str) -> Key:
    """That a partner used an Idempotency-Key for one of its own calls."""
    return keys.fact(tenant, "KEY", f"{connection}:{key}")


def case_read(tenant: Tenant, case: str, at: str, n: str) -> Key:
    """That a case file was read at an instant (its text, UTC); ``n`` keeps two apart."""
    return {"pk": keys.fact(tenant, "READ", case)["pk"], "sk": f"{at}#{n}"}


def odd_reads(tenant: Tenant, connection: str, day: date) -> Key:
    """How many readings of a day were more than a partner's work explains."""
    pk = keys.connection(tenant, connection)["pk"]
    return {"pk": pk, "sk": f"READS#{day.isoformat()}"}

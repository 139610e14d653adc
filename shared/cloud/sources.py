"""The sources of a case as they are known: its ERP's connection, the money feeds, the demand."""

from __future__ import annotations

from datetime import datetime

from shared.cloud import feeds, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.creditor import Creditor
from shared.domain.explain import Record
from shared.domain.freshness import Gate, Source, Stale, waits


class Demand(Record):
    """What a creditor asks of its sources, and the country whose banking days count."""

    gate: Gate = Gate()
    country: str


def source_of(connection: Row) -> Source:
    """What a connection's row says of its feed."""
    return Source.model_validate(feeds.known_of(connection))


def demanded(creditor: Creditor) -> Write:
    """What a profile asks of the sources, for the transaction that stores the profile."""
    demand = Demand(gate=creditor.gate, country=creditor.country)
    key = keys.feeds(Tenant(creditor.id))
    return table.update_write(key, set_={"demand": demand.model_dump_json()})


def demand_of(tenant: Tenant, row: Row | None) -> Demand | None:
    """What a creditor asks: from its FEEDS row, else its profile. None when there is no profile."""
    if row is not None and "demand" in row:
        return Demand.model_validate_json(row["demand"])
    profile = table.get(keys.creditor(tenant))
    if profile is None:
        return None
    creditor = Creditor.model_validate_json(profile["body"])
    return Demand(gate=creditor.gate, country=creditor.country)


def known(row: Row | None) -> tuple[Source, ...]:
    """The money feeds that a FEEDS row names, by id."""
    bodies = [body for field, body in sorted((row or {}).items()) if field.startswith(feeds.FIELD)]
    return tuple(Source.model_validate_json(body) for body in bodies)


def seen(row: Row | None) -> dict[str, str]:
    """How far each money feed was known, as inputs of a decision (``feed:<connection>``)."""
    reached = {one.connection: one.complete_through or one.read_at for one in known(row)}
    return {f"feed:{name}": at.isoformat() if at else "" for name, at in reached.items()}


def waited_for(
    books: Row, row: Row | None, gate: Gate, country: str, now: datetime
) -> tuple[Stale, ...]:
    """The sources that a case waits for: ``books`` is its ERP's row, ``row`` the FEEDS row."""
    return waits(source_of(books), known(row), gate, country, now)

"""Expiries: the days on which certificates, consents and keys of connections run out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import Field

import connectors
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import STRANGE, fault, invalid, read
from shared.cloud import audit, certificates, clock, connections, expiry_rows, keys, table
from shared.cloud.keys import Tenant
from shared.domain.expiries import stage
from shared.domain.explain import Record
from shared.errors import Conflict

# So many connections a creditor may have and still see all of their days in one answer.
_MOST = 500


class Days(Record):
    """The last days of use (UTC) that are known, by what runs out: a secret or ``consent``."""

    expiries: dict[str, date] = Field(max_length=20)


def get_expiries(request: Request) -> Answer:
    """What runs out, of all connections, soonest first; what has no day yet comes last."""
    found = sorted(_all(request.tenant), key=lambda one: (one["on"] or "9999", one["connection"]))
    return Answer({"expiries": found})


def put_expiries(request: Request) -> Answer:
    """Replace the days that are known of a connection; people are told 60, 30 and 7 days before."""
    connection, said = request.path["id"], read(request, Days)
    row = connections.read(request.tenant, connection)
    known = set(kinds(row["connector"]))
    strange = sorted(set(said.expiries) - known)
    if strange:
        raise invalid(*(fault(f"expiries.{one}", "extra_forbidden", STRANGE) for one in strange))
    facts = {"connection": connection, "names": sorted(said.expiries)}
    entry = audit.entry(request.tenant, request.principal.client, "expiries_replaced", facts)
    try:
        table.transact([*_stored(request.tenant, connection, said.expiries), entry])
    except Conflict:
        raise Problem(
            409,
            "changed_meanwhile",
            "Somebody else has changed these days meanwhile: look at them again.",
        ) from None
    after = table.get(expiry_rows.key(request.tenant, connection))
    return Answer({"expiries": list(_of(row, after))})


def kinds(connector: str) -> tuple[str, ...]:
    """What of a connector can run out: what its SPEC names, each secret, and a consent."""
    spec = connectors.spec(connector)
    consent = (expiry_rows.CONSENT,) if spec.grant == "consented" else ()
    return tuple(dict.fromkeys((*spec.expiries, *consent, *spec.secrets)))


def from_secrets(tenant: Tenant, connection: str, secrets: Mapping[str, str]) -> None:
    """Note the last day of each certificate (PEM) among new secrets, beside the days known before.

    A secret that is no certificate says nothing of its end: its day, if one is known, stands.
    """
    found = {
        name: day
        for name, text in secrets.items()
        if (day := certificates.last_day(text)) is not None
    }
    if not found:
        return
    before = table.get(expiry_rows.key(tenant, connection))
    days = {name: one.on for name, one in expiry_rows.known(before).items()}
    table.transact(_stored(tenant, connection, {**days, **found}))


def _stored(tenant: Tenant, connection: str, days: Mapping[str, date]) -> list[table.Write]:
    before = table.get(expiry_rows.key(tenant, connection))
    return expiry_rows.stored(tenant, connection, days, before, clock.now())


def _all(tenant: Tenant) -> Iterator[dict[str, Any]]:
    page, _ = table.query_index("listing", keys.listing(tenant, "CONN"), limit=_MOST)
    names = [row["list_id"] for row in page]
    wanted = [keys.connection(tenant, one) for one in names]
    rows = table.batch_get([*wanted, *(expiry_rows.key(tenant, one) for one in names)])
    for name in names:
        row = rows.get(_at(keys.connection(tenant, name)))
        if row is not None and row["state"] != "disabled":
            yield from _of(row, rows.get(_at(expiry_rows.key(tenant, name))))


def _of(row: table.Row, stored: table.Row | None) -> Iterator[dict[str, Any]]:
    known, today = expiry_rows.known(stored), clock.now().date()
    declared = connectors.spec(row["connector"]).expiries
    for name in dict.fromkeys((*known, *declared)):
        on = known[name].on if name in known else None
        yield {
            "connection": keys.id_of(row["pk"]),
            "what": name,
            "on": on.isoformat() if on else None,
            "days_left": (on - today).days if on else None,
            "stage": stage(on, today) if on else None,
        }


def _at(key: keys.Key) -> tuple[str, str]:
    return key["pk"], key["sk"]

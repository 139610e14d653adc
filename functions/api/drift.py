"""Drift, remittances and client money: what partners owe, and what three records disagree on."""

from __future__ import annotations

from typing import Any

from functions.api.exchange import Answer, Request
from functions.api.forms import asked
from functions.api.pages import page, sifted
from functions.wiring import connection_row
from shared.cloud import drift_rows, keys, remittance_rows
from shared.cloud.table import Row
from shared.domain.explain import Record
from shared.domain.freshness import ConnectionId
from shared.domain.money import Money
from shared.domain.remittance import by_category
from shared.errors import NotFound


class Wanted(Record):
    """Of which partner (its connection) the differences are; of all without."""

    partner: ConnectionId | None = None


def get_drift(request: Request) -> Answer:
    """All that is apart between books, hub and partners, a page at a time; with ``partner`` of one.

    ``partners`` is the last comparison with each of them: how many claims agreed, lag or are apart,
    and by how much, by currency. With a partner a page may hold few, or none, and yet have a
    cursor: one call looks at 200 differences.
    """
    wanted = asked(request, Wanted).partner

    def keep(row: Row) -> dict[str, Any] | None:
        return drift_rows.body_of(row) if wanted in {None, row["conn"]} else None

    found, more = sifted(request, drift_rows.LISTING, drift_rows.key_of, keep)
    runs = drift_rows.runs(request.tenant)
    partners = [one for row in runs if wanted in {None, (one := _run(row))["partner"]}]
    return Answer(
        {
            "drift": found,
            "count": sum(one["drift"] for one in partners),
            "partners": partners,
            **more,
        }
    )


def get_remittances(request: Request) -> Answer:
    """The remittances of a partner: sums by category, and the bank line that each came as."""
    partner = _partner(request)
    listing = remittance_rows.listing_of(partner)
    found, more = page(request, listing, remittance_rows.key_of)
    return Answer({"remittances": [_remittance(row) for row in found], **more})


def get_client_money(request: Request) -> Answer:
    """What a partner has of the creditor's: received less paid out, as last compared.

    Raises ``NotFound`` before the first comparison.
    """
    partner = _partner(request)
    row = drift_rows.last(request.tenant, partner)
    if row is None:
        raise NotFound("nothing was compared yet")
    body = drift_rows.body_of(row)
    return Answer({"partner": partner, "as_of": body["on"], "money": body["money"]})


def _run(row: Row) -> dict[str, Any]:
    body = drift_rows.body_of(row)
    return {"partner": keys.id_of(row["pk"]), **body}


def _remittance(row: Row) -> dict[str, Any]:
    remittance = remittance_rows.of(row)
    return {
        "id": remittance.id,
        "value_date": remittance.value_date.isoformat(),
        "bank_reference": remittance.bank_reference,
        "total": _plain(remittance.total),
        "categories": {name: _plain(sums) for name, sums in by_category(remittance).items()},
        "lines": len(remittance.lines),
        "differences": remittance_rows.differences_of(row),
        "state": row["state"],
        "payment": row.get("payment"),
    }


def _partner(request: Request) -> str:
    """The connection of the path. ``NotFound`` where it is no collection partner."""
    partner = request.path["connection"]
    if not str(connection_row(request.tenant, partner)["connector"]).startswith("collectors."):
        raise NotFound("no such partner")
    return partner


def _plain(money: Money) -> dict[str, str]:
    return {"amount": str(money.amount), "currency": money.currency}

"""Debtors as people know them: their names beside their ids, and what the books say of one.

A look at a person's data is in the trail, with whose it was.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from functions.api.exchange import Answer, Request
from functions.api.forms import asked
from shared.cloud import audit, keys, table
from shared.cloud.keys import Key
from shared.domain.explain import Record
from shared.domain.model import Party
from shared.errors import NotFound

_MOST = 100


class Named(Record):
    """The ids of debtors whose names are asked for, separated by commas, 100 at most."""

    ids: str = Field(min_length=1, max_length=_MOST * 201)


def get_debtors(request: Request) -> Answer:
    """Names and customer numbers of debtors, in the order asked; one that is not there is left out.

    So is one whose data was erased, or may only be stored (restricted: GDPR art. 18(2)).
    """
    wanted = list(dict.fromkeys(one for one in asked(request, Named).ids.split(",") if one))[:_MOST]
    tenant = request.tenant
    places = [(keys.party(tenant, one), keys.debtor(tenant, one)) for one in wanted]
    rows = table.batch_get([place for both in places for place in both])
    told = []
    for one, (place, counts) in zip(wanted, places, strict=True):
        row, counted = rows.get(_at(place)), rows.get(_at(counts), {})
        if row is None or "body" not in row or "restricted" in counted:
            continue
        party = Party.model_validate_json(row["body"])
        told.append({
            "id": one, "name": party.name, "kind": party.kind,
            "customer_number": party.customer_number,
        })  # fmt: skip
    facts = {"route": request.route, "debtors": [one["id"] for one in told]}
    table.put(audit.look(tenant, request.principal.client, facts))
    return Answer({"debtors": told})


def get_debtor(request: Request) -> Answer:
    """What the books say of one debtor, and what counts for all of his cases."""
    debtor = request.path["id"]
    row = table.get(keys.party(request.tenant, debtor))
    if row is None or "body" not in row:
        raise NotFound("no such debtor")
    party: dict[str, Any] = Party.model_validate_json(row["body"]).model_dump(mode="json")
    counts = table.get(keys.debtor(request.tenant, debtor)) or {}
    return Answer({**party, "restricted": counts.get("restricted"), "into": counts.get("into")})


def _at(key: Key) -> tuple[str, str]:
    return key["pk"], key["sk"]

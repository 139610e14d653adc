"""Charges as rows: what the ERP should invoice of claims whose principal is settled.

A row is written in the append that settles it, and withdrawn in the one that takes it back; the
ERP's side reads them page by page. One claim has one row for each way of invoicing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Write
from shared.domain.case import Case
from shared.domain.events import CaseEvent, ResidualSettled
from shared.domain.law import LawPack
from shared.domain.residual import Charge, charge

State = Literal["proposed", "withdrawn"]
STATES: tuple[State, ...] = ("proposed", "withdrawn")


def proposed(
    tenant: Tenant, before: Case, events: Sequence[CaseEvent], law: LawPack
) -> list[Write]:
    """The rows of what events leave to the ERP, for the transaction that appends them."""
    found = [charge(before, one, law) for one in events if isinstance(one, ResidualSettled)]
    return [_write(tenant, one, "proposed") for one in found if one is not None]


def withdrawn(tenant: Tenant, before: Case, after: Case) -> list[Write]:
    """The rows of charges that no longer stand: money of their claim was taken back."""
    writes = []
    for claim, state in before.claims.items():
        if state.residual and not after.claims[claim].residual:
            for way in sorted({one.becomes for one in state.residual} - {"waived"}):
                name = _name(before.id, claim, way)
                listed = {"state": "withdrawn", **_listed(tenant, "withdrawn", name)}
                writes.append(table.update_write(keys.charge(tenant, name), set_=listed))
    return writes


def _write(tenant: Tenant, one: Charge, state: State) -> Write:
    name = _name(one.case, one.claim, one.becomes)
    row = {**keys.charge(tenant, name), "body": one.model_dump_json(), "state": state}
    return table.put_write({**row, **_listed(tenant, state, name)}, condition=None)


def _listed(tenant: Tenant, state: State, name: str) -> Key:
    return {"list_in": keys.listing(tenant, f"CHARGE/{state}"), "list_id": name}


def _name(case: str, claim: str, becomes: str) -> str:
    return hashlib.sha256(f"{case}|{claim}|{becomes}".encode()).hexdigest()[:24]

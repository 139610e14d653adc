"""Erasing a person: documents, then money's payers, then the parties; every part may come twice.

A run that dies half-way leaves the parties, by which the next one finds the rest again.
"""

from __future__ import annotations

from datetime import date

from functions.dossier import Dossier
from functions.exporting import exports_of
from shared.cloud import documents, forgotten, identity_rows, lookups, payer_links, table
from shared.cloud.keys import Key, Tenant
from shared.domain import erasure
from shared.domain.creditor import Creditor
from shared.domain.model import Party
from shared.domain.sighting import Sighting


def plan_of(known: Dossier, creditor: Creditor, today: date) -> erasure.Plan:
    """What an erasure would do ``today`` (creditor's zone). Raises ``ValueError``."""
    return erasure.plan(
        known.cases(),
        invoices=known.open_invoices,
        holds=(str(row["list_id"]) for row in known.holds),
        country=creditor.country,
        today=today,
        year_ends=creditor.year_ends,
    )


def erase(known: Dossier, on: date) -> dict[str, int]:
    """Take away all personal values of a person; how many records of each kind had some.

    ``on`` is the day (UTC) of the mark. Raises ``Conflict`` where a source writes meanwhile: it is
    asked again, and goes on.
    """
    documents.erase_all(known.tenant, exports_of(known))
    payer_links.forget(known.tenant, known.debtors)
    return {
        "documents": sum(documents.erase(known.tenant, name) > 0 for name in known.documents),
        "payments": _payers(known, on),
        "parties": _parties(known, on),
    }


def _payers(known: Dossier, on: date) -> int:
    changed = 0
    for row in known.payments:
        account = Sighting.model_validate_json(row["body"]).payer.account
        table.batch_put([], lookups.unlearned(known.tenant, account, known.debtors))
        changed += forgotten.forget(row, Sighting, on)
    return changed


def _parties(known: Dossier, on: date) -> int:
    changed = 0
    for row in known.parties:
        table.batch_put([], _found_by(known.tenant, row["body"]))
        changed += forgotten.forget(row, Party, on)
    return changed


def _found_by(tenant: Tenant, body: str) -> list[Key]:
    return identity_rows.held(tenant, Party.model_validate_json(body))

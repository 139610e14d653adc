"""Exporting a person: everything that the hub keeps about a debtor, as one file (GDPR art. 15).

The file is a zip: ``data.json`` and the stored documents, byte for byte. It lies in the private
bucket for a day.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import datetime
from typing import Any

from functions import recipients
from functions.dossier import Dossier
from shared.cloud import documents
from shared.domain.creditor import Creditor
from shared.domain.events import CaseEvent
from shared.domain.model import Invoice, Party
from shared.domain.sighting import Sighting
from shared.domain.timeline import words
from shared.errors import NotFound

_TYPE = "application/zip"


def export(known: Dossier, creditor: Creditor, now: datetime) -> tuple[str, str]:
    """Write the file; its name and SHA-256 (hex). ``now`` is wall time (UTC)."""
    body = _zip(known, creditor, now)
    name = f"{exports_of(known)}{now:%Y%m%dT%H%M%SZ}.zip"
    documents.put(known.tenant, name, body, _TYPE, passing=True)
    return name, hashlib.sha256(body).hexdigest()


def exports_of(known: Dossier) -> str:
    """How the names of a person's exports begin, from the debtor's id and nothing personal."""
    whose = hashlib.sha256(f"{known.tenant.id}|{known.debtor}".encode()).hexdigest()[:20]
    return f"exports/{whose}-"


def _zip(known: Dossier, creditor: Creditor, now: datetime) -> bytes:
    stored, gone = _documents(known)
    told = data(known, creditor, now) | {"documents": sorted(stored), "documents_gone": gone}
    whole = {"data.json": json.dumps(told, indent=1, ensure_ascii=False).encode(), **stored}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in whole.items():
            file.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), body)
    return out.getvalue()


def data(known: Dossier, creditor: Creditor, now: datetime) -> dict[str, Any]:
    """Everything about a person beside the documents, as plain JSON."""
    return {
        "format": "dunlin.person",
        "made_at": now.isoformat(timespec="seconds"),
        "controller": {"name": creditor.name, "email": creditor.email},
        "debtors": list(known.debtors),
        "parties": [_plain(Party, row) for row in known.parties],
        "invoices": [_plain(Invoice, row) for row in known.invoices],
        "payments": [_plain(Sighting, row) for row in known.payments],
        "cases": [
            {"id": name, "events": [_event(one) for one in events]}
            for name, events in known.events.items()
        ],
        "recipients": recipients.register(known.tenant),
        "kept_for_a_court": [row["list_id"] for row in known.holds],
    }


def _plain(model: type[Party | Invoice | Sighting], row: dict[str, Any]) -> dict[str, Any]:
    return model.model_validate_json(row["body"]).model_dump(mode="json")


def _event(event: CaseEvent) -> dict[str, Any]:
    return {"words": words(event), **event.model_dump(mode="json")}


def _documents(known: Dossier) -> tuple[dict[str, bytes], list[str]]:
    """The stored documents by the names that they have in the file, and those that are gone."""
    stored: dict[str, bytes] = {}
    gone: list[str] = []
    for name in known.documents:
        try:
            stored[f"documents/{name}"] = documents.get(known.tenant, name)
        except NotFound:
            gone.append(name)
    return stored, gone

"""What was handed over to a partner, read from a case's events without folding them.

The functions that partners call start fast: they look at two kinds of stored events as plain JSON
and leave the fold to the consumer.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from shared.cloud import keys, table
from shared.cloud.keys import Tenant


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A hand-over, or a file made later: act, claims, document, SHA-256, version, instant."""

    act: str
    document: str
    content_hash: str
    version: int
    at: datetime
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A letter of before: its documents' names with the SHA-256 (hex) of their stored bytes."""

    content_hash: str
    documents: tuple[tuple[str, str], ...]


def to_partner(tenant: Tenant, case: str, partner: str) -> list[HandedOver]:
    """The files of a case that a partner's connection got, oldest first; none of one that failed.

    One whose outcome is not written yet counts: the partner may ask for the file at once. Empty
    for a case that is unknown, another tenant's or another partner's.
    """
    first = keys.event(tenant, case, 1)
    found: dict[str, HandedOver] = {}
    for row in table.query(first["pk"], "EV#", "EV#~"):
        if row["kind"] in {"hand_over_intended", "case_file_amended"}:
            body = json.loads(row["body"])
            if body["partner"] == partner:
                act = body["act"]
                found[act] = HandedOver(
                    act,
                    body["document"],
                    body["content_hash"],
                    body["file_version"],
                    datetime.fromisoformat(body["at"]),
                    tuple(body["claims"]),
                )
        elif row["kind"] == "act_failed":
            found.pop(json.loads(row["body"])["act"], None)
    return list(found.values())


def letter(tenant: Tenant, case: str, act: str, claims: Collection[str]) -> Told | None:
    """The letter of an act that asked for one of ``claims``; None where there is none to give."""
    first = keys.event(tenant, case, 1)
    for row in table.query(first["pk"], "EV#", "EV#~"):
        body = json.loads(row["body"]) if row["kind"] == "reminder_intended" else {}
        if body.get("act") == act and not set(claims).isdisjoint(body["claims"]):
            named = (("document", "document_hash"), ("page", "page_hash"))
            pairs = [(body.get(name), body.get(digest)) for name, digest in named]
            kept = tuple((name, digest) for name, digest in pairs if name and digest)
            return Told(body["content_hash"], kept) if kept else None
    return None

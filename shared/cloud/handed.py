"""What was handed over to a partner, read from a case's events without folding them.

The functions that partners call start fast: they look at two kinds of stored events as plain JSON
and leave the fold to the consumer.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.cloud import keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row

# How long a partner reads a case's files after its last claim has left it: its own closing books.
READS_ON = timedelta(days=30)
_MOVES = frozenset({"hand_over_intended", "act_failed", "partner_answered", "partner_closed"})


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
    return _files(_events(tenant, case), partner)


def readable(
    tenant: Tenant, case: str, partner: str, now: datetime
) -> tuple[list[HandedOver], bool]:
    """The files as ``to_partner`` has them, and whether the partner may read them at ``now`` (UTC).

    It may for ``READS_ON`` after it let go of the last claim, or refused it: then what it was given
    of the debtor is no longer its business.
    """
    rows = _events(tenant, case)
    left = _left_at(rows, partner)
    return _files(rows, partner), left is None or now - left <= READS_ON


def _events(tenant: Tenant, case: str) -> list[Row]:
    return table.query(keys.event(tenant, case, 1)["pk"], "EV#", "EV#~")


def _left_at(rows: list[Row], partner: str) -> datetime | None:
    """When the last claim that a partner had left it; None while it has one."""
    has: dict[str, set[str]] = {}
    answered: set[str] = set()
    left: datetime | None = None
    for row in rows:
        body = json.loads(row["body"]) if row["kind"] in _MOVES else {}
        if body.get("partner") not in {None, partner}:
            continue
        if row["kind"] == "hand_over_intended":
            has[body["act"]], left = set(body["claims"]), None
        elif row["kind"] == "act_failed":
            has.pop(body["act"], None)
        elif body.get("accepted"):
            answered |= has.keys()
        elif body and has:
            has = _without(has, answered, body)
            left = datetime.fromisoformat(body["at"])
    return None if has else left


def _without(
    has: dict[str, set[str]], answered: set[str], body: dict[str, Any]
) -> dict[str, set[str]]:
    """What a partner has after it closed claims (no claims named: all), or refused a hand-over."""
    if "accepted" in body:
        refused = (has.keys() - answered) or has.keys()
        return {act: claims for act, claims in has.items() if act not in refused}
    gone = set(body.get("claims", ())) or set().union(*has.values())
    return {act: claims - gone for act, claims in has.items() if claims - gone}


def _files(rows: list[Row], partner: str) -> list[HandedOver]:
    found: dict[str, HandedOver] = {}
    for row in rows:
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

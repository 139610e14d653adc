"""What was handed over to a partner, read from a case's events without folding them.

The functions that partners call start fast: they look at two kinds of stored events as plain JSON
and leave the fold to the consumer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from shared.cloud import keys, table
from shared.cloud.keys import Tenant


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One hand-over: its act, and the case file's name and SHA-256 (hex)."""

    act: str
    document: str
    content_hash: str


def to_partner(tenant: Tenant, case: str, partner: str) -> list[HandedOver]:
    """The hand-overs of a case to a partner's connection, oldest first, without those that failed.

    One whose outcome is not written yet counts: the partner may ask for the file at once. Empty
    for a case that is unknown, another tenant's or another partner's.
    """
    first = keys.event(tenant, case, 1)
    found: dict[str, HandedOver] = {}
    for row in table.query(first["pk"], "EV#", "EV#~"):
        if row["kind"] == "hand_over_intended":
            body = json.loads(row["body"])
            if body["partner"] == partner:
                act = body["act"]
                found[act] = HandedOver(act, body["document"], body["content_hash"])
        elif row["kind"] == "act_failed":
            found.pop(json.loads(row["body"])["act"], None)
    return list(found.values())

"""After a restore: acts that left after the restored point keep their keys, so none leaves again.

A letter or case file is stored under its act's key before it leaves, in a bucket that no restore of
the table turns back. The key follows from the case, so the same act decided again has the same one:
where a row of it stands in the outbox, its INTENT is a ``Conflict``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from shared.cloud import clock, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.parking import park
from shared.cloud.runtime import client
from shared.errors import Conflict

WHY = "sent_before_restore"
_FOLDERS: dict[str, Literal["reminder", "hand_over"]] = {
    "letters": "reminder",
    "case-files": "hand_over",
}
# A later version of a case file is told to a partner as a message, which it takes once by its key.
_AMENDED = re.compile(r"-file-\d+-[0-9a-f]{12}$")


class Left(NamedTuple):
    """An act whose document is younger than the restored point and whose row is not there."""

    act: str
    kind: Literal["reminder", "hand_over"]
    document: str

    @property
    def case(self) -> str:
        """An act is named <case>-<step>-<digest>, and a case's id has no dash."""
        return self.act.split("-", 1)[0]


def left(tenant: Tenant, since: datetime) -> Iterator[Left]:
    """The acts of a creditor that the table does not know; ``since`` is wall time (UTC).

    Some of them may never have left: a document is stored a moment before.
    """
    seen = set()
    for folder, kind in _FOLDERS.items():
        for name in _stored(f"{tenant.id}/{folder}/", since):
            document = name.removeprefix(f"{tenant.id}/")
            act = document.removeprefix(f"{folder}/").rpartition(".")[0]
            if act in seen or _AMENDED.search(act):
                continue
            seen.add(act)
            if table.get(keys.outbox(tenant, act)) is None:
                yield Left(act, kind, document)


def keep_in(tenant: Tenant, one: Left, now: datetime) -> bool:
    """Write an act down as one that left, and give its case to a person.

    ``now`` is business time. False when the case is not there or no longer comes due: then only the
    row keeps the act in. Done again it changes nothing.
    """
    row = {
        **keys.outbox(tenant, one.act), "kind": one.kind, "state": "sent", "case_id": one.case,
        "conn": "", "hash": "", "document": one.document, "weighs": False, "message": None,
        "attempt": 0, "made_at": clock.stamp(now), "restored": True,
    }  # fmt: skip
    table.put(row)
    head = table.get(keys.head(tenant, one.case))
    if head is None or "due_at" not in head:
        return False
    try:
        park(head, WHY, now)
    except Conflict:
        return False
    return True


def _stored(prefix: str, since: datetime) -> Iterator[str]:
    """Names of the documents that were written since, a page at a time."""
    pages = client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=os.environ["DOCUMENTS"], Prefix=prefix):
        yield from (one["Key"] for one in page.get("Contents", ()) if one["LastModified"] >= since)

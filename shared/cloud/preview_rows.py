"""Previews as stored: one row that says what was asked and how far it has come, pages in S3.

The row stands in the due index until the last page is written, so that a run that dies is found
again by the sweep. A page is named by its content, and the row lists the pages in order: whoever
loses a race leaves a document behind that no row names. Of a name the row holds what its place in
the list does not say, so that a million cases fit (an item of DynamoDB has at most 400 KB).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from shared.cloud import clock, documents, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.explain import canonical
from shared.errors import NotFound, Unreadable

Kind = Literal["next", "move", "since"]

# How long a run may be silent before the sweep has another one go on.
LEASE = timedelta(minutes=10)
_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Preview:
    """What was asked, and what there is of the answer.

    ``start`` is the first instant that is looked at and ``made`` the one at which it was asked
    (UTC), ``last`` the last day (creditor's zone); ``policy`` is another policy's id and version,
    for a move or a look back. ``pages`` are names of documents in order, ``after`` the last case of
    the latest one, ``hash`` that of all inputs so far. ``joining`` names the document of invoices
    that are in no case yet.
    """

    id: str
    kind: Kind
    start: datetime
    made: datetime
    last: date
    policy: tuple[str, int] | None
    state: Literal["running", "done"] = "running"
    pages: tuple[str, ...] = ()
    after: str | None = None
    hash: str = ""
    joining: str | None = None


def begun(tenant: Tenant, preview: Preview, now: datetime) -> Write:
    """The write of a new preview, which waits for its first run."""
    key = keys.preview(tenant, preview.id)
    listing = {"list_in": keys.listing(tenant, "PREVIEW"), "list_id": preview.id}
    return table.put_write({**key, **listing, **_due(key, now), **_fields(preview)})


def read(tenant: Tenant, preview_id: str) -> Preview:
    """A tenant's preview. Raises ``NotFound``."""
    row = table.get(keys.preview(tenant, preview_id))
    if row is None:
        raise NotFound("no such preview")
    return of_row(row)


def of_row(row: Row) -> Preview:
    """The preview of its row."""
    plain = json.loads(row["body"])
    return Preview(
        id=keys.id_of(row["pk"]),
        kind=plain["kind"],
        start=clock.read_stamp(plain["start"]),
        made=clock.read_stamp(plain["made"]),
        last=date.fromisoformat(plain["last"]),
        policy=tuple(plain["policy"]) if plain["policy"] else None,
        state=row["state"],
        pages=_names(keys.id_of(row["pk"]), json.loads(row["pages"])),
        after=row.get("after"),
        hash=row["inputs"],
        joining=row.get("joining"),
    )


def keep_page(tenant: Tenant, preview: Preview, plain: Mapping[str, Any]) -> str:
    """Store the next page of a preview, and return its name."""
    return keep(tenant, preview, _numbered(len(preview.pages)), plain)


def keep(tenant: Tenant, preview: Preview, what: str, plain: Mapping[str, Any]) -> str:
    """Store a document of a preview under its content's name, and return the name."""
    body = canonical(plain)
    digest = hashlib.sha256(body).hexdigest()[:16]
    return documents.put(tenant, _name(preview.id, what, digest), body, _TYPE)


def document(tenant: Tenant, name: str) -> dict[str, Any]:
    """A document of a preview as it was stored. Raises ``NotFound``."""
    plain = json.loads(documents.get(tenant, name))
    if not isinstance(plain, dict):
        raise Unreadable("a preview's document is not an object")
    return plain


def advanced(tenant: Tenant, seen: Preview, then: Preview, now: datetime) -> Preview:
    """Move a preview on from what was seen. Raises ``Conflict`` when another run was faster."""
    key = keys.preview(tenant, seen.id)
    done = then.state == "done"
    fields = _fields(then)
    table.update(
        key,
        set_={**fields, **({"attempt": 0} if done else _due(key, now + LEASE))},
        remove=("due_shard", "due_at") if done else (),
        condition="#inputs = :seen AND #state = :running",
        values={"seen": seen.hash, "running": "running"},
    )
    return then


def paged(preview: Preview, name: str, inputs: Any, after: str | None) -> Preview:
    """A preview with one more page; ``after`` None says that it was the last one."""
    seed = canonical([preview.hash, inputs])
    return replace(
        preview,
        pages=(*preview.pages, name),
        after=after,
        hash=hashlib.sha256(seed).hexdigest(),
        state="running" if after is not None else "done",
    )


def _fields(preview: Preview) -> Row:
    body = {
        "kind": preview.kind,
        "start": clock.stamp(preview.start),
        "made": clock.stamp(preview.made),
        "last": preview.last.isoformat(),
        "policy": preview.policy,
    }
    fields: Row = {
        "body": json.dumps(body),
        "state": preview.state,
        "pages": json.dumps(_digests(preview), separators=(",", ":")),
        "inputs": preview.hash,
    }
    more = {"after": preview.after, "joining": preview.joining}
    return fields | {name: value for name, value in more.items() if value is not None}


def _name(preview_id: str, what: str, digest: str) -> str:
    return f"previews/{preview_id}/{what}-{digest}.json"


def _numbered(page: int) -> str:
    return f"{page:05d}"


def _digests(preview: Preview) -> list[str]:
    """What the names of the pages do not share, in order."""
    return [name.rpartition("-")[2].removesuffix(".json") for name in preview.pages]


def _names(preview_id: str, listed: Sequence[str]) -> tuple[str, ...]:
    """The names of the pages of a row; an older row lists them whole."""
    return tuple(
        one if "/" in one else _name(preview_id, _numbered(page), one)
        for page, one in enumerate(listed)
    )


def _due(key: keys.Key, at: datetime) -> Row:
    return {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(at), "attempt": 0}

"""A creditor's own sentences as rows: which are in force, and each that ever was, by its hash."""

from __future__ import annotations

import json
from collections.abc import Mapping

from shared.cloud import keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.domain.own_texts import OwnTexts, name_of
from shared.errors import NotFound


def index_key(tenant: Tenant) -> Key:
    """Where it stands which of the creditor's own sentences are in force, by letter."""
    return keys.fact(tenant, "LETTERS", "own")


def put(tenant: Tenant, where: str, sentences: Mapping[str, str]) -> tuple[Write, ...]:
    """Replace the sentences at ``where`` (``own_texts.place``); none takes them away.

    What was is kept under its hash for replays. A ``Conflict`` when somebody else changed the
    index meanwhile.
    """
    key = index_key(tenant)
    row = table.get(key)
    index = named(row)
    index.pop(where, None)
    kept: tuple[Write, ...] = ()
    if sentences:
        name = index[where] = name_of(where, sentences)
        body = json.dumps({"place": where, "sentences": dict(sentences)}, sort_keys=True)
        kept = (
            table.put_write({**keys.fact(tenant, "LETTER", name), "body": body}, condition=None),
        )
    version = row["version"] if row else 0
    fields = {"body": json.dumps(index, sort_keys=True), "version": version + 1}
    changed = table.update_write(
        key,
        set_=fields,
        condition="attribute_not_exists(pk)" if row is None else "version = :seen",
        values=None if row is None else {"seen": version},
    )
    return (changed, *kept)


def own(
    tenant: Tenant, row: Row | None, places: tuple[str, ...], hosts: tuple[str, ...]
) -> OwnTexts:
    """The sentences for ``places``, after the row that says which are in force.

    Reads nothing where there are none. ``hosts`` are those that they may link to.
    """
    index = named(row)
    found = {where: _kept(tenant, index[where]) for where in places if where in index}
    return OwnTexts(found, hosts)


def _kept(tenant: Tenant, name: str) -> dict[str, str]:
    row = table.get(keys.fact(tenant, "LETTER", name))
    if row is None:
        raise NotFound("the sentences of a letter are gone")
    sentences: dict[str, str] = json.loads(row["body"])["sentences"]
    return sentences


def named(row: Row | None) -> dict[str, str]:
    """The hash of the creditor's own sentences by letter, after the row that says them."""
    index: dict[str, str] = json.loads(row["body"]) if row else {}
    return index

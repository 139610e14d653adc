"""Forgotten rows: personal values go and ids stay, and no source brings the values back.

The mark stands on the row of the party or of the money itself, under the source's own id: whoever
takes a page of facts reads that row anyway, so that no pull can miss it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from pydantic import BaseModel

from shared.cloud import metrics, table
from shared.cloud.table import Row
from shared.domain.explain import content_hash
from shared.domain.model import Party
from shared.domain.personal import forgotten, without_contact

MARK = "forgotten"

Key = TypeVar("Key")
Fact = TypeVar("Fact", bound=BaseModel)
Stored = TypeVar("Stored", bound=BaseModel)


def again(facts: Mapping[Key, Fact], rows: Mapping[Key, Row]) -> dict[Key, Fact]:
    """Facts of a page as they may be kept: of a row that bears the mark without personal values.

    The person asked to be forgotten, or the time of the record was over. How often a source brought
    something back is counted (``PersonalValuesDropped``).
    """
    kept = {at: forgotten(one) if MARK in rows.get(at, {}) else one for at, one in facts.items()}
    metrics.count("PersonalValuesDropped", sum(kept[at] != one for at, one in facts.items()))
    return kept


def marked(before: Row | None) -> Row:
    """The mark of a row that is written over, to be kept."""
    return {MARK: before[MARK]} if before is not None and MARK in before else {}


def forget(row: Row, model: type[Stored], on: date) -> bool:
    """Take the personal values out of a row for good; False when there were none any more.

    ``on`` is the day (UTC) that is kept with the mark. Raises ``Conflict`` when the row was written
    meanwhile.
    """
    before = model.model_validate_json(row["body"])
    after = forgotten(before)
    if MARK in row and after == before:
        return False
    _write(row, after, {MARK: on.isoformat(), "hash": content_hash(after)})
    return True


def forget_contact(row: Row) -> bool:
    """Take addresses and numbers out of a party's row; False when there were none any more.

    They come back with the debtor's next invoice: the row's hash is that of nothing that a source
    could say. Raises ``Conflict`` when the row was written meanwhile.
    """
    before = Party.model_validate_json(row["body"])
    after = without_contact(before)
    if after == before:
        return False
    _write(row, after, {"hash": "-"})
    return True


def forget_name(row: Row) -> bool:
    """Take all personal values out of a party's row, until the debtor's next invoice.

    Nobody asked to be forgotten here: whoever is a customer again is known again. Raises
    ``Conflict`` when the row was written meanwhile.
    """
    before = Party.model_validate_json(row["body"])
    after = forgotten(before)
    if after == before:
        return False
    _write(row, after, {"hash": "-"})
    return True


def remember(row: Row) -> None:
    """Take the mark away: what a source says of it from now on is kept."""
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"hash": "-"},
        remove=(MARK,),
        condition="body = :seen",
        values={"seen": row["body"]},
    )


def _write(row: Row, after: BaseModel, fields: Row) -> None:
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"body": after.model_dump_json(), **fields},
        condition="body = :seen",
        values={"seen": row["body"]},
    )

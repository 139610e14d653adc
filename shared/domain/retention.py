"""How long the hub keeps what, by class of record and country; read once from retention.toml."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal, get_args

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from shared.domain.lawpack import COUNTRIES
from shared.domain.lawrules import CONFIG, Status, Text
from shared.domain.lawsources import Source

# R1 to R7, in this order.
RetentionClass = Literal[
    "ledger", "raw", "unmatched", "case_evidence", "contact", "audit", "technical"
]


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Keep:
    """One duty or limit: ``years`` (or ``days``) after what ``counts_from`` says.

    Each has its section, sources and status; ``held_by`` tells what stops the clock.
    """

    id: Text
    kind: RetentionClass
    countries: Annotated[tuple[Text, ...], Field(min_length=1)]
    years: Annotated[int, Field(ge=0)] = 0
    days: Annotated[int, Field(ge=0)] = 0
    counts_from: Literal["end_of_financial_year", "case_closed", "received", "written"]
    section: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    status: Status
    held_by: tuple[Literal["open_claim", "dispute", "court"], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class _File:
    source: tuple[Source, ...]
    keep: tuple[Keep, ...]


def retention(kind: RetentionClass, country: str) -> Keep:
    """How long a class of records is kept for a creditor's country (ISO 3166-1 alpha-2).

    Raises ``ValueError`` for a country that the hub does not know.
    """
    found = _table().get((kind, country))
    if found is None:
        raise ValueError("no retention is known for this country")
    return found


@lru_cache(maxsize=1)
def _table() -> dict[tuple[RetentionClass, str], Keep]:
    text = (resources.files("shared.rules") / "retention.toml").read_text(encoding="utf-8")
    return read_retention(text)


def read_retention(text: str) -> dict[tuple[RetentionClass, str], Keep]:
    """Read the table from its TOML text.

    Raises ``ValueError`` where a value lacks its section, source or status, where a source is not
    listed, and where a class and country have none or two.
    """
    file = TypeAdapter(_File).validate_python(tomllib.loads(text))
    known = {source.id for source in file.source}
    found: dict[tuple[RetentionClass, str], Keep] = {}
    for keep in file.keep:
        if not known.issuperset(keep.sources):
            raise ValueError(f"retention {keep.id}: a source is not listed")
        if bool(keep.years) == bool(keep.days):
            raise ValueError(f"retention {keep.id}: it is in years or in days")
        for country in keep.countries:
            if (keep.kind, country) in found:
                raise ValueError(f"retention {keep.id}: another holds for the same records")
            found[keep.kind, country] = keep
    if len(found) != len(get_args(RetentionClass)) * len(COUNTRIES):
        raise ValueError("a class of records lacks its retention in some country")
    return found

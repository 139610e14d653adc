"""How long the hub keeps what, by class of record and country; read once from retention.toml."""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal, get_args

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from shared.domain.explain import content_hash
from shared.domain.lawpack import COUNTRIES
from shared.domain.lawrules import CONFIG, Status, Text
from shared.domain.lawsources import Source

# R1 to R7, in this order.
RetentionClass = Literal[
    "ledger", "raw", "unmatched", "case_evidence", "contact", "audit", "technical"
]

# What stops the clock: something is owed, contested or before a court. A court's case is a hold
# that a person sets (``shared.cloud.legal_holds``).
HeldBy = Literal["open_claim", "dispute", "court"]


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
    held_by: tuple[HeldBy, ...] = ()
    note: str = ""

    def last_day(self, since: date, year_ends: tuple[int, int] = (12, 31)) -> date:
        """The last day on which a record is kept that nothing holds; it is over the day after.

        ``since`` is the day that ``counts_from`` names; of a ledger record any day of the financial
        year, which ends on the month and day of ``year_ends``. From a 29 February years end on
        the 28th where there is no other.
        """
        if self.counts_from == "end_of_financial_year":
            ended = _on(since.year, *year_ends)
            since = ended if since <= ended else _on(since.year + 1, *year_ends)
        return _on(since.year + self.years, since.month, since.day) + timedelta(days=self.days)

    def over_up_to(self, today: date, year_ends: tuple[int, int] = (12, 31)) -> date:
        """The latest day whose records are over ``today``, where nothing holds them."""
        day = _on(today.year - self.years, today.month, today.day) - timedelta(days=self.days)
        while self.last_day(day, year_ends) >= today:
            day -= timedelta(days=1)
        return day

    def held(self, by: Collection[HeldBy]) -> bool:
        """Whether any of what holds records holds those of this class."""
        return not set(self.held_by).isdisjoint(by)


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


def table_hash() -> str:
    """The content hash of the shipped table: what a person confirms is this one and no other."""
    return content_hash(_text().encode())


def _on(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


@lru_cache(maxsize=1)
def _table() -> dict[tuple[RetentionClass, str], Keep]:
    return read_retention(_text())


def _text() -> str:
    return (resources.files("shared.rules") / "retention.toml").read_text(encoding="utf-8")


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

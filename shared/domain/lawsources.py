"""What the rules of a law pack refer to: sources, statutes with a day in force, reference rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from shared.domain.lawrules import CONFIG, Status, Text


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Source:
    """Where a value was read."""

    id: Text
    title: Text
    url: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Rate:
    """A reference rate in per cent a year for a half-year, first and last day included."""

    first: date
    last: date
    reference: Decimal | Literal["unknown"]
    status: Status
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Series:
    """The reference rates that one country's late interest floats on."""

    country: Text
    section: Text
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Statute:
    """An act whose day in force decides about rules; ``unset`` until an operator writes the day."""

    id: Text
    title: Text
    url: Text
    in_force_from: date | Literal["unset"]

"""Reference rates that an operator loads: merged over the table that ships, and missed in time."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, model_validator

from shared.domain.explain import Record
from shared.domain.lawpack import LawPack

# How many days before a half-year begins somebody is told that its rate is not loaded.
WARN_DAYS = 10

_DAY = timedelta(days=1)
_RATE = r"^-?[0-9]{1,2}(\.[0-9]{1,4})?$"


class RateRefused(Exception):
    """A rate that may not be loaded; ``code`` is stable, the text a fixed sentence."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class RateSource(Record):
    """Where a rate was read: the central bank's notice."""

    title: str = Field(min_length=3, max_length=200)
    url: str = Field(pattern=r"^https?://[^\s]{3,300}$")


class LoadedRate(Record):
    """The reference rate of one half-year, in per cent a year, as an operator loads it.

    ``first`` is 1 January or 1 July and ``last`` the end of that half-year. ``replaces`` is the
    known value that this one corrects; without it no known value is ever replaced.
    """

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    reference: str = Field(pattern=_RATE)
    source: RateSource
    status: Literal["CONFIRMED", "SECONDARY", "DERIVED"]
    replaces: str | None = Field(default=None, pattern=_RATE)

    @model_validator(mode="after")
    def _half_year(self) -> LoadedRate:
        if self.last != half_year_end(self.first) or (self.first.month, self.first.day) not in {
            (1, 1), (7, 1),
        }:  # fmt: skip
            raise ValueError("a rate is for a half-year: 1 January to 30 June, or 1 July on")
        return self


def half_year_end(day: date) -> date:
    """The last day of the half-year that ``day`` lies in.

    >>> half_year_end(date(2026, 7, 1)).isoformat()
    '2026-12-31'
    """
    return date(day.year, 6, 30) if day.month <= 6 else date(day.year, 12, 31)


def with_rate(rates_toml: str, country: str, rate: LoadedRate) -> str:
    """The text of a table of rates with one more half-year for ``country``, all else as it was.

    Raises ``RateRefused`` for a country without a series (``no_series``), for a half-year that is
    known and not named by ``replaces`` (``known``, ``not_replaced``), and for one that would leave
    a gap behind the last known (``gap``).
    """
    table = tomllib.loads(rates_toml, parse_float=Decimal)
    series = next((one for one in table["series"] if one["country"] == country), None)
    if series is None:
        raise RateRefused("no_series", "no rates are kept for this country")
    known = {one["first"]: one for one in series["rates"]}
    _check(known, rate)
    source = f"{country}-{rate.first.isoformat()}"
    entry = {
        "first": rate.first, "last": rate.last, "reference": str(Decimal(rate.reference)),
        "status": rate.status, "sources": [source], "note": "loaded by an operator",
    }  # fmt: skip
    rates = [*(one for day, one in known.items() if day != rate.first), entry]
    series["rates"] = sorted(rates, key=lambda one: one["first"])
    listed = [one for one in table["source"] if one["id"] != source]
    named = {"id": source, "title": rate.source.title, "url": rate.source.url}
    return as_toml({**table, "source": [*listed, named]})


def last_known(pack: LawPack) -> date | None:
    """The last day of the last half-year whose rate is known without a gap; None without rates."""
    return pack.rates[-1].last if pack.rates else None


def missing_from(pack: LawPack, on: date) -> date | None:
    """The first day without a known rate, when it is at most ``WARN_DAYS`` away; else None."""
    first = next_gap(pack)
    return first if first <= on + timedelta(days=WARN_DAYS) else None


def next_gap(pack: LawPack) -> date:
    """The first day for which no rate is known any more; the first of all days without rates."""
    known = last_known(pack)
    return date.min if known is None else known + _DAY


def as_toml(table: Mapping[str, Any]) -> str:
    """A table as TOML text: one key a line, the items of a list one a line.

    Values are texts, whole numbers, decimals, booleans, dates, lists and tables of these.
    Raises ``TypeError`` for anything else.
    """
    return "".join(f"{_text(key)} = {_value(value, 0)}\n" for key, value in table.items())


def _check(known: Mapping[date, Mapping[str, Any]], rate: LoadedRate) -> None:
    before = known.get(rate.first)
    if before is not None and _is_known(before):
        value = Decimal(before["reference"])
        if rate.replaces is None:
            raise RateRefused("known", "the rate of this half-year is known: name what it replaces")
        if Decimal(rate.replaces) != value:
            raise RateRefused("not_replaced", "the known rate is another than the one to replace")
        return
    if rate.replaces is not None:
        raise RateRefused("not_replaced", "there is no known rate to replace")
    if not any(_is_known(one) and one["last"] == rate.first - _DAY for one in known.values()):
        raise RateRefused("gap", "the half-year before it is not known: load that first")


def _is_known(one: Mapping[str, Any]) -> bool:
    return not (one["status"] == "UNCONFIRMED" or one["reference"] == "unknown")


def _value(value: object, depth: int) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case str():
            return _text(value)
        case Mapping():
            inner = (f"{_text(key)} = {_value(one, depth + 1)}" for key, one in value.items())
            return "{ " + ", ".join(inner) + " }"
        case Sequence():
            return _list(value, depth)
        case _:
            raise TypeError("no such value in a table of rates")


def _list(items: Sequence[object], depth: int) -> str:
    if not any(isinstance(one, Mapping) for one in items):
        return "[" + ", ".join(_value(one, depth) for one in items) + "]"
    pad = "    " * (depth + 1)
    inner = "".join(f"{pad}{_value(one, depth + 1)},\n" for one in items)
    return "[\n" + inner + "    " * depth + "]"


def _text(text: str) -> str:
    marks = {'"': '\\"', "\\": "\\\\"}
    plain = "".join(
        marks.get(char) or (f"\\u{ord(char):04x}" if char < " " or char == "\x7f" else char)
        for char in text
    )
    return f'"{plain}"'

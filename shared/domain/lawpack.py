"""A country's law pack: read from TOML, checked whole, and indexed for look-up."""

from __future__ import annotations

import dataclasses
import hashlib
import tomllib
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from shared.domain.lawrules import (
    CONFIG,
    Allocation,
    Duty,
    Fee,
    FeeAct,
    Limitation,
    Points,
    Rate,
    Rule,
    Series,
    Source,
    Status,
    Text,
    Treatment,
    Wait,
    WaitAct,
    Window,
)
from shared.domain.model import Capacity, ClaimClass


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class _Head:
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    currency: Text
    as_of: date
    covered: tuple[ClaimClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class _PackFile:
    pack: _Head
    source: tuple[Source, ...]
    fee: tuple[Fee, ...]
    wait: tuple[Wait, ...]
    interest: tuple[Points, ...]
    window: tuple[Window, ...]
    allocation: tuple[Allocation, ...]
    limitation: tuple[Limitation, ...]
    refusal: tuple[Duty, ...]
    duty: tuple[Duty, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class _RatesFile:
    source: tuple[Source, ...]
    series: tuple[Series, ...]


AnyRule = TypeVar("AnyRule", bound=Rule)
_Index = dict[tuple[str, Treatment], tuple[AnyRule, ...]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LawPack:
    """One country's rules, indexed by act and treatment; ``hash`` names the texts it came from.

    Look-ups return None where no usable rule is in force: then there is no fee, or a person.
    """

    country: str
    currency: str
    as_of: date
    hash: str
    sources: dict[str, Source]
    rules: dict[str, Rule]
    window: Window
    allocation: tuple[Allocation, ...]
    limitation: tuple[Limitation, ...]
    covered: frozenset[ClaimClass]
    refusals: dict[ClaimClass, Duty]
    rate_section: str
    rates: tuple[Rate, ...]
    fees: _Index[Fee]
    waits: _Index[Wait]
    interest: _Index[Points]

    def fee(self, act: FeeAct, treated: Treatment, on: date, due: date) -> Fee | None:
        """The fee rule for an act on ``on`` for a claim that fell due on ``due``."""
        return _in_force(self.fees, (act, treated), on, due)

    def wait(self, act: WaitAct, treated: Treatment, on: date, due: date) -> Wait | None:
        """The waiting rule for an act on ``on`` for a claim that fell due on ``due``."""
        return _in_force(self.waits, (act, treated), on, due)

    def points(self, treated: Treatment, due: date) -> Points | None:
        """The late-interest rule for a claim that fell due on ``due``."""
        return _in_force(self.interest, ("late_interest", treated), due, due)

    def half_year(self, on: date) -> Rate | None:
        """The half-year that ``on`` lies in, when its reference rate is known and usable."""
        at = bisect_left(self.rates, on, key=lambda rate: rate.last)
        found = self.rates[at] if at < len(self.rates) else None
        return found if found is not None and found.first <= on else None


def treatment(capacity: Capacity, *, natural_person: bool) -> Treatment:
    """How the law treats a debtor: a person, and whoever is not known better, as a consumer.

    >>> treatment("business", natural_person=True)
    'consumer'
    """
    return "business" if capacity == "business" and not natural_person else "consumer"


@lru_cache(maxsize=8)
def load(country: str) -> LawPack:
    """The pack that ships with the hub for a country (ISO 3166-1 alpha-2), read once.

    Raises ``ValueError`` for a country that has none.
    """
    folder = resources.files("shared.rules")
    file = folder / f"{country.lower()}.toml"
    if len(country) != 2 or not country.isalpha() or not file.is_file():
        raise ValueError("no law pack for this country")
    rates_toml = (folder / "rates.toml").read_text(encoding="utf-8")
    return read_pack(country, file.read_text(encoding="utf-8"), rates_toml)


def read_pack(country: str, pack_toml: str, rates_toml: str) -> LawPack:
    """Read a pack and the reference rates from their texts.

    Raises ``ValueError`` (pydantic's, with field paths and no values, or a fixed sentence with
    rule ids) when a value lacks its section, sources, status or dates, when a field is unknown,
    and when the rules contradict each other.
    """
    file = TypeAdapter(_PackFile).validate_python(tomllib.loads(pack_toml, parse_float=Decimal))
    table = TypeAdapter(_RatesFile).validate_python(tomllib.loads(rates_toml, parse_float=Decimal))
    series = [one for one in table.series if one.country == country]
    if file.pack.country != country or len(series) != 1 or len(file.window) != 1:
        raise ValueError("a pack is for one country, with one series of rates and one window")
    rules = _checked_rules(file)
    rates = [rate for rate in series[0].rates if _usable(rate.status, rate.reference)]
    _check_rates(rates, {source.id for source in table.source})
    refusals = {claim: rule for rule in file.refusal for claim in rule.claim_classes}
    if refusals.keys() & set(file.pack.covered):
        raise ValueError("a class of claims is both covered and refused")
    texts = pack_toml.encode() + b"\0" + rates_toml.encode()
    return LawPack(
        country=country,
        currency=file.pack.currency,
        as_of=file.pack.as_of,
        hash=hashlib.sha256(texts).hexdigest(),
        sources={source.id: source for source in (*file.source, *table.source)},
        rules=rules,
        window=file.window[0],
        allocation=file.allocation,
        limitation=file.limitation,
        covered=frozenset(file.pack.covered),
        refusals=refusals,
        rate_section=series[0].section,
        rates=tuple(rates),
        fees=_index((rule.act, rule) for rule in file.fee),
        waits=_index((rule.act, rule) for rule in file.wait),
        interest=_index(("late_interest", rule) for rule in file.interest),
    )


def _usable(status: Status, value: object) -> bool:
    return status != "UNCONFIRMED" and value != "unknown"


def _checked_rules(file: _PackFile) -> dict[str, Rule]:
    every: list[Rule] = [
        *file.fee, *file.wait, *file.interest, *file.window, *file.allocation,
        *file.limitation, *file.refusal, *file.duty,
    ]  # fmt: skip
    known = {source.id for source in file.source}
    rules = {rule.id: rule for rule in every}
    if len(rules) != len(every):
        raise ValueError("two rules have the same id")
    for rule in every:
        if not known.issuperset(rule.sources):
            raise ValueError(f"rule {rule.id}: a source is not listed")
        if rule.effective_to != "open" and rule.effective_to < rule.effective_from:
            raise ValueError(f"rule {rule.id}: it ends before it begins")
    for fee in file.fee:
        if fee.currency != file.pack.currency:
            raise ValueError(f"rule {fee.id}: not in the currency of the pack")
    return rules


def _check_rates(rates: list[Rate], known: set[str]) -> None:
    last = date.min
    for rate in rates:
        if not last < rate.first <= rate.last or not known.issuperset(rate.sources):
            raise ValueError("reference rates overlap, are out of order or lack a listed source")
        last = rate.last


def _index(pairs: Iterable[tuple[str, AnyRule]]) -> _Index[AnyRule]:
    index: _Index[AnyRule] = {}
    for act, rule in pairs:
        if rule.status == "UNCONFIRMED":
            continue
        for treated in rule.capacity:
            before = index.get((act, treated), ())
            if any(_overlap(rule, other) for other in before):
                raise ValueError(f"rule {rule.id}: another rule holds for the same act and days")
            index[act, treated] = (*before, rule)
    return index


def _overlap(one: Rule, other: Rule) -> bool:
    return _begins_within(one, other) or _begins_within(other, one)


def _begins_within(one: Rule, other: Rule) -> bool:
    until = other.effective_to
    begin = one.effective_from
    return other.effective_from <= begin and (until == "open" or begin <= until)


def _in_force(
    index: _Index[AnyRule], key: tuple[str, Treatment], on: date, due: date
) -> AnyRule | None:
    for rule in index.get(key, ()):
        if rule.in_force(on, due):
            return rule
    return None

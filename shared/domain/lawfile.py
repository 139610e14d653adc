"""The file of a law pack: its shape, and the checks that it passes as a whole before it is used."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, TypeVar, get_args

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from shared.domain.lawrules import (
    CONFIG,
    Allocation,
    Base,
    Duty,
    Fee,
    Limitation,
    PaymentEffective,
    Points,
    Rule,
    Text,
    Treatment,
    Wait,
    Window,
)
from shared.domain.lawsources import Rate, Series, Source, Statute
from shared.domain.model import ClaimClass

AnyRule = TypeVar("AnyRule", bound=Rule)
Index = dict[tuple[str, Treatment], tuple[AnyRule, ...]]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Head:
    """What a pack is for: a country (ISO 3166-1 alpha-2), and the classes of claims it covers."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    currency: Text
    as_of: date
    covered: tuple[ClaimClass, ...]
    unknowns: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class PackFile:
    """A pack as it stands in its TOML file, one list for each kind of rule."""

    pack: Head
    source: tuple[Source, ...]
    statute: tuple[Statute, ...] = ()
    base: tuple[Base, ...] = ()
    fee: tuple[Fee, ...]
    wait: tuple[Wait, ...]
    interest: tuple[Points, ...]
    window: tuple[Window, ...]
    allocation: tuple[Allocation, ...]
    limitation: tuple[Limitation, ...]
    payment: tuple[PaymentEffective, ...]
    refusal: tuple[Duty, ...]
    duty: tuple[Duty, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class RatesFile:
    """The reference rates of all countries as they stand in their TOML file."""

    source: tuple[Source, ...]
    series: tuple[Series, ...]


@lru_cache(maxsize=1)
def _adapters() -> tuple[TypeAdapter[PackFile], TypeAdapter[RatesFile]]:
    return TypeAdapter(PackFile), TypeAdapter(RatesFile)


def read_file(pack_toml: str) -> PackFile:
    """A pack's text, each value validated by itself; raises ``ValueError`` without values."""
    return _adapters()[0].validate_python(tomllib.loads(pack_toml, parse_float=Decimal))


def read_rates(rates_toml: str) -> RatesFile:
    """The rates' text, each value validated by itself; raises ``ValueError`` without values."""
    return _adapters()[1].validate_python(tomllib.loads(rates_toml, parse_float=Decimal))


def checked_rules(file: PackFile) -> dict[str, Rule]:
    """Every rule by its id; raises ``ValueError`` where the rules do not fit together."""
    every: list[Rule] = [
        *file.base, *file.fee, *file.wait, *file.interest, *file.window, *file.allocation,
        *file.limitation, *file.payment, *file.refusal, *file.duty,
    ]  # fmt: skip
    rules = {rule.id: rule for rule in every}
    if len(rules) != len(every):
        raise ValueError("two rules have the same id")
    known = {source.id for source in file.source}
    statutes = {"", *(statute.id for statute in file.statute)}
    for rule in every:
        _check_rule(rule, known, statutes)
    bases = {"", *(base.name for base in file.base)}
    for fee in file.fee:
        if fee.multiple_of not in bases:
            raise ValueError(f"rule {fee.id}: what it is a multiple of is not listed")
    priced: list[Fee | Base] = [*file.fee, *file.base]
    for one in priced:
        if one.currency != file.pack.currency:
            raise ValueError(f"rule {one.id}: not in the currency of the pack")
    return rules


def _check_rule(rule: Rule, sources: set[str], statutes: set[str]) -> None:
    if not sources.issuperset(rule.sources):
        raise ValueError(f"rule {rule.id}: a source is not listed")
    if not statutes.issuperset((rule.statute, rule.replaced_by)):
        raise ValueError(f"rule {rule.id}: a statute is not listed")
    if rule.effective_to != "open" and rule.effective_to < rule.effective_from:
        raise ValueError(f"rule {rule.id}: it ends before it begins")
    if rule.acts_from is not None or rule.acts_before is not None:
        raise ValueError(f"rule {rule.id}: its statute says when it is in force")


def check_rates(rates: Iterable[Rate], known: set[str]) -> None:
    """Raises ``ValueError`` for half-years that overlap, are out of order or lack a source."""
    last = date.min
    for rate in rates:
        if not last < rate.first <= rate.last or not known.issuperset(rate.sources):
            raise ValueError("reference rates overlap, are out of order or lack a listed source")
        last = rate.last


def usable(rules: Iterable[AnyRule], statutes: Iterable[Statute]) -> list[AnyRule]:
    """The rules that may be used, bound to the days that their statutes give them.

    An UNCONFIRMED rule is for the reader alone, and so is one whose statute is not in force yet.
    """
    begins = {statute.id: statute.in_force_from for statute in statutes}
    bound = (_bound(rule, begins) for rule in rules if rule.status != "UNCONFIRMED")
    return [rule for rule in bound if rule is not None]


def _bound(rule: AnyRule, begins: Mapping[str, date | str]) -> AnyRule | None:
    begin = begins[rule.statute] if rule.statute else None
    end = begins[rule.replaced_by] if rule.replaced_by else None
    if begin is not None and not isinstance(begin, date):
        return None
    if isinstance(begin, date) or isinstance(end, date):
        before = end if isinstance(end, date) else None
        return dataclasses.replace(rule, acts_from=begin, acts_before=before)
    return rule


def index(pairs: Iterable[tuple[str, AnyRule]]) -> Index[AnyRule]:
    """Usable rules by act and treatment; raises ``ValueError`` where two hold on the same day."""
    found: Index[AnyRule] = {}
    for act, rule in pairs:
        for treated in rule.capacity:
            before = found.get((act, treated), ())
            if any(_overlap(rule, other) for other in before):
                raise ValueError(f"rule {rule.id}: another rule holds for the same act and days")
            found[act, treated] = (*before, rule)
    return found


def by_class(rules: Iterable[PaymentEffective]) -> dict[ClaimClass, PaymentEffective]:
    """The one rule of each class of claims; raises ``ValueError`` where one lacks or two hold."""
    found: dict[ClaimClass, PaymentEffective] = {}
    for rule in rules:
        for claim_class in rule.claim_classes:
            if claim_class in found:
                raise ValueError(f"rule {rule.id}: another rule holds for the same class")
            found[claim_class] = rule
    if len(found) != len(get_args(ClaimClass)):
        raise ValueError("a class of claims lacks the day on which its payments count")
    return found


def _overlap(one: Rule, other: Rule) -> bool:
    days = _meet(_days(one), _days(other))
    return days and _meet(_acts(one), _acts(other))


def _days(rule: Rule) -> tuple[date, date]:
    until = rule.effective_to
    return rule.effective_from, date.max if until == "open" else until


def _acts(rule: Rule) -> tuple[date, date]:
    before = rule.acts_before
    return rule.acts_from or date.min, before - _DAY if before is not None else date.max


def _meet(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]

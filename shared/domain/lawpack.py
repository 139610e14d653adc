"""A country's law pack: read from TOML, checked whole, and indexed for look-up."""

from __future__ import annotations

import dataclasses
import hashlib
from bisect import bisect_left
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from importlib import resources
from typing import Literal

from shared.domain.lawfile import (
    AnyRule,
    Index,
    by_class,
    check_rates,
    checked_rules,
    index,
    read_file,
    read_rates,
    usable,
)
from shared.domain.lawrules import (
    Allocation,
    Base,
    Duty,
    Fee,
    FeeAct,
    Limitation,
    PaymentEffective,
    Points,
    Rule,
    Treatment,
    Wait,
    WaitAct,
    Window,
)
from shared.domain.lawsources import Rate, Source, Statute
from shared.domain.model import Capacity, ClaimClass
from shared.domain.money import Money

COUNTRIES = ("FI", "SE", "NO", "DK", "DE", "NL", "EE")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LawPack:
    """One country's rules, indexed by act and treatment; ``hash`` names the texts it came from.

    ``rules`` holds all of them for the reader, also those that are never used. Look-ups return
    None where no usable rule is in force: then there is no fee, or a person.
    """

    country: str
    currency: str
    as_of: date
    hash: str
    unknowns: tuple[str, ...]
    sources: dict[str, Source]
    statutes: dict[str, Statute]
    rules: dict[str, Rule]
    covered: frozenset[ClaimClass]
    refusals: dict[ClaimClass, Duty]
    rate_section: str
    rates: tuple[Rate, ...]
    bases: tuple[Base, ...]
    fees: Index[Fee]
    waits: Index[Wait]
    interest: Index[Points]
    windows: Index[Window]
    allocations: Index[Allocation]
    limitations: tuple[Limitation, ...]
    payments: dict[ClaimClass, PaymentEffective]
    duties: tuple[Duty, ...]

    def fee(self, act: FeeAct, treated: Treatment, on: date, due: date) -> Fee | None:
        """The fee rule for an act on ``on`` for a claim that fell due on ``due``."""
        return _in_force(self.fees, (act, treated), on, due)

    def wait(self, act: WaitAct, treated: Treatment, on: date, due: date) -> Wait | None:
        """The waiting rule for an act on ``on`` for a claim that fell due on ``due``."""
        return _in_force(self.waits, (act, treated), on, due)

    def points(self, treated: Treatment, due: date) -> Points | None:
        """The late-interest rule for a claim that fell due on ``due``."""
        return _in_force(self.interest, ("late_interest", treated), due, due)

    def window(
        self, contact: Literal["message", "visit"], treated: Treatment, on: date
    ) -> Window | None:
        """The hours of contact on a day."""
        return _in_force(self.windows, (contact, treated), on, on)

    def limitation(
        self, claim_class: ClaimClass, treated: Treatment, due: date
    ) -> Limitation | None:
        """The rule of limitation for a claim that fell due on ``due``."""
        for rule in self.limitations:
            fits = claim_class in rule.claim_classes and treated in rule.capacity
            if fits and rule.in_force(due, due):
                return rule
        return None

    def price(self, fee: Fee, principal: Money, on: date, due: date) -> Money | None:
        """What a fee is for an original principal; None when it is not known.

        ``on`` is the day that the fee's amounts bind by: of the sending, or of the cover.
        """
        if fee.share_of_first is not None:
            return self._share(fee, fee.share_of_first, principal, on, due)
        if not fee.multiple_of:
            return fee.for_principal(principal)
        for base in self.bases:
            if base.name == fee.multiple_of and base.in_force(on, due):
                return fee.for_principal(principal, base.amount)
        return None

    def half_year(self, on: date) -> Rate | None:
        """The half-year that ``on`` lies in, when its reference rate is known and usable."""
        at = bisect_left(self.rates, on, key=lambda rate: rate.last)
        found = self.rates[at] if at < len(self.rates) else None
        return found if found is not None and found.first <= on else None

    def _share(
        self, fee: Fee, share: Decimal, principal: Money, on: date, due: date
    ) -> Money | None:
        first = self.fee("payment_demand_first_by_professional", fee.capacity[0], on, due)
        whole = self.price(first, principal, on, due) if first is not None else None
        return whole.times(share, rounding=ROUND_HALF_UP) if whole is not None else None


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
    if country not in COUNTRIES:
        raise ValueError("no law pack for this country")
    folder = resources.files("shared.rules")
    pack_toml = (folder / f"{country.lower()}.toml").read_text(encoding="utf-8")
    return read_pack(country, pack_toml, (folder / "rates.toml").read_text(encoding="utf-8"))


def read_pack(country: str, pack_toml: str, rates_toml: str) -> LawPack:
    """Read a pack and the reference rates from their texts.

    Raises ``ValueError`` (pydantic's, with field paths and no values, or a fixed sentence with
    rule ids) when a value lacks its section, sources, status or dates, when a field is unknown,
    and when the rules contradict each other.
    """
    file, table = read_file(pack_toml), read_rates(rates_toml)
    series = [one for one in table.series if one.country == country]
    if file.pack.country != country or len(series) != 1:
        raise ValueError("a pack is for one country, with one series of rates")
    rules = checked_rules(file)
    rates = [
        rate
        for rate in series[0].rates
        if rate.status != "UNCONFIRMED" and rate.reference != "unknown"
    ]
    check_rates(rates, {source.id for source in table.source})
    refusals = {claim: rule for rule in file.refusal for claim in rule.claim_classes}
    if refusals.keys() & set(file.pack.covered):
        raise ValueError("a class of claims is both covered and refused")
    texts = pack_toml.encode() + b"\0" + rates_toml.encode()
    return LawPack(
        country=country,
        currency=file.pack.currency,
        as_of=file.pack.as_of,
        hash=hashlib.sha256(texts).hexdigest(),
        unknowns=file.pack.unknowns,
        sources={source.id: source for source in (*file.source, *table.source)},
        statutes={statute.id: statute for statute in file.statute},
        rules=rules,
        covered=frozenset(file.pack.covered),
        refusals=refusals,
        rate_section=series[0].section,
        rates=tuple(rates),
        bases=tuple(usable(file.base, file.statute)),
        fees=index((rule.act, rule) for rule in usable(file.fee, file.statute)),
        waits=index((rule.act, rule) for rule in usable(file.wait, file.statute)),
        interest=index(("late_interest", rule) for rule in usable(file.interest, file.statute)),
        windows=index((rule.contact, rule) for rule in usable(file.window, file.statute)),
        allocations=index(("order", rule) for rule in usable(file.allocation, file.statute)),
        limitations=tuple(usable(file.limitation, file.statute)),
        payments=by_class(usable(file.payment, file.statute)),
        duties=tuple(usable(file.duty, file.statute)),
    )


def _in_force(
    rules: Index[AnyRule], key: tuple[str, Treatment], on: date, due: date
) -> AnyRule | None:
    for rule in rules.get(key, ()):
        if rule.in_force(on, due):
            return rule
    return None

"""The kinds of rules that a law pack is made of: what each says, and what each must carry."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from shared.domain.model import ClaimClass
from shared.domain.money import Money

# How the law treats a debtor. Somebody who is not known to act in business is a consumer.
Treatment = Literal["consumer", "business"]

# PRODUCT is the hub's own default, where the law is silent or less strict. UNCONFIRMED values are
# kept for the reader and never used: an unknown amount is no amount.
Status = Literal["CONFIRMED", "SECONDARY", "DERIVED", "UNCONFIRMED", "PRODUCT"]

FeeAct = Literal[
    "reminder_fee", "total_cost_cap", "standard_compensation", "payment_time_extension_fee",
    "payment_plan_fee", "payment_demand_by_creditor_itself",
    "payment_demand_first_by_professional", "payment_demand_subsequent",
    "bankruptcy_threat_demand", "tratta",
]  # fmt: skip
WaitAct = Literal["hand_over", "payment_time", "contact_gap", "tratta"]

Text = Annotated[str, Field(min_length=1)]
CONFIG = ConfigDict(extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Rule:
    """What every value of a pack carries; one that lacks any of it fails to load.

    ``applies_by`` names the date that ``effective_from`` and ``effective_to`` (both included)
    bind: the act's, its sending's, the day the principal is covered, or the day the claim fell
    due. With ``strictly_after`` a number of days must have passed in full: the act is lawful from
    the day after the last of them.
    """

    id: Text
    section: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    status: Status
    effective_from: date
    effective_to: date | Literal["open"]
    applies_by: Literal["act", "sending", "cover", "claim"]
    sender: Literal["creditor", "partner"]
    capacity: Annotated[tuple[Treatment, ...], Field(min_length=1)]
    claim_classes: Annotated[tuple[ClaimClass, ...], Field(min_length=1)]
    strictly_after: bool
    note: str = ""

    def in_force(self, on: date, due: date) -> bool:
        """Whether the rule binds an act on ``on`` for a claim that fell due on ``due``."""
        day = due if self.applies_by == "claim" else on
        until = self.effective_to
        return self.effective_from <= day and (until == "open" or day <= until)

    def first_day(self, days: int) -> int:
        """The first lawful day, counted from the event (day 0), of a wait of ``days`` days."""
        return days + 1 if self.strictly_after else days


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Tier:
    """An amount for principals over ``over`` and up to ``up_to`` (included), in major units."""

    over: Decimal
    up_to: Decimal | Literal["open"]
    amount: Decimal | Literal["unknown"]


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Fee(Rule):
    """The most that an act may cost the debtor, and what must be true before it may cost that.

    Days are full days; ``share_of_first`` is the part of the first demand's amount that a later
    demand may cost. ``conditions`` are texts for a person: no code checks them.
    """

    act: FeeAct
    currency: Text
    amount: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    share_of_first: Decimal | None = None
    max_count: Annotated[int, Field(ge=1)] | None = None
    days_after_due: Annotated[int, Field(ge=0)] | None = None
    days_after_previous: Annotated[int, Field(ge=0)] | None = None
    invoice_sent_days_before_due: Annotated[int, Field(ge=0)] | None = None
    conditions: tuple[str, ...] = ()

    def for_principal(self, principal: Money) -> Money | None:
        """The amount for an original principal; None when it is not known."""
        if principal.currency != self.currency:
            return None
        if self.amount is not None:
            return Money(self.amount, self.currency)
        for tier in self.tiers:
            below = tier.up_to == "open" or principal.amount <= tier.up_to
            if tier.over < principal.amount and below and tier.amount != "unknown":
                return Money(tier.amount, self.currency)
        return None

    def lowest_known(self) -> Money | None:
        """The lowest amount of any tier: a floor where a higher tier's amount is not known."""
        known = [tier.amount for tier in self.tiers if tier.amount != "unknown"]
        return Money(min(known), self.currency) if known else None


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Wait(Rule):
    """A number of days that must lie between two events, whatever the act costs."""

    act: WaitAct
    days: Annotated[int, Field(ge=0)]
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Points(Rule):
    """Percentage points of late interest above the reference rate of each half-year."""

    points: Decimal
    day_count: Literal["ACT/365"]
    cap_agreed_rate: bool


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Duty(Rule):
    """A rule in words, for people and for the modules that carry it out."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Allocation(Rule):
    """The order in which an undesignated payment settles what is owed."""

    order: tuple[Literal["interest", "principal", "costs"], ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Limitation(Rule):
    """After how many years a claim lapses, and what starts the time anew."""

    years: Annotated[int, Field(ge=1)]
    starts: Text
    interrupted_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Window(Rule):
    """When a debtor may be contacted: from ``opens`` until before ``closes``, on banking days."""

    opens: time
    closes: time
    text: Text


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

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

# What a price may stand on. The country's own word is kept where no other country has the act:
# inkassovarsel (Norway) warns of collection, betalingsoppfordring is Norway's payment demand.
FeeAct = Literal[
    "reminder_fee", "total_cost_cap", "standard_compensation", "payment_time_extension_fee",
    "payment_plan_fee", "payment_demand_by_creditor_itself",
    "payment_demand_first_by_professional", "payment_demand_subsequent",
    "bankruptcy_threat_demand", "tratta", "collection_demand_fee", "inkassovarsel_fee",
    "collection_salary_light", "collection_salary_heavy", "handover_fee",
    "external_collection_cap", "own_collection_cap", "extrajudicial_costs", "other_cost",
]  # fmt: skip
WaitAct = Literal["hand_over", "payment_time", "demand_payment_time", "contact_gap", "tratta"]

# The kinds of notices that the law tells apart; "collection_notice" is Norway's inkassovarsel.
NoticeAct = Literal["reminder", "collection_notice", "demand"]

# What a notice may have to say; letters are checked against these words.
Content = Literal[
    "creditor_name", "creditor_address", "ground", "principal", "interest_amount",
    "interest_rate", "interest_start", "interest_period", "interest_base", "costs_itemised",
    "total", "payment_method", "payment_date", "right_to_object", "assignment",
    "may_bring_costs", "complaint_board", "acts_are_free", "hand_over_warning",
]  # fmt: skip

# What happened to a claim that may stop the time of limitation. "received_demand" is a written
# demand with proof that the debtor received it; "acknowledged_in_writing" names existence and size.
Proof = Literal[
    "reminder", "received_demand", "acknowledgement", "acknowledged_in_writing", "part_payment",
    "legal_step", "judgment",
]  # fmt: skip

DayCount = Literal["ACT/365", "30E/360"]

Text = Annotated[str, Field(min_length=1)]
CONFIG = ConfigDict(extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Rule:
    """What every value of a pack carries; one that lacks any of it fails to load.

    ``applies_by`` names the date that ``effective_from`` and ``effective_to`` (both included)
    bind: the act's, its sending's, the day the principal is covered, or the day the claim fell
    due. With ``strictly_after`` a number of days must have passed in full: the act is lawful from
    the day after the last of them. A rule of ``statute`` is for acts from the day on which that
    statute is in force, and one that is ``replaced_by`` a statute for acts before it; while the
    statute has no such day the former is never used and the latter goes on. ``acts_from`` and
    ``acts_before`` are that day: the reader writes them, a file never does.
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
    statute: str = ""
    replaced_by: str = ""
    acts_from: date | None = None
    acts_before: date | None = None
    note: str = ""

    def in_force(self, on: date, due: date) -> bool:
        """Whether the rule binds an act on ``on`` for a claim that fell due on ``due``."""
        if self.acts_from is not None and on < self.acts_from:
            return False
        if self.acts_before is not None and on >= self.acts_before:
            return False
        day = due if self.applies_by == "claim" else on
        until = self.effective_to
        return self.effective_from <= day and (until == "open" or day <= until)

    def first_day(self, days: int) -> int:
        """The first lawful day, counted from the event (day 0), of a wait of ``days`` days."""
        return days + 1 if self.strictly_after else days


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Tier:
    """An amount for principals over ``over`` and up to ``up_to`` (included), in major units.

    ``plus_percent_over`` adds so many per cent of what the principal has above ``over``.
    """

    over: Decimal
    up_to: Decimal | Literal["open"]
    amount: Decimal | Literal["unknown"]
    plus_percent_over: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Base(Rule):
    """A sum that others are multiples of, such as Norway's inkassosats, in major units."""

    name: Text
    currency: Text
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Fee(Rule):
    """The most that an act may cost the debtor, and what must be true before it may cost that.

    Price: ``amount`` or ``tiers`` in major units, as multiples where ``multiple_of`` names a
    :class:`Base`; ``share_of_first`` is the part of the first demand's price that a later demand
    may cost. ``minimum`` and ``maximum`` bound it. Nothing is rounded but a fraction
    of the minor unit, half up.

    Conditions, all in full days. ``days_after_previous`` runs from the last notice, or between
    charged ones where the fee counts ``per`` relationship. ``max_count`` counts charged notices
    of the kinds in ``counts`` (none: of every kind), and an act that is priced ``once`` has no
    second price besides. ``clause`` asks for an agreement of the fee at
    the latest when the debt arose. ``previous_term_days``: the last charged notice (or, with
    ``needs_notice``, the last of those kinds) named a term of so many days, and it has run out.
    ``needs_notice``: one of these was given after the due date. ``none_after_broken_plan``: no
    more of it once a payment plan was broken. ``total_cap`` says whether the act also caps the
    sum of all fees; where it does and the cap is not known there is no fee. ``conditions`` are for
    a person: without a confirmation there is no fee. ``offset`` is for the standard compensation.
    """

    act: FeeAct
    currency: Text
    amount: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    multiple_of: str = ""
    share_of_first: Decimal | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_count: Annotated[int, Field(ge=1)] | None = None
    counts: tuple[NoticeAct, ...] = ()
    once: bool = False
    per: Literal["claim", "relationship"] = "claim"
    days_after_due: Annotated[int, Field(ge=0)] | None = None
    days_after_previous: Annotated[int, Field(ge=0)] | None = None
    invoice_sent_days_before_due: Annotated[int, Field(ge=0)] | None = None
    clause: bool = False
    previous_term_days: Annotated[int, Field(ge=1)] | None = None
    needs_notice: tuple[NoticeAct, ...] = ()
    none_after_broken_plan: bool = False
    total_cap: Literal["needed", "none"] = "needed"
    offset: Literal["against_costs", "on_top", "unknown"] = "unknown"
    vat: Literal["outside", "included", "excluded", "unknown"] = "unknown"
    conditions: tuple[str, ...] = ()

    def for_principal(self, principal: Money, unit: Decimal | None = None) -> Money | None:
        """The price for an original principal; None when it is not known.

        ``unit`` is the base's amount in major units where the fee is a multiple of one.
        """
        if principal.currency != self.currency or (self.multiple_of and unit is None):
            return None
        exact = self.amount if self.amount is not None else self._of_tier(principal.amount)
        if exact is None:
            return None
        exact = max(exact if unit is None else exact * unit, self.minimum or Decimal(0))
        return Money.round(min(exact, self.maximum or exact), self.currency)

    def lowest_known(self) -> Money | None:
        """The lowest amount of any tier: a floor where a higher tier's amount is not known."""
        known = [tier.amount for tier in self.tiers if tier.amount != "unknown"]
        return Money(min(known), self.currency) if known else None

    def _of_tier(self, principal: Decimal) -> Decimal | None:
        for tier in self.tiers:
            below = tier.up_to == "open" or principal <= tier.up_to
            if tier.over < principal and below and tier.amount != "unknown":
                return tier.amount + (principal - tier.over) * tier.plus_percent_over / 100
        return None


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Wait(Rule):
    """A number of days that must lie between two events, whatever the act costs.

    A payment time runs from the latest receipt or from ``dispatch``, and leaves at least
    ``banking_days_after_receipt`` banking days.
    """

    act: WaitAct
    days: Annotated[int, Field(ge=0)]
    counts_from: Literal["receipt", "dispatch"] = "receipt"
    banking_days_after_receipt: Annotated[int, Field(ge=0)] = 0
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Points(Rule):
    """Percentage points of late interest above the reference rate of each half-year.

    ``rolls_due_date``: interest starts the day after the banking day that a due date rolls to, and
    where it ``starts`` by reminder after the payment date of the first one. ``on_fees``: fees bear
    interest too. ``cap_agreed_rate``: an agreed rate above the statutory one binds no debtor.
    """

    points: Decimal
    day_count: DayCount
    cap_agreed_rate: bool
    rolls_due_date: bool
    on_fees: bool
    starts: Literal["due", "reminder"] = "due"


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Duty(Rule):
    """A rule in words, for people and for the modules that carry it out.

    ``must_say`` lists what a notice of the kinds in ``notices`` has to say, ``only_pressure`` all
    that a reminder may press with before it counts as collection. ``stops_costs``: after the
    debtor's request to stop no act bears a cost.
    """

    text: Text
    notices: tuple[NoticeAct, ...] = ()
    must_say: tuple[Content, ...] = ()
    only_pressure: tuple[Content, ...] = ()
    stops_costs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class PaymentEffective(Rule):
    """Which day of a payment counts for the debtor: at the bank, in the books, or when paid."""

    counts: Literal["value_date", "booked", "paid"]
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Allocation(Rule):
    """The order in which an undesignated payment settles what is owed.

    ``costs_first`` lists for whom a creditor may choose an order with costs before the principal.
    """

    order: tuple[Literal["interest", "principal", "costs"], ...]
    costs_first: tuple[Treatment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Restart:
    """A proof that starts the time of limitation anew, with the years that then run."""

    proof: Proof
    years: Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Limitation(Rule):
    """After how many years a claim lapses, and which proofs start the time anew.

    Without any ``restarts`` the time is final. ``final_years`` (from the same start) ends it for a
    natural person whatever was done. ``rolls`` moves a closed last day to the next open one.
    """

    years: Annotated[int, Field(ge=1)]
    counts_from: Literal["due", "arose", "year_after_due"]
    restarts: tuple[Restart, ...]
    final_years: Annotated[int, Field(ge=1)] | None = None
    rolls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=CONFIG)
class Window(Rule):
    """When a debtor may be contacted: from ``opens`` until before ``closes``, on banking days.

    ``contact`` tells messages (letter, email, SMS, call) from visits; ``letters`` says whether the
    hours of messages hold the posting of a letter on paper as well. An act's hours on Saturdays
    are kept for the reader: the hub contacts nobody then.
    """

    contact: Literal["message", "visit"]
    opens: time
    closes: time
    saturday_opens: time | None = None
    saturday_closes: time | None = None
    letters: bool = False
    text: Text

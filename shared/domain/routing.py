"""Routing: which partner a hand-over goes to, by the creditor's own rules in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import Field, model_validator

from shared.domain.case import Case
from shared.domain.explain import Reason, Record, content_hash
from shared.domain.model import Capacity, ClaimClass, Id
from shared.domain.money import Money, total

# The rule of a route that no rule of the creditor decided.
DEFAULT = "routing.default"

_PARTNER = r"^[a-z][a-z0-9_-]{0,39}$"


class Rule(Record):
    """One rule: the first that fits names the partner. An empty list fits everything.

    ``amount_from`` is the least open principal of the hand-over, and it lies below ``amount_below``
    (both in one currency; another currency does not fit). ``segments`` are those of the debtor.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    partner: str = Field(pattern=_PARTNER)
    countries: tuple[str, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    classes: tuple[ClaimClass, ...] = ()
    amount_from: Money | None = None
    amount_below: Money | None = None
    segments: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Rule:
        limits = [one for one in (self.amount_from, self.amount_below) if one is not None]
        if len({one.currency for one in limits}) > 1:
            raise ValueError("the amounts of a rule must be in one currency")
        if len(limits) == 2 and limits[1] <= limits[0]:
            raise ValueError("the lower amount of a rule must be below the upper one")
        return self

    def fits(self, subject: Subject) -> bool:
        """Whether the rule is for a hand-over; all of its claims must be of the named classes."""
        limits = [one for one in (self.amount_from, self.amount_below) if one is not None]
        if any(one.currency != subject.amount.currency for one in limits):
            return False
        return (
            (not self.countries or subject.country in self.countries)
            and (not self.capacities or subject.capacity in self.capacities)
            and (not self.classes or subject.classes <= frozenset(self.classes))
            and (self.amount_from is None or subject.amount >= self.amount_from)
            and (self.amount_below is None or subject.amount < self.amount_below)
            and (not self.segments or subject.segment in self.segments)
        )


class Routing(Record):
    """All rules of a creditor, in order; where none fits, the policy's own partner takes it."""

    rules: tuple[Rule, ...] = Field(default=(), max_length=50)

    @model_validator(mode="after")
    def _distinct(self) -> Routing:
        if len({one.id for one in self.rules}) != len(self.rules):
            raise ValueError("two rules have the same id")
        return self


class Subject(NamedTuple):
    """What rules look at of a hand-over; ``amount`` is the open principal of its claims."""

    country: str
    capacity: Capacity
    classes: frozenset[ClaimClass]
    amount: Money
    segment: str | None = None


class Route(Record):
    """Where a hand-over goes (None: nowhere now), and why."""

    partner: str | None
    reason: Reason


def subject_of(case: Case, claims: Sequence[str], segment: str | None = None) -> Subject:
    """What rules look at of handing some claims of a case over."""
    states = [case.claims[claim] for claim in claims]
    return Subject(
        country=case.law,
        capacity=case.capacity,
        classes=frozenset(one.claim.claim_class for one in states),
        amount=total([one.open for one in states], case.currency),
        segment=segment,
    )


def route(
    routing: Routing,
    subject: Subject,
    *,
    default: str,
    current: str | None = None,
    draining: frozenset[str] = frozenset(),
) -> Route:
    """The partner of a hand-over.

    A case that a partner has (``current``) stays with it: one debtor hears of one agency. A
    partner that is ``draining`` gets nothing new: rules pass it over, and what belongs to a case
    that it has waits until that has ended there.
    """
    if current is not None:
        if current in draining:
            text = "the partner that has the case takes nothing new: its end is waited for"
            return Route(partner=None, reason=_reason("routing.draining", text, partner=current))
        text = "other claims of the case are with this partner"
        return Route(partner=current, reason=_reason("routing.same_case", text, partner=current))
    for rule in routing.rules:
        if rule.partner not in draining and rule.fits(subject):
            facts = {"partner": rule.partner, "id": rule.id, "routing": content_hash(routing)}
            text = "the first rule that fits names the partner"
            return Route(partner=rule.partner, reason=_reason("routing.rule", text, **facts))
    if default in draining:
        text = "no rule fits, and the policy's partner takes nothing new"
        return Route(partner=None, reason=_reason("routing.draining", text, partner=default))
    text = "no rule fits: the policy's partner takes it"
    return Route(partner=default, reason=_reason(DEFAULT, text, partner=default))


def current_partner(case: Case) -> str | None:
    """The partner that has open claims of a case, by the latest hand-over that holds."""
    for notice in reversed(case.notices.values()):
        there = any(
            case.claims[one].with_partner and case.claims[one].open for one in notice.claims
        )
        if notice.action == "hand_over" and notice.given and there:
            return notice.channel
    return None


def may_be_placed(case: Case, claim: str) -> bool:
    """Whether a claim may be handed over anew: it is open, and no partner has it or may get it.

    After a recall that is so once the partner has said that it ended: until then it is its.
    """
    state = case.claims[claim]
    under_way = any(
        one.action == "hand_over" and one.state in {"intended", "unknown"} and claim in one.claims
        for one in case.notices.values()
    )
    return bool(state.open) and not state.with_partner and not under_way


def partners_of(routing: Routing) -> Mapping[str, str]:
    """The partners that rules name, by the path of the rule that names each."""
    return {f"rules.{at}.partner": rule.partner for at, rule in enumerate(routing.rules)}


def _reason(rule: str, text: str, **facts: str) -> Reason:
    return Reason(rule=rule, text=text, facts=facts)

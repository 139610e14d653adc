"""The oracle's own view of disputes, promises, plans, circumstances and requests to stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared.domain import plan_events as agreed
from shared.domain import state_events as stated
from shared.domain.calendar import holidays
from shared.domain.claim_events import PaymentReversed

if TYPE_CHECKING:
    from tests.domain.oracle import Claim

STOPS = {"bankruptcy", "restructuring", "debt_arrangement"}
GOES_ON = {"restructuring", "debt_arrangement"}


@dataclass
class Dispute:
    claim: str
    amount: Decimal | None
    credited: Decimal
    turned: date
    outcome: str = "open"
    resumes_on: date | None = None

    @property
    def stands(self) -> bool:
        return self.outcome in {"open", "accepted"}


@dataclass
class Bargain:
    """A promise, a settlement or a plan, with what its claims had received before."""

    event: Any
    before: Decimal
    agreed: bool = False
    ended: str | None = None
    taken_back: date | None = None
    cleared: set[str] = field(default_factory=set)


@dataclass
class States:
    disputes: dict[str, Dispute] = field(default_factory=dict)
    promises: dict[str, Bargain] = field(default_factory=dict)
    plans: dict[str, Bargain] = field(default_factory=dict)
    circumstances: dict[str, tuple[Any, set[str]]] = field(default_factory=dict)
    stops: dict[str, tuple[tuple[str, ...], set[str]]] = field(default_factory=dict)

    def note(self, event: Any, claims: Mapping[str, Claim]) -> None:  # noqa: C901, PLR0912 - one case an event
        """One more event."""
        match event:
            case stated.Disputed():
                amount = event.amount.amount if event.amount else None
                credited = claims[event.claim].credited
                self.disputes[event.dispute] = Dispute(event.claim, amount, credited, event.on)
            case stated.DisputeSettled():
                self.disputes[event.dispute].outcome = event.outcome
                self.disputes[event.dispute].turned = event.on
                self.disputes[event.dispute].resumes_on = event.resumes_on
            case stated.StopRequested():
                self.stops[event.stop] = (event.claims, set())
            case stated.StopWithdrawn():
                self.stops.pop(event.stop)
            case stated.CircumstanceNoted():
                self.circumstances[event.circumstance] = (event, set())
            case stated.CircumstanceEnded():
                self.circumstances.pop(event.circumstance)
            case agreed.PromiseMade():
                self.promises[event.promise] = Bargain(event, _received(event.claims, claims))
            case agreed.PromiseEnded():
                self.promises[event.promise].ended = event.outcome
            case agreed.PlanProposed():
                self.plans[event.plan] = Bargain(event, _received(event.claims, claims))
            case agreed.PlanAgreed():
                self.plans[event.plan].agreed = True
            case PaymentReversed():
                for plan in self.plans.values():
                    if event.claim in plan.event.claims:
                        plan.taken_back = event.at.date()
            case agreed.PlanEnded():
                self.plans[event.plan].ended = event.outcome

    def cleared(self, why: str, claims: tuple[str, ...]) -> None:
        """A person said that claims go on in spite of a state."""
        for event, free in self.circumstances.values():
            if why == f"circumstance_{event.what}":
                free.update(claims)
        for _, free in self.stops.values() if why == "stop_requested" else ():
            free.update(claims)
        for plan in self.plans.values() if why == "plan_broken" else ():
            plan.cleared.update(claims)

    def resting(self, name: str, claims: Mapping[str, Claim], today: date) -> Iterator[str]:
        """Why a claim rests for the sake of a state."""
        yield from self._disputed(name, claims[name], today)
        yield from self._promised(name, claims, today)
        for event, free in self.circumstances.values():
            if _stands(event, claims[name].joined.issued, cleared=name in free):
                yield f"{event.what} stands in the way"
        for names, free in self.stops.values():
            if name in names and name not in free:
                yield "the debtor asked to stop and nobody has decided"

    def _disputed(self, name: str, claim: Claim, today: date) -> Iterator[str]:
        if claim.open > 0 and self.contested(name, claim) >= claim.open:
            yield "all that is open is disputed"
        for one in self.disputes.values():
            if one.claim == name and one.resumes_on and today < one.resumes_on:
                yield "a rejected dispute is followed by a rest"

    def _promised(self, name: str, claims: Mapping[str, Claim], today: date) -> Iterator[str]:
        for bargain in self.promises.values():
            if name in bargain.event.claims and _promise_holds(bargain, claims, today):
                yield "it was promised"
        for bargain in self.plans.values():
            covers = name in bargain.event.claims or bargain.event.new_claims == "hold"
            if covers and _plan_holds(bargain, claims, today):
                yield "a plan is in force"

    def contested(self, name: str, claim: Claim) -> Decimal:
        """The contested part of what is open of a claim; a credit settles one dispute's part."""
        standing = [one for one in self.disputes.values() if one.claim == name and one.stands]
        if any(one.amount is None for one in standing):
            return claim.open
        part = spent = Decimal(0)
        for one in standing:
            begun = max(one.credited, spent)
            settled = min(one.amount or Decimal(0), max(Decimal(0), claim.credited - begun))
            part += (one.amount or Decimal(0)) - settled
            spent = begun + settled
        return min(claim.open, part)

    def turned(self, name: str) -> list[date]:
        """The days on which disputes of a claim began, or ended."""
        return [one.turned for one in self.disputes.values() if one.claim == name]

    def stopped(self, name: str) -> bool:
        """Whether no act about a claim may cost the debtor anything."""
        return any(name in names for names, _ in self.stops.values())

    def plan_broken(self, name: str) -> bool:
        """Whether a plan over a claim was broken."""
        return any(
            one.ended == "broken" and name in one.event.claims for one in self.plans.values()
        )


def _stands(event: Any, issued: date, *, cleared: bool) -> bool:
    if issued <= event.effective and event.what in STOPS:
        return True
    if issued > event.effective and event.what in GOES_ON:
        return False
    return not cleared


def _received(names: tuple[str, ...], claims: Mapping[str, Claim]) -> Decimal:
    return sum((claims[name].received for name in names), Decimal(0))


def _promise_holds(one: Bargain, claims: Mapping[str, Claim], today: date) -> bool:
    if one.ended is not None or today > one.event.holds_to:
        return False
    come = _received(one.event.claims, claims) - one.before
    return come <= 0 or come + _slack(one.event) < one.event.amount.amount


def _plan_holds(one: Bargain, claims: Mapping[str, Claim], today: date) -> bool:
    plan = one.event
    owed = sum((claims[name].open for name in plan.claims), Decimal(0))
    if one.ended is not None or not owed:
        return False
    if not one.agreed:
        return bool(today <= plan.answer_by)
    if owed <= _slack(plan):
        return False
    come = _received(plan.claims, claims) - one.before
    wanted, missed = Decimal(0), []
    most = come + owed
    for part in plan.instalments:
        before, wanted = wanted, min(most, wanted + part.amount.amount)
        first = max(_late_from(plan, part.due), one.taken_back or date.min)
        if wanted > before and come + _slack(plan) < wanted and today >= first:
            missed.append(first)
    if not missed:
        return True
    grace = _open(plan.country, missed[0] + timedelta(days=plan.grace_days - 1))
    return missed[-1] == missed[0] and today < _late_from(plan, grace)


def _late_from(plan: Any, due: date) -> date:
    day = _open(plan.country, due)
    for _ in range(plan.clearing_days):
        day = _open(plan.country, day + timedelta(days=1))
    return _open(plan.country, day + timedelta(days=1))


def _open(country: str, day: date) -> date:
    while day.weekday() > 4 or day in holidays(country, day.year):
        day += timedelta(days=1)
    return day


def _slack(event: Any) -> Decimal:
    return event.tolerance.amount if event.tolerance else Decimal(0)

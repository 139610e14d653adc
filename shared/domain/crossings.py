"""Crossings: contacts that went out although money, a dispute or a plan was there already.

Two kinds. What the hub *knew* when it committed a contact must never be crossed: each is a fault.
What it learned only afterwards could not be known; it is listed so that the wait can be shortened.
So is what a person said while an act had no outcome yet, whatever became of the act.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, NamedTuple

from pydantic import AwareDatetime

from shared.domain.case import Case, ClaimState, Notice
from shared.domain.dispute import left_alone
from shared.domain.events import (
    CaseEvent,
    HandOverIntended,
    Held,
    PaymentAllocated,
    PaymentSighted,
    ReminderIntended,
)
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.plan_events import PlanProposed, PromiseMade
from shared.domain.state_events import CircumstanceNoted, Disputed, StopRequested

What = Literal["money", "dispute", "plan", "promise", "hold", "circumstance", "stop"]

_HELD: dict[str, What] = {"dispute": "dispute", "plan": "plan"}
# A contact that failed or came back reached nobody.
_OUT = frozenset({"intended", "sent", "unknown", "passed"})
# Whatever is said while an act has no outcome yet crosses it, on whatever day.
_IN_FLIGHT = frozenset({"intended", "unknown"})


class Crossing(Record):
    """One claim of one contact that was crossed.

    ``contact_on`` is the contact's day, ``on`` the day of what it crossed (both in the creditor's
    zone), ``by`` the id of the payment, dispute or plan where there is one. ``learned_at`` is when
    the hub learned of it (UTC), None for what it knew (``known``) before it committed the contact.
    """

    case: Id
    claim: Id
    act: str
    action: Literal["remind", "hand_over"]
    contact_on: date
    what: What
    known: bool
    on: date | None = None
    by: Id | None = None
    learned_at: AwareDatetime | None = None


def found(before: Case, events: Sequence[CaseEvent]) -> tuple[Crossing, ...]:
    """The crossings that show by some new events of a case, as it was before them."""
    case, made = before, list[Crossing]()
    for event in events:
        after = case.apply(event)
        match event:
            case ReminderIntended() | HandOverIntended():
                made.extend(_knew(case, after.notices[event.act]))
            case PaymentAllocated() | PaymentSighted():
                made.extend(_late(case, event, "money", event.received, event.payment))
            case Disputed():
                made.extend(_late(case, event, "dispute", event.on, event.dispute))
            case _:
                made.extend(_in_flight(case, event))
        case = after
    return tuple(made)


def _knew(case: Case, notice: Notice) -> Iterator[Crossing]:
    """What stood against a contact when it was committed, claim by claim."""
    for claim in notice.claims:
        against = _against(case, case.claims[claim], notice.intended_on)
        if against is not None:
            what, by = against
            yield Crossing(
                case=case.id, claim=claim, act=notice.act, action=notice.action,
                contact_on=notice.intended_on, what=what, known=True, by=by,
            )  # fmt: skip


def _against(case: Case, state: ClaimState, today: date) -> tuple[What, str | None] | None:
    if not state.open:
        return "money", None
    for hold in case.holds.values():
        held = hold.covers(None, today) or hold.covers(state.claim.id, today)
        if held and hold.reason in _HELD:
            return _HELD[hold.reason], hold.id
    if case.states is None:
        return None
    if left_alone(case.states.disputes.values(), state) >= state.open:
        return "dispute", None
    for plan in case.states.plans.values():
        # Once an instalment is missed, a reminder of it is what the plan itself foresees.
        kept = plan.missed is None and plan.stage(case.claims, today) in {"agreed", "active"}
        if kept and state.claim.id in plan.claims:
            return "plan", plan.id
    return None


def _late(
    case: Case, event: PaymentAllocated | PaymentSighted | Disputed, what: What, on: date, by: str
) -> Iterator[Crossing]:
    """The contacts about a claim that went out on or after the day of what came to light now."""
    for notice in case.notices.values():
        contact_on = notice.on or notice.intended_on
        early = on <= contact_on or (what == "dispute" and notice.state in _IN_FLIGHT)
        if event.claim in notice.claims and notice.state in _OUT and early:
            yield Crossing(
                case=case.id, claim=event.claim, act=notice.act, action=notice.action,
                contact_on=contact_on, what=what, known=False, on=on, by=by, learned_at=event.at,
            )  # fmt: skip


class _Said(NamedTuple):
    """What a command says against contacts; ``claims`` is None where it is about all."""

    what: What
    by: str
    claims: tuple[str, ...] | None


def _said(event: CaseEvent) -> _Said | None:
    match event:
        case PlanProposed():
            return _Said("plan", event.plan, event.claims)
        case PromiseMade():
            return _Said("promise", event.promise, event.claims)
        case StopRequested():
            return _Said("stop", event.stop, event.claims)
        case CircumstanceNoted():
            return _Said("circumstance", event.circumstance, None)
        case Held(reason="person" | "other"):
            return _Said("hold", event.hold, None if event.claim is None else (event.claim,))
        case _:
            return None


def _in_flight(case: Case, event: CaseEvent) -> Iterator[Crossing]:
    """The acts without an outcome about claims of which something else is said now."""
    said = _said(event)
    if said is None:
        return
    for notice in case.notices.values():
        if notice.state not in _IN_FLIGHT:
            continue
        for claim in notice.claims:
            if said.claims is None or claim in said.claims:
                yield Crossing(
                    case=case.id, claim=claim, act=notice.act, action=notice.action,
                    contact_on=notice.intended_on, what=said.what, known=False,
                    on=event.at.date(), by=said.by, learned_at=event.at,
                )  # fmt: skip

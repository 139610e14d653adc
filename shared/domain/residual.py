"""Residuals: what becomes of interest and fees once the principal of their claim is settled.

Nothing is forgotten and nothing is asked for twice: what is let go is an event with its amount and
rule, and what the creditor wants to have is put down for the ERP to invoice, since the hub issues
no invoices. Interest and fees alone are never handed over.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field

from shared.domain.case import Case, ClaimState, Notice
from shared.domain.dispute import contested
from shared.domain.events import ResidualSettled
from shared.domain.explain import Record
from shared.domain.extras_events import Becomes
from shared.domain.extras_rules import ExtrasRules
from shared.domain.interest import Segment
from shared.domain.law import LawPack
from shared.domain.ledger_position import Position, position
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.policy import Policy

# What the debtor's next reminder still asks for is settled when the case is about to close.
LAST = timedelta(days=30)
_Why = Literal["small", "policy", "settlement", "not_owed"]


class Charge(Record):
    """What the ERP should invoice of a claim whose principal is settled.

    ``interest`` and ``fees`` are what is left of them, ``segments`` how all interest of the claim
    was computed, ``paid`` what of it was paid or let go. ``becomes`` says with which invoice.
    ``compensation`` is what of the fees is the fixed sum for late payment.
    """

    case: str
    claim: Id
    number: str
    debtor: Id
    becomes: Becomes
    on: date
    interest: Money
    fees: Money
    segments: tuple[Segment, ...]
    paid: Money
    compensation: Money | None = Field(default=None, exclude_if=operator.not_)


def residuals(
    case: Case, policy: Policy, law: LawPack, today: date, at: datetime
) -> list[ResidualSettled]:
    """What is to be put down by ``today`` (the creditor's day) about interest and fees left over.

    Then nothing: asked again it has no answer. A claim that is contested, to be filed, held, with a
    partner or part of an act under way waits.
    """
    if case.closed or case.parked is not None or case.pending() is not None:
        return []
    return [
        event
        for state in case.claims.values()
        if _settled(case, state, policy)
        for event in _of_claim(case, state, policy, law, today, at)
    ]


def still_asked(case: Case, state: ClaimState, policy: Policy, law: LawPack, on: date) -> bool:
    """Whether the debtor's next letter asks for a settled claim's interest and fees.

    A letter for them alone says that nothing follows: no other letter goes on with them then.
    """
    if _letter_of(case, state) is not None or not _settled(case, state, policy):
        return False
    return left_over(case, state, policy, law, on)


def left_over(case: Case, state: ClaimState, policy: Policy, law: LawPack, on: date) -> bool:
    """Whether a policy that goes on asking finds interest and fees worth asking for on a day."""
    rules = policy.terms(state.claim.id).extras
    if rules.residual != "continue" or state.open > policy.tolerance:
        return False
    at = position(case, state, law, on)
    small = rules.waive_below or policy.tolerance
    return at.interest_due + at.costs > small


def moved_on(state: ClaimState) -> date:
    """The day of the last money of a claim, or its due date."""
    days = [one.on for one in state.movements] + [one.on for one in state.extras]
    return max(days, default=state.claim.due)


def asked_until(case: Case, state: ClaimState, policy: Policy) -> date | None:
    """The first day on which the money of a letter for charges alone is waited for no longer.

    After its payment date money has its days in the post. None where no such letter may have come.
    """
    letter = _letter_of(case, state)
    if letter is None or letter.deadline is None or letter.undone_on is not None:
        return None
    return letter.deadline + timedelta(days=1 + policy.terms(state.claim.id).extras.after_days)


def _letter_of(case: Case, state: ClaimState) -> Notice | None:
    """The letter for a claim's interest and fees alone, if one was ever tried."""
    letters = (one for one in case.notices.values() if state.claim.id in one.charges)
    return next(letters, None)


def charge(case: Case, event: ResidualSettled, law: LawPack) -> Charge | None:
    """What the ERP should invoice because of an event; None where everything was let go.

    ``case`` is the case before the event.
    """
    if event.becomes == "waived":
        return None
    state = case.claims[event.claim]
    at = position(case, state, law, event.on)
    return Charge(
        case=case.id,
        claim=event.claim,
        number=state.claim.number,
        debtor=case.debtor,
        becomes=event.becomes,
        on=event.on,
        interest=event.interest,
        fees=event.fees,
        segments=at.interest.segments,
        paid=at.settled or Money.zero(case.currency),
        compensation=at.compensation and min(at.compensation, event.fees),
    )


def _settled(case: Case, state: ClaimState, policy: Policy) -> bool:
    """Whether nothing but interest and fees is asked for of a claim, and nobody looks into it."""
    claim = state.claim.id
    if state.open > policy.tolerance or state.with_partner or state.missing or state.raised:
        return False
    if any(claim in task.claims for task in case.tasks.values()):
        return False
    if contested(case, (claim,)) or _filed(case, state):
        return False
    return not any(hold.claim in {None, claim} for hold in case.holds.values())


def _filed(case: Case, state: ClaimState) -> bool:
    """Whether a claim stopped for proceedings, with its interest and fees."""
    noted = case.states.circumstances.values() if case.states is not None else ()
    return any(one.effect(state.claim.issued) == "stops" for one in noted)


def _of_claim(
    case: Case, state: ClaimState, policy: Policy, law: LawPack, today: date, at: datetime
) -> Iterator[ResidualSettled]:
    rules = policy.terms(state.claim.id).extras
    last = moved_on(state)
    if today < last + timedelta(days=rules.after_days):
        return
    now = position(case, state, law, today)
    owed = now.interest_due + now.costs
    if not owed:
        return
    why = _let_go(case, state, rules, owed, rules.waive_below or policy.tolerance)
    until = asked_until(case, state, policy) or last
    waits = rules.residual == "continue" and today < max(last + LAST, until)
    if why is None and (waits or now.interest.unknown_from is not None):
        return
    nothing = Money.zero(owed.currency)
    for becomes, interest, fees in _shares(rules, now, why):
        if interest > nothing or fees > nothing:
            yield ResidualSettled(
                at=at,
                claim=state.claim.id,
                becomes=becomes,
                interest=interest,
                fees=fees,
                why=why or "policy",
                on=today,
            )


def _let_go(
    case: Case, state: ClaimState, rules: ExtrasRules, owed: Money, small: Money
) -> _Why | None:
    """Why nobody asks for what is left, or None."""
    if state.cancelled:
        return "not_owed"
    promises = case.states.promises.values() if case.states is not None else ()
    if any(one.settles and one.outcome == "kept" and state.claim.id in one.claims
           for one in promises):  # fmt: skip
        return "settlement"
    if owed <= small:
        return "small"
    return "policy" if rules.residual == "waive" else None


def _shares(
    rules: ExtrasRules, now: Position, why: _Why | None
) -> Iterator[tuple[Becomes, Money, Money]]:
    """What becomes of the interest and the fees that are left."""
    nothing = Money.zero(now.fees.currency)
    if why is not None:
        yield "waived", now.interest_due, now.costs
    elif rules.interest_on_late == "waive":
        yield "waived", now.interest_due, nothing
        yield "next_invoice", nothing, now.costs
    else:
        limit = rules.own_invoice_above
        own = rules.interest_on_late == "own_invoice" and limit is not None
        apart = own and limit is not None and now.interest_due > limit
        yield "own_invoice" if apart else "next_invoice", now.interest_due, now.costs

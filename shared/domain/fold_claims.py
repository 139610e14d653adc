"""The fold of a claim's events: movements in any order give the balance that the source states."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from shared.domain.case_parts import ClaimState, Movement
from shared.domain.claim_events import (
    BalanceStated,
    ClaimFlagged,
    ClaimJoined,
    ClaimMissing,
    CreditApplied,
    DueMoved,
    PaymentAllocated,
    PaymentReversed,
    PaymentSighted,
)
from shared.domain.money import Money
from shared.errors import Conflict, Unreadable

if TYPE_CHECKING:
    from shared.domain.case import Case

Changes = dict[str, Any]


def joined(case: Case, event: ClaimJoined) -> Changes:
    """A claim joins a live case, once."""
    claim = event.claim
    if claim.id in case.claims:
        raise Conflict("a claim joins a case once")
    if case.closed:
        raise Conflict("a closed case takes no claim: it has a successor")
    state = ClaimState(
        claim=claim, open=claim.open, counted=claim.settled, do_not_dun=claim.do_not_dun
    )
    return {"claims": {**case.claims, claim.id: state}, **known_since(case, event.at.date())}


def paid(case: Case, event: PaymentAllocated) -> Changes:
    """Money counts once, from the day of its receipt."""
    move = Movement(on=event.received, kind="payment", lowered=event.amount, paper=event.payment)
    return moved(case, event.claim, move, event.at.date(), event.payment)


def sighted(case: Case, event: PaymentSighted) -> Changes:
    """Money that is counted has one more name and perhaps another day; two names are one money."""
    state = claim_state(case, event.claim)
    movements = _seen_again(state.movements, event)
    counted = state.counted
    if event.seen_as not in counted:
        counted = (*counted, event.seen_as)
    update = {"movements": movements, "counted": counted, **_balance(state, movements)}
    since = known_since(case, max(event.received, event.at.date()))
    return {"claims": with_claims(case.claims, (event.claim,), **update), **since}


def reversed_(case: Case, event: PaymentReversed) -> Changes:
    """Money is owed again, and a closed case reopens.

    The level stays and the next step counts from today: nothing is repeated. What was let go
    because the principal was settled is owed again with it.
    """
    move = Movement(on=event.on, kind="reversal", lowered=-event.amount, paper=event.reversal)
    today = event.at.date()
    changes = moved(case, event.claim, move, today, event.reversal)
    state = changes["claims"][event.claim]
    stepped = max(today, state.stepped_on or today)
    update: Changes = {"stepped_on": stepped, "residual": (), "freed_on": today}
    changes["claims"] = with_claims(changes["claims"], (event.claim,), **update)
    if case.closed and state.open.amount > 0:
        changes["closed"] = False
    return changes | _missed_again(case, event.claim, today)


def _missed_again(case: Case, claim: str, today: date) -> Changes:
    """The plans of a claim know when its money was taken back: what that uncovers is late then."""
    if case.states is None:
        return {}
    plans = {
        name: plan.model_copy(update={"taken_back": today})
        if claim in plan.claims and plan.ended is None
        else plan
        for name, plan in case.states.plans.items()
    }
    return {"states": case.states.model_copy(update={"plans": plans})}


def credited(case: Case, event: CreditApplied) -> Changes:
    """A credit note counts once, from the day it was issued."""
    move = Movement(on=event.issued, kind="credit", lowered=event.amount)
    return moved(case, event.claim, move, event.at.date(), event.credit_note)


def stated(case: Case, event: BalanceStated) -> Changes:
    """The source's balance wins over the movements; one that rises again reopens a closed case."""
    state = claim_state(case, event.claim)
    lowered = _raw(state.claim.open, state.movements) - event.open
    move = Movement(on=event.at.date(), kind=event.cause, lowered=lowered)
    changes = moved(case, event.claim, move, event.at.date(), None)
    update: Changes = {"raised": event.raised, **({"residual": ()} if event.raised else {})}
    changes["claims"] = with_claims(changes["claims"], (event.claim,), **update)
    if case.closed and event.open.amount > 0:
        changes["closed"] = False
    return changes


def flagged(case: Case, event: ClaimFlagged) -> Changes:
    """The source knows the invoice, and says whether it may be dunned."""
    claim_state(case, event.claim)
    update = {"do_not_dun": event.do_not_dun, "missing": False}
    return {"claims": with_claims(case.claims, (event.claim,), **update)}


def missing(case: Case, event: ClaimMissing) -> Changes:
    """The source no longer knows the invoice."""
    claim_state(case, event.claim)
    return {"claims": with_claims(case.claims, (event.claim,), missing=True)}


def due_moved(case: Case, event: DueMoved) -> Changes:
    """More time to pay: what was done for the old due date is no step after the new one."""
    state = claim_state(case, event.claim)
    last = case.standing(event.claim).last_step
    update: Changes = {"claim": state.claim.model_copy(update={"due": event.due})}
    if last is None or last <= event.due:
        update |= {"level": 0, "stepped_on": None}
    return {"claims": with_claims(case.claims, (event.claim,), **update)}


def moved(case: Case, claim: str, move: Movement, known: date, counted: str | None) -> Changes:
    """A movement of a claim that became known on a day; ``counted`` names what counts only once."""
    state = claim_state(case, claim)
    if counted is not None and counted in state.counted:
        raise Conflict("this movement is counted already")
    movements = _taken_up(state.movements, move)
    update = {
        **_balance(state, movements),
        "movements": movements,
        "counted": state.counted if counted is None else (*state.counted, counted),
    }
    since = known_since(case, max(move.on, known))
    return {"claims": with_claims(case.claims, (claim,), **update), **since}


def claim_state(case: Case, claim: str) -> ClaimState:
    """A claim of the case. Raises ``Unreadable`` for one that it does not have."""
    state = case.claims.get(claim)
    if state is None:
        raise Unreadable("an event names a claim that the case does not have")
    return state


def with_claims(
    claims: dict[str, ClaimState], which: tuple[str, ...], **update: Any
) -> dict[str, ClaimState]:
    """The claims with an update of some."""
    return {**claims, **{name: claims[name].model_copy(update=update) for name in which}}


def known_since(case: Case, day: date) -> Changes:
    """The latest day on which money moved or became known: a case rests from there."""
    return {"last_movement": max(day, case.last_movement or day)}


def _raw(start: Money, movements: tuple[Movement, ...]) -> Money:
    """The principal after all movements: negative when more was paid than was owed."""
    for movement in movements:
        start -= movement.lowered
    return start


def _balance(state: ClaimState, movements: tuple[Movement, ...]) -> Changes:
    """An overpaid claim is paid; the rest is unapplied money and never a negative claim."""
    raw = _raw(state.claim.open, movements)
    return {"open": raw if raw.amount > 0 else Money.zero(raw.currency)}


def _seen_again(movements: tuple[Movement, ...], event: PaymentSighted) -> tuple[Movement, ...]:
    """The movement of ``payment`` with its new name and day; one of that name alone is merged."""
    own = event.seen_as == event.payment
    found = any(event.payment in (one.paper, *one.seen_as) for one in movements)
    kept = []
    for one in movements:
        if event.payment in (one.paper, *one.seen_as):
            names = one.seen_as if own else tuple(sorted({*one.seen_as, event.seen_as}))
            kept.append(one.model_copy(update={"on": event.received, "seen_as": names}))
        elif not (found and event.seen_as == one.paper):
            names = tuple(name for name in one.seen_as if name != event.seen_as)
            kept.append(one.model_copy(update={"seen_as": names}))
    return tuple(kept)


def _taken_up(movements: tuple[Movement, ...], move: Movement) -> tuple[Movement, ...]:
    """The movements with one more, which first takes the place of what was unexplained.

    A payment explains a balance that the source had lowered before the payment was seen; a stated
    balance undoes what only an earlier statement said. So the order of arrival does not matter.
    """
    if move.kind == "unexplained":
        return _without_opposites(movements, move)
    if move.kind not in {"payment", "credit"}:
        return (*movements, move)
    zero = Money.zero(move.lowered.currency)
    left, kept = move.lowered, []
    for one in movements:
        if one.kind == "unexplained" and one.lowered > zero and left > zero:
            taken = min(one.lowered, left)
            left -= taken
            kept.append(one.model_copy(update={"lowered": one.lowered - taken}))
        else:
            kept.append(one)
    return (*(one for one in kept if one.lowered), move)


def _without_opposites(movements: tuple[Movement, ...], move: Movement) -> tuple[Movement, ...]:
    left, kept = move.lowered, []
    for one in reversed(movements):
        opposite = one.kind == "unexplained" and (one.lowered.amount > 0) != (left.amount > 0)
        if opposite and left:
            taken = min(abs(one.lowered.amount), abs(left.amount))
            sign = 1 if left.amount > 0 else -1
            part = Money(sign * taken, left.currency)
            left -= part
            one = one.model_copy(update={"lowered": one.lowered + part})  # noqa: PLW2901
        if one.lowered:
            kept.append(one)
    rest = (move.model_copy(update={"lowered": left}),) if left else ()
    return (*reversed(kept), *rest)

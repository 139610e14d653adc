"""Disputes: what part of a claim is left alone, and from when its other part may go on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Literal

from shared.domain.case_parts import ClaimState
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.state_events import Code, DisputeSource

if TYPE_CHECKING:
    from shared.domain.case import Case

DisputeState = Literal["open", "answered", "accepted", "rejected", "withdrawn"]


class Dispute(Record):
    """A contested part of a claim (``amount`` None: all of it), since the day ``on``.

    ``credited`` is what credits had lowered the claim by when it was raised: what comes after it
    settles the contested part first.
    """

    id: str
    claim: Id
    amount: Money | None
    credited: Money
    ground: Code
    source: DisputeSource
    on: date
    answer_by: date
    answered_on: date | None = None
    state: DisputeState = "open"
    settled_on: date | None = None
    credit_by: date | None = None
    resumes_on: date | None = None

    @property
    def pending(self) -> bool:
        """Whether nobody has said yet who is right."""
        return self.state in {"open", "answered"}

    @property
    def stands(self) -> bool:
        """Whether its part is left alone: nobody has decided, or the credit note is on its way."""
        return self.pending or self.state == "accepted"

    def left_alone(self, state: ClaimState, used: Money | None = None) -> Money:
        """How much of the open principal it still keeps from being asked for.

        ``used`` is the sum of the claim's credits up to which other disputes took them.
        """
        nothing = Money.zero(state.open.currency)
        if not self.stands:
            return nothing
        if self.amount is None:
            return state.open
        since = state.credited - max(self.credited, used or nothing)
        return max(nothing, self.amount - max(nothing, since))


def left_alone(disputes: Iterable[Dispute], state: ClaimState) -> Money:
    """The contested part of a claim's open principal, never more than all of it.

    A credit settles the part of one dispute, the oldest first: it makes no other smaller.
    """
    part = used = Money.zero(state.open.currency)
    for one in disputes:
        if one.claim != state.claim.id or not one.stands:
            continue
        left = one.left_alone(state, used)
        part += left
        if one.amount is not None:
            used = max(one.credited, used) + one.amount - left
    return min(part, state.open)


def contested(case: Case, claims: tuple[str, ...]) -> bool:
    """Whether a dispute of some claims of a case is not settled yet."""
    disputes = case.states.disputes.values() if case.states is not None else ()
    return any(one.pending and one.claim in claims for one in disputes)


def restarts(disputes: Iterable[Dispute], claim: str) -> date | None:
    """The latest day on which a dispute of a claim began or ended: its steps count from there."""
    days = [
        day for one in disputes if one.claim == claim for day in (one.on, one.settled_on) if day
    ]
    return max(days, default=None)


def resumes(disputes: Iterable[Dispute], claim: str) -> date | None:
    """The first day on which a claim may move again after a rejected dispute."""
    days = [one.resumes_on for one in disputes if one.claim == claim and one.resumes_on]
    return max(days, default=None)

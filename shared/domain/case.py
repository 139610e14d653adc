"""A case: the fold of its events into balances, notices, holds and hand-overs."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from datetime import date

from pydantic import Field

from shared.domain import fold
from shared.domain.at_partner import AtPartner, PartnerState
from shared.domain.case_parts import ClaimState, Hold, Movement, Notice, Standing, Task
from shared.domain.events import CaseEvent, PolicyRef
from shared.domain.explain import Record
from shared.domain.model import Capacity
from shared.domain.money import Money
from shared.domain.states import States

__all__ = ["Case", "ClaimState", "Hold", "Movement", "Notice", "PartnerState", "Task"]


class Case(Record):
    """The state of a case after ``version`` events. Frozen; ``apply`` gives the next one.

    ``tasks`` are open questions to people, ``answers`` those that were answered. ``last_movement``
    is the latest day on which money moved or became known. ``states`` is what was agreed,
    contested or noted; most cases never have any. ``successor`` is the case to which all of this
    one went when two debtors turned out to be one. ``compensation`` says that the creditor claims
    the fixed sum for late payment where the law allows it. ``at_partner`` is what a partner said of
    it beside its money. ``imported`` are the rows of what others did before the hub, by their keys,
    each with its content hash.
    """

    id: str
    version: int = 0
    debtor: str = ""
    connection: str = ""
    policy: PolicyRef | None = None
    law: str = ""
    capacity: Capacity = "unknown"
    currency: str = ""
    claims: dict[str, ClaimState] = {}
    notices: dict[str, Notice] = {}
    holds: dict[str, Hold] = {}
    tasks: dict[str, Task] = {}
    answers: dict[str, Task] = {}
    partner_state: PartnerState = "none"
    partner_case: str | None = None
    seen_messages: tuple[str, ...] = ()
    last_movement: date | None = None
    parked: str | None = None
    closed: bool = False
    states: States | None = None
    successor: str | None = None
    compensation: bool = Field(default=False, exclude_if=operator.not_)
    at_partner: AtPartner | None = Field(default=None, exclude_if=operator.not_)
    imported: dict[str, str] = Field(default={}, exclude_if=operator.not_)

    @classmethod
    def replay(cls, case_id: str, events: Iterable[CaseEvent], start: Case | None = None) -> Case:
        """The case that these events, in order, make of nothing or of a snapshot."""
        case = start or cls(id=case_id)
        for event in events:
            case = case.apply(event)
        return case

    def apply(self, event: CaseEvent) -> Case:
        """The case after one more event. Raises ``Conflict`` or ``Unreadable`` if it cannot be."""
        changes = fold.changes(self, event)
        return self.model_copy(update={"version": self.version + 1, **changes})

    def open_claims(self) -> list[ClaimState]:
        """Claims with unpaid principal, oldest due date first."""
        live = [state for state in self.claims.values() if state.open.amount > 0]
        return sorted(live, key=lambda state: (state.claim.due, state.claim.id))

    def notices_of(self, claim: str) -> list[Notice]:
        """The given reminders of a claim, in the order they were sent."""
        return [
            notice
            for notice in self.notices.values()
            if notice.given and notice.action == "remind" and claim in notice.claims
        ]

    def standing(self, claim: str) -> Standing:
        """What the acts of the case have come to for one of its claims."""
        step, deadline = self.claims[claim].stepped_on, None
        setbacks: list[date] = []
        for notice in self.notices.values():
            if claim not in notice.claims:
                continue
            if notice.arrived:
                setbacks = []
                step = _later(step, notice.on)
                deadline = _later(deadline, notice.deadline)
            elif notice.undone_on is not None and notice.taken is None:
                setbacks.append(notice.undone_on)
        return Standing(step, deadline, tuple(setbacks))

    def fees_of(self, claim: str) -> Money:
        """Fees charged to a claim by given notices and not credited since."""
        fees = Money.zero(self.currency)
        for notice in self.notices.values():
            if (
                notice.fee_claim == claim
                and notice.fee
                and notice.given
                and not notice.fee_credited
            ):
                fees += notice.fee
        return fees

    def pending(self) -> Notice | None:
        """An act whose outcome is not known yet, if there is one."""
        for notice in self.notices.values():
            if notice.state in {"intended", "unknown"}:
                return notice
        return None

    def last_contact(self) -> date | None:
        """The effective day of the latest reminder that the debtor may have."""
        days = [n.on for n in self.notices.values() if n.arrived and n.action == "remind" and n.on]
        return max(days, default=None)


def _later(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)

"""A case: the fold of its events into balances, notices, holds and hand-overs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from shared.domain import fold
from shared.domain.case_parts import ClaimState, Hold, Movement, Notice, Task
from shared.domain.events import CaseEvent, PolicyRef
from shared.domain.explain import Record
from shared.domain.model import Capacity
from shared.domain.money import Money

__all__ = ["Case", "ClaimState", "Hold", "Movement", "Notice", "PartnerState", "Task"]

PartnerState = Literal["none", "submitted", "accepted", "rejected", "closed"]


class Case(Record):
    """The state of a case after ``version`` events. Frozen; ``apply`` gives the next one.

    ``tasks`` are open questions to people, ``answers`` those that were answered. ``last_movement``
    is the latest day on which money moved or became known.
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

    def last_step(self, claim: str) -> date | None:
        """The day of the latest step of a claim that was given, passed or done by a person."""
        days = [
            notice.on
            for notice in self.notices.values()
            if notice.arrived and notice.on and claim in notice.claims
        ]
        by_hand = self.claims[claim].stepped_on
        return max([*days, by_hand] if by_hand else days, default=None)

    def last_deadline(self, claim: str) -> date | None:
        """The latest payment date that a notice which the debtor may have gave for a claim."""
        days = [
            notice.deadline
            for notice in self.notices.values()
            if notice.arrived and notice.deadline and claim in notice.claims
        ]
        return max(days, default=None)

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

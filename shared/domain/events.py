"""The events of a case: what happened, append-only, with ids, amounts and codes but no names.

Every event has ``kind``, ``v`` (its shape's version) and ``at`` (business time, UTC); reading one
upcasts old shapes and raises ``Unreadable`` for an unknown kind. Here are the case's and the union.
"""

from __future__ import annotations

import operator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from shared.domain.act_events import (
    ActDelivered,
    ActFailed,
    ActPassed,
    ActSent,
    ActUnknown,
    ActWithheld,
    FeeCredited,
    HandOverIntended,
    NoticeReturned,
    ReminderIntended,
)
from shared.domain.claim_events import (
    BalanceStated,
    Claim,
    ClaimFlagged,
    ClaimJoined,
    ClaimMissing,
    CreditApplied,
    DueMoved,
    Event,
    PaymentAllocated,
    PaymentReversed,
    PaymentSighted,
)
from shared.domain.explain import Reason, Record
from shared.domain.extras_events import ExtrasPaid, ResidualSettled
from shared.domain.first_day_events import NoticeImported
from shared.domain.identity_events import CaseAbsorbed, ClaimsParted
from shared.domain.model import Capacity, Id
from shared.domain.partner_events import (
    CaseFileAmended,
    CaseRecalled,
    PartnerAnswered,
    PartnerClosed,
    PartnerPaid,
    PartnerReport,
)
from shared.domain.plan_events import (
    CompensationWaived,
    InstalmentMissed,
    InterestWaived,
    PlanAgreed,
    PlanEnded,
    PlanProposed,
    PromiseEnded,
    PromiseMade,
    WrittenOff,
)
from shared.domain.state_events import StateEvent
from shared.errors import Unreadable

__all__ = [
    "ActDelivered",
    "ActFailed",
    "ActPassed",
    "ActSent",
    "ActUnknown",
    "ActWithheld",
    "BalanceStated",
    "CaseAbsorbed",
    "CaseClosed",
    "CaseEvent",
    "CaseFileAmended",
    "CaseOpened",
    "CaseRecalled",
    "Claim",
    "ClaimFlagged",
    "ClaimJoined",
    "ClaimMissing",
    "ClaimsParted",
    "CreditApplied",
    "Decided",
    "DueMoved",
    "Event",
    "ExtrasPaid",
    "FeeCredited",
    "HandOverIntended",
    "Held",
    "NoticeImported",
    "NoticeReturned",
    "Parked",
    "PartnerAnswered",
    "PartnerClosed",
    "PartnerPaid",
    "PartnerReport",
    "PaymentAllocated",
    "PaymentReversed",
    "PaymentSighted",
    "PersonAnswered",
    "PersonAsked",
    "PolicyMoved",
    "PolicyRef",
    "Released",
    "ReminderIntended",
    "ResidualSettled",
    "Unparked",
    "read_event",
    "write_event",
]


class PolicyRef(Record):
    """The policy version that a case is pinned to."""

    id: str
    version: int


class CaseOpened(Event):
    """A case began for a debtor under a policy, which may claim ``compensation`` (see ``Case``)."""

    kind: Literal["case_opened"] = "case_opened"
    debtor: Id
    connection: str
    policy: PolicyRef
    law: str
    capacity: Capacity
    currency: str
    predecessor: str | None = None
    compensation: bool = Field(default=False, exclude_if=operator.not_)


class Decided(Event):
    """A decision, with its reasons and the content hashes of all that it looked at."""

    kind: Literal["decided"] = "decided"
    decision: dict[str, Any]
    because: tuple[Reason, ...]
    inputs: dict[str, str]


class Held(Event):
    """The case or one claim rests for a reason until a day (None = until released)."""

    kind: Literal["held"] = "held"
    hold: str
    claim: Id | None = None
    reason: Literal[
        "dispute", "promise", "plan", "circumstance", "missing", "person", "money_waiting", "other"
    ]
    until: date | None = None


class Released(Event):
    """A hold ended."""

    kind: Literal["released"] = "released"
    hold: str


class PersonAsked(Event):
    """A task was given to a person; its claims (none: the whole case) rest until the answer."""

    kind: Literal["person_asked"] = "person_asked"
    task: str
    why: str
    claims: tuple[Id, ...] = ()


class PersonAnswered(Event):
    """A person answered a task with a code; ``by`` is the principal's id, never a name."""

    kind: Literal["person_answered"] = "person_answered"
    task: str
    answer: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    by: str


class Parked(Event):
    """The hub gave up on automatic handling after repeated failures; a person has the case."""

    kind: Literal["parked"] = "parked"
    why: str


class Unparked(Event):
    """A person put a parked case back to automatic handling."""

    kind: Literal["unparked"] = "unparked"
    by: str


class PolicyMoved(Event):
    """A person moved a running case to another policy or version, as a ``preview`` had shown."""

    kind: Literal["policy_moved"] = "policy_moved"
    policy: str
    version: int
    preview: str
    by: str


class CaseClosed(Event):
    """Nothing has been open for long enough; a new claim opens a successor."""

    kind: Literal["case_closed"] = "case_closed"
    why: str


CaseEvent = Annotated[
    CaseOpened
    | ClaimJoined
    | PaymentAllocated
    | PaymentSighted
    | PaymentReversed
    | CreditApplied
    | BalanceStated
    | ClaimFlagged
    | ClaimMissing
    | DueMoved
    | Decided
    | ReminderIntended
    | HandOverIntended
    | ActSent
    | ActDelivered
    | ActFailed
    | ActUnknown
    | ActPassed
    | ActWithheld
    | NoticeReturned
    | NoticeImported
    | FeeCredited
    | Held
    | Released
    | PersonAsked
    | PersonAnswered
    | PartnerReport
    | CaseRecalled
    | CaseFileAmended
    | Parked
    | Unparked
    | PolicyMoved
    | StateEvent
    | PromiseMade
    | PromiseEnded
    | PlanProposed
    | PlanAgreed
    | InstalmentMissed
    | PlanEnded
    | WrittenOff
    | InterestWaived
    | CompensationWaived
    | ExtrasPaid
    | ResidualSettled
    | CaseAbsorbed
    | ClaimsParted
    | CaseClosed,
    Field(discriminator="kind"),
]

_ADAPTER: TypeAdapter[CaseEvent] = TypeAdapter(CaseEvent)


def read_event(body: str) -> CaseEvent:
    """One event from its stored JSON text. Raises ``Unreadable`` for an unknown kind or shape."""
    try:
        return _ADAPTER.validate_json(body)
    except ValidationError:
        raise Unreadable("an event of this case has a kind or shape unknown here") from None


def write_event(event: CaseEvent) -> str:
    """The stored JSON text of an event."""
    return event.model_dump_json()

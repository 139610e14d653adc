"""The events of a case: what happened, append-only, with ids, amounts and codes but no names.

Every event has ``kind``, ``v`` (its shape's version) and ``at`` (business time, UTC). Readers
upcast old shapes in ``read_event``; a kind that this release does not know raises ``Unreadable``,
and the case is parked with a person.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from shared.domain.explain import Reason, Record
from shared.domain.model import Capacity, ClaimClass, DoNotDun, Id
from shared.domain.money import Money
from shared.errors import Unreadable


class Claim(Record):
    """One invoice's claim as it joined a case: the attributes that the law hangs on.

    ``principal`` is the invoice total, ``open`` what was unpaid of it when the claim joined;
    ``settled`` names the payments and credit notes that were already counted in ``open``.
    """

    id: Id
    number: str
    total: Money
    open: Money
    issued: date
    sent: date | None
    due: date
    reference: str | None
    capacity: Capacity
    natural_person: bool
    claim_class: ClaimClass
    fee_clause: date | None = None
    settled: tuple[Id, ...] = ()
    do_not_dun: tuple[DoNotDun, ...] = ()


class PolicyRef(Record):
    """The policy version that a case is pinned to."""

    id: str
    version: int


class Event(Record):
    """What every event carries."""

    v: Literal[1] = 1
    at: datetime


class CaseOpened(Event):
    """A case began for a debtor under a policy."""

    kind: Literal["case_opened"] = "case_opened"
    debtor: Id
    connection: str
    policy: PolicyRef
    law: str
    capacity: Capacity
    currency: str
    predecessor: str | None = None


class ClaimJoined(Event):
    """A claim reached its first policy step and joined the case."""

    kind: Literal["claim_joined"] = "claim_joined"
    claim: Claim


class PaymentAllocated(Event):
    """A part of a payment settled principal of a claim; once per (payment, claim), for ever."""

    kind: Literal["payment_allocated"] = "payment_allocated"
    payment: Id
    claim: Id
    amount: Money
    value_date: date
    received: date
    booked: date


class CreditApplied(Event):
    """A credit note reduced the principal of a claim; once per (credit note, claim)."""

    kind: Literal["credit_applied"] = "credit_applied"
    credit_note: Id
    claim: Id
    amount: Money
    issued: date


class BalanceStated(Event):
    """The source states a balance that the known movements do not explain; the source wins.

    ``cause`` says how: ``write_off``, ``cancelled``, or ``unexplained`` (a person is asked when
    the balance went up).
    """

    kind: Literal["balance_stated"] = "balance_stated"
    claim: Id
    open: Money
    before: Money
    cause: Literal["write_off", "cancelled", "unexplained"]


class ClaimFlagged(Event):
    """The source's do-not-dun reasons of a claim changed."""

    kind: Literal["claim_flagged"] = "claim_flagged"
    claim: Id
    do_not_dun: tuple[DoNotDun, ...]


class ClaimMissing(Event):
    """The source no longer knows the invoice: held, and a person is asked. Never "paid"."""

    kind: Literal["claim_missing"] = "claim_missing"
    claim: Id


class Decided(Event):
    """A decision, with its reasons and the content hashes of all that it looked at."""

    kind: Literal["decided"] = "decided"
    decision: dict[str, Any]
    because: tuple[Reason, ...]
    inputs: dict[str, str]


class ReminderIntended(Event):
    """INTENT of one contact: written before anything leaves, with the hash of what will leave.

    ``claims`` lists the claims whose step this is; ``also`` further open claims that the letter
    lists. ``fee`` is carried by ``fee_claim`` and counts only once the act is ``sent``.
    """

    kind: Literal["reminder_intended"] = "reminder_intended"
    act: str
    step: str
    claims: tuple[Id, ...]
    also: tuple[Id, ...] = ()
    channel: str
    tone: str
    language: str
    fee: Money | None = None
    fee_claim: Id | None = None
    fee_rule: str | None = None
    deadline: date
    document: str
    content_hash: str


class HandOverIntended(Event):
    """INTENT of a hand-over of claims to a partner, with the hash of the case file."""

    kind: Literal["hand_over_intended"] = "hand_over_intended"
    act: str
    step: str
    claims: tuple[Id, ...]
    partner: str
    file_version: int
    document: str
    content_hash: str


class ActSent(Event):
    """OUTCOME: the counterpart took the act. Its effective day is ``on`` (creditor's zone)."""

    kind: Literal["act_sent"] = "act_sent"
    act: str
    on: date
    reference: str | None = None


class ActFailed(Event):
    """OUTCOME: the act did not happen and will not happen under this key."""

    kind: Literal["act_failed"] = "act_failed"
    act: str
    code: str


class ActUnknown(Event):
    """OUTCOME: nobody can say yet whether the act happened; it is not repeated."""

    kind: Literal["act_unknown"] = "act_unknown"
    act: str


class ActPassed(Event):
    """A friendly notice of unknown outcome is let be: its step is passed, but nothing was given."""

    kind: Literal["act_passed"] = "act_passed"
    act: str
    on: date


class ActWithheld(Event):
    """The act would have happened but a switch (outbound off, observe, fuse) kept it in."""

    kind: Literal["act_withheld"] = "act_withheld"
    step: str
    action: str
    claims: tuple[Id, ...]
    why: str


class NoticeReturned(Event):
    """A notice bounced or came back: it was not given, its fee and its wait do not count."""

    kind: Literal["notice_returned"] = "notice_returned"
    act: str
    code: str


class FeeCredited(Event):
    """A fee is taken back, for example because the payment crossed the letter in the post."""

    kind: Literal["fee_credited"] = "fee_credited"
    act: str
    claim: Id
    amount: Money
    why: Literal["crossed", "returned", "waived"]


class Held(Event):
    """The case or one claim rests for a reason until a day (None = until released)."""

    kind: Literal["held"] = "held"
    hold: str
    claim: Id | None = None
    reason: Literal["dispute", "promise", "plan", "circumstance", "missing", "person", "other"]
    until: date | None = None


class Released(Event):
    """A hold ended."""

    kind: Literal["released"] = "released"
    hold: str


class PersonAsked(Event):
    """A task was given to a person; the case rests until it is answered or its day comes."""

    kind: Literal["person_asked"] = "person_asked"
    task: str
    why: str
    claims: tuple[Id, ...] = ()


class PersonAnswered(Event):
    """A person resolved a task."""

    kind: Literal["person_answered"] = "person_answered"
    task: str
    answer: str
    by: str


class PartnerAnswered(Event):
    """The partner accepted or rejected a case (``code`` when rejected)."""

    kind: Literal["partner_answered"] = "partner_answered"
    message: str
    accepted: bool
    partner_case: str | None = None
    code: str | None = None


class PartnerPaid(Event):
    """The partner reports money that it received; ``principal`` lowers the claim, never echoed."""

    kind: Literal["partner_paid"] = "partner_paid"
    message: str
    claim: Id
    principal: Money
    interest: Money
    fees: Money
    received: date


class PartnerClosed(Event):
    """The partner ended its work on the case with a canonical close code."""

    kind: Literal["partner_closed"] = "partner_closed"
    message: str
    code: str


class Parked(Event):
    """The hub gave up on automatic handling after repeated failures; a person has the case."""

    kind: Literal["parked"] = "parked"
    why: str


class Unparked(Event):
    """A person put a parked case back to automatic handling."""

    kind: Literal["unparked"] = "unparked"
    by: str


class CaseClosed(Event):
    """Nothing has been open for long enough; a new claim opens a successor."""

    kind: Literal["case_closed"] = "case_closed"
    why: str


CaseEvent = Annotated[
    CaseOpened | ClaimJoined | PaymentAllocated | CreditApplied | BalanceStated | ClaimFlagged
    | ClaimMissing | Decided | ReminderIntended | HandOverIntended | ActSent | ActFailed
    | ActUnknown | ActPassed | ActWithheld | NoticeReturned | FeeCredited | Held | Released
    | PersonAsked | PersonAnswered | PartnerAnswered | PartnerPaid | PartnerClosed | Parked
    | Unparked | CaseClosed,
    Field(discriminator="kind"),
]  # fmt: skip

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

"""Events of a case at a partner: each report that it made, and our recall."""

from __future__ import annotations

import operator
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.claim_events import Event
from shared.domain.explain import Record, absent
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.plan_events import Instalment
from shared.domain.remittance import Category
from shared.domain.state_events import AuthorityNumber, Code, CommandId

Stage = Literal["reminder", "amicable", "legal", "enforcement", "surveillance"]

LegalStep = Literal[
    "claim_filed", "judgment", "enforcement_applied", "attachment", "no_assets", "bankruptcy_filed"
]

# What a partner learned of the debtor. What it is in detail is a person's, never an event's.
DebtorNews = Literal[
    "address", "contact", "deceased", "bankruptcy", "restructuring", "debt_arrangement", "minor",
    "guardian", "protected_identity",
]  # fmt: skip


class PartnerAnswered(Event):
    """The partner accepted or rejected a case (``code`` when rejected).

    ``claims`` are those that its number ``partner_case`` is of; empty: all of the hand-over.

    ``partner`` here and below is its connection: what another partner has of the case stays as it
    is. Without it, the report is of all partners.
    """

    kind: Literal["partner_answered"] = "partner_answered"
    message: str
    accepted: bool
    partner_case: str | None = None
    code: str | None = None
    partner: Id | None = Field(default=None, exclude_if=absent)
    claims: tuple[Id, ...] = Field(default=(), exclude_if=operator.not_)


class PartnerPaid(Event):
    """The partner reports money that it received; ``principal`` lowers the claim, never echoed.

    ``costs`` settled the partner's own costs, ``remaining`` is the principal open at the partner.
    """

    kind: Literal["partner_paid"] = "partner_paid"
    message: str
    claim: Id
    principal: Money
    interest: Money
    fees: Money
    received: date
    costs: Money | None = Field(default=None, exclude_if=absent)
    remaining: Money | None = Field(default=None, exclude_if=absent)


class PartnerClosed(Event):
    """The partner ended its work with a canonical close code; no ``claims``: on all of them."""

    kind: Literal["partner_closed"] = "partner_closed"
    message: str
    code: str
    claims: tuple[Id, ...] = Field(default=(), exclude_if=operator.not_)
    partner: Id | None = Field(default=None, exclude_if=absent)


class PartnerReceived(Event):
    """The partner has a case on its desk; it has not said yet whether it takes it.

    ``claims`` as in ``PartnerAnswered``.
    """

    kind: Literal["partner_received"] = "partner_received"
    message: str
    partner_case: str | None = None
    partner: Id | None = Field(default=None, exclude_if=absent)
    claims: tuple[Id, ...] = Field(default=(), exclude_if=operator.not_)


class PartnerNeeds(Event):
    """The partner cannot go on without information: ``what`` is missing, in ``fields`` by name."""

    kind: Literal["partner_needs"] = "partner_needs"
    message: str
    question: Id
    what: Code
    fields: tuple[Code, ...] = ()
    partner: Id | None = Field(default=None, exclude_if=absent)


class PartnerMoved(Event):
    """The partner works on the case in another stage."""

    kind: Literal["partner_moved"] = "partner_moved"
    message: str
    stage: Stage


class PartnerPaidBack(Event):
    """Money that the partner had reported went back on a day; ``principal`` is owed again.

    ``payment`` is the report of the money that is taken back.
    """

    kind: Literal["partner_paid_back"] = "partner_paid_back"
    message: str
    payment: str
    claim: Id
    principal: Money
    interest: Money
    fees: Money
    on: date


class PartnerPlanAgreed(Event):
    """The partner and the debtor agreed on a plan: it binds us, and nothing advances meanwhile.

    An extension is a plan of one instalment; one that ``settles`` is taken in full payment.
    """

    kind: Literal["partner_plan_agreed"] = "partner_plan_agreed"
    message: str
    plan: Id
    claims: tuple[Id, ...] = Field(min_length=1)
    instalments: tuple[Instalment, ...] = Field(min_length=1)
    settles: bool = Field(default=False, exclude_if=operator.not_)


class PartnerPlanEnded(Event):
    """A plan at the partner is no longer in force."""

    kind: Literal["partner_plan_ended"] = "partner_plan_ended"
    message: str
    plan: Id
    outcome: Literal["broken", "completed"]


class PartnerOffered(Event):
    """The debtor offers the partner an amount in full payment of claims; the creditor decides."""

    kind: Literal["partner_offered"] = "partner_offered"
    message: str
    settlement: Id
    claims: tuple[Id, ...] = Field(min_length=1)
    amount: Money
    until: date | None = None


class PartnerDisputed(Event):
    """The debtor contests a claim at the partner; the dispute itself is an event of its own."""

    kind: Literal["partner_disputed"] = "partner_disputed"
    message: str
    dispute: CommandId
    claims: tuple[Id, ...]


class PartnerLearned(Event):
    """The partner learned something of the debtor; a person finds out what it is."""

    kind: Literal["partner_learned"] = "partner_learned"
    message: str
    what: DebtorNews
    on: date | None = None
    partner: Id | None = Field(default=None, exclude_if=absent)


class PartnerSuspended(Event):
    """The partner's work rests, until a day if it knows one."""

    kind: Literal["partner_suspended"] = "partner_suspended"
    message: str
    why: Code
    until: date | None = None


class PartnerCosts(Event):
    """What the debtor owes the partner for its own work by now, and has not paid."""

    kind: Literal["partner_costs"] = "partner_costs"
    message: str
    open: Money


class PartnerLegalStep(Event):
    """The partner took a step at a court or an enforcement authority."""

    kind: Literal["partner_legal_step"] = "partner_legal_step"
    message: str
    step: LegalStep
    on: date
    authority_number: AuthorityNumber | None = None


class RemittedPart(Record):
    """An amount of a remittance that is a claim's; a deduction is negative."""

    claim: Id
    category: Category
    amount: Money


class PartnerRemitted(Event):
    """The partner paid out what it had received for the case, within a remittance."""

    kind: Literal["partner_remitted"] = "partner_remitted"
    message: str
    remittance: Id
    value_date: date
    lines: tuple[RemittedPart, ...] = Field(min_length=1)


class CaseRecalled(Event):
    """A person takes claims back from a partner; they are its until it says that it has ended.

    ``price`` is what was shown and confirmed (None: nobody knows it).
    """

    kind: Literal["case_recalled"] = "case_recalled"
    recall: CommandId
    partner: str
    claims: Annotated[tuple[Id, ...], Field(min_length=1)]
    why: Code
    by: str
    price: Money | None = None


class CaseFileAmended(Event):
    """A new case file of what a partner has: something that is no movement has changed in it.

    ``act`` names it among the case's hand-overs; ``document`` is stored, with its SHA-256 (hex).
    """

    kind: Literal["case_file_amended"] = "case_file_amended"
    act: str
    partner: Id
    claims: Annotated[tuple[Id, ...], Field(min_length=1)]
    file_version: int = Field(ge=2)
    document: str
    content_hash: str


# Everything that a partner reports.
PartnerReport = (
    PartnerAnswered
    | PartnerPaid
    | PartnerClosed
    | PartnerReceived
    | PartnerNeeds
    | PartnerMoved
    | PartnerPaidBack
    | PartnerPlanAgreed
    | PartnerPlanEnded
    | PartnerOffered
    | PartnerDisputed
    | PartnerLearned
    | PartnerSuspended
    | PartnerCosts
    | PartnerLegalStep
    | PartnerRemitted
)

"""What each report of a collection partner carries: ids, amounts, days and codes, never prose."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.partner_events import DebtorNews, LegalStep, RemittedPart, Stage
from shared.domain.plan_events import Instalment
from shared.domain.state_events import AuthorityNumber, Code

RejectCode = Literal[
    "DUPLICATE", "INVALID_DEBTOR_ID", "MISSING_DEBTOR_ID", "MISSING_ADDRESS", "MISSING_CONTRACT",
    "CREDITOR_UNKNOWN", "TOO_EARLY", "DISPUTED", "TIME_BARRED", "INSOLVENT", "DECEASED", "MINOR",
    "AMOUNT_INCONSISTENT", "AMOUNT_BELOW_MINIMUM", "CURRENCY_UNSUPPORTED", "COUNTRY_UNSUPPORTED",
    "CLAIM_TYPE_UNSUPPORTED", "DOCUMENT_MISSING", "SCHEMA_INVALID", "OTHER",
]  # fmt: skip

CloseCode = Literal[
    "PAID_FULL", "PAID_PARTIAL_SETTLED", "PAID_DIRECT", "CREDITED", "WITHDRAWN_CREDITOR", "SOLD",
    "DISPUTED", "INSOLVENT", "DEBT_RESTRUCTURING", "DECEASED", "UNTRACEABLE", "TIME_BARRED",
    "NO_ASSETS", "UNCOLLECTABLE", "SURVEILLANCE_ENDED", "ERROR", "DUPLICATE", "OTHER",
]  # fmt: skip

# No claims named: all that the partner has.
Some = Annotated[tuple[Id, ...], Field(max_length=50)]


class Received(Record):
    """The case is on the partner's desk; its own number, where it has one already.

    ``claims`` as in ``Accepted``.
    """

    partner_case_id: Id | None = None
    claims: Some = ()


class Accepted(Record):
    """The partner took the case; ``partner_case_id`` is its own number for it.

    A partner that has a number for each claim names the ``claims`` of this one.
    """

    partner_case_id: Id
    claims: Some = ()


class Rejected(Record):
    """The partner will not take the case."""

    code: RejectCode


class Needed(Record):
    """Information that the partner lacks: ``question`` is its own id of the question."""

    question: Id
    code: Code
    fields: Annotated[tuple[Code, ...], Field(max_length=50)] = ()


class Staged(Record):
    """Where the partner's work stands."""

    stage: Stage


class Split(Record):
    """Money of one claim, split by what it settles; none of it is negative, all in one currency."""

    claim: Id
    principal: Money
    interest: Money
    fees: Money

    def parts(self) -> tuple[Money, ...]:
        """All amounts that are named."""
        return (self.principal, self.interest, self.fees)


class Paid(Split):
    """Money of one claim that the partner received on ``received``.

    ``costs`` is what of it settled the partner's own costs, ``gross`` all that the debtor paid,
    and ``remaining`` the principal of the claim that is open at the partner after it.
    """

    received: date
    costs: Money | None = None
    gross: Money | None = None
    remaining: Money | None = None

    def parts(self) -> tuple[Money, ...]:
        """All amounts that are named."""
        named = (self.costs, self.gross, self.remaining)
        return (*super().parts(), *(one for one in named if one is not None))

    @model_validator(mode="after")
    def _adds_up(self) -> Paid:
        if self.gross is None or len({one.currency for one in self.parts()}) > 1:
            return self
        split = [*Split.parts(self), *([self.costs] if self.costs is not None else [])]
        if total(split, self.gross.currency) != self.gross:
            raise ValueError("the parts of a payment must add up to what was paid")
        return self


class PaidBack(Split):
    """Money that went back on a day; ``payment`` is the ``id`` of the report that told of it."""

    payment: Id
    on: date


class Planned(Record):
    """A plan that the partner and the debtor agreed on; no ``claims``: all that it has."""

    plan: Id
    claims: Some = ()
    instalments: Annotated[tuple[Instalment, ...], Field(min_length=1, max_length=60)]


class Settled(Record):
    """The partner agreed with the debtor on an amount in full payment, due on ``until``."""

    settlement: Id
    claims: Some = ()
    amount: Money
    until: date


class Extended(Record):
    """The partner gave the debtor time until a day for an amount; no ``claims``: all it has."""

    extension: Id
    claims: Some = ()
    amount: Money
    until: date


class PlanOver(Record):
    """A plan, settlement or extension (by its id as ``plan``) that is no longer in force."""

    plan: Id


class Offered(Record):
    """An amount that the debtor offers in full payment until a day."""

    settlement: Id
    claims: Some = ()
    amount: Money
    until: date | None = None


class Contested(Record):
    """What the debtor contests: a part of one claim, or the whole claims that are named."""

    dispute: Id
    claims: Some = ()
    amount: Money | None = None
    ground: Code


class Learned(Record):
    """News of the debtor, as a code; the creditor's people ask for what it is."""

    what: DebtorNews
    on: date | None = None


class Suspended(Record):
    """The partner's work rests."""

    code: Code
    until: date | None = None


class Costs(Record):
    """What the debtor owes the partner itself by now, and has not paid."""

    open: Money


class Stepped(Record):
    """A step at a court or an enforcement authority, with the authority's number of it."""

    step: LegalStep
    on: date
    authority_number: AuthorityNumber | None = None


class Remitted(Record):
    """The part of a remittance that is this case's."""

    remittance: Id
    value_date: date
    lines: Annotated[tuple[RemittedPart, ...], Field(min_length=1, max_length=500)]


class Closed(Record):
    """The partner ended its work on the case, or on the ``claims`` that it names."""

    code: CloseCode
    claims: Some = ()

"""The case file, version 1: what stands in the paper that a partner fetches, and its sums.

A file that disagrees with itself cannot be made: every total equals its parts, every amount is in
one currency, and everything refers only to claims and documents of the same file. The shape is
published as docs/partner/casefile.v1.schema.json (and .xsd) and never changes once released; a
field more is a version 2. What is optional is absent where there is nothing to say.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from shared.domain.casefile_charges import FileCompensation, FileInterest
from shared.domain.casefile_money import FilePayment
from shared.domain.casefile_notices import FileNotice, Sha256
from shared.domain.casefile_rights import (
    FileAgreement,
    FileLimitation,
    Mandate,
    NationalId,
    Service,
)
from shared.domain.casefile_states import FileStates
from shared.domain.chronology import Happening
from shared.domain.creditor import BankAccount
from shared.domain.explain import Record, absent
from shared.domain.model import (
    Address,
    Capacity,
    ClaimClass,
    DoNotDun,
    Id,
    Period,
    Personal,
    Vat,
)
from shared.domain.money import Money, total
from shared.domain.settlements import Settlement

FORMAT: Literal["urn:dunlin:case-file:1"] = "urn:dunlin:case-file:1"

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class FileCreditor(Record):
    """Who is owed. ``account`` takes what the partner remits; None when none is verified."""

    id: Id
    name: str
    business_id: str
    business_id_scheme: str
    vat_registered: bool
    address: Address
    account: BankAccount | None
    email: str
    phone: str | None


class FileDebtor(Record):
    """One liable party and the claims that it owes (``national_id``: see ``NationalId``)."""

    id: Id
    role: Literal["principal", "co_debtor", "guarantor"]
    liable_for: tuple[Id, ...] = Field(min_length=1)
    kind: Literal["person", "company", "public", "estate", "unknown"]
    name: Personal[str]
    language: str | None
    country: Country
    business_id: str | None
    business_id_scheme: str | None
    customer_number: str | None
    emails: Personal[tuple[str, ...]]
    phones: Personal[tuple[str, ...]]
    addresses: tuple[Address, ...]
    national_id: NationalId | None = Field(default=None, exclude_if=operator.not_)


class FileClaim(Record):
    """One invoice's claim. ``total`` less ``settled_before`` less its settlements is ``open``.

    ``settled_before`` was paid or credited before the claim joined the case. ``fees`` is what
    given notices charged to it and nobody credited since. ``interest_paid`` and ``fees_paid`` are
    what of the two was paid already (absent: nothing); the totals are without it. ``compensation``
    is the fixed sum for late payment (absent: none is claimed). ``fee_clause`` is the day on which
    a reminder fee was agreed, ``agreed_rate`` the agreed late interest in per cent a year;
    ``delivered``, ``vat`` and ``original_creditor`` (who was owed before the claim was assigned)
    are what the invoice says. ``limitation`` tells when it lapses, liable party by liable party.
    """

    id: Id
    number: str
    claim_class: ClaimClass
    capacity: Capacity
    natural_person: bool
    issued: date
    sent: date | None
    due: date
    reference: str | None
    description: Personal[str]
    do_not_dun: tuple[DoNotDun, ...]
    total: Money
    settled_before: Money
    open: Money
    interest: FileInterest
    fees: Money
    interest_paid: Money | None = Field(default=None, exclude_if=absent)
    fees_paid: Money | None = Field(default=None, exclude_if=absent)
    compensation: FileCompensation | None = Field(default=None, exclude_if=absent)
    agreement: Id | None = Field(default=None, exclude_if=absent)
    fee_clause: date | None = Field(default=None, exclude_if=absent)
    agreed_rate: str | None = Field(default=None, exclude_if=absent)
    delivered: Period | None = Field(default=None, exclude_if=absent)
    vat: tuple[Vat, ...] = Field(default=(), exclude_if=operator.not_)
    original_creditor: Personal[str | None] = Field(default=None, exclude_if=absent)
    limitation: tuple[FileLimitation, ...] = Field(default=(), exclude_if=operator.not_)

    @property
    def interest_due(self) -> Money:
        """The accrued interest that is still owed."""
        accrued = self.interest.accrued
        return accrued if self.interest_paid is None else accrued - self.interest_paid

    @property
    def fees_due(self) -> Money:
        """The fees that are still owed."""
        return self.fees if self.fees_paid is None else self.fees - self.fees_paid


class FileHold(Record):
    """Why the case (``claim`` None) or one claim rests; ``until`` is its last day, if known."""

    id: str
    claim: Id | None
    reason: str
    until: date | None


class FileDocument(Record):
    """A stored document; ``sha256`` names its content, as the act that sent it recorded it."""

    id: str
    sha256: Sha256
    media_type: str


class Totals(Record):
    """What is owed on ``as_of``, each part by itself and together (no compensation: absent)."""

    principal: Money
    interest: Money
    fees: Money
    compensation: Money | None = Field(default=None, exclude_if=absent)
    open: Money


class CaseFile(Record):
    """All that a collection partner needs to take over claims of one case.

    ``country`` is the law the claims stand under. Amounts and interest hold at the end of the day
    ``as_of``. ``file_version`` counts the files of a case: a higher one replaces the lower.
    """

    format: Literal["urn:dunlin:case-file:1"] = FORMAT
    case_id: Id
    file_version: int = Field(ge=1)
    created_at: AwareDatetime
    as_of: date
    country: Country
    currency: str
    service: Service
    creditor: FileCreditor
    debtors: tuple[FileDebtor, ...] = Field(min_length=1)
    claims: tuple[FileClaim, ...] = Field(min_length=1)
    notices: tuple[FileNotice, ...]
    settlements: tuple[Settlement, ...]
    disputed: bool
    holds: tuple[FileHold, ...]
    totals: Totals
    chronology: tuple[Happening, ...]
    documents: tuple[FileDocument, ...]
    payments: tuple[FilePayment, ...] = Field(default=(), exclude_if=operator.not_)
    states: FileStates | None = Field(default=None, exclude_if=absent)
    agreements: tuple[FileAgreement, ...] = Field(default=(), exclude_if=operator.not_)
    mandate: Mandate | None = Field(default=None, exclude_if=absent)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> CaseFile:
        if any(money.currency != self.currency for money in _amounts(self)):
            raise ValueError("every amount must be in the file's currency")
        _check_references(self)
        for claim in self.claims:
            _check_claim(self, claim)
        _check_totals(self)
        return self


def _amounts(value: object) -> Iterator[Money]:
    match value:
        case Money():
            yield value
        case BaseModel():
            for name in type(value).model_fields:
                yield from _amounts(getattr(value, name))
        case tuple():
            for item in value:
                yield from _amounts(item)
        case _:
            return


def _check_references(file: CaseFile) -> None:
    claims = {claim.id for claim in file.claims}
    if len(claims) != len(file.claims):
        raise ValueError("a claim stands in a file once")
    if {claim for debtor in file.debtors for claim in debtor.liable_for} != claims:
        raise ValueError("every claim, and no other, must have a liable debtor")
    named = [one.claim for one in file.settlements]
    named += [one.claim for one in file.payments]
    named += _named_by_states(file.states)
    named += [one.claim for one in file.holds if one.claim is not None]
    named += [one.fee_claim for one in file.notices if one.fee_claim is not None]
    named += [claim for one in file.notices for claim in one.claims]
    named += [claim for one in file.chronology for claim in one.claims]
    if not set(named) <= claims:
        raise ValueError("a file speaks of no claims but its own")
    documents = {document.id: document.sha256 for document in file.documents}
    if any(documents.get(one.document) != one.content_hash for one in file.notices):
        raise ValueError("every notice must have its document")
    if {one.agreement for one in file.claims} - {None} != {one.id for one in file.agreements}:
        raise ValueError("every agreement, and no other, must be a claim's")
    parties = {debtor.id for debtor in file.debtors}
    if {one.party for claim in file.claims for one in claim.limitation} - parties:
        raise ValueError("a claim lapses against its liable parties alone")


def _named_by_states(states: FileStates | None) -> Iterator[str]:
    if states is not None:
        yield from (one.claim for one in states.disputes)
        yield from (claim for one in states.promises for claim in one.claims)
        yield from (claim for one in states.plans for claim in one.claims)
        yield from (claim for one in states.stops for claim in one.claims)


def _check_claim(file: CaseFile, claim: FileClaim) -> None:
    moved = total([one.amount for one in file.settlements if one.claim == claim.id], file.currency)
    if claim.total - claim.settled_before - moved != claim.open:
        raise ValueError("a claim's open principal must equal its total less what settled it")
    charged = [
        one.fee
        for one in file.notices
        if one.fee and one.fee_claim == claim.id and one.state == "sent" and not one.fee_credited
    ]
    if total(charged, file.currency) != claim.fees:
        raise ValueError("a claim's fees must equal those of its notices")
    taxed = [one.net + one.tax for one in claim.vat]
    if taxed and total(taxed, file.currency) != claim.total:
        raise ValueError("the VAT by rate must add up to the claim's total")
    paid = [one.principal - one.reversed for one in file.payments if one.claim == claim.id]
    lowered = [
        one.amount for one in file.settlements if one.claim == claim.id and one.kind == "payment"
    ]
    if paid and total(lowered, file.currency) > total(paid, file.currency):
        raise ValueError("no more is settled by payments than was paid")
    if claim.interest_due.amount < 0 or claim.fees_due.amount < 0:
        raise ValueError("no more of interest and fees is paid than there is")


def _check_totals(file: CaseFile) -> None:
    principal = total([claim.open for claim in file.claims], file.currency)
    interest = total([claim.interest_due for claim in file.claims], file.currency)
    fees = total([claim.fees_due for claim in file.claims], file.currency)
    fixed = total([one.due for claim in file.claims if (one := claim.compensation)], file.currency)
    parts = Totals(
        principal=principal,
        interest=interest,
        fees=fees,
        compensation=fixed or None,
        open=principal + interest + fees + fixed,
    )
    if file.totals != parts:
        raise ValueError("the totals must equal the parts")

"""What a case file says of rights: limitation, agreements, the claim's papers, the mandate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from shared.domain.explain import Record
from shared.domain.model import Agreement, Id, Invoice, Period, Personal, Vat

Service = Literal["reminder_and_collection", "collection", "legal", "surveillance"]


class FileLimitation(Record):
    """When a claim lapses against one liable party.

    ``lapses_on`` is the first day on which it is time-barred (None: no usable rule is known, a
    person says). ``final``: nothing can start the time anew. ``section`` is the law.
    """

    party: Id
    lapses_on: date | None
    final: bool
    rule: str
    section: str


class FileAgreement(Record):
    """What was agreed: the day of a reminder-fee clause, the late interest in per cent a year.

    ``electronic_notices`` is the day of consent to electronic notices.
    """

    id: Id
    reminder_fee_clause: date | None
    agreed_rate: str | None
    electronic_notices: date | None


class NationalId(Record):
    """A person's national id under its scheme (``FI_HETU``, ``SE_PNR``, ``NO_FNR``, ``DK_CPR``).

    Authorities ask for it (Kronofogden, Santra, utlegg). The hub keeps none, so no file holds one.
    """

    scheme: str = Field(pattern=r"^[A-Z]{2}_[A-Z]{2,12}$")
    value: Personal[str]


class Mandate(Record):
    """What the partner may do beyond asking for the money.

    ``legal`` says whether it may go to court without asking again. A settlement may let go of no
    more than ``settlement_floor`` leaves: that share of the principal in per cent must be paid
    (None: none may be agreed). ``plan_months`` is the longest plan that needs no word of ours
    (None: every plan needs one).
    """

    legal: bool = False
    settlement_floor: int | None = Field(default=None, ge=1, le=100)
    plan_months: int | None = Field(default=None, ge=1, le=120)


class Papers(Record):
    """What the sources state of a claim beside its event: its invoice and its agreement.

    ``number`` and ``reference`` are the invoice's by now (empty: as they were when it joined).
    """

    number: str = ""
    reference: str = ""
    description: str = ""
    delivered: Period | None = None
    vat: tuple[Vat, ...] = ()
    original_creditor: str | None = None
    agreement: Agreement | None = None


def papers_of(invoice: Invoice, agreement: Agreement | None) -> Papers:
    """The papers of the claim that an invoice makes."""
    return Papers(
        number=invoice.number,
        reference=invoice.reference or "",
        description=invoice.description,
        delivered=invoice.delivered,
        vat=invoice.vat,
        original_creditor=invoice.original_creditor,
        agreement=agreement,
    )


def agreements(papers: Mapping[str, Papers], claims: tuple[str, ...]) -> tuple[FileAgreement, ...]:
    """The agreements that some claims stand under, each once."""
    found = {
        one.id: FileAgreement(
            id=one.id,
            reminder_fee_clause=one.reminder_fee_clause,
            agreed_rate=one.agreed_rate,
            electronic_notices=one.electronic_notices,
        )
        for claim in claims
        if claim in papers and (one := papers[claim].agreement) is not None
    }
    return tuple(found.values())

"""The case file that a partner gets: built from a case and its events, and judged complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from shared.domain.case import Case, ClaimState
from shared.domain.casefile_charges import file_compensation, file_interest
from shared.domain.casefile_debtors import debtors, limitation
from shared.domain.casefile_money import payments
from shared.domain.casefile_notices import notices_of
from shared.domain.casefile_rights import Mandate, Papers, Service, agreements
from shared.domain.casefile_states import FileStates, states_of
from shared.domain.casefile_v1 import (
    FORMAT,
    CaseFile,
    FileClaim,
    FileCreditor,
    FileDebtor,
    FileDocument,
    FileHold,
    Totals,
)
from shared.domain.chronology import chronology
from shared.domain.creditor import Creditor
from shared.domain.dispute import contested
from shared.domain.events import CaseEvent
from shared.domain.extras import left
from shared.domain.interest import Interest
from shared.domain.lawpack import LawPack
from shared.domain.ledger_compensation import Claimed
from shared.domain.ledger_position import agreed_rate
from shared.domain.model import Party
from shared.domain.money import Money, total
from shared.domain.settlements import settlements

_NO_PAPERS = Papers()


def build(  # noqa: PLR0913 - a file is made of all of these and keeps none of them
    case: Case,
    events: Sequence[CaseEvent],
    claims: tuple[str, ...],
    *,
    creditor: Creditor,
    party: Party,
    interest: Mapping[str, Interest],
    created_at: datetime,
    as_of: date,
    file_version: int,
    service: Service = "collection",
    papers: Mapping[str, Papers] | None = None,
    media_type: str = "application/json",
    beside: Mapping[str, Party] | None = None,
    compensation: Mapping[str, Claimed] | None = None,
    law: LawPack | None = None,
    mandate: Mandate | None = None,
    story: Sequence[CaseEvent] | None = None,
) -> CaseFile:
    """The file of ``claims`` (ids) of a case, as they stand at the end of ``as_of``.

    ``events`` are all events of the case, oldest first; ``story`` the same with those of the cases
    that it took up in their place (None: it took up none). ``interest`` holds each claim's late
    interest accrued to ``as_of``; ``papers`` what the sources state of it beside. ``media_type`` is
    that of the stored letters, ``beside`` the co-debtors and guarantors by id, and ``compensation``
    what is claimed for late payment, by claim. ``law`` says when each claim lapses (None: nothing
    is said of it), ``mandate`` what the partner may do.
    Protected addresses are left out, and so is all that concerns only other claims of the case.
    Raises ``ValueError`` when the events are not the case's, when a claim is not in the case or
    its interest is not given, and when the parts do not agree (see ``CaseFile``).
    """
    if Case.replay(case.id, events) != case:
        raise ValueError("the events do not make this case")
    if not set(claims) <= set(case.claims) or not set(claims) <= set(interest):
        raise ValueError("a claim is not in the case, or its interest is not given")
    stated, fixed, told = papers or {}, compensation or {}, events if story is None else story
    people = debtors(case, claims, party, beside or {})
    lines = tuple(
        _claim(
            case, claim, interest[claim], as_of, stated.get(claim, _NO_PAPERS), fixed.get(claim)
        ).model_copy(update={"limitation": limitation(case, claim, law, people)})
        for claim in claims
    )
    notices = notices_of(case, claims)
    states = states_of(case, claims, as_of)
    hashes = {notice.document: notice.content_hash for notice in notices}
    holds = tuple(_holds(case, claims))
    return CaseFile(
        case_id=case.id,
        file_version=file_version,
        created_at=created_at,
        as_of=as_of,
        country=case.law,
        currency=case.currency,
        service=service,
        creditor=_creditor(creditor),
        debtors=people,
        claims=lines,
        notices=notices,
        settlements=settlements(case.id, told, claims),
        disputed=_disputed(lines, holds) or contested(case, claims),
        holds=holds,
        totals=_totals(lines, case.currency),
        chronology=chronology(told, claims),
        documents=tuple(
            FileDocument(id=name, sha256=sha256, media_type=media_type)
            for name, sha256 in sorted(hashes.items())
        ),
        payments=payments(told, claims, case.currency),
        states=states if states != FileStates() else None,
        agreements=agreements(stated, claims),
        mandate=mandate,
    )


def missing(file: CaseFile) -> tuple[str, ...]:
    """The field paths that a partner cannot work without and that are absent; empty = hand over.

    Names, a complete postal address, a company's business id, numbers, the cause of each claim
    (a description, or a class other than ``other``), interest up to the day, and an account to
    remit to. What the shape itself requires (invoice and due dates, sums) cannot be absent.
    """
    return tuple(_missing(file))


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a case file as it is served; sums cannot be said in it."""
    made = CaseFile.model_json_schema(schema_generator=_Served, mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": FORMAT,
        **made,
        "title": "Case file, version 1",
    }


class _Served(GenerateJsonSchema):
    """Describes what is served: there every field is present, those with a default too.

    Only a field that is left out when it has nothing to say may be absent.
    """

    def field_is_required(self, field: Any, *_: object, **__: object) -> bool:
        """Whether a field is always there."""
        return "serialization_exclude_if" not in field


def _missing(file: CaseFile) -> Iterator[str]:
    if file.creditor.account is None:
        yield "creditor.account"
    if not file.creditor.business_id:
        yield "creditor.business_id"
    for index, debtor in enumerate(file.debtors):
        for name in _missing_of_debtor(debtor):
            yield f"debtors.{index}.{name}"
    for index, claim in enumerate(file.claims):
        for name in _missing_of_claim(claim):
            yield f"claims.{index}.{name}"


def _missing_of_debtor(debtor: FileDebtor) -> Iterator[str]:
    if not debtor.name.strip():
        yield "name"
    if not any(one.lines and one.postal_code and one.city for one in debtor.addresses):
        yield "addresses"
    if debtor.kind == "company" and not debtor.business_id:
        yield "business_id"


def _missing_of_claim(claim: FileClaim) -> Iterator[str]:
    if not claim.number.strip():
        yield "number"
    if not claim.description.strip() and claim.claim_class == "other":
        yield "description"
    if not claim.interest.complete:
        yield "interest"


def _creditor(creditor: Creditor) -> FileCreditor:
    return FileCreditor(
        id=creditor.id,
        name=creditor.name,
        business_id=creditor.business_id,
        business_id_scheme=creditor.business_id_scheme,
        vat_registered=creditor.vat_registered,
        address=creditor.address,
        account=creditor.accounts[0] if creditor.accounts else None,
        email=creditor.email,
        phone=creditor.phone,
    )


def _claim(
    case: Case,
    claim_id: str,
    interest: Interest,
    as_of: date,
    papers: Papers,
    fixed: Claimed | None,
) -> FileClaim:
    state: ClaimState = case.claims[claim_id]
    claim, fees = state.claim, case.fees_of(claim_id)
    fixed = fixed or Claimed(amount=Money.zero(case.currency))
    rest = left(interest.total, fees + fixed.amount, state.extras, state.residual)
    fees_left, fixed_left = fixed.shared(fees, rest.fees)
    return FileClaim(
        id=claim.id,
        number=papers.number or claim.number,
        claim_class=claim.claim_class,
        capacity=claim.capacity,
        natural_person=claim.natural_person,
        issued=claim.issued,
        sent=claim.sent,
        due=claim.due,
        reference=papers.reference or claim.reference,
        description=papers.description,
        do_not_dun=state.do_not_dun,
        total=claim.total,
        settled_before=claim.total - claim.open,
        open=state.open,
        interest=file_interest(interest, as_of, agreed_rate(claim)),
        fees=fees,
        interest_paid=interest.total - rest.interest or None,
        fees_paid=fees - fees_left or None,
        compensation=file_compensation(fixed, fixed_left),
        agreement=papers.agreement.id if papers.agreement else None,
        fee_clause=claim.fee_clause,
        agreed_rate=claim.agreed_rate,
        delivered=papers.delivered,
        vat=papers.vat,
        original_creditor=papers.original_creditor,
    )


def _holds(case: Case, claims: tuple[str, ...]) -> Iterator[FileHold]:
    for hold in case.holds.values():
        if hold.claim is None or hold.claim in claims:
            yield FileHold(id=hold.id, claim=hold.claim, reason=hold.reason, until=hold.until)


def _disputed(claims: tuple[FileClaim, ...], holds: tuple[FileHold, ...]) -> bool:
    held = any(hold.reason == "dispute" for hold in holds)
    return held or any("disputed" in claim.do_not_dun for claim in claims)


def _totals(claims: tuple[FileClaim, ...], currency: str) -> Totals:
    principal = total([claim.open for claim in claims], currency)
    interest = total([claim.interest_due for claim in claims], currency)
    fees = total([claim.fees_due for claim in claims], currency)
    fixed = total([one.due for claim in claims if (one := claim.compensation)], currency)
    return Totals(
        principal=principal,
        interest=interest,
        fees=fees,
        compensation=fixed or None,
        open=principal + interest + fees + fixed,
    )

"""Maventa's assignments: what a claim becomes, when it may be sent, and what one says later.

An assignment's summary ends with our case's and claim's ids in brackets, by which it is known
again. Field names and gates: documentation.maventa.com (developer changelog 2026-04-08 and
2026-06-24, receivables-api); the names inside a payer and the states of an assignment are in its
swagger alone, which a customer account opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from connectors.collectors.maventa_receivables.config import Config
from connectors.contract_collectors import CaseReport
from connectors.json_calls import Json, moment
from shared.domain.casefile_v1 import CaseFile, FileClaim, FileDebtor
from shared.domain.partner_message import read_message
from shared.errors import HubError, Refused, Unreadable

# Days after the due date from which a claim may be transferred.
_BUSINESS_DAYS, _CONSUMER_DAYS = 7, 14
_MARK = re.compile(r"\[(\S+) (\S+)\]$")
_LONGEST = 200
# The first word that a state holds says the stage.
_STAGES = (
    ("legal", "legal"), ("enforcement", "enforcement"), ("surveillance", "surveillance"),
    ("reminder", "reminder"), ("collection", "amicable"),
)  # fmt: skip


class Known(NamedTuple):
    """Which of our claims an assignment is."""

    case_id: str
    claim: str


def known(assignment: Json) -> Known | None:
    """Our ids in an assignment; None when it was not made by us."""
    found = _MARK.search(str(assignment.get("assignment_summary") or ""))
    return Known(found[1], found[2]) if found else None


def too_early(file: CaseFile) -> bool:
    """Whether a claim of the file may not be transferred yet."""
    return any(
        (file.as_of - claim.due).days < (_CONSUMER_DAYS if claim.natural_person else _BUSINESS_DAYS)
        for claim in file.claims
    )


def check(file: CaseFile, config: Config) -> None:
    """Return when the service takes the file; raises ``Refused`` with a rejection code."""
    if file.currency != config.currency:
        raise Refused("the account collects in another currency", code="CURRENCY_UNSUPPORTED")
    if config.service == "amili" and file.country != "FI":
        raise Refused("the service is for Finland alone", code="COUNTRY_UNSUPPORTED")
    if too_early(file):
        raise Refused("a claim is not overdue for long enough", code="TOO_EARLY")


def order(file: CaseFile, claim: FileClaim) -> dict[str, Any]:
    """The body of a transfer of one claim; principal and reminder fees are told separately.

    Raises ``Refused`` with a rejection code.
    """
    owing = [one for one in file.debtors if claim.id in one.liable_for]
    rent = claim.claim_class == "rent"
    if rent and claim.natural_person and any(one.national_id is None for one in owing):
        raise Refused("a tenant's personal id is needed", code="MISSING_DEBTOR_ID")
    told = [one.on for one in file.notices if one.on is not None and claim.id in one.claims]
    about = " ".join(claim.description.split())[:_LONGEST]
    body = {
        "collection_type": (
            file.service if file.service == "reminder_and_collection" else "collection"
        ),
        "receivables_type": ("b2c" if claim.natural_person else "b2b") + ("_rental" * rent),
        "amounts": {
            "capital_amount": claim.open.amount,
            "reminder_amount": claim.fees_due.amount,
        },
        "payers": [_payer(one) for one in owing],
        "assignment_summary": f"{about} [{file.case_id} {claim.id}]".lstrip(),
    }
    return {**body, "reminder_date": max(told).isoformat()} if told else body


def reports(assignment: Json, ours: Known) -> Iterator[CaseReport]:
    """Received, the stage, the end: what an assignment says now. Raises ``Unreadable``."""
    name = str(assignment.get("id"))
    state = str(assignment.get("collection_status") or "").lower()
    begun, closed = moment(assignment.get("created_at")), assignment.get("closed_at")
    taken = {"partner_case_id": name, "claims": [ours.claim]}
    told: list[tuple[str, str, datetime, dict[str, Any]]] = [
        ("case.received", "received", begun, taken)
    ]
    stage = next((stage for word, stage in _STAGES if word in state), None)
    if stage is not None:
        told.append(("case.accepted", "accepted", begun, taken))
        told.append(("case.stage_changed", f"stage:{stage}", begun, {"stage": stage}))
    if closed:
        # Why is not in what is documented: a person reads it at Maventa.
        data = {"code": "OTHER", "claims": [ours.claim]}
        told.append(("case.closed", "closed", moment(closed), data))
    for kind, word, at, data in told:
        said = {"id": f"{name}:{word}", "timestamp": at, "type": kind, "data": data}
        try:
            yield CaseReport(case_id=ours.case_id, message=read_message(said))
        except (ValidationError, HubError):
            raise Unreadable("an assignment's ids are malformed") from None


def _payer(debtor: FileDebtor) -> dict[str, Any]:
    if not debtor.addresses:
        raise Refused("Maventa needs every payer's full address", code="MISSING_ADDRESS")
    place = debtor.addresses[0]
    own = debtor.national_id.value if debtor.national_id is not None else None
    told = {
        "main_debtor": debtor.role == "principal",
        "name": debtor.name,
        "identifier": debtor.business_id or own,
        "address": ", ".join(place.lines),
        "post_code": place.postal_code,
        "city": place.city,
        "country": place.country,
        "email": debtor.emails[0] if debtor.emails else None,
        "phone": debtor.phones[0] if debtor.phones else None,
    }
    return {name: value for name, value in told.items() if value is not None}

"""Debitura's case, payments and missing details in the hub's own words.

Lifecycles, phases and field names: the vendor's client library (1.0.0); close codes:
support.debitura.com article 13886994. A code or lifecycle that is not known is never guessed: the
case is closed as ``OTHER``, or a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from connectors.collectors.debitura.orders import Part, parts_of
from connectors.contract_collectors import CaseReport
from connectors.json_calls import Json, moment
from shared.domain.money import Money
from shared.domain.partner_message import read_message
from shared.errors import Unreadable

_CLOSED = {
    "paid": "PAID_FULL",
    "partiallypaid": "PAID_PARTIAL_SETTLED",
    "invalidcasedata": "ERROR",
    "debtorinsolventbankrupt": "INSOLVENT",
    "debtoruntraceable": "UNTRACEABLE",
    "statuteoflimitationsexpired": "TIME_BARRED",
    "withdrawnbyclient": "WITHDRAWN_CREDITOR",
    "disputedlegalactiondeclinedbyclient": "DISPUTED",
}
# The partner never began: it has declined the case.
_DECLINED = frozenset({"caseneverstarted", "caseneverstartedinternal"})
_ASKS = {
    "pendingcontractsigning": "contract_missing",
    "needsadditionaldetails": "details_missing",
    "leads": "quote_asked",
    "leadsquotegiven": "quote_given",
    "merged": "merged_there",
}
_STAGES = {"prelegal": "amicable", "legal": "legal", "enforcement": "enforcement"}
# Claims that a report names at most; one of more names none, and is of all.
_MOST_NAMED = 50
_NOT_WORD = re.compile(r"[^a-z]+")
_KINDS = ("principal", "interest", "fees")


def word(value: object) -> str:
    """A name of Debitura's in one form: names and their descriptions are both used."""
    return _NOT_WORD.sub("", value.lower()) if isinstance(value, str) else ""


def reports(
    case: Json, payments: Sequence[Json], phase: object, missing: Sequence[Json]
) -> Iterator[CaseReport]:
    """What one case says now, oldest first: taken, stage, money, questions, end.

    A report is dated by what does not move with the next change, so that it stays the same one.
    Raises ``Unreadable`` when a field that is needed is not there or is of another shape.
    """
    lifecycle, at = word(case.get("lifecycle")), moment(case.get("dateCreated"))
    begun = _DECLINED.isdisjoint({word(case.get("closeCode"))})
    parts = parts_of(case.get("claimDescription"), str(case.get("currency")))
    claims = [part.claim for part in parts] if len(parts) <= _MOST_NAMED else []
    taken = {"partner_case_id": case.get("id"), "claims": claims}
    yield _report(case, "case.received", "received", at, taken)
    if lifecycle in {"active", "paused", "closed"} and begun:
        yield _report(case, "case.accepted", "accepted", at, taken)
    if word(phase) in _STAGES:
        stage = _STAGES[word(phase)]
        yield _report(case, "case.stage_changed", f"stage:{stage}", at, {"stage": stage})
    yield from _money(case, payments)
    if str(case.get("disputeStatus", "")).lower().startswith("yes"):
        data = {"dispute": f"{case.get('id')}:dispute", "ground": "not_said"}
        yield _report(case, "case.dispute_raised", "dispute", at, data)
    yield from _state(case, lifecycle, missing)


def _state(case: Json, lifecycle: str, missing: Sequence[Json]) -> Iterator[CaseReport]:
    closed = lifecycle == "closed" and case.get("dateFinished")
    at = moment(case.get("dateFinished") if closed else case.get("dateUpdated"))
    moved = f"{lifecycle}:{int(at.timestamp())}"
    code = word(case.get("closeCode"))
    if lifecycle == "closed" and code in _DECLINED:
        yield _report(case, "case.rejected", "rejected", at, {"code": "OTHER"})
    elif lifecycle == "closed":
        yield _report(case, "case.closed", "closed", at, {"code": _CLOSED.get(code, "OTHER")})
    elif lifecycle == "paused":
        yield _report(case, "case.suspended", moved, at, {"code": "paused"})
    elif lifecycle in _ASKS:
        areas = [_NOT_WORD.sub("_", str(one.get("resolutionArea", "")).lower()).strip("_")
                 for one in missing]  # fmt: skip
        data = {
            "question": f"{case.get('id')}:{moved}",
            "code": _ASKS[lifecycle],
            "fields": list(dict.fromkeys(area[:40] for area in areas if area)),
        }
        yield _report(case, "case.info_requested", moved, at, data)


def deleted(case: Json, event: str, at: datetime) -> CaseReport:
    """A payment that Debitura took out of its books again: which one, a person finds out."""
    data = {"question": event, "code": "payment_deleted"}
    return _report(case, "case.info_requested", f"deleted:{event}", at, data)


def _money(case: Json, payments: Sequence[Json]) -> Iterator[CaseReport]:
    """Payments laid onto the claims in their order: principal first, then interest, then fees.

    Debitura names no split. What exceeds all that was handed over settled the costs that it added.
    """
    currency = str(case.get("currency", ""))
    parts = parts_of(case.get("claimDescription"), currency)
    if payments and not parts:
        raise Unreadable("money came for a case that does not name our claims")
    left = [(part.claim, kind, getattr(part, kind)) for kind in _KINDS for part in parts]
    for payment in sorted(payments, key=lambda one: (str(one.get("date")), str(one.get("id")))):
        gross = money(payment.get("grossAmount"), str(payment.get("currency") or currency))
        if gross.currency != currency or gross.amount <= 0:
            raise Unreadable("a payment is not of its case's currency, or not positive")
        left, laid, over = _laid(left, gross)
        yield from _paid(case, payment, parts, laid, over)


def _laid(
    left: list[tuple[str, str, Money]], gross: Money
) -> tuple[list[tuple[str, str, Money]], dict[tuple[str, str], Money], Money]:
    """What is open after a payment, what of it settled which part, and what is over."""
    after, laid = [], dict[tuple[str, str], Money]()
    for claim, kind, open_ in left:
        part = min(open_, gross, key=lambda one: one.amount)
        gross, rest = gross - part, open_ - part
        if part:
            laid[claim, kind] = part
        if rest:
            after.append((claim, kind, rest))
    return after, laid, gross


def _paid(
    case: Json, payment: Json, parts: tuple[Part, ...], laid: dict[tuple[str, str], Money],
    over: Money,
) -> Iterator[CaseReport]:  # fmt: skip
    zero, at = Money.zero(over.currency), moment(payment.get("date"))
    claims = list(dict.fromkeys(claim for claim, _ in laid)) or [parts[0].claim]
    for number, claim in enumerate(claims):
        split = {kind: laid.get((claim, kind), zero) for kind in _KINDS}
        costs = over if number == 0 else zero
        data = {
            "claim": claim,
            **split,
            "received": at.date(),
            "costs": costs or None,
            "gross": split["principal"] + split["interest"] + split["fees"] + costs,
        }
        name = f"payment:{payment.get('id')}:{claim}"
        yield _report(case, "case.payment_received", name, at, data)


def _report(case: Json, kind: str, name: str, at: datetime, data: dict[str, Any]) -> CaseReport:
    message = read_message(
        {"id": f"{case.get('id')}:{name}", "timestamp": at, "type": kind, "data": data}
    )
    try:
        return CaseReport(case_id=str(case.get("creditorReference")), message=message)
    except ValidationError:
        raise Unreadable("a case's reference is not one of ours") from None


def money(value: object, currency: str) -> Money:
    """An amount of an answer, exact in the currency. Raises ``Unreadable``."""
    try:
        return Money(Decimal(value if isinstance(value, int | Decimal) else "x"), currency)
    except (ArithmeticError, ValueError, TypeError):
        raise Unreadable("an amount is missing, or has a fraction of the minor unit") from None

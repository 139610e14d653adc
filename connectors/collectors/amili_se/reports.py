"""Amili's cases and payout specifications in the hub's own words.

A payout specification is one category of money of one case, made when a payment is settled and
given a ``payout`` when it is paid out. Source: docs.amili.se, reference/endpoints/case and
finance-payout-specification, reference/examples/finance. Why a case was closed is not documented:
it is reported as ``OTHER``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from connectors.collectors.amili_se.orders import CURRENCY, moment, money
from connectors.contract_collectors import CaseReport
from connectors.json_calls import Json
from shared.domain.money import Money, total
from shared.domain.partner_message import read_message
from shared.domain.remittance import Category, Remittance, RemittanceLine
from shared.errors import Unreadable

_STAGES = {
    "reminder": "reminder",
    "debt_collection": "amicable",
    "enforcement": "enforcement",
    "surveillance": "surveillance",
}
# States of a case that Amili has not begun to work on.
_NEW = frozenset({"initializing", "initialized"})
_PAID = {"capital": "principal", "interest": "interest", "creditor_outlay": "fees"}
# Articles of the category creditor_outlay that are no reminder fee.
_ARTICLES: Mapping[str, Category] = {
    "late_payment_fee": "compensation",
    "verdict_fee": "court_cost",
    "enforcement": "court_cost",
}


class Known(NamedTuple):
    """Which of our claims a case of Amili's is."""

    case_id: str
    claim: str


def known(case: Json) -> Known | None:
    """Our ids in a case of Amili's; None when it was not made by us."""
    debt = case.get("debt")
    said = debt if isinstance(debt, dict) else {}
    ours, claim = said.get("payout_reference"), said.get("debt_reference")
    if isinstance(ours, str) and isinstance(claim, str) and ours and claim:
        return Known(ours, claim)
    return None


def of_case(case: Json, ours: Known) -> Iterator[CaseReport]:
    """What one case says now: received, taken, its stage, its end. Raises ``Unreadable``.

    All are dated by when the case was made, so that a report stays the same one.
    """
    name, at = str(case.get("_id")), moment(case.get("_created"))
    state = str(case.get("state", ""))
    taken = {"partner_case_id": name, "claims": [ours.claim]}
    yield _report(ours, "case.received", f"{name}:received", at, taken)
    if state not in _NEW:
        yield _report(ours, "case.accepted", f"{name}:accepted", at, taken)
    if state in _STAGES:
        data = {"stage": _STAGES[state]}
        yield _report(ours, "case.stage_changed", f"{name}:stage:{state}", at, data)
    if case.get("closed"):
        data_closed = {"code": "OTHER", "claims": [ours.claim]}
        yield _report(ours, "case.closed", f"{name}:closed", at, data_closed)


def of_payment(row: Json, ours: Known) -> CaseReport | None:
    """The payment that a specification tells of; None for money that settles no claim.

    Raises ``Unreadable`` for money that went back: a person finds out of which payment.
    """
    kind = _PAID.get(str(row.get("finance_category")))
    if kind is None:
        return None
    amount, zero = money(row.get("amount")), Money.zero(CURRENCY)
    if amount.amount < 0:
        raise Unreadable("money went back, and the partner does not say of which payment")
    split = dict.fromkeys(("principal", "interest", "fees"), zero) | {kind: amount}
    at = moment(row.get("booking_date"))
    data = {"claim": ours.claim, **split, "received": at.date(), "gross": amount}
    return _report(ours, "case.payment_received", f"{row.get('_id')}:paid", at, data)


def remittance(payout: str, rows: Sequence[tuple[Json, Known | None]]) -> Remittance:
    """One payout out of all its specifications. Raises ``Unreadable``."""
    lines = [_line(row, ours) for row, ours in rows]
    dates = {moment(row.get("payout_date")).date() for row, _ in rows}
    references = {str(row.get("payout_reference") or payout) for row, _ in rows}
    if len(dates) != 1 or len(references) != 1:
        raise Unreadable("the rows of a payout name different days or references")
    try:
        return Remittance(
            id=payout,
            currency=CURRENCY,
            value_date=dates.pop(),
            bank_reference=references.pop(),
            total=total([line.amount for line in lines], CURRENCY),
            lines=tuple(lines),
        )
    except ValidationError:
        raise Unreadable("a payout does not make a remittance") from None


def _line(row: Json, ours: Known | None) -> RemittanceLine:
    vat = money(row.get("vat_amount", 0))
    return RemittanceLine(
        case_id=ours.case_id if ours else None,
        claim=ours.claim if ours else None,
        category=_category(row),
        amount=money(row.get("total_amount")),
        vat=vat if vat else None,  # noqa: FURB110 - no tax is no line of tax
        paid=moment(row.get("booking_date")).date(),
    )


def _category(row: Json) -> Category:
    match row.get("finance_category"):
        case "capital":
            return "principal"
        case "interest":
            return "interest"
        case "creditor_outlay":
            return _ARTICLES.get(str(row.get("article")), "reminder_fee")
        case _:
            return "other"


def _report(ours: Known, kind: str, name: str, at: object, data: dict[str, Any]) -> CaseReport:
    message = read_message({"id": name, "timestamp": at, "type": kind, "data": data})
    try:
        return CaseReport(case_id=ours.case_id, message=message)
    except ValidationError:
        raise Unreadable("a case's reference is not one of ours") from None

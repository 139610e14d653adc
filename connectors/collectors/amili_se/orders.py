"""What a case file and a movement of money become at Amili, field by field.

A debt is one claim and becomes one case of Amili's: ``debt_reference`` holds our claim's id and
``payout_reference`` our case's, by which both are known again. Source: docs.amili.se,
reference/endpoints (case-registration, creditor-payment, creditor-crediting); that the two
references may be sent is seen in a case's answer alone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from connectors.collectors.amili_se.config import Config
from connectors.contract_collectors import CaseMessage
from shared.domain.casefile_v1 import CaseFile, FileClaim, FileDebtor
from shared.domain.money import Money
from shared.errors import Refused, Unreadable

CURRENCY = "SEK"
_COMPANIES = frozenset({"company", "public"})
_LONGEST = 200


def registration(file: CaseFile, config: Config) -> dict[str, Any]:
    """The body of ``POST /case--registrations``; only principal is claimed.

    Raises ``Refused`` with a rejection code for what Amili does not take.
    """
    if file.currency != CURRENCY:
        raise Refused("Amili takes Swedish kronor alone", code="CURRENCY_UNSUPPORTED")
    debtor = next((one for one in file.debtors if one.role == "principal"), file.debtors[0])
    return {
        "account": config.account,
        "creditor": config.creditor,
        "first_action": config.first_action,
        "currency": file.currency,
        "customer": _customer(debtor),
        "debts": [_debt(claim, file.case_id) for claim in file.claims],
    }


def movement(message: CaseMessage, case: str, config: Config) -> dict[str, Any]:
    """The body of a payment or a credit of one case of Amili's. Raises ``Refused``."""
    said = message.data
    if said.get("currency") != CURRENCY:
        raise Refused("Amili takes Swedish kronor alone", code="CURRENCY_UNSUPPORTED")
    told: dict[str, Any] = {
        "creditor": config.creditor,
        "case": case,
        "currency": CURRENCY,
        "amount": Money.of(str(said.get("amount")), CURRENCY).amount,
        "origin": "creditor_system",
    }
    if message.type == "payment.direct":
        on = date.fromisoformat(str(said.get("date")))
        return {**told, "bank_transaction_date": rfc1123(on)}
    return told


def rfc1123(day: date | datetime) -> str:
    """A day (its midnight) or an instant in the form of Amili's dates, always GMT."""
    at = day if isinstance(day, datetime) else datetime.combine(day, time(), UTC)
    return format_datetime(at.astimezone(UTC), usegmt=True)


def moment(value: object) -> datetime:
    """An instant of Amili's (RFC 1123). Raises ``Unreadable``."""
    try:
        found = parsedate_to_datetime(value if isinstance(value, str) else "")
    except ValueError:
        raise Unreadable("an instant is missing or malformed") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def money(value: object) -> Money:
    """An amount of Amili's. Raises ``Unreadable``."""
    try:
        return Money(Decimal(value if isinstance(value, int | Decimal) else "x"), CURRENCY)
    except (ArithmeticError, ValueError, TypeError):
        raise Unreadable("an amount is missing, or has a fraction of an öre") from None


def _customer(debtor: FileDebtor) -> dict[str, Any]:
    company = debtor.kind in _COMPANIES
    own = debtor.national_id.value if debtor.national_id is not None else None
    number = debtor.business_id if company else own
    if not number:
        raise Refused("Amili needs the debtor's id number", code="MISSING_DEBTOR_ID")
    if not debtor.addresses:
        raise Refused("Amili needs the debtor's address", code="MISSING_ADDRESS")
    place = debtor.addresses[0]
    told = {
        "name": debtor.name,
        "id_number": "".join(char for char in number if char.isalnum()),
        "is_company": company,
        "address": {
            "address_line_1": ", ".join(place.lines),
            "zip_code": "".join(place.postal_code.split()),
            "city": place.city,
            "country": place.country,
        },
        "mobile_number": debtor.phones[0] if debtor.phones else None,
        "email": debtor.emails[0] if debtor.emails else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _debt(claim: FileClaim, case: str) -> dict[str, Any]:
    days = (claim.due - claim.issued).days
    if days < 0:
        raise Refused("an invoice fell due before it was issued", code="SCHEMA_INVALID")
    return {
        "invoice_number": claim.number,
        "debt_description": " ".join(claim.description.split())[:_LONGEST] or claim.number,
        "debt_reference": claim.id,
        "payout_reference": case,
        "invoice_date": rfc1123(claim.issued),
        "invoice_due_days_after_invoice_date": days,
        "capital_to_claim": claim.open.amount,
    }

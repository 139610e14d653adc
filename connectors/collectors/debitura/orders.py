"""What a case file becomes at Debitura, and the line by which its claims are known again.

Debitura keeps one amount a case and no invoices. The claims and their parts are therefore written
into the description's last line, ``Ref: <claim> <principal> <interest> <fees> ...``, and read back
from there when money is reported. Field names: the vendor's client library
(debitura-debt-collection 1.0.0), ``CreateCollectionCaseRequest`` and ``PreviewCaseRequest``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from connectors.collectors.debitura.config import Config
from shared.domain.casefile_v1 import CaseFile, FileClaim, FileDebtor
from shared.domain.money import Money, total
from shared.errors import Refused

LONGEST_REFERENCE = 50
LONGEST_TEXT = 4000
_MARK = "Ref: "
_COMPANIES = frozenset({"company", "public"})
# The part of the amount that is more than so many days overdue: prices rise with age.
_AGES = (
    ("amountToRecoverOver6Months", 180),
    ("amountToRecoverOver12Months", 365),
    ("amountToRecoverOver24Months", 730),
)


class Part(NamedTuple):
    """One claim as it was handed over: what of each kind was to be recovered."""

    claim: str
    principal: Money
    interest: Money
    fees: Money


def order(file: CaseFile, config: Config) -> dict[str, Any]:
    """The body of ``POST /cases``.

    Raises ``Refused`` with a rejection code for what Debitura has no field for.
    """
    if len(file.case_id) > LONGEST_REFERENCE:
        raise Refused("the case's id is longer than a reference", code="SCHEMA_INVALID")
    debtor = principal(file)
    return {
        "currencyCode": file.currency,
        "date": min(one.issued for one in file.claims).isoformat(),
        **_ages(file, config),
        "creditorReference": file.case_id,
        "claimDescription": _description(file, config),
        "comments": _comments(file),
        "debtor": _debtor(debtor, config),
        "amountToRecover": amount(file, config).amount,
        "allowPendingContracts": config.allow_pending_contracts,
        "isTest": config.is_test,
    }


def preview(file: CaseFile, config: Config) -> dict[str, Any]:
    """The body of ``POST /cases/preview``; raises as ``order``."""
    debtor = principal(file)
    return {
        "amountToRecover": amount(file, config).amount,
        "currencyCode": file.currency,
        **_ages(file, config),
        "debtor": {"type": _type(debtor, config), "countryAlpha2": _country(debtor)},
    }


def amount(file: CaseFile, config: Config) -> Money:
    """What is to be recovered in all."""
    parts = [one for part in _parts(file, config) for one in part[1:]]
    return total(parts, file.currency)


def parts_of(description: object, currency: str) -> tuple[Part, ...]:
    """The claims that a description names, in their order; none when it is not one of ours."""
    text = description if isinstance(description, str) else ""
    line = next((one for one in reversed(text.splitlines()) if one.startswith(_MARK)), "")
    words = line.removeprefix(_MARK).split()
    if not words or len(words) % 4:
        return ()
    try:
        return tuple(
            Part(words[at], *(Money.of(word, currency) for word in words[at + 1 : at + 4]))
            for at in range(0, len(words), 4)
        )
    except (ValueError, InvalidOperation):
        return ()


def principal(file: CaseFile) -> FileDebtor:
    """The debtor of the case."""
    return next((one for one in file.debtors if one.role == "principal"), file.debtors[0])


def _parts(file: CaseFile, config: Config) -> list[Part]:
    zero = Money.zero(file.currency)
    if config.amount == "principal":
        return [Part(one.id, one.open, zero, zero) for one in file.claims]
    return [Part(one.id, one.open, one.interest_due, _fees(one)) for one in file.claims]


def _fees(claim: FileClaim) -> Money:
    fixed = claim.compensation
    return claim.fees_due if fixed is None else claim.fees_due + fixed.due


def _ages(file: CaseFile, config: Config) -> dict[str, Any]:
    """The due day of a single claim; of several, how much of the amount is how old."""
    if len(file.claims) == 1:
        return {"dueDate": file.claims[0].due.isoformat()}
    due = {one.id: one.due for one in file.claims}
    return {name: _older(file, config, due, days) for name, days in _AGES}


def _older(file: CaseFile, config: Config, due: dict[str, date], days: int) -> Decimal:
    old = [part for part in _parts(file, config) if (file.as_of - due[part.claim]).days > days]
    return total([one for part in old for one in part[1:]], file.currency).amount


def _description(file: CaseFile, config: Config) -> str:
    words = [f"{one[0]} {' '.join(str(part.amount) for part in one[1:])}"
             for one in _parts(file, config)]  # fmt: skip
    line = _MARK + " ".join(words)
    room = LONGEST_TEXT - len(line) - 1
    if room < 0:
        raise Refused("the case has more claims than its text can name", code="SCHEMA_INVALID")
    told = [
        f"Invoice {one.number} of {one.issued}, due {one.due}: {one.open.amount} "
        f"{file.currency}. {' '.join(one.description.split())}".rstrip()
        for one in file.claims
    ]
    return f"{chr(10).join(told)[:room]}\n{line}"


def _comments(file: CaseFile) -> str:
    """The notices that left, what was paid, and who owes beside the debtor."""
    lines = [f"{one.on or 'undated'}: reminder {one.step} by {one.channel}, {one.state}"
             for one in file.notices]  # fmt: skip
    lines += [
        f"{one.on}: {one.kind.replace('_', ' ')} {one.amount.amount} {one.amount.currency}"
        for one in file.settlements
    ]
    lines += [
        f"Also liable ({one.role.replace('_', '-')}): {one.name}"
        for one in file.debtors
        if one.role != "principal"
    ]
    return "\n".join(lines)[:LONGEST_TEXT]


def _debtor(debtor: FileDebtor, config: Config) -> dict[str, Any]:
    place = debtor.addresses[0] if debtor.addresses else None
    company = debtor.kind in _COMPANIES
    told = {
        "type": _type(debtor, config),
        "name": debtor.name,
        "contactPerson": debtor.name if company else None,
        "companyRegistrationNumber": debtor.business_id,
        "address": ", ".join(place.lines) if place else None,
        "zipCode": place.postal_code if place else None,
        "city": place.city if place else None,
        "countryAlpha2": _country(debtor),
        "email": debtor.emails[0] if debtor.emails else None,
        "phone": debtor.phones[0] if debtor.phones else None,
    }
    return {name: value for name, value in told.items() if value}


def _type(debtor: FileDebtor, config: Config) -> str:
    return "Company" if debtor.kind in _COMPANIES else config.person


def _country(debtor: FileDebtor) -> str:
    country = debtor.addresses[0].country if debtor.addresses else debtor.country
    if country == "US":  # needs a state, which no case file has
        raise Refused("the country needs a state", code="COUNTRY_UNSUPPORTED")
    return country

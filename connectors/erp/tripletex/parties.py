"""What a customer of Tripletex is: a debtor with contacts, language, capacity and flags."""

from __future__ import annotations

import re
from collections.abc import Iterable

from connectors.erp.tripletex import fields
from connectors.erp.tripletex.calls import Row
from connectors.erp.tripletex.config import Config
from shared.domain.model import Address, Capacity, DoNotDun, Party

_ADDRESS = "(addressLine1,addressLine2,postalCode,city,country(isoAlpha2Code))"
WANTED = (
    "id,version,name,organizationNumber,customerNumber,isPrivateIndividual,isFactoring,language,"
    "email,invoiceEmail,overdueNoticeEmail,phoneNumber,phoneNumberMobile,"
    f"postalAddress{_ADDRESS},physicalAddress{_ADDRESS},"
    "category1(name),category2(name),category3(name)"
)
# NO stands for bokmål: it is the language of the vendor's own letters.
_LANGUAGES = {"NO": "nb", "EN": "en"}
_COUNTRY = re.compile(r"[A-Z]{2}")
_ORGANIZATION = re.compile(r"\d{9}", re.ASCII)


def party(row: Row, connection: str, config: Config) -> Party:
    """The debtor. A private individual's number may be a national id: it is left behind."""
    capacity = capacity_of(row, config)
    number = organization_number(row)
    private = fields.flag(row, "isPrivateIndividual")
    addresses = _addresses(row, config.country)
    customer = row.get("customerNumber")
    return Party(
        id=f"{connection}:{fields.number(row, 'id')}",
        version=str(fields.number(row, "version")),
        kind="public" if capacity == "public" else "person" if private
        else "company" if number else "unknown",
        name=fields.text(row, "name"),
        language=_LANGUAGES.get(fields.text(row, "language")),
        country=addresses[0].country if addresses else config.country,
        business_id=number,
        business_id_scheme="NO_ORGNR" if number else None,
        emails=_emails(row),
        phones=_distinct(fields.text(row, name) for name in ("phoneNumberMobile", "phoneNumber")),
        addresses=addresses,
        customer_number=str(customer) if customer else None,
        do_not_dun=flags(row),
    )  # fmt: skip


def organization_number(row: Row) -> str | None:
    """A Norwegian organisation number (nine digits), None for a person or another number."""
    digits = fields.text(row, "organizationNumber").replace(" ", "")
    good = _ORGANIZATION.fullmatch(digits) and not fields.flag(row, "isPrivateIndividual")
    return digits if good else None


def capacity_of(row: Row, config: Config) -> Capacity:
    """In what capacity the customer owes; unknown without a number or the sign of a person."""
    names = {fields.text(fields.inner(row, f"category{one}"), "name") for one in (1, 2, 3)}
    if config.public_category and config.public_category in names:
        return "public"
    if fields.flag(row, "isPrivateIndividual"):
        return "consumer"
    return "business" if organization_number(row) else "unknown"


def flags(row: Row) -> tuple[DoNotDun, ...]:
    """Why the customer must not be dunned: its invoices go to a factoring company."""
    return ("factored",) if fields.flag(row, "isFactoring") else ()


def _emails(row: Row) -> tuple[str, ...]:
    """The address for overdue notices first; a field may hold several, separated by ``;``."""
    names = ("overdueNoticeEmail", "invoiceEmail", "email")
    return _distinct(one for name in names for one in fields.text(row, name).split(";"))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    found = (one.strip() for one in texts)
    return tuple(dict.fromkeys(one for one in found if one))


def _addresses(row: Row, country: str) -> tuple[Address, ...]:
    found = []
    for name in ("postalAddress", "physicalAddress"):
        one = fields.inner(row, name)
        lines = _distinct(fields.text(one, line) for line in ("addressLine1", "addressLine2"))
        city, code = fields.text(one, "city"), fields.text(one, "postalCode")
        said = fields.text(fields.inner(one, "country"), "isoAlpha2Code")
        where = said if _COUNTRY.fullmatch(said) else country
        if lines or city:
            found.append(Address(lines=lines, postal_code=code, city=city, country=where))
    return tuple(dict.fromkeys(found))

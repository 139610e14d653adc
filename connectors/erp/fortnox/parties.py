"""What Fortnox's customers mean: parties in canonical form, and the capacity in which they owe.

A sole trader is a COMPANY whose organisation number is his own personal identity number: it is left
behind. The first digit of other numbers names the kind (Skatteverket, SKV 709): 1 estates of the
deceased, 2 state, regions, municipalities and parishes. Their third digit is 2 or more, where a
personal identity number has the month.

The creditor chooses customer numbers, and may have taken a person's identity number for one. Ids
stand in events and logs: such a number is hashed for them, and not kept as customer number.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from connectors.erp.fortnox.values import Row, needed, text
from shared.domain.check_digits import luhn
from shared.domain.model import Address, Capacity, Party

Kind = Literal["person", "company", "public", "estate", "unknown"]
SCHEME = "SE_ORGNR"
_NUMBER = re.compile(r"(?:16)?([0-9]{6})-?([0-9]{4})", re.ASCII)
# Year, month, day (of a coordination number 60 more) and four digits (Skatteverket, SKV 704, 707).
_PERSONAL = re.compile(
    r"(?:18|19|20)?([0-9]{2}(?:0[1-9]|1[0-2])(?:[06][1-9]|[1278][0-9]|[39][01]))[-+ ]?([0-9]{4})",
    re.ASCII,
)
_CAPACITY: dict[Kind, Capacity] = {
    "person": "consumer", "company": "business", "public": "public", "estate": "consumer",
    "unknown": "unknown",
}  # fmt: skip
_SEVERAL = re.compile(r"[;,\s]+")


@dataclass(frozen=True, slots=True)
class People:
    """How one connection reads customers; ``connection`` begins every id."""

    connection: str
    country: str

    def id(self, number: str) -> str:
        """The hub's id of a customer, given Fortnox's number, which may hold any character."""
        return f"{self.connection}:{self.name(number)}"

    def name(self, number: str) -> str:
        """What stands for a customer in ids and refusals."""
        if not is_personal(number):
            return quote(number, safe="")
        seed = f"{self.connection}|{number}"
        return f"p-{hashlib.sha256(seed.encode()).hexdigest()[:24]}"

    def party(self, row: Row) -> Party:
        """A customer. Raises ``Unclear``."""
        country = _country(row, "CountryCode") or self.country
        kind, number = _kind(row, country)
        address = self._address(row, country)
        return Party(
            id=self.id(needed(row, "CustomerNumber")),
            version="",
            kind=kind,
            name=text(row, "Name"),
            country=country,
            business_id=number,
            business_id_scheme=SCHEME if number else None,
            emails=_mails(row, "EmailInvoice", "Email"),
            phones=_known(text(row, "Phone1"), text(row, "Phone2")),
            addresses=(address,) if address else (),
            customer_number=_public(needed(row, "CustomerNumber")),
        )

    def named_on(self, invoice: Row) -> Party:
        """The customer as an invoice names him, when Fortnox no longer has his record."""
        address = self._address(invoice, self.country)
        return Party(
            id=self.id(needed(invoice, "CustomerNumber")),
            version="",
            kind="unknown",
            name=text(invoice, "CustomerName"),
            country=self.country,
            emails=_mails(invoice.get("EmailInformation") or {}, "EmailAddressTo"),
            phones=_known(text(invoice, "Phone1"), text(invoice, "Phone2")),
            addresses=(address,) if address else (),
            customer_number=_public(needed(invoice, "CustomerNumber")),
        )

    @staticmethod
    def _address(row: Row, country: str) -> Address | None:
        lines = _known(text(row, "Address1"), text(row, "Address2"))
        code, city = text(row, "ZipCode"), text(row, "City")
        if not (lines or code or city):
            return None
        return Address(lines=lines, postal_code=code, city=city, country=country)


def is_personal(number: str) -> bool:
    """Whether a text is a Swedish personal identity or coordination number, by its check digit."""
    found = _PERSONAL.fullmatch(number)
    return found is not None and luhn(f"{found[1]}{found[2][:3]}") == found[2][3]


def _public(number: str) -> str | None:
    return None if is_personal(number) else number


def capacity(party: Party) -> Capacity:
    """The capacity in which a customer owes what Fortnox invoices to him."""
    return _CAPACITY[party.kind]


def _kind(row: Row, country: str) -> tuple[Kind, str | None]:
    """The kind of a customer, and its public number where it is one of a Swedish company."""
    declared = text(row, "Type")
    found = _NUMBER.fullmatch(text(row, "OrganisationNumber")) if country == "SE" else None
    number = f"{found[1]}{found[2]}" if found and found[1][2] >= "2" else None
    if number and number[0] == "1":
        return "estate", None
    if declared == "PRIVATE":
        return "person", None
    if declared != "COMPANY":
        return "unknown", None
    return ("public" if number and number[0] == "2" else "company"), number


def _country(row: Row, name: str) -> str:
    found = text(row, name).upper()
    return found if re.fullmatch(r"[A-Z]{2}", found) else ""


def _mails(row: Row, *names: str) -> tuple[str, ...]:
    """Addresses in the order of the fields; one field may hold several."""
    found = [one for name in names for one in _SEVERAL.split(text(row, name)) if "@" in one]
    return _known(*found)


def _known(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))

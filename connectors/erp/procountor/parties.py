"""What Procountor's customers mean: parties in canonical form, and the capacity in which they owe.

A national identification number (types HETU, SSN, ASSN and PN) says that the customer is a person
and is left behind. So is a Swedish organisation number that is one: its third digit is below 2,
where a personal identity number has the month (Skatteverket, SKV 709).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from connectors.erp.procountor.countries import CODES
from connectors.erp.procountor.values import Row, Unclear, number, part, parts, text
from shared.domain.model import Address, Capacity, DoNotDun, Party

Kind = Literal["person", "company", "public", "estate", "unknown"]

LANGUAGES = {
    "DANISH": "da", "ENGLISH": "en", "ESTONIAN": "et", "FINNISH": "fi", "NORWEGIAN": "nb",
    "SWEDISH": "sv",
}  # fmt: skip
_PERSONS = frozenset({"HETU", "SSN", "ASSN", "PN"})
# What a company's number looks like, by the type that Procountor gives it.
_NUMBERS: dict[str, tuple[str, re.Pattern[str]]] = {
    "FI": ("FI_YTUNNUS", re.compile(r"[0-9]{7}-[0-9]", re.ASCII)),
    "SE": ("SE_ORGNR", re.compile(r"(?:16)?[0-9]{2}[2-9][0-9]{3}-?[0-9]{4}", re.ASCII)),
    "NO": ("NO_ORGNR", re.compile(r"[0-9]{9}", re.ASCII)),
    "DK": ("DK_CVR", re.compile(r"[0-9]{8}", re.ASCII)),
}
_CAPACITY: dict[Kind, Capacity] = {
    "person": "consumer", "company": "business", "public": "public", "estate": "consumer",
    "unknown": "unknown",
}  # fmt: skip
_SEVERAL = re.compile(r"[;,\s]+")


@dataclass(frozen=True, slots=True)
class Customer:
    """A debtor, and the capacity in which it owes."""

    party: Party
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class People:
    """How one connection reads customers; ``connection`` begins every id."""

    connection: str
    country: str
    public_group: str = ""
    no_dunning_group: str = ""

    def id(self, record: int) -> str:
        """The hub's id of a customer."""
        return f"{self.connection}:{record}"

    def customer(self, row: Row) -> Customer:
        """A record of the customer register. Raises ``Unclear``."""
        info, registry = part(row, "invoicingInfo"), part(row, "registryInfo")
        groups = {text(one, "name") for one in parts(registry, "partnerGroups")}
        kind, scheme, code = _identified(text(info, "identifierType"), text(info, "identifier"))
        if self.public_group and self.public_group in groups:
            kind = "public"
        addresses = self._addresses(row)
        barred: tuple[DoNotDun, ...] = ("customer_blocked",)
        party = Party(
            id=self.id(number(row, "id")),
            version=text(row, "version"),
            kind=kind,
            name=text(row, "name"),
            language=LANGUAGES.get(text(info, "language")),
            country=addresses[0].country if addresses else self.country,
            business_id=code,
            business_id_scheme=scheme,
            emails=_mails(text(info, "email")),
            phones=tuple(filter(None, (text(registry, "mobilePhone"), text(registry, "phone")))),
            addresses=addresses,
            customer_number=text(info, "customerNumber") or None,
            do_not_dun=barred if self.no_dunning_group and self.no_dunning_group in groups else (),
        )
        return Customer(party, _CAPACITY[kind])

    def buyer(self, row: Row, own: str) -> Customer:
        """The buyer as an invoice names it, under the id ``own``, where the register has none."""
        buyer = part(row, "counterParty")
        place = part(buyer, "counterPartyAddress")
        kind, scheme, code = _identified("FI", text(buyer, "identifier"))
        address = self._address(part(row, "billingAddress")) or self._address(place)
        party = Party(
            id=own,
            version="",
            kind=kind,
            name=text(place, "name"),
            language=LANGUAGES.get(text(row, "language")),
            country=address.country if address else self.country,
            business_id=code,
            business_id_scheme=scheme,
            emails=_mails(text(buyer, "email")),
            addresses=(address,) if address else (),
            customer_number=text(buyer, "customerNumber") or None,
        )
        return Customer(party, _CAPACITY[kind])

    def _addresses(self, row: Row) -> tuple[Address, ...]:
        """Where invoices go first, then where the customer is; the same place once."""
        found = [self._address(part(row, name)) for name in ("billingAddress", "address")]
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def _address(self, row: Row) -> Address | None:
        specifier, street = text(row, "specifier"), text(row, "street")
        lines = tuple(filter(None, (specifier, street)))
        if not lines and not text(row, "city"):
            return None
        named = text(row, "country")
        country = CODES.get(named) if named else self.country
        if country is None:
            raise Unclear("country", "the country is not one that is known")
        return Address(
            lines=lines, postal_code=text(row, "zip"), city=text(row, "city"), country=country
        )


def _identified(kind: str, code: str) -> tuple[Kind, str | None, str | None]:
    """What an identifier says of its owner: the kind, and a company's number with its scheme."""
    if kind in _PERSONS:
        return "person", None, None
    scheme, form = _NUMBERS.get(kind, ("", None))
    if form is not None:
        good = form.fullmatch(code)
        return ("company", scheme, code) if good else ("unknown", None, None)
    # An association (YHD) and a company of another country: no natural person, no number we know.
    return ("company" if kind and code else "unknown"), None, None


def _mails(line: str) -> tuple[str, ...]:
    return tuple(one for one in _SEVERAL.split(line) if "@" in one)

"""Buyers of e-invoices as debtors: by which number they are known, and in what capacity they owe.

A company's registered number is the same in every format, so it comes first; then the seller's own
number of the buyer, then a digest of its electronic address. A person's national number is never
kept: a Swedish organisation number whose third digit is below 2 is one (Skatteverket, SKV 709).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from connectors.erp.einvoice_files.config import Config
from connectors.erp.einvoice_files.document import Buyer, Odd
from connectors.erp.einvoice_files.opening import compact
from shared.domain.command_id import PERSONAL_NUMBER
from shared.domain.explain import content_hash
from shared.domain.model import Address, Capacity, Party

# By country: the scheme's name, and what a registered number looks like among others of the same
# company (VAT number, OVT with Finland's 0037, Norway's MVA).
_NUMBERS = {
    "FI": ("FI_YTUNNUS", re.compile(r"(?:FI|0037)?(\d{8})", re.ASCII)),
    "SE": ("SE_ORGNR", re.compile(r"(?:SE|16)?(\d{2}[2-9]\d{7})(?:01)?", re.ASCII)),
    "NO": ("NO_ORGNR", re.compile(r"(?:NO)?([89]\d{8})(?:MVA)?", re.ASCII)),
    "DK": ("DK_CVR", re.compile(r"(?:DK)?(\d{8})", re.ASCII)),
}
_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Debtor:
    """A buyer as a party, and the capacity in which it owes."""

    party: Party
    capacity: Capacity


def debtor(buyer: Buyer, connection: str, config: Config) -> Debtor:
    """The buyer of an e-invoice; what the settings say counts where the file is silent.

    Raises ``Odd`` for a buyer that bears nothing by which it is known again.
    """
    named = buyer.country.upper() or config.country
    if not _COUNTRY.fullmatch(named):
        raise Odd("country", "a country is a code of two capital letters")
    scheme, registered = _registered(named, buyer.numbers)
    public = compact(registered) in _compacted(config.public_buyers)
    own = "" if _personal(buyer.known_as) else buyer.known_as
    place = Address(
        lines=buyer.lines, postal_code=buyer.postal_code, city=buyer.city, country=named
    )
    party = Party(
        id=f"{connection}:buyer-{_known_by(registered, own, buyer.endpoint)}",
        version="-",
        kind="public" if public else "company" if registered else "unknown",
        name=buyer.name,
        language=buyer.language if _LANGUAGE.fullmatch(buyer.language or "") else None,
        country=named,
        business_id=registered or None,
        business_id_scheme=scheme or None,
        emails=(buyer.email,) if _EMAIL.fullmatch(buyer.email) else (),
        phones=(buyer.phone,) if buyer.phone else (),
        addresses=(place,) if buyer.lines or buyer.city else (),
        customer_number=own or None,
    )
    versioned = party.model_copy(update={"version": content_hash(party)[:16]})
    if public:
        return Debtor(versioned, "public")
    return Debtor(versioned, "business" if registered else config.capacity)


def _registered(country: str, numbers: Iterable[str]) -> tuple[str, str]:
    """Scheme and number of a company of a country that we know; nothing otherwise."""
    scheme, form = _NUMBERS.get(country, ("", None))
    for one in numbers:
        found = form.fullmatch(compact(one)) if form is not None else None
        if found is not None:
            digits = found[1]
            return scheme, f"{digits[:7]}-{digits[7]}" if country == "FI" else digits
    return "", ""


def _known_by(registered: str, own: str, endpoint: str) -> str:
    if registered:
        return registered
    if own:
        return f"no-{quote(own, safe='')}"
    if endpoint:
        return f"at-{hashlib.sha256(endpoint.encode()).hexdigest()[:32]}"
    raise Odd("buyer", "the buyer has no registered number, no customer number and no address")


@lru_cache(maxsize=16)
def _compacted(numbers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(compact, numbers))


def _personal(number: str) -> bool:
    return bool(PERSONAL_NUMBER.search(number)) or "@" in number

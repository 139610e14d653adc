"""Look-up keys: by what a payment finds the items that it could be meant for, without reading all.

An item that a rule could match by itself always shares a key with the payment, or is named by it
(``claim``), or belongs to a debtor for whom the payer's account is known. A typing error needs no
keys of its own: that rule wants the same amount, and the amount is a key.
"""

from __future__ import annotations

from typing import NamedTuple

from shared.domain.matching_parts import Candidate, Credit, minor
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.references import canonical
from shared.domain.references_found import found
from shared.domain.sighting import Sighting


class Lookups(NamedTuple):
    """Where to look for one payment's candidates.

    ``keys`` are plain texts without personal values, equal to those of ``lookups_of``. ``claim`` is
    an invoice's own id that came with the money. ``payer`` is the payer's account as it came, to be
    hashed before it is looked up, and empty when unknown.
    """

    keys: tuple[str, ...]
    claim: Id | None
    payer: str


def lookups(sighting: Sighting) -> Lookups:
    """The keys of what the payment says: its numbers (``T:``) and its amount (``A:``)."""
    printed = [*sighting.references, *(one.number for one in sighting.split)]
    tokens = [canonical(one) for one in printed]
    tokens += [one.token for one in found(sighting.text)]
    keys = [f"T:{token}" for token in tokens if token]
    amounts = [sighting.amount, *([sighting.instructed] if sighting.instructed else [])]
    keys += [amount_key(one) for one in amounts]
    return Lookups(tuple(dict.fromkeys(keys)), sighting.claim, sighting.payer.account)


def lookups_of(candidate: Candidate) -> tuple[str, ...]:
    """The keys under which an item is found: its references, its number, its open amounts.

    A credit note is found by its number. A closed item has no amount any more.
    """
    keys = [f"T:{token}" for token in number_tokens(candidate.number)]
    if isinstance(candidate, Credit):
        return tuple(dict.fromkeys(keys))
    keys += [f"T:{token}" for one in candidate.references if (token := canonical(one))]
    keys += [f"T:{token}" for token in candidate.collective]
    if candidate.state != "closed":
        keys += [amount_key(candidate.open), amount_key(candidate.total)]
    return tuple(dict.fromkeys(keys))


def amount_key(amount: Money) -> str:
    """The key of an exact amount: currency and minor units."""
    return f"A:{amount.currency}{minor(amount)}"


def number_tokens(number: str) -> tuple[str, ...]:
    """An invoice number's forms of comparison: whole, and without the letters in front."""
    whole = canonical(number)
    if whole is None:
        return ()
    digits = whole.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").lstrip("0")
    short = len(digits) >= 4 and digits.isdigit() and digits != whole
    return (whole, digits) if short else (whole,)

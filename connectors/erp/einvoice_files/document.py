"""What one e-invoice says, whichever format says it, and how a value in it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NoReturn

from connectors.xml_door import Element
from shared.domain.model import DoNotDun, Period, Vat
from shared.domain.money import Money

_LONGEST_TEXT = 500
_LONGEST_NUMBER = 100
_POINT = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
_COMMA = re.compile(r"-?\d{1,15}(,\d{1,6})?", re.ASCII)
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_RATE = re.compile(r"\d{1,2}(\.\d{1,4})?", re.ASCII)


class Odd(Exception):
    """An e-invoice leaves a question open: ``field`` names where, the text is a fixed sentence.

    ``doubts`` are the invoices of which it would have changed what is open, ``number`` its own.
    """

    def __init__(
        self, field: str, text: str, doubts: tuple[str, ...] = (), number: str = ""
    ) -> None:
        super().__init__(text)
        self.field, self.doubts, self.number = field, doubts, number


@dataclass(frozen=True, slots=True)
class Buyer:
    """The buyer as the e-invoice names it; all of it is personal data.

    ``numbers`` are its registered numbers as written, ``known_as`` the seller's own number of it,
    ``endpoint`` its electronic address.
    """

    name: str
    numbers: tuple[str, ...]
    known_as: str
    endpoint: str
    country: str
    lines: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""
    email: str = ""
    phone: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What must be known before the rest counts: the seller's numbers, the number, the kind.

    ``preceding`` are the invoices that a credit note or a correction speaks of.
    """

    kind: str
    number: str
    sellers: tuple[str, ...]
    preceding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One invoice or credit note; the amounts of a credit note are positive.

    ``total`` is all that was invoiced with VAT and rounding, ``open`` what was left to pay of it
    on the day of issue. ``due`` is None for a credit note.
    """

    credit: bool
    number: str
    issued: date
    due: date | None
    total: Money
    open: Money
    buyer: Buyer
    preceding: tuple[str, ...]
    reference: str | None
    accounts: tuple[str, ...]
    vat: tuple[Vat, ...] = ()
    delivered: Period | None = None
    flags: tuple[DoNotDun, ...] = ()


def odd(path: tuple[str, ...], text: str) -> NoReturn:
    """Refuse the value at the end of ``path``."""
    raise Odd(path[-1], text)


def text(element: Element | None, *path: str) -> str:
    """One line of printable text with single blanks, empty when there is none."""
    found = "" if element is None else " ".join(element.value(*path).split())
    if len(found) > _LONGEST_TEXT or not found.isprintable():
        odd(path, "the text is too long or holds characters that do not print")
    return found


def needed(element: Element | None, *path: str) -> str:
    """A text that must be there."""
    found = text(element, *path)
    if not found:
        odd(path, "the value is missing")
    return found


def number(element: Element | None, *path: str) -> str:
    """The number of an invoice or credit note."""
    found = needed(element, *path)
    if len(found) > _LONGEST_NUMBER:
        odd(path, "the number is too long")
    return found


def day(element: Element | None, *path: str) -> date | None:
    """A day as ``2026-03-02`` or ``20260302``, None when there is none."""
    found = text(element, *path)
    if not found:
        return None
    parts = _DAY.fullmatch(found)
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3])) if parts else odd(path, _NO_DAY)
    except ValueError:
        return odd(path, _NO_DAY)


_NO_DAY = "this is not a date"


def money(element: Element | None, currency: str, *path: str, attribute: str) -> Money | None:
    """An amount in ``currency``, None when there is none.

    UBL (``currencyID``) writes a decimal point, Finvoice (``AmountCurrencyIdentifier``) a comma.
    """
    found = text(element, *path)
    if not found or element is None:
        return None
    here = element.find(*path)
    if here is not None and here.attributes.get(attribute, currency) != currency:
        odd(path, "the amount is in another currency than the invoice")
    form = _POINT if attribute == "currencyID" else _COMMA
    if not form.fullmatch(found):
        odd(path, "this is not an amount")
    try:
        return Money(Decimal(found.replace(",", ".")), currency)
    except ValueError:
        return odd(path, "the amount does not fit its currency")


def rate(written: str, *path: str) -> str:
    """A rate of VAT in per cent without idle zeros (``25.5``)."""
    plain = written.replace(",", ".")
    if not _RATE.fullmatch(plain):
        odd(path, "this is no rate of VAT in per cent")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def period(first: date | None, last: date | None) -> Period | None:
    """The days of delivery; one day alone is both, days out of order are none."""
    days = [one for one in (first, last) if one is not None]
    if not days or days[0] > days[-1]:
        return None
    return Period(first_day=days[0], last_day=days[-1])


def several(values: list[str]) -> tuple[str, ...]:
    """The values that are there, each once, in order."""
    return tuple(dict.fromkeys(one for one in values if one))

"""Single fields of Tripletex's records: each is read as what it must be, or refused by its name."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from connectors.erp.tripletex.calls import Row
from shared.domain.money import Money

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class RowRefused(Exception):
    """A record is not as Tripletex says: ``field`` names where, the message is a fixed sentence."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def number(row: Row, name: str) -> int:
    """A whole number, as ids and versions are."""
    found = row.get(name)
    if isinstance(found, bool) or not isinstance(found, int):
        raise RowRefused(name, "a whole number is missing")
    return found


def day(row: Row, name: str) -> date:
    """A date, ``YYYY-MM-DD``."""
    found = row.get(name)
    try:
        if isinstance(found, str) and _DAY.fullmatch(found):
            return date.fromisoformat(found)
    except ValueError:
        pass  # a day that no month has
    raise RowRefused(name, "a date is missing or malformed")


def day_or_none(row: Row, name: str) -> date | None:
    """A date that need not be there."""
    return None if row.get(name) in {None, ""} else day(row, name)


def text(row: Row, name: str) -> str:
    """A text without blanks around it, empty where there is none."""
    found = row.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise RowRefused(name, "the value is no text")
    return found.strip()


def flag(row: Row, name: str) -> bool:
    """A yes or no; no where it is not said."""
    found = row.get(name)
    if found is not None and not isinstance(found, bool):
        raise RowRefused(name, "the value is neither true nor false")
    return found is True


def amount(row: Row, name: str, currency: str) -> Money:
    """An amount in ``currency``, exact: nothing is rounded here."""
    found = row.get(name)
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise RowRefused(name, "an amount is missing")
    try:
        return Money(Decimal(found), currency)
    except ValueError:
        raise RowRefused(name, "the amount does not fit its currency") from None


def currency(row: Row) -> str:
    """The ISO code of a record's currency."""
    found = text(inner(row, "currency"), "code")
    try:
        return Money.zero(found).currency
    except ValueError:
        raise RowRefused("currency", "the currency is not known") from None


def inner(row: Row, name: str) -> Row:
    """An object within a record; empty where there is none."""
    found = row.get(name)
    if found is not None and not isinstance(found, dict):
        raise RowRefused(name, "the value is no object")
    return found or {}


def listed(row: Row, name: str) -> list[Row]:
    """The records within a record."""
    found = row.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RowRefused(name, "the value is no list of objects")
    return found

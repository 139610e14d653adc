"""Single values of Fortnox's records: lists and records write the same field in different types.

The recorded list has ``"CurrencyRate":"1"`` and ``"Total":0`` in one row; the specification says
number for both. So a number may be a number or a plain text, a flag a boolean or its word, and an
empty text, a null and a missing field are the same.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from shared.domain.money import Money

Row = dict[str, Any]

_PLAIN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
# Fortnox computes in binary fractions ("format": "double"): 30.1 may come as 30.100000000000001.
# What lies this near to a whole öre is that öre; anything else is refused.
_DUST = Decimal("0.000001")


class Unclear(Exception):
    """A field does not say what it must: ``field`` names it, the message is a fixed sentence."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def text(row: Row, name: str) -> str:
    """One line of printable text, empty when there is none. Raises ``Unclear``."""
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise Unclear(name, "a text is expected")
    return "".join(char for char in " ".join(str(value).split()) if char.isprintable())


def needed(row: Row, name: str) -> str:
    """A text that must be there."""
    found = text(row, name)
    if not found:
        raise Unclear(name, "the field is empty")
    return found


def reference(row: Row, name: str) -> str:
    """A number of another document, empty for none (``"0"`` or nothing)."""
    found = text(row, name)
    return "" if found == "0" else found


def flag(row: Row, name: str) -> bool:
    """A yes or no; an empty field is no."""
    value = row.get(name)
    if isinstance(value, bool):
        return value
    word = text(row, name).lower()
    if word not in {"", "true", "false"}:
        raise Unclear(name, "neither true nor false")
    return word == "true"


def count(row: Row, name: str) -> int:
    """A whole number of zero or more; an empty field is zero."""
    found = text(row, name) or "0"
    if not (found.isascii() and found.isdigit() and len(found) <= 9):
        raise Unclear(name, "a whole number is expected")
    return int(found)


def day(row: Row, name: str) -> date | None:
    """A day (ISO 8601), None when there is none."""
    found = text(row, name)
    if not found:
        return None
    try:
        return date.fromisoformat(found)
    except ValueError:
        raise Unclear(name, "not a date") from None


def needed_day(row: Row, name: str) -> date:
    """A day that must be there."""
    found = day(row, name)
    if found is None:
        raise Unclear(name, "the field is empty")
    return found


def money(row: Row, name: str, currency: str) -> Money:
    """A signed amount in ``currency``, exact in its minor unit."""
    found = needed(row, name)
    if not _PLAIN.fullmatch(found):
        raise Unclear(name, "not a plain amount")
    exact = Decimal(found)
    try:
        near = Money.round(exact, currency)
    except ValueError:
        raise Unclear("Currency", "an unknown currency") from None
    if abs(near.amount - exact) > _DUST:
        raise Unclear(name, "finer than the currency")
    return near

"""What people type into forms, as the API wants it: sums, whole numbers, lists of words.

What makes no sense goes on as it is: the API says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_BETWEEN = re.compile(r"[\s,;]+")


def sum_of(text: str) -> dict[str, str] | None:
    """A sum such as ``1 200,50 EUR``; None for nothing. Without a currency it has an empty one."""
    plain = text.replace("\u00a0", " ").strip()
    if not plain:
        return None
    amount, _, currency = plain.rpartition(" ")
    if not amount:
        amount, currency = plain, ""
    return {"amount": amount.replace(" ", "").replace(",", "."), "currency": currency.upper()}


def text_of(sum_: Mapping[str, str] | None) -> str:
    """A sum as it is typed."""
    return f"{sum_['amount']} {sum_['currency']}".strip() if sum_ else ""


def number_of(text: str) -> int | str:
    """A whole number of at most five digits, else the text itself."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else plain


def words_of(text: str) -> list[str]:
    """The words of a list, with blanks, commas or semicolons between."""
    return [one for one in _BETWEEN.split(text) if one]

"""Amounts and dates as a reader of Finnish, Finland-Swedish or English writes them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.domain.money import Money

Language = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")

_NBSP = "\u00a0"
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def amount_text(money: Money, language: Language) -> str:
    """``1 234,50 €`` in Finnish and Swedish, ``€1,234.50`` in English; no line break within.

    Only the euro has its sign: "kr" means three currencies, so the others bear their ISO code.
    """
    plain = f"{abs(money.amount):,f}"
    sign = "\u2212" if money.amount < 0 else ""
    if language == "en":
        unit = "€" if money.currency == "EUR" else money.currency + _NBSP
        return f"{sign}{unit}{plain}"
    figures = plain.translate({ord(","): _NBSP, ord("."): ","})
    unit = "€" if money.currency == "EUR" else money.currency
    return f"{sign}{figures}{_NBSP}{unit}"


def date_text(day: date, language: Language) -> str:
    """``1.2.2026`` in Finnish and Finland-Swedish, ``1 February 2026`` in English."""
    if language == "en":
        return f"{day.day}{_NBSP}{_ENGLISH_MONTHS[day.month - 1]}{_NBSP}{day.year}"
    return f"{day.day}.{day.month}.{day.year}"


def choose_language(agreement: str | None, customer: str | None, creditor: Language) -> Language:
    """The letter's language: the agreement's, else the customer's, else the creditor's own.

    Tags such as ``sv-FI`` count as their language. One that has no letter is passed over.
    """
    for wish in (agreement, customer):
        tag = (wish or "").replace("_", "-").split("-", 1)[0].lower()
        for language in LANGUAGES:
            if tag == language:
                return language
    return creditor

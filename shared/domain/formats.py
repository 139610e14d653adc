"""Amounts and dates as a reader of each language writes them, and which language that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from shared.domain.money import Money

Language = Literal["fi", "sv", "nb", "da", "de", "en"]
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "nb", "da", "de", "en")
# Tags under which customers are kept and that are written in one of the languages above.
_WRITTEN_AS: Mapping[str, Language] = {"no": "nb", "nn": "nb"}

_NBSP = "\u00a0"
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def amount_text(money: Money, language: Language) -> str:
    """``1 234,50 €`` in Finnish, Swedish and Norwegian; no line break within.

    Danish and German put a dot (``1.234,50 €``), English the sign first (``€1,234.50``).

    Only the euro has its sign: "kr" means three currencies, so the others bear their ISO code.
    """
    plain = f"{abs(money.amount):,f}"
    sign = "\u2212" if money.amount < 0 else ""
    if language == "en":
        unit = "€" if money.currency == "EUR" else money.currency + _NBSP
        return f"{sign}{unit}{plain}"
    thousands = "." if language in {"da", "de"} else _NBSP
    figures = plain.translate({ord(","): thousands, ord("."): ","})
    unit = "€" if money.currency == "EUR" else money.currency
    return f"{sign}{figures}{_NBSP}{unit}"


def date_text(day: date, language: Language, country: str = "") -> str:
    """``1.2.2026``, in German ``01.02.2026``, in English ``1 February 2026``.

    In Swedish of Sweden (``country`` SE) ``2026-02-01``, as people there write it.
    """
    if language == "en":
        return f"{day.day}{_NBSP}{_ENGLISH_MONTHS[day.month - 1]}{_NBSP}{day.year}"
    if language == "de":
        return f"{day:%d.%m.%Y}"
    if language == "sv" and country == "SE":
        return day.isoformat()
    return f"{day.day}.{day.month}.{day.year}"


def choose_languages(
    wishes: Iterable[str | None], usual: tuple[Language, ...]
) -> tuple[Language, ...]:
    """The letter's languages: the first wish that the hub writes, else what is ``usual``.

    Wishes are in the order in which they count: the agreement's, then the customer's. Tags such
    as ``sv-FI`` count as their language. One that has no letter is passed over.
    """
    for wish in wishes:
        tag = (wish or "").replace("_", "-").split("-", 1)[0].lower()
        tag = _WRITTEN_AS.get(tag, tag)
        for language in LANGUAGES:
            if tag == language:
                return (language,)
    return usual

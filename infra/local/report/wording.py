"""How the report writes amounts, days, shares and codes."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from shared.domain.money import Money

# A narrow blank that does not break, between thousands and before the unit (ISO 80000-1, 7.3.1).
THIN = "\u202f"
_MINUS = "\u2212"
DASH = "\u2013"
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def number_text(number: int) -> str:
    """``12 345``, with thin blanks."""
    return f"{number:,}".replace(",", THIN).replace("-", _MINUS)


def figures_text(money: Money) -> str:
    """``12 345.60``: an amount without its currency."""
    return f"{money.amount:,f}".replace(",", THIN).replace("-", _MINUS)


def amount_text(money: Money) -> str:
    """``12 345.60 EUR``, in one piece."""
    return f"{figures_text(money)}{THIN}{money.currency}"


def round_text(money: Money) -> str:
    """``12 346``: whole units, for axes and labels in pictures."""
    return number_text(int(money.amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def day_text(day: date) -> str:
    """``3 Feb 2026``, in one piece."""
    return f"{day.day}{THIN}{_MONTHS[day.month - 1]}{THIN}{day.year}"


def short_day(day: date) -> str:
    """``3 Feb``."""
    return f"{day.day}{THIN}{_MONTHS[day.month - 1]}"


def month_text(day: date) -> str:
    """``Feb 2026``."""
    return f"{_MONTHS[day.month - 1]}{THIN}{day.year}"


def share_text(part: Decimal | int, whole: Decimal | int) -> str:
    """``12.5 %`` of a whole; a dash of nothing."""
    if not whole:
        return DASH
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{share}{THIN}%"


def days_text(days: Decimal | None) -> str:
    """``31.4`` days, or a dash when there is nothing to count."""
    return DASH if days is None else str(days).replace("-", _MINUS)


def words(code: str) -> str:
    """A code as words: ``claim_missing`` is "claim missing"."""
    return code.replace("_", " ")


def counted(number: int, one: str, many: str = "") -> str:
    """``1 invoice``, ``2 invoices``."""
    return f"{number_text(number)} {one if number == 1 else many or one + 's'}"


def mean_text(number: float) -> str:
    """``1.25``, ``2``: a mean of counts."""
    return f"{number:.2f}".rstrip("0").rstrip(".")

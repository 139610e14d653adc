"""Dates and amounts as people type them into tables, read under a declared convention.

Where a convention was not declared, a text is read under every known one: it counts only when all
readings that are possible agree. ``03/04/2026`` and ``1,234`` have two readings and are refused.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

DateFormat = Literal[
    "YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "YYYYMMDD"
]
DecimalMark = Literal[".", ","]

# What a cell holds once its file is parsed: a text (CSV), or a typed value (XLSX).
Cell = str | int | Decimal | date | None

_DATES: dict[DateFormat, re.Pattern[str]] = {
    "YYYY-MM-DD": re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})", re.ASCII),
    "DD.MM.YYYY": re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})", re.ASCII),
    "DD/MM/YYYY": re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.ASCII),
    "MM/DD/YYYY": re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})", re.ASCII),
    "DD-MM-YYYY": re.compile(r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})", re.ASCII),
    "MM-DD-YYYY": re.compile(r"(?P<m>\d{1,2})-(?P<d>\d{1,2})-(?P<y>\d{4})", re.ASCII),
    "YYYYMMDD": re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII),
}
# Thousands stand apart by the other mark, a blank (plain, no-break, narrow, thin) or an
# apostrophe (straight, curly); the same sign throughout and always before three digits.
_GROUPED = (
    r"(\d+|\d{{1,3}}(?:([{other} \u00a0\u202f\u2009'\u2019])\d{{3}}(?:\2\d{{3}})*))({mark}\d+)?"
)
_AMOUNTS: dict[DecimalMark, re.Pattern[str]] = {
    ".": re.compile(_GROUPED.format(mark=r"\.", other=","), re.ASCII),
    ",": re.compile(_GROUPED.format(mark=",", other="."), re.ASCII),
}
_LONGEST = 30


class Unclear(ValueError):
    """A cell that has no reading, or more than one; the message is a fixed sentence."""


def read_date(cell: Cell, declared: DateFormat | None) -> date:
    """The day in a cell. Raises ``Unclear``.

    A typed date needs no format. A text is read by ``declared`` alone when that is given.
    """
    if isinstance(cell, datetime):
        if cell.time() != datetime.min.time():
            raise Unclear("a day is expected here, not a time of day")
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        raise Unclear("this is not a date")
    text = cell.strip()
    formats = [declared] if declared else list(_DATES)
    readings = {day for form in formats if (day := _day(text, _DATES[form])) is not None}
    if not readings:
        raise Unclear(
            "this is not a date of the declared format" if declared else "no date format fits"
        )
    if len(readings) > 1:
        raise Unclear("the date can be read in two ways: declare the date format")
    return readings.pop()


def read_amount(cell: Cell, declared: DecimalMark | None) -> Decimal:
    """The number in a cell, in major units. Raises ``Unclear``.

    A typed number needs no decimal mark. A text may carry one minus sign before or after it and
    well-formed groups of thousands; it is read by ``declared`` alone when that is given.
    """
    if isinstance(cell, Decimal | int):
        return Decimal(cell)
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        raise Unclear("this is not an amount")
    text = cell.strip().replace("\u2212", "-")
    negative = text.startswith("-") or text.endswith("-")
    digits = text.removeprefix("-") if text.startswith("-") else text.removesuffix("-")
    marks = [declared] if declared else list(_AMOUNTS)
    readings = {size for mark in marks if (size := _size(digits, mark)) is not None}
    if not readings:
        raise Unclear("this is not an amount")
    if len(readings) > 1:
        raise Unclear("the amount can be read in two ways: declare the decimal mark")
    size = readings.pop()
    return -size if negative else size


def _day(text: str, pattern: re.Pattern[str]) -> date | None:
    found = pattern.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _size(text: str, mark: DecimalMark) -> Decimal | None:
    found = _AMOUNTS[mark].fullmatch(text)
    if found is None:
        return None
    whole = re.sub(r"\D", "", found[1])
    return Decimal(f"{whole}.{found[3][1:]}" if found[3] else whole)

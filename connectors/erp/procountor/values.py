"""Fields of Procountor's records: texts, amounts, days, stamps; each clear, or refused by name."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.domain.money import Money

Row = dict[str, Any]
_LONGEST = 500


class Unclear(Exception):
    """A record leaves a question open: ``field`` names where, the message is a fixed sentence."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def part(row: Row, name: str) -> Row:
    """A record within a record; empty when there is none."""
    found = row.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Unclear(name, "the value is no record")
    return found


def parts(row: Row, name: str) -> list[Row]:
    """The records of a list within a record; none when there is no list."""
    found = row.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unclear(name, "the value is no list of records")
    return found


def text(row: Row, name: str) -> str:
    """One line of printable text with single blanks; empty when there is none."""
    found = row.get(name)
    if found is None:
        return ""
    line = " ".join(found.split()) if isinstance(found, str) else None
    if line is None or len(line) > _LONGEST or not line.isprintable():
        raise Unclear(name, "the value is no short printable text")
    return line


def number(row: Row, name: str) -> int:
    """A positive whole number: Procountor's ids and invoice numbers."""
    found = row.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise Unclear(name, "the value is no number of a record")
    return found


def money(row: Row, name: str, currency: str) -> Money:
    """An amount in major units of ``currency``, exact in its minor unit, with its sign."""
    found = row.get(name)
    if not isinstance(found, int | Decimal) or isinstance(found, bool):
        raise Unclear(name, "the value is no amount")
    try:
        return Money(Decimal(found), currency)
    except ValueError as error:
        sentence = str(error)
    raise Unclear(name, sentence)


def day(row: Row, name: str) -> date | None:
    """A calendar day, None when there is none."""
    found = row.get(name)
    if found is None or found == "":
        return None
    try:
        return date.fromisoformat(found if isinstance(found, str) else "-")
    except ValueError:
        pass
    raise Unclear(name, "the value is no day")


def needed_day(row: Row, name: str) -> date:
    """A calendar day that must be there."""
    found = day(row, name)
    if found is None:
        raise Unclear(name, "the day is missing")
    return found


def stamp(row: Row, name: str) -> datetime:
    """A stamp of Procountor's own clock, without a zone, to the second.

    The API's date-times name no zone, and which it is stands nowhere: stamps are held against each
    other alone, never against another clock.
    """
    found = row.get(name)
    try:
        read = datetime.fromisoformat(found if isinstance(found, str) else "-")
    except ValueError:
        read = None
    if read is None:
        raise Unclear(name, "the value is no stamp")
    return read.replace(tzinfo=None, microsecond=0)

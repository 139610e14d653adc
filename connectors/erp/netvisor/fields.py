"""An element of Netvisor's answers as fields: names in any case, numbers and days as it has them.

Netvisor's own pages and samples spell one name in several cases (``NetvisorKey``, ``Netvisorkey``),
leave elements empty or out, and write amounts with a comma or a dot and days as ``2026-03-02`` or
``2.3.2026``: all of that is read, and nothing else.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from connectors.xml_door import Element

_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,10})?", re.ASCII)
_ANSI = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII)
_FINNISH = re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})", re.ASCII)
_TIME = re.compile(r"(?P<h>\d{1,2})[:.](?P<i>\d{2})([:.](?P<s>\d{2}))?", re.ASCII)
_KEY = re.compile(r"\d{1,15}", re.ASCII)


class Odd(ValueError):
    """A field cannot be read: ``field`` names it, the message is a fixed sentence."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class Fields:
    """What stands in an element, by the lower-case names of its children.

    An absent element reads as an empty one. Each method raises ``Odd`` with the field's name.
    """

    __slots__ = ("_found", "_twice")

    def __init__(self, element: Element | None) -> None:
        self._found: dict[str, Element] = {}
        self._twice: set[str] = set()
        for child in element.children if element is not None else ():
            name = child.name.lower()
            if name in self._found:
                self._twice.add(name)
            self._found[name] = child

    def __bool__(self) -> bool:
        return bool(self._found)

    def element(self, name: str) -> Element | None:
        """The one element of a name; two would leave open which of them counts."""
        if name in self._twice:
            raise Odd(name, "the element stands twice where one is expected")
        return self._found.get(name)

    def sub(self, name: str) -> Fields:
        """The fields below one of these."""
        return Fields(self.element(name))

    def text(self, name: str) -> str:
        """A text without blanks around it, empty when there is none."""
        element = self.element(name)
        if element is None:
            return ""
        if element.children:
            raise Odd(name, "an element stands where a value is expected")
        return element.text.strip()

    def needed(self, name: str) -> str:
        """A text that must be there."""
        text = self.text(name)
        if not text:
            raise Odd(name, "the value is missing")
        return text

    def attribute(self, name: str, attribute: str) -> str:
        """An attribute of a field, its name in any case; empty when there is none."""
        element = self.element(name)
        found = element.attributes if element is not None else {}
        return next((text.strip() for key, text in found.items() if key.lower() == attribute), "")

    def number(self, name: str) -> Decimal:
        """An amount that must be there, in major units."""
        number = read_number(self.needed(name))
        if number is None:
            raise Odd(name, "this is not an amount")
        return number

    def day(self, name: str) -> date | None:
        """A day, None when there is none."""
        text = self.text(name)
        if not text:
            return None
        day = read_day(text)
        if day is None:
            raise Odd(name, "this is not a day")
        return day

    def key(self, name: str) -> int:
        """A Netvisor key, which must be there."""
        text = self.needed(name)
        if not _KEY.fullmatch(text):
            raise Odd(name, "this is not a Netvisor key")
        return int(text)


def read_number(text: str) -> Decimal | None:
    """``123,45``, ``244.12`` or ``-5``; blanks between thousands are dropped, one mark at most."""
    plain = re.sub(r"[ \u00a0\u202f]", "", text).replace("\u2212", "-")
    return Decimal(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else None


def read_day(text: str) -> date | None:
    """``2026-03-02``, ``2026-3-2`` or ``2.3.2026``; None for what is no day."""
    found = _ANSI.fullmatch(text) or _FINNISH.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def read_stamp(text: str) -> datetime | None:
    """``1.10.2009 16:03:24`` or ``2022-06-08 15:14``, on Netvisor's own clock: it names no zone."""
    left, _, right = text.strip().partition(" ")
    day, time = read_day(left), _TIME.fullmatch(right.strip())
    if day is None or time is None:
        return None
    try:
        clock = (int(time["h"]), int(time["i"]), int(time["s"] or 0))
        return datetime(day.year, day.month, day.day, *clock)  # noqa: DTZ001
    except ValueError:
        return None

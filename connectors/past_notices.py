"""The sheet of what others did before the hub: rows of CSV as facts, each row clear or refused.

Columns, by these names and in any order: ``key``, ``invoice``, ``what`` and ``on`` must be there;
``level``, ``fee``, ``deadline``, ``channel``, ``proof`` and ``until`` may be. Days are ISO 8601.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pydantic import ValidationError

from connectors.cells import Cell, Unclear, read_amount, read_date
from connectors.sheet_door import Delimiter, Encoding, read_csv
from shared.domain.model import ENDS_TOO_EARLY, PastNotice
from shared.domain.money import MINOR_UNITS, Money
from shared.errors import Unreadable

NEEDED = ("key", "invoice", "what", "on")
OPTIONAL = ("level", "fee", "deadline", "channel", "proof", "until")
_WHOLE = re.compile(r"\d{1,2}", re.ASCII)
_TOO_EARLY = "the day is ahead"


class Known(NamedTuple):
    """The invoice that a row means, its currency (ISO 4217), and the day on which it was issued."""

    id: str
    currency: str
    issued: date


class Problem(NamedTuple):
    """A row (its line in the file; the header is line 1) that was refused: where and why."""

    line: int
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says: the rows that are clear, and those that were refused."""

    notices: tuple[PastNotice, ...]
    problems: tuple[Problem, ...]


MOST_ROWS = 2_000


class TooManyRows(Unreadable):
    """A sheet has more rows than one call takes."""


def read_sheet(
    body: bytes,
    delimiter: Delimiter,
    today: date,
    known: Callable[[str], Known | None],
    *,
    encoding: Encoding = "utf-8",
) -> Sheet:
    """The sheet in a CSV body. Raises ``Unreadable`` for one that cannot be read as a whole.

    Above ``MOST_ROWS`` rows, whatever their lines end in, it raises ``TooManyRows`` before any
    invoice is looked up.

    ``known`` gives the invoice for what the column ``invoice`` holds; ``today`` is the creditor's
    day. Of two rows with one key the second is refused.
    """
    table = read_csv(body, encoding=encoding, delimiter=delimiter)
    if len(table.rows) > MOST_ROWS:
        raise TooManyRows("the sheet has too many rows")
    missing = [name for name in NEEDED if name not in table.header]
    if missing:
        names = ", ".join(f"'{one}'" for one in missing)
        raise Unreadable(f"the file has no column named: {names}")
    if any(name not in {*NEEDED, *OPTIONAL} for name in table.header):
        raise Unreadable("the file has a column of another name than those that are known")
    if len(set(table.header)) != len(table.header):
        raise Unreadable("the file has two columns of one name")
    notices: dict[str, PastNotice] = {}
    problems: list[Problem] = []
    for line, cells in table.rows:
        row = _Row(dict(zip(table.header, cells, strict=False)), today)
        try:
            one = row.read(known, notices)
        except _Refused as refused:
            problems.append(Problem(line, refused.field, str(refused)))
            continue
        notices[one.id] = one
    return Sheet(tuple(notices.values()), tuple(problems))


class _Refused(Exception):
    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class _Row:
    cells: Mapping[str, Cell]
    today: date

    def read(self, known: Callable[[str], Known | None], earlier: Collection[str]) -> PastNotice:
        """The row as a fact, under none of the keys of ``earlier`` rows. Raises ``_Refused``."""
        if self._needed("key") in earlier:
            raise _Refused("key", "an earlier row has this key")
        invoice = known(self._needed("invoice"))
        if invoice is None:
            raise _Refused("invoice", "no invoice, or more than one, is known by this")
        on = self._day("on")
        if on is None or on > self.today:
            raise _Refused("on", "the cell is empty" if on is None else _TOO_EARLY)
        if on < invoice.issued:
            raise _Refused("on", "the day is before the invoice's own")
        ends = {name: self._day(name) for name in ("deadline", "until")}
        for name, day in ends.items():
            if day is not None and day < on:
                raise _Refused(name, ENDS_TOO_EARLY)
        fields = {
            "id": self._needed("key"), "invoice": invoice.id, "what": self._needed("what"),
            "on": on, "level": self._level(), "fee": self._fee(invoice.currency),
            "channel": self._text("channel"), "proof": self._text("proof") or None, **ends,
        }  # fmt: skip
        found = None
        try:
            return PastNotice.model_validate(fields)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)[0]
        field = str(found["loc"][0]) if found["loc"] else "what"
        text = str(found["ctx"]["error"]) if found["type"] == "value_error" else "not acceptable"
        raise _Refused("key" if field == "id" else field, text)

    def _text(self, name: str) -> str:
        return str(self.cells.get(name) or "").strip()

    def _needed(self, name: str) -> str:
        text = self._text(name)
        if not text:
            raise _Refused(name, "the cell is empty")
        return text

    def _day(self, name: str) -> date | None:
        text = self._text(name)
        if not text:
            return None
        try:
            return read_date(text, "YYYY-MM-DD")
        except Unclear as unclear:
            raise _Refused(name, str(unclear)) from None

    def _level(self) -> int | None:
        text = self._text("level")
        if text and not _WHOLE.fullmatch(text):
            raise _Refused("level", "a whole number is expected")
        return int(text) if text else None

    def _fee(self, currency: str) -> Money | None:
        text = self._text("fee")
        if not text:
            return None
        try:
            amount = read_amount(text, None)
        except Unclear as unclear:
            raise _Refused("fee", str(unclear)) from None
        if amount < 0 or amount != round(amount, MINOR_UNITS[currency]):
            raise _Refused("fee", "the amount is negative or finer than the currency")
        return Money(Decimal(amount), currency) if amount else None

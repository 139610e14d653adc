"""One row of a mapped table: its cells by our field names, and the refusal of what is not clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.cells import Cell, Unclear, read_amount, read_date
from connectors.columns import StatementMapping
from shared.domain.money import Money

_LONGEST_TEXT = 500


class RowRefused(Exception):
    """A row leaves a question open: ``field`` names where, the message is a fixed sentence."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Row:
    """A row, where each mapped field stands in it, and the file's conventions.

    Every method takes one of our field names and raises ``RowRefused`` naming it.
    """

    cells: tuple[Cell, ...]
    places: Mapping[str, int]
    mapping: StatementMapping

    def cell(self, name: str) -> Cell:
        """The cell as it was parsed; None when the file has no such column."""
        return self.cells[self.places[name]] if name in self.places else None

    def text(self, name: str) -> str:
        """One line of printable text, empty when there is none."""
        text = plain(self.cell(name))
        if len(text) > _LONGEST_TEXT or not text.isprintable():
            raise RowRefused(name, "the text is too long or holds characters that do not print")
        return text

    def needed(self, name: str) -> str:
        """A text that must be there."""
        text = self.text(name)
        if not text:
            raise RowRefused(name, "the cell is empty")
        return text

    def word(self, name: str, known: tuple[str, ...], default: str) -> str:
        """One of the ``known`` lower-case words; ``default`` for an empty cell."""
        text = self.text(name).lower() or default
        if text not in known:
            raise RowRefused(name, f"the word is none of: {', '.join(known)}")
        return text

    def day(self, name: str) -> date:
        """A date under the declared format."""
        self.needed(name)
        try:
            return read_date(self.cell(name), self.mapping.date_format)
        except Unclear as unclear:
            text = str(unclear)
        raise RowRefused(name, text)

    def money(self, name: str, currency: str) -> Money:
        """An amount under the declared decimal mark, exact in the currency."""
        self.needed(name)
        try:
            return Money(read_amount(self.cell(name), self.mapping.decimal_mark), currency)
        except ValueError as unclear:
            text = str(unclear)
        raise RowRefused(name, text)


def plain(cell: Cell) -> str:
    """The cell as text with single blanks; a number has its plain digits."""
    text = format(cell, "f") if isinstance(cell, Decimal) else str("" if cell is None else cell)
    return " ".join(text.split())

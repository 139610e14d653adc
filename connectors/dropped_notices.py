"""Sheets of past notices in a folder of open items: which files they are, and what they may name.

Such a file is called ``notices….csv`` and has the columns of ``connectors.past_notices``. A row
names an invoice by its number, or its id at the hub, as a statement of the folder lists it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from connectors.columns import StatementMapping
from connectors.drop_folder import Drop
from connectors.past_notices import Known, Sheet, read_sheet
from connectors.statement import Statement
from shared.domain.model import Invoice

# So many statements are looked through, newest first, for an invoice that a row names.
MOST_STATEMENTS = 30


def is_sheet(drop: Drop) -> bool:
    """Whether a file is a sheet of past notices, by its name in whatever folder."""
    name = drop.name.rpartition("/")[2].lower()
    return name.startswith("notices") and name.endswith(".csv")


class Listed:
    """The invoices that statements list, read no further than a row asks for."""

    def __init__(self, newest_first: Iterable[Statement]) -> None:
        self._known: dict[str, Known] = {}
        self._more = self._read(newest_first)

    def __call__(self, text: str) -> Known | None:
        """The invoice of a number or id, None where no statement lists it."""
        while text not in self._known:
            if next(self._more, None) is None:
                return None
        return self._known[text]

    def _read(self, newest_first: Iterable[Statement]) -> Iterator[int]:
        for statement in newest_first:
            invoices = [one for one in statement.facts if isinstance(one, Invoice)]
            for one in invoices:
                known = Known(one.id, one.total.currency, one.issued)
                self._known.setdefault(one.number, known)
                self._known.setdefault(one.id, known)
            yield len(invoices)


def read_notices(body: bytes, mapping: StatementMapping, today: date, listed: Listed) -> Sheet:
    """The rows of a sheet. Raises ``Unreadable`` for one that cannot be read as a whole.

    ``mapping`` gives the encoding and what stands between cells; a row of a day after ``today``
    is refused.
    """
    return read_sheet(body, mapping.delimiter, today, listed, encoding=mapping.encoding)

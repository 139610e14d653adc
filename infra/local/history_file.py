"""Reads a history of invoices and their payments (CSV) and moves it into a period of known rates.

The columns are those of IBM's sample "Accounts Receivable": ``customerID``, ``invoiceNumber``,
``InvoiceDate``, ``DueDate``, ``InvoiceAmount``, ``Disputed`` and ``SettledDate``, with dates in the
order of the United States (month/day/year). ``DaysToSettle`` is not needed; where it is there, it
proves that the dates were read in the order in which they were written.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

# Finland's reference rate is set half a year ahead (Korkolaki 633/1982 section 12): the law pack
# knows it to this day, and no day of a replay lies after it.
LAST_KNOWN = date(2026, 6, 30)
_NEEDED = (
    "customerID", "invoiceNumber", "InvoiceDate", "DueDate", "InvoiceAmount", "Disputed",
    "SettledDate",
)  # fmt: skip
_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
# Grouped thousands and decimal commas are refused: which of the two a comma is cannot be known.
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
# What becomes part of an e-mail address and of a name.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_WEEK = timedelta(weeks=1)


class HistoryError(RuntimeError):
    """The file as a whole cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One invoice of the file. ``settled`` is the day on which all of it was paid, if ever.

    ``row`` is the line of the file: the header is row 1. ``amount`` has no currency.
    """

    row: int
    number: str
    customer: str
    issued: date
    due: date
    amount: Decimal
    disputed: bool
    settled: date | None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be replayed: the column at fault, why, and the cells as they were."""

    row: int
    column: str
    why: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class History:
    """What a file says: the rows that can be used, in the file's order, and those that cannot."""

    entries: tuple[Entry, ...]
    rejects: tuple[Reject, ...]
    columns: tuple[str, ...] = field(default=_NEEDED)

    @property
    def first(self) -> date:
        """The day of the first invoice."""
        return min(one.issued for one in self.entries)

    @property
    def last(self) -> date:
        """The last day on which an invoice was issued or settled."""
        return max(one.settled or one.issued for one in self.entries)

    def shifted(self, last_known: date = LAST_KNOWN) -> tuple[History, int]:
        """The history moved by whole weeks, as late as its last day may lie; and by how many.

        Every date stays on its weekday, and every interval as long as it was.
        """
        weeks = (last_known - self.last) // _WEEK
        by = weeks * _WEEK
        entries = tuple(
            replace(
                one,
                issued=one.issued + by,
                due=one.due + by,
                settled=one.settled + by if one.settled else None,
            )
            for one in self.entries
        )
        return replace(self, entries=entries), weeks


class _Fault(ValueError):
    def __init__(self, column: str, why: str) -> None:
        super().__init__(why)
        self.column, self.why = column, why


def read(path: Path) -> History:
    """Read a file (UTF-8). Broken rows are set aside. Raises ``HistoryError`` if none is left."""
    entries: list[Entry] = []
    rejects: list[Reject] = []
    seen: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = _columns(path, reader.fieldnames)
            for row, cells in _rows(reader):
                try:
                    entries.append(_entry(row, cells, seen))
                except _Fault as fault:
                    rejects.append(Reject(row, fault.column, fault.why, cells))
    except OSError as error:
        raise HistoryError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise HistoryError(f"{path} is not UTF-8 text (byte {error.start})") from error
    except csv.Error as error:
        raise HistoryError(f"{path}, line {reader.line_num}: this is not CSV ({error})") from error
    if not entries:
        why = f"; the first broken one: {told(rejects[0])}" if rejects else ""
        raise HistoryError(f"{path} has no row that can be used{why}")
    return History(tuple(entries), tuple(rejects), columns)


def told(reject: Reject) -> str:
    """A broken row in a sentence."""
    return f"row {reject.row}, column {reject.column}: {reject.why}"


def write_rejects(history: History, path: Path) -> None:
    """Write the broken rows, each with its row number, column and fault before its own cells."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "column", "fault", *history.columns])
        for one in history.rejects:
            cells = [one.cells.get(name, "") for name in history.columns]
            writer.writerow([one.row, one.column, one.why, *cells])


def _columns(path: Path, found: object) -> tuple[str, ...]:
    columns = tuple(str(name) for name in found) if isinstance(found, list) else ()
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise HistoryError(f"{path} lacks the column{'s'[: len(missing) > 1]} {', '.join(missing)}")
    return columns


def _rows(reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its number; a short row's missing cells are empty, surplus ones are named."""
    for cells in reader:
        surplus = cells.pop(None, None)
        plain = {name: (text or "").strip() for name, text in cells.items()}
        yield reader.line_num, {**plain, "": "surplus"} if surplus else plain


def _entry(row: int, cells: Mapping[str, str], seen: dict[str, int]) -> Entry:
    if "" in cells:
        raise _Fault("", "has more cells than the header has columns")
    number, customer = cells["invoiceNumber"], cells["customerID"]
    for column in ("invoiceNumber", "customerID"):
        if not _NAME.fullmatch(cells[column]):
            raise _Fault(column, "is not 1 to 40 letters, digits, dots, dashes or underscores")
    if number in seen:
        raise _Fault("invoiceNumber", f"stands in row {seen[number]} already")
    issued, due = _date(cells, "InvoiceDate"), _date(cells, "DueDate")
    settled = _date(cells, "SettledDate") if cells["SettledDate"] else None
    if due < issued:
        raise _Fault("DueDate", "lies before InvoiceDate")
    if settled and settled < issued:
        raise _Fault("SettledDate", "lies before InvoiceDate")
    _prove(cells, issued, settled)
    amount = _amount(cells)
    if cells["Disputed"] not in {"Yes", "No"}:
        raise _Fault("Disputed", "is neither Yes nor No")
    seen[number] = row
    return Entry(row, number, customer, issued, due, amount, cells["Disputed"] == "Yes", settled)


def _date(cells: Mapping[str, str], column: str) -> date:
    found = _DATE.fullmatch(cells[column])
    if not found:
        raise _Fault(column, "is not a date written month/day/year, such as 1/31/2013")
    month, day, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise _Fault(column, "is a day that the calendar does not have") from None


def _prove(cells: Mapping[str, str], issued: date, settled: date | None) -> None:
    stated = cells.get("DaysToSettle", "")
    if stated and settled and stated != str((settled - issued).days):
        days = (settled - issued).days
        raise _Fault("DaysToSettle", f"does not fit the dates, which are {days} days apart")


def _amount(cells: Mapping[str, str]) -> Decimal:
    text = cells["InvoiceAmount"]
    if not _AMOUNT.fullmatch(text) or not Decimal(text):
        raise _Fault("InvoiceAmount", "is not an amount above zero, such as 1055.94")
    return Decimal(text)

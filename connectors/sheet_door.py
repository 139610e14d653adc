"""The table door: the one place where CSV and XLSX bytes become rows, and our rows become CSV.

A row is a tuple of cells beside its line number in the file (the header is line 1). Foreign bytes
are bounded before they are parsed; what a reader would have to guess is ``Unreadable``.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeVar

from connectors.cells import Cell
from shared.errors import Unreadable

C = TypeVar("C", bound=Cell)
Encoding = Literal["utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15"]
Delimiter = Literal[";", ",", "\t", "|"]

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 200
# An XLSX file is a zip: these bound what it may unfold to, before anything is unfolded.
_MAX_UNFOLDED = 100_000_000
_MAX_RATIO = 200
_MAX_PARTS = 1_000
# A cell that begins so is run as a formula by spreadsheets (OWASP, CSV injection), full-width
# forms included.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
# An amount is no formula, and stays a number for the person who reads the export.
_NUMBER = re.compile(r"-?\d[\d.,\u00a0 ]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it, each with its line number; blank rows are left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def read_csv(body: bytes, *, encoding: Encoding, delimiter: Delimiter) -> Table:
    """The table in CSV bytes (RFC 4180 quotes). Raises ``Unreadable``."""
    _bounded(body)
    reader = csv.reader(
        io.StringIO(_decoded(body, encoding), newline=""), delimiter=delimiter, strict=True
    )

    def numbered() -> Iterator[tuple[int, Sequence[Cell]]]:
        line = 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1

    table = None
    try:
        table = _table(numbered())
    except csv.Error:
        table = None
    if table is None:
        raise Unreadable("the file's quotes are broken")
    return table


def read_xlsx(body: bytes, *, sheet: str | None) -> Table:
    """The table in one sheet of an XLSX file: values as last computed, never formulas.

    ``sheet`` may be None when the file has a single sheet. Raises ``Unreadable``.
    """
    _bounded(body)
    _safe_zip(body)
    table = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which hold no values
            table = _sheet(body, sheet)
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises whatever its parsers meet in a broken file
        table = None
    if table is None:
        raise Unreadable("the file is not a readable XLSX workbook")
    return table


def write_csv(rows: Iterable[Sequence[str]], *, delimiter: Delimiter = ";") -> bytes:
    """CSV for people: UTF-8 with a byte order mark, CRLF, formulas defused by an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([_defused(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _defused(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _bounded(body: bytes) -> None:
    if len(body) > MAX_BYTES:
        raise Unreadable("the file is too large")


def _decoded(body: bytes, encoding: Encoding) -> str:
    """The text, without a byte order mark. Raises ``Unreadable`` when bytes and encoding differ."""
    marked = body.startswith(b"\xef\xbb\xbf")
    plain = body.removeprefix(b"\xef\xbb\xbf")
    if encoding not in {"utf-8", "utf-16"} and not plain.isascii() and _is_utf8(plain):
        # Every byte is a letter in these: UTF-8 would pass as garbled names.
        raise Unreadable("the file is UTF-8, not the configured encoding")
    try:
        text = plain.decode("utf-8" if marked else encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise Unreadable("the file is not in the configured encoding")
    return text


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _table(lines: Iterable[tuple[int, Sequence[Cell]]]) -> Table:
    header: tuple[str, ...] | None = None
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    for number, cells in lines:
        if len(cells) > MAX_COLUMNS or len(rows) >= MAX_ROWS:
            raise Unreadable("the table is too large")
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            continue
        if header is None:
            header = tuple(str(cell or "").strip() for cell in cells)
        else:
            rows.append((number, tuple(cells)))
    if header is None:
        raise Unreadable("the file is empty")
    return Table(header, tuple(rows))


def _squared(table: Table) -> Table:
    """The table with rows as wide as the header: XLSX leaves out empty cells at the end."""
    header = _trimmed(table.header)
    blank: tuple[Cell, ...] = (None,) * len(header)
    rows = ((line, _trimmed(cells)) for line, cells in table.rows)
    return Table(header, tuple((line, cells + blank[len(cells) :]) for line, cells in rows))


def _trimmed(cells: tuple[C, ...]) -> tuple[C, ...]:
    end = len(cells)
    while end and cells[end - 1] in {None, ""}:
        end -= 1
    return cells[:end]


def _cell(value: object) -> Cell:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case None | str() | int() | date():
            return value
        case float():
            # Spreadsheets store binary doubles and show at most fifteen digits of them.
            return Decimal(format(value, ".15g"))
        case _:
            return str(value)


def _sheet(body: bytes, sheet: str | None) -> Table:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    try:
        named = {page.title: page for page in book.worksheets}
        if sheet is None and len(named) == 1:
            sheet = next(iter(named))
        if sheet not in named:
            raise Unreadable("the workbook has several sheets, or not the configured one")
        page = named[sheet]
        page.reset_dimensions()  # the file's own claim about its size is not believed
        rows = enumerate(page.iter_rows(values_only=True), 1)
        return _squared(_table((n, [_cell(value) for value in row]) for n, row in rows))
    finally:
        book.close()


def _safe_zip(body: bytes) -> None:
    """Bound what the archive unfolds to, and refuse document types and entities inside it."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = archive.infolist()
            unfolded = sum(part.file_size for part in parts)
            if (
                len(parts) > _MAX_PARTS
                or unfolded > _MAX_UNFOLDED
                or unfolded > _MAX_RATIO * max(len(body), 1)
            ):
                raise Unreadable("the workbook unfolds to too much")
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    _safe_xml(archive.read(part))
            return
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError):
        parts = []  # encrypted, truncated, or compressed in a way that we do not read
    raise Unreadable("the file is not a readable XLSX workbook")


def _safe_xml(text: bytes) -> None:
    # Office writes UTF-8 alone; in another encoding the next look would see nothing.
    if b"\0" in text[:64] or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Unreadable("the workbook holds XML that no spreadsheet program writes")

"""Layout: one list of blocks laid out twice, as plain text and as plain, accessible HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Literal

_WIDTH = 72
_AMOUNT_WIDTH = 60
_INDENT = "  "

_RULE = "border-bottom:1px solid #808080"
_TOP_RULE = "border-top:1px solid #808080"
_CELL = "padding:4px 0;text-align:left;vertical-align:top;font-weight:normal"
_AMOUNT = "padding:4px 0 4px 16px;text-align:right;vertical-align:top;white-space:nowrap"
_VALUE = (
    "width:60%;padding:4px 0 4px 16px;text-align:left;vertical-align:top;overflow-wrap:anywhere"
)
_TABLE = '<table style="width:100%;border-collapse:collapse;margin:0 0 16px">'
_BODY = (
    "margin:0;padding:16px;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5"
)
_ARTICLE = 'role="article" style="max-width:600px;margin:0 auto'


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 is the letter's own."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that stay lines: an address, a signature."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Running text, and the address on the web to which it leads."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A name and its amount; ``strong`` is the line that the reader looks for."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one invoice under its ``title``; ``note`` stands below the title."""

    title: str
    note: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Amounts:
    """A table of amounts: a head, groups, and rows that belong to no group."""

    head: tuple[str, str]
    groups: tuple[Group, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """Names and what to type for each: the payment details."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A code to scan from paper; whoever reads on a screen copies the payment details instead.

    ``code128`` is a bar code of code set C (an even number of digits), ``qr`` a QR code of error
    level M in UTF-8. ``label`` names it for people and for a screen reader.
    """

    kind: Literal["code128", "qr"]
    payload: str
    label: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """From here on the letter is in ``language`` (ISO 639-1), until another one begins."""

    language: str


Shown = Heading | Lines | Paragraph | Link | Amounts | Details | Spoken
Block = Shown | Code


def as_text(blocks: Iterable[Block]) -> str:
    """The blocks as plain text of at most 72 columns (an unbreakable value may be longer)."""
    return "\n\n".join(_text(block) for block in blocks if not isinstance(block, Code)) + "\n"


def as_html(blocks: Iterable[Block], *, language: str, title: str) -> str:
    """The blocks as one HTML page for mail programs: every value escaped, nothing fetched.

    It sets no colours of text or ground, so that a dark theme keeps its own contrast.
    """
    body = "\n".join(_html(block) for block in blocks if not isinstance(block, Code))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n</head>\n"
        f'<body style="{_BODY}">\n<div lang="{escape(language)}" {_ARTICLE}">'
        f"\n{body}\n</div>\n</body>\n</html>\n"
    )


def _text(block: Shown) -> str:
    match block:
        case Heading(text, level):
            return f"{text}\n{('=' if level == 1 else '-') * len(text)}"
        case Lines(lines):
            return "\n".join(lines)
        case Paragraph(text):
            return _filled(text)
        case Link(text, url):
            return f"{_filled(text)}\n{url}"
        case Amounts():
            return _amounts_text(block)
        case Details(rows):
            return _details_text(rows)
        case Spoken():
            return "=" * _WIDTH


def _filled(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _amounts_text(table: Amounts) -> str:
    """The amounts of a table end in one column, which gives way to the longest name."""
    named = [*((_INDENT, row) for group in table.groups for row in group.rows)]
    named += [("", row) for row in table.rows]
    needed = [len(indent + row.label) + 2 + len(row.value) for indent, row in named]
    width = max([_AMOUNT_WIDTH, *needed])
    parts = [_group_text(group, width) for group in table.groups]
    return "\n\n".join([*parts, *([_rows_text(table.rows, width)] if table.rows else [])])


def _group_text(group: Group, width: int) -> str:
    note = f"\n{group.note}" if group.note else ""
    return f"{group.title}{note}\n{_rows_text(group.rows, width, _INDENT)}"


def _rows_text(rows: tuple[Row, ...], width: int, indent: str = "") -> str:
    return "\n".join(
        (indent + row.label).ljust(width - len(row.value) - 2) + "  " + row.value for row in rows
    )


def _details_text(rows: tuple[Row, ...]) -> str:
    width = max(len(row.label) for row in rows) + 2
    lines = []
    for row in rows:
        gap = "\n  " if width + len(row.value) > _WIDTH else " " * (width - len(row.label) - 1)
        lines.append(f"{row.label}:{gap}{row.value}")
    return "\n".join(lines)


def _html(block: Shown) -> str:
    match block:
        case Heading(text, level):
            size = 24 if level == 1 else 18
            style = f"font-size:{size}px;line-height:1.25;margin:24px 0 8px"
            return f'<h{level} style="{style}">{escape(text)}</h{level}>'
        case Lines(lines):
            inner = "<br>\n".join(escape(line) for line in lines)
            return f'<p style="margin:0 0 16px">{inner}</p>'
        case Paragraph(text):
            return f'<p style="margin:0 0 16px">{escape(text)}</p>'
        case Link(text, url):
            shown = f'<a href="{escape(url)}" style="overflow-wrap:anywhere">{escape(url)}</a>'
            return f'<p style="margin:0 0 16px">{escape(text)}<br>\n{shown}</p>'
        case Amounts():
            return _amounts_html(block)
        case Details(rows):
            body = "\n".join(_row_html(row, _VALUE) for row in rows)
            return f"{_TABLE}\n<tbody>\n{body}\n</tbody>\n</table>"
        case Spoken(language):
            return f'</div>\n<div lang="{escape(language)}" {_ARTICLE};{_TOP_RULE}">'


def _amounts_html(table: Amounts) -> str:
    left, right = (escape(cell) for cell in table.head)
    head = (
        f'<thead><tr><th scope="col" style="{_CELL};{_RULE}">{left}</th>'
        f'<th scope="col" style="{_AMOUNT};{_RULE};font-weight:normal">{right}</th></tr></thead>'
    )
    parts = [_TABLE, head]
    for group in table.groups:
        note = f"<br>\n<small>{escape(group.note)}</small>" if group.note else ""
        rows = "\n".join(_row_html(row, _AMOUNT) for row in group.rows)
        parts.append(
            f'<tbody>\n<tr><th scope="rowgroup" colspan="2" style="{_CELL};padding-top:12px">'
            f"<strong>{escape(group.title)}</strong>{note}</th></tr>\n{rows}\n</tbody>"
        )
    if table.rows:
        rows = "\n".join(_row_html(row, _AMOUNT) for row in table.rows)
        rule = f' style="{_TOP_RULE}"' if table.groups else ""
        parts.append(f"<tbody{rule}>\n{rows}\n</tbody>")
    return "\n".join([*parts, "</table>"])


def _row_html(row: Row, style: str) -> str:
    label, value = escape(row.label), escape(row.value)
    if row.strong:
        label, value = f"<strong>{label}</strong>", f"<strong>{value}</strong>"
    return f'<tr><th scope="row" style="{_CELL}">{label}</th><td style="{style}">{value}</td></tr>'

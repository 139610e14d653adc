"""A monthly report as a page to read (HTML) and as a table to reckon with (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape
from itertools import groupby

from shared.domain.report_figures import NOT_KNOWN, Figure

# A cell that begins so is a formula to a spreadsheet, whatever it was meant to be (OWASP, "CSV
# Injection"); an apostrophe before it makes it a text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_HEADS = ("section", "figure", "value", "unit", "definition")

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1b2430;max-width:58rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:1.8rem 0 .3rem}
p{color:#56616f;margin:.3rem 0 0}table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{border-top:1px solid #dde2e8;padding:.35rem .6rem .35rem 0;vertical-align:top;text-align:left}
th{font-weight:500;width:30%}td.value{text-align:right;width:16%;font-variant-numeric:tabular-nums}
td.unit{width:8%;color:#56616f}td.definition{color:#56616f;font-size:.9em}
@media print{body{margin:0;max-width:none}section{break-inside:avoid}}
@media(max-width:40rem){table,tbody,tr,th,td{display:block;width:auto!important}
th,td{border:0;padding:.1rem 0}tr{border-top:1px solid #dde2e8;padding:.4rem 0}
td.value{text-align:left;display:inline-block}td.unit{display:inline-block;margin-left:.4rem}}
"""


def cell(text: str) -> str:
    """A text as a spreadsheet may safely open it; numbers, negative ones too, stay as they are."""
    return f"'{text}" if text.startswith(_FORMULA) and not _number(text) else text


def csv_text(figures: Sequence[Figure]) -> str:
    """The figures as CSV (RFC 4180, comma, CRLF, UTF-8), one a line under a line of heads."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADS)
    for one in figures:
        texts = (one.section, one.name, one.value, one.unit, one.definition)
        writer.writerow([cell(text) for text in texts])
    return out.getvalue()


def html_text(creditor: str, month: str, parts: Sequence[Sequence[Figure]]) -> str:
    """The figures as one page without scripts or anything from elsewhere; a part a currency."""
    title = escape(f"{creditor}: receivables in {month}")
    body = "".join(_part(part) for part in parts) or "<p>No invoices and no cases.</p>"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        "<p>Every figure stands beside its definition. Days are the creditor's own.</p>"
        f"{body}</body></html>\n"
    )


def _part(figures: Sequence[Figure]) -> str:
    return "".join(
        f"<section><h2>{escape(name)}</h2><table><tbody>{''.join(map(_row, some))}</tbody></table>"
        "</section>"
        for name, some in groupby(figures, key=lambda one: one.section)
    )


def _row(one: Figure) -> str:
    unit = "" if one.unit == "count" or one.value == NOT_KNOWN else one.unit
    cells = "".join(
        f'<td class="{name}">{escape(text)}</td>'
        for name, text in (
            ("value", _grouped(one.value)), ("unit", unit), ("definition", one.definition),
        )
    )  # fmt: skip
    return f'<tr><th scope="row">{escape(one.name)}</th>{cells}</tr>'


def _grouped(value: str) -> str:
    """A number with its thousands apart, by a blank at which no line breaks."""
    whole, point, cents = value.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if not (digits.isascii() and digits.isdigit()):
        return value
    return sign + f"{int(digits):,}".replace(",", "\N{NO-BREAK SPACE}") + point + cents


def _number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[:1] in "+-" and digits.isascii() and digits.isdigit()

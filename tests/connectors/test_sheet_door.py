"""The table door: what it reads exactly, and what it refuses instead of guessing."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest

from connectors import sheet_door
from connectors.sheet_door import read_csv, read_xlsx, write_csv
from shared.errors import Unreadable

DAY = datetime(2026, 4, 3)  # noqa: DTZ001 - a spreadsheet cell has no zone


def workbook(*sheets, **named):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in {**{f"S{n}": rows for n, rows in enumerate(sheets)}, **named}.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(body, **parts):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(
                name, parts.get(name.rpartition("/")[2].partition(".")[0]) or old.read(name)
            )
    return out.getvalue()


def test_csv_keeps_line_numbers_over_quoted_breaks_and_blank_lines():
    body = b'a;b\r\n1;"x\r\ny"\r\n;\r\n\r\n2;"say ""hi"""\r\n'
    table = read_csv(body, encoding="utf-8", delimiter=";")
    assert table.header == ("a", "b")
    assert table.rows == ((2, ("1", "x\r\ny")), (6, ("2", 'say "hi"')))


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("utf-8", "ä;b\nö;1".encode()), ("utf-8", "ä;b\nö;1".encode("utf-8-sig")),
        ("cp1252", "ä;b\nö;1".encode("cp1252")), ("utf-16", "ä;b\nö;1".encode("utf-16")),
        ("cp1252", "ä;b\nö;1".encode("utf-8-sig")) ,
    ],
)  # fmt: skip
def test_csv_is_decoded_as_configured(encoding, body):
    if encoding == "cp1252" and body.startswith(b"\xef\xbb\xbf"):
        with pytest.raises(Unreadable, match="UTF-8"):
            read_csv(body, encoding=encoding, delimiter=";")
    else:
        assert read_csv(body, encoding=encoding, delimiter=";").header == ("ä", "b")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("utf-8", "ä;b".encode("cp1252")), ("cp1252", "ä;b".encode()),
        ("utf-8", "ä".encode("utf-16")),
        ("utf-8", b"a\x00;b"),
        ("utf-8", b'a;b\n1;"open'), ("utf-8", b'a;b\n"1"2;3'),
        ("utf-8", b""),
        ("utf-8", b"\n;;\n"), ("utf-8", b"a;" * 300), ("utf-8", b"a\n" * 100_002),
        ("utf-8", b"a" * 20_000_001), ("utf-8", b'"' + b"a" * 200_000 + b'"'),
    ],
    ids=range(12),
)  # fmt: skip
def test_csv_that_would_need_a_guess_is_unreadable(encoding, body):
    with pytest.raises(Unreadable):
        read_csv(body, encoding=encoding, delimiter=";")


def test_xlsx_gives_typed_cells_and_exact_shown_decimals():
    rows = [["n", "d", "x", "y", "z"], [7, DAY, 0.1 + 0.2, "t"], [1234.56]]
    body = workbook(rows)
    table = read_xlsx(body, sheet=None)
    assert table.header == ("n", "d", "x", "y", "z")
    assert table.rows == (
        (2, (7, DAY, Decimal("0.3"), "t", None)),
        (3, (Decimal("1234.56"), None, None, None, None)),
    )


def test_a_formula_counts_by_its_last_value_and_never_runs():
    table = read_xlsx(workbook([["a", "b"], ["x", "=1+1"]]), sheet=None)
    assert table.rows == ((2, ("x", None)),)


def test_several_sheets_need_a_configured_one():
    body = workbook(open=[["a"], [1]], old=[["b"], [2]])
    assert read_xlsx(body, sheet="old").header == ("b",)
    for sheet in (None, "absent"):
        with pytest.raises(Unreadable, match="sheet"):
            read_xlsx(body, sheet=sheet)


BOMB = b"<worksheet><sheetData>" + b"<row/>" * 2_000_000 + b"</sheetData></worksheet>"
ENTITY = b'<!DOCTYPE x [<!ENTITY e "boom">]><worksheet><sheetData/></worksheet>'


@pytest.mark.parametrize(
    "body",
    [
        b"", b"PK\x03\x04junk", b"a;b\n1;2", workbook([["a"]])[:-40],
        repacked(workbook([["a"]]), sheet1=ENTITY),
        repacked(workbook([["a"]]), sheet1=ENTITY.decode().encode("utf-16")),
        repacked(workbook([["a"]]), sheet1=b"<worksheet><broken"),
        repacked(workbook([["a"]]), workbook=b"<html/>"), workbook([[]]),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_broken_or_hostile_workbook_is_unreadable(body):
    with pytest.raises(Unreadable) as caught:
        read_xlsx(body, sheet=None)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("part", [ENTITY, ENTITY.decode().encode("utf-16")])
def test_entities_are_refused_before_any_parser_sees_them(part):
    with pytest.raises(Unreadable, match="no spreadsheet program writes"):
        read_xlsx(repacked(workbook([["a"]]), sheet1=part), sheet=None)


def test_a_zip_bomb_is_refused_before_it_unfolds(monkeypatch):
    def unfold(*_):
        raise AssertionError

    body = repacked(workbook([["a"]]), sheet1=BOMB)
    assert len(body) < 60_000
    monkeypatch.setattr(sheet_door, "_safe_xml", unfold)
    with pytest.raises(Unreadable, match="unfolds"):
        read_xlsx(body, sheet=None)


def test_our_exports_defuse_formulas_and_keep_amounts():
    cells = ["=1+1", "+1", "-1", "@x", "\tx", " =x", "\uff1dx", "-12,50", "-cmd", "x=1", 'a"b', "ä"]
    written = write_csv([cells]).decode("utf-8-sig")
    assert written == ("'=1+1;'+1;-1;'@x;'\tx;' =x;'\uff1dx;-12,50;'-cmd;x=1;\"a\"\"b\";ä\r\n")

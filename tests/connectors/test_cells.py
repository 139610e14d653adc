"""Dates and amounts in cells: one reading counts, two are refused, none is refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.cells import Unclear, read_amount, read_date

NINE = datetime(2026, 4, 3, 9)  # noqa: DTZ001 - a spreadsheet cell has no zone


@pytest.mark.parametrize(
    ("text", "declared", "day"),
    [
        ("2026-04-03", None, date(2026, 4, 3)), ("20260403", None, date(2026, 4, 3)),
        ("03.04.2026", None, date(2026, 4, 3)), (" 3.4.2026 ", None, date(2026, 4, 3)),
        ("25/04/2026", None, date(2026, 4, 25)), ("04/25/2026", None, date(2026, 4, 25)),
        ("04/04/2026", None, date(2026, 4, 4)), ("03/04/2026", "DD/MM/YYYY", date(2026, 4, 3)),
        ("03/04/2026", "MM/DD/YYYY", date(2026, 3, 4)), ("29.02.2024", None, date(2024, 2, 29)),
    ],
)  # fmt: skip
def test_a_date_with_one_reading_is_read(text, declared, day):
    assert read_date(text, declared) == day


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("03/04/2026", None), ("03-04-2026", None), ("2026-04-03", "DD.MM.YYYY"),
        ("30.02.2026", None),
        ("29.02.2026", None), ("03.04.26", None), ("tomorrow", None), ("", None), ("46115", None),
        (46115, None), (Decimal("46115.5"), None), (None, None), (NINE, None),
        ("2026-4-3", None), ("٠٣.٠٤.٢٠٢٦", None), ("2026-04-03T00:00:00", None),
    ],
)  # fmt: skip
def test_a_date_with_no_reading_or_two_is_refused(text, declared):
    with pytest.raises(Unclear):
        read_date(text, declared)


def test_a_typed_date_needs_no_format():
    assert read_date(NINE.replace(hour=0), None) == date(2026, 4, 3)
    assert read_date(date(2026, 4, 3), "MM/DD/YYYY") == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "declared", "amount"),
    [
        ("1234", None, "1234"), ("12,50", None, "12.50"), ("12.50", None, "12.50"),
        ("1.234,56", None, "1234.56"), ("1,234.56", None, "1234.56"), ("1 234,56", None, "1234.56"),
        ("1\u00a0234\u00a0567,89", ",", "1234567.89"), ("1'234.50", ".", "1234.50"),
        ("1,234", ".", "1234"), ("1,234", ",", "1.234"), ("1.234", ",", "1234"),
        ("-12,50", ",", "-12.50"), ("12,50-", ",", "-12.50"), ("\u221212,50", ",", "-12.50"),
        ("0", None, "0"), (7, None, "7"), (Decimal("7.10"), None, "7.10"),
    ],
)  # fmt: skip
def test_an_amount_with_one_reading_is_read(text, declared, amount):
    assert str(read_amount(text, declared)) == amount


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("1,234", None), ("1.234", None), ("1,23,456", None), ("1.234.56", ","), ("12,50", "."),
        ("1 2345", ","), ("1 234.567,89", ","), ("EUR 12", None), ("12 €", None), ("(12,50)", ","),
        ("1e3", "."), ("--5", "."), ("-5-", "."), ("+5", "."), ("", None), (",5", ","), ("5,", ","),
        ("NaN", None), ("\u0665", None), (None, None), (date(2026, 1, 1), None), ("9" * 31, None),
    ],
)  # fmt: skip
def test_an_amount_with_no_reading_or_two_is_refused(text, declared):
    with pytest.raises(Unclear):
        read_amount(text, declared)


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from([".", ","]))
def test_an_amount_written_under_a_declared_mark_reads_back_exactly(amount, mark):
    other = "," if mark == "." else "."
    text = f"{amount:,.2f}".replace(",", "x").replace(".", mark).replace("x", other)
    assert read_amount(text, mark) == amount


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_without_a_format_a_slashed_date_is_never_read_wrongly(day):
    try:
        read = read_date(f"{day:%d/%m/%Y}", None)
    except Unclear:
        assert day.day <= 12
    else:
        assert read == day

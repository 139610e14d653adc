"""Reports in the console: every figure as a table beside its picture, and as a safe CSV."""

from __future__ import annotations

import base64
from decimal import Decimal

import pytest

from functions.console.bars import bars
from tests.functions.money import connected, invoice, tell


@pytest.fixture
def books(console):
    connected("erp")
    tell(invoice("1"), invoice("2"))


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_every_report_opens_with_nothing_to_tell(console, language):
    browser = console("viewer", language=language)
    for path in ("", "/discipline", "/money"):
        assert browser.open(f"/console/reports{path}").status == 200


def test_a_months_figures_stand_in_tables_and_the_ageing_in_a_picture(console, books):
    browser = console("viewer").open("/console/reports?month=2026-02")
    assert "31 to 60 days overdue" in browser.main
    (picture,) = browser.page.xpath("//section[h2='Ageing']/ul")
    assert "table below" in picture.get("aria-label")
    widths = [Decimal(one.get("width")) for one in picture.xpath(".//rect")]
    assert [width > 0 for width in widths] == [False, False, True, False, False]
    browser.click("Month before")
    assert "month=2026-01" in browser.path


def test_the_csv_is_the_report_with_a_byte_order_mark(console, books):
    browser = console("viewer").open("/console/reports/month/2026-02.csv")
    assert browser.headers["content-disposition"] == 'attachment; filename="dunlin-2026-02.csv"'
    text = base64.b64decode(browser.text).decode("utf-8")
    assert text.startswith("\ufeffsection,figure,value,unit,definition\r\n")


def test_a_month_that_is_none_is_named(console, books):
    browser = console("viewer").open("/console/reports?month=March")
    assert browser.status == 400
    assert browser.page.xpath("//*[@role='alert']")


def test_bars_fill_the_room_by_their_values_and_nothing_has_no_width():
    drawn = bars([("a", Decimal(10), "10"), ("b", Decimal(5), "5"), ("c", Decimal(-1), "-1")])
    assert [bar.width for bar in drawn] == [100, 50, 0]
    assert [bar.width for bar in bars([("a", Decimal(0), "0")])] == [0]
    assert bars([]) == ()

"""Reports in the console: every figure as a table beside its picture, and as a safe CSV."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from decimal import Decimal

import pytest

from functions.api import reports
from functions.console.bars import bars
from shared.cloud import clock, drift_rows, table
from shared.domain.three_way import Verdict
from tests.functions.money import connected, invoice, see, sighting, tell
from tests.functions.test_extras import exact, look, reminded
from tests.functions.test_reports import reminded_on
from tests.functions.world import NORDIC, NOW, eur


@pytest.fixture
def books(console):
    connected("erp")
    tell(invoice("1"), invoice("2"))


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_every_report_opens_with_nothing_to_tell(console, language):
    browser = console("viewer", language=language)
    for path in ("", "/discipline", "/money", "/charges", "/charges?state=withdrawn"):
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


def test_a_month_that_still_runs_says_up_to_which_day_and_leads_to_none_to_come(console, books):
    browser = console("viewer").open("/console/reports?month=2026-03")
    (chip,) = browser.page.xpath("//main//*[contains(@class, 'chip')]/text()")
    assert chip.split() == ["figures", "up", "to", "2", "March", "2026"]
    assert browser.page.xpath("//h2/text()")[0] == "Ageing"
    assert "Month after" not in browser.main
    browser.click("Month before")
    assert browser.page.xpath("//main//*[contains(@class, 'chip')]") == []
    assert "Month after" in browser.main
    browser.open("/console/reports?month=2026-04")
    assert browser.status == 400
    assert "has not begun" in browser.main


def test_discipline_that_is_still_made_shows_its_progress_and_looks_again(console, monkeypatch):
    reminded_on(date(2026, 1, 23))
    monkeypatch.setattr(reports, "_AT_ONCE", 0)
    browser = console("viewer").open("/console/reports/discipline?month=2026-01")
    assert browser.status == 200
    assert browser.headers["refresh"] == "30"
    assert browser.page.xpath("//main//progress")
    assert browser.page.xpath("//ul[contains(@class, 'figures')]") == []


@pytest.mark.parametrize(("language", "said"), [("en", "100.0\xa0%"), ("fi", "100,0\xa0%")])
def test_punctuality_is_told_in_per_cent(console, language, said):
    reminded_on(date(2026, 1, 23))
    page = console("viewer", language=language).open("/console/reports/discipline?month=2026-01")
    assert page.page.xpath("//ul[contains(@class, 'figures')]/li[1]/strong/text()") == [said]


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_a_months_figures_are_told_in_the_pages_language(console, books, language):
    browser = console("viewer", language=language).open("/console/reports?month=2026-02")
    assert browser.page.xpath("//main//*[@lang='en']") == []
    assert "overdue" not in browser.main
    assert not {"0.00", "not known"} & {
        cell.strip() for cell in browser.page.xpath("//td[@class='sum']/text()")
    }


def test_the_csv_is_the_report_with_a_byte_order_mark(console, books):
    browser = console("viewer").open("/console/reports/month/2026-02.csv")
    assert browser.headers["content-disposition"] == 'attachment; filename="dunlin-2026-02.csv"'
    text = base64.b64decode(browser.text).decode("utf-8")
    assert text.startswith("\ufeffsection,figure,value,unit,definition\r\n")


def test_what_is_apart_is_narrowed_to_one_partner_and_money_of_a_day_is_a_table(console, books):
    connected("bank")
    see(sighting("1"))
    for number, partner in (("d1", "one"), ("d2", "two")):
        verdict = Verdict(
            state="drift", kind="partner", amount=eur("0.01"), right="unknown", text="unexplained",
            books=eur("60.00"), hub=eur("60.00"), stated=eur("60.01"),
        )  # fmt: skip
        table.put(drift_rows.apart(NORDIC, number, partner, verdict, "2026-03-01", {"claim": "c"}))
        drift_rows.compared(NORDIC, partner, {
            "on": "2026-03-02", "agreed": 7, "lag": 0, "drift": 1, "amounts": {}, "money": {},
        })  # fmt: skip
    browser = console("viewer").open("/console/reports/money?day=2026-02-25")
    (sums, *_) = browser.page.xpath("//section[@aria-labelledby='came']//tbody/tr")
    assert [cell.text_content() for cell in sums[1:3]] == ["1", "€100.00"]
    told = "//table[starts-with(caption, 'Apart')]//tbody/tr/td[1]/text()"
    assert sorted(browser.page.xpath(told)) == ["one", "two"]
    browser.press("Filter", partner="two")
    assert browser.page.xpath("//select[@name='partner']")[0].value == "two"
    assert browser.page.xpath(told) == ["two"]
    assert browser.page.xpath("//select[@name='partner']/option/@value") == ["", "one", "two"]


def test_charges_stand_by_debtor_with_how_they_came_about(console, monkeypatch):
    connected("erp")
    connected("bank")
    tell(invoice("1"))
    reminded()
    see(exact())
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=10))
    look(monkeypatch, 10)
    browser = console("viewer").open("/console/reports/charges")
    (row,) = browser.page.xpath("//tbody/tr")
    assert "on the next invoice" in row.text_content()
    assert row.xpath(".//details/summary/text()") == ["1 period"]
    assert "Nothing is left to invoice." in browser.click("Withdrawn").main


@pytest.mark.parametrize("month", ["March", "9999-12", "0001-01"])
def test_a_month_that_is_none_is_named(console, books, month):
    browser = console("viewer").open(f"/console/reports?month={month}")
    assert browser.status == 400
    assert browser.page.xpath("//*[@role='alert']")


def test_bars_fill_the_room_by_their_values_and_nothing_has_no_width():
    drawn = bars([("a", Decimal(10), "10"), ("b", Decimal(5), "5"), ("c", Decimal(-1), "-1")])
    assert [bar.width for bar in drawn] == [100, 50, 0]
    assert [bar.width for bar in bars([("a", Decimal(0), "0")])] == [0]
    assert bars([]) == ()

"""Law in the console: what may be asked with its source, for readers; rates, for operators."""

from __future__ import annotations

import pytest

from shared.cloud import law_rows
from shared.domain.lawpack import COUNTRIES


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_every_country_has_its_sheet_with_sections_and_unknowns(console, language):
    browser = console("viewer", language=language).open("/console/law")
    assert len(browser.page.xpath("//tbody/tr")) == len(COUNTRIES)
    for country in COUNTRIES:
        browser.open(f"/console/law/{country}")
        assert browser.status == 200
        assert len(browser.page.xpath("//section")) >= 3
    browser.open("/console/law/FI")
    assert "513/1999" in browser.main


def test_a_country_without_a_pack_is_not_there(console):
    assert console("viewer").open("/console/law/XX").status == 404


def test_an_operator_loads_a_rate_and_a_fault_stands_beside_its_field(console):
    browser = console("operator").open("/console/law").open("/console/law/FI")
    fields = {
        "from": "2026-07-01", "to": "2026-12-31", "reference": "2,15", "status": "CONFIRMED",
        "source.title": "Bank of Finland", "source.url": "https://www.suomenpankki.fi/korko",
    }  # fmt: skip
    browser.press("Load the rate", **{**fields, "from": "2026-08-01"})
    assert browser.status == 422
    assert browser.page.xpath("//input[@name='reference']/@value") == ["2,15"]
    browser.press("Load the rate", **fields)
    assert "Saved." in browser.main
    assert str(law_rows.current("FI").pack.rates[-1].reference) == "2.15"


def test_an_operator_signs_a_pack_off_by_name(console):
    browser = console("operator").open("/console/law/SE")
    browser.press("Sign off", name="Maija Mallikas", role="general counsel")
    assert "Maija Mallikas" in browser.main
    assert law_rows.current("SE").signed


def test_a_creditors_people_change_no_law_and_operators_see_no_creditor(console):
    administrator, operator = console("administrator"), console("operator")
    administrator.open("/console/law/FI")
    assert not administrator.page.xpath("//main//form")
    fields = {"from": "2026-07-01", "to": "2026-12-31", "reference": "2.15"}
    assert administrator.send("/console/law/FI/rates", fields).status == 403
    menu = operator.open("/console/law").page.xpath("//nav[@class='rooms']//a/@href")
    assert "/console/cases" not in menu
    assert operator.open("/console/cases").status == 403

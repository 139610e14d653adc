"""Matching in the console: money beside what it could be for, and one key to book it."""

from __future__ import annotations

import pytest

from shared.domain.model import Party
from shared.domain.sighting import Payer
from tests.functions.money import connected, invoice, payment, see, sighting, tell, work

CANARY = "<img src=x onerror=alert(1)>"
WAITS = "/console/matching/bank:1"


@pytest.fixture
def money(console):
    """Two claims of one hundred, and twice one hundred that could be for either."""
    connected("erp")
    connected("bank")
    tell(invoice("1"), invoice("2"))
    payer = Payer(name=CANARY, account="FI4950009420028730")
    see(sighting("1", payer=payer, text=CANARY), sighting("2", payer=payer))


def test_without_waiting_money_the_page_says_what_comes_here(console):
    for state in ("", "?state=unapplied"):
        assert "No money waits" in console("viewer").open(f"/console/matching{state}").main


def test_the_payment_stands_beside_its_proposals_and_enter_accepts_the_first(console, money):
    browser = console("clerk").open("/console/matching")
    assert len(browser.page.xpath("//tbody/tr")) == 2
    browser.open(WAITS)
    assert CANARY in browser.main
    first, *others = browser.page.xpath("//form[contains(@action,'/accept')]//button")
    assert first.get("autofocus") is not None
    assert others
    assert all(one.get("autofocus") is None for one in others)
    form = first.xpath("ancestor::form")[0]
    browser.send(form.action, dict(form.fields))
    work()
    assert payment("1").resolution.rule == "person"
    # The next one that waits follows by itself.
    assert browser.path.startswith("/console/matching/bank%3A2?done=matched")


def test_proposals_stand_side_by_side_by_number_debtor_sum_and_reference(console, money):
    tell(Party(id="erp:d1", version="1", kind="person", name=CANARY, country="FI"))
    browser = console("viewer").open("/console/matching")
    assert "2 proposals" in browser.main
    browser.open(WAITS)
    rows = {
        row[0].text_content(): [" ".join(cell.text_content().split()) for cell in row[1:]]
        for row in browser.page.xpath("//table[@class='beside']/tbody/tr")
    }
    assert rows["Invoice"] == ["bank:1", "2026-0001", "2026-0002"]
    assert rows["Amount, open"] == ["€100.00"] * 3
    assert rows["Booked, due"][1:] == ["15 January 2026"] * 2
    assert rows["Payer, debtor"][0].startswith(CANARY)
    assert CANARY in rows["Payer, debtor"][1:]
    (first, *_) = browser.page.xpath("//table[@class='beside']//a/@href")
    assert browser.open(first).status == 200


def test_money_is_matched_by_hand_by_the_numbers_on_the_invoices(console, money):
    browser = console("clerk").open(WAITS)
    second = {"invoice1": "2026-0002", "amount1": "40"}
    browser.press("Match", invoice0="2026-0001", amount0="60,00", **second)
    work()
    lines = {one.invoice: str(one.amount.amount) for one in payment("1").lines}
    assert lines == {"erp:1": "60.00", "erp:2": "40.00"}


def test_a_row_that_is_wrong_is_named_and_what_was_typed_stays(console, money):
    browser = console("clerk").open(WAITS)
    browser.press("Match", invoice0="2026-0001", amount0="60", invoice1="404", amount1="40")
    assert browser.status == 422
    assert browser.page.xpath("//*[@aria-invalid]/@name") == ["invoice1"]
    assert browser.page.xpath("//input[@name='invoice1']/@value") == ["404"]
    browser.press("Match", invoice1="2026-0002", amount1="4000")
    assert browser.page.xpath("//*[@aria-invalid]/@name") == ["amount1"]
    assert payment("1").lines == ()


def test_money_for_none_of_the_claims_stays_listed_and_a_match_is_taken_back(console, money):
    browser = console("clerk").open(WAITS)
    browser.send(f"{WAITS}/none", {"reason": "bank_asked"})
    work()
    assert "bank:1" in browser.open("/console/matching?state=unapplied").main
    browser.open(WAITS).press("Match", invoice0="2026-0001", amount0="100")
    work()
    browser.open(WAITS).press("Take the match back")
    work()
    assert "The match has been taken back." in browser.main
    assert payment("1").lines == ()


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_may_only_look_books_nothing(console, money, role):
    browser = console(role).open(WAITS)
    assert not browser.page.xpath("//main//button")
    for act in ("accept", "match", "none", "unmatch"):
        fields = {"reason": "other", "invoice0": "erp:1", "amount0": "1", "proposal": "0" * 16}
        assert browser.send(f"{WAITS}/{act}", fields).status == 403
    assert payment("1").lines == ()


def test_money_of_another_creditor_is_not_there(console, money):
    browser = console("manager", person="twin", tenant="twin")
    assert browser.open(WAITS).status == 404

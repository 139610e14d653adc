"""A case and its partner in the console: what stands before a hand-over, and a recall's price."""

from __future__ import annotations

import pytest

from shared.cloud import keys, partner_rows, table
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.model import Party
from tests.functions.world import (
    CASE,
    NORDIC,
    eur,
    hand_over,
    know_counterparts,
    load,
    open_case,
    settle_in,
)  # fmt: skip

CANARY = "<script>alert('Aino')</script>"
PAGE = f"/console/cases/{CASE}"


@pytest.fixture
def case(console, monkeypatch):
    """An open case whose claims could go to a partner; its debtor's name would be a script."""
    monkeypatch.setenv("API_URL", "https://hub.example")
    settle_in(NORDIC)
    know_counterparts(NORDIC)
    open_case(NORDIC)
    aino = Party(id="erp:d1", version="1", kind="person", name=CANARY, country="FI")
    table.put({**keys.party(NORDIC, aino.id), "body": aino.model_dump_json()})


@pytest.fixture
def there(case):
    """The partner has one claim of the case; taking it back costs 25.00 EUR."""
    hand_over(NORDIC)
    price("25.00")


def price(amount):
    terms = PartnerTerms(recall_price=eur(amount) if amount else None)
    table.transact([partner_rows.put(partner_rows.terms_key(NORDIC, "partner"), terms)])


def test_what_stands_before_a_hand_over_is_told_in_words_and_changes_nothing(console, case):
    version = load().version
    browser = console("viewer").open(PAGE).click("What a hand-over would need")
    assert "conditions stand in the way" in browser.main
    assert "a step comes before the hand-over" in browser.main
    assert "nobody knows" in browser.main
    assert browser.page.xpath("//aside//a/@href") == ["/console/partners/partner"]
    assert load().version == version


def test_where_nothing_can_be_handed_over_the_page_says_why(console, case):
    hand_over(NORDIC, claims=("erp:1", "erp:2"))
    browser = console("viewer").open(f"{PAGE}/hand-over")
    assert "Nothing of this case can be handed over" in browser.main


def test_the_price_of_a_recall_is_seen_before_it_is_agreed_to(console, there):
    browser = console("clerk").open(PAGE).click("Take back from the partner")
    browser.press("See what it costs", reason="customer_kept")
    assert "Taking back costs €25.00" in browser.main
    assert load().at_partner is None
    browser.press("Take back for €25.00")
    assert "The partner is being told." in browser.main
    (recall,) = load().at_partner.recalls.values()
    assert (recall.price, recall.claims) == (eur("25.00"), ("erp:1",))


def test_a_price_that_changed_meanwhile_is_shown_anew_and_nothing_is_done(console, there):
    browser = console("clerk").open(f"{PAGE}/recall").press("See what it costs")
    price("40.00")
    browser.press("Take back for €25.00")
    assert "The price is another one by now" in browser.main
    assert load().at_partner is None
    browser.press("Change it").press("See what it costs").press("Take back for €40.00")
    assert len(load().at_partner.recalls) == 1


def test_a_price_that_nobody_knows_is_agreed_to_as_that(console, there):
    price(None)
    browser = console("clerk").open(f"{PAGE}/recall").press("See what it costs")
    assert "Nobody knows the price" in browser.main
    browser.press("Take back all the same")
    assert len(load().at_partner.recalls) == 1


def test_what_was_taken_back_already_is_refused_in_words(console, there):
    browser = console("clerk").open(f"{PAGE}/recall").press("See what it costs")
    browser.press("Take back for €25.00")
    browser.open(f"{PAGE}/recall").press("See what it costs")
    assert browser.status == 409
    assert "It was called back already" in browser.main


def test_a_case_without_a_partner_has_nothing_to_take_back(console, case):
    browser = console("clerk").open(PAGE)
    assert "Take back from the partner" not in browser.main
    assert "There is nothing to take back." in browser.open(f"{PAGE}/recall").main


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_may_only_look_takes_nothing_back(console, there, role):
    browser = console(role).open(PAGE)
    assert "Take back from the partner" not in browser.main
    fields = {"id": "r1", "reason": "other", "price": '{"amount": "25.00", "currency": "EUR"}'}
    for step in ("check", "do"):
        assert browser.send(f"{PAGE}/recall/{step}", fields).status == 403
    assert load().at_partner is None


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_each_page_is_there_in_each_language(console, there, language):
    browser = console("clerk", language=language)
    for page in ("", "/hand-over", "/recall"):
        assert browser.open(f"{PAGE}{page}").status == 200
    fields = {"id": "r1", "reason": "other"}
    assert browser.send(f"{PAGE}/recall/check", fields).status == 200

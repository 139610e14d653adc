"""Papers of a case in the console: documents by links, readings of its file, links to pay by."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.cloud import case_reads, documents, handed, table
from tests.functions.providers import connected, stripe
from tests.functions.test_case_documents import LETTER, digest, intended
from tests.functions.test_payment_links import _listed
from tests.functions.world import (
    CASE,
    FILE,
    HAND_OVER,
    NORDIC,
    REMINDER,
    append,
    hand_over,
    open_case,
    settle_in,
)  # fmt: skip

PAGE = f"/console/cases/{CASE}"


@pytest.fixture
def case(console):
    """A case with a letter that went out."""
    settle_in(NORDIC)
    open_case(NORDIC)
    documents.put(NORDIC, f"letters/{REMINDER}.json", LETTER, "application/json")
    append(NORDIC, CASE, intended(document_hash=digest(LETTER)))


@pytest.fixture
def provider(case, monkeypatch):
    """A payment provider in use."""
    with stripe() as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        connected(NORDIC, server.origin)
        _listed("stripe")
        yield server


def test_what_went_out_is_a_link_away_from_its_contact(console, case):
    browser = console("viewer").open(PAGE).click("Documents friendly")
    (url,) = browser.page.xpath("//tbody//a/@href")
    assert f"letters/{REMINDER}.json" in url
    assert digest(LETTER) in browser.main


def test_an_act_without_a_document_says_so_and_a_case_of_others_is_not_there(console, case):
    browser = console("viewer").open(f"{PAGE}/documents/nothing")
    assert browser.status == 200
    assert "There is no document of this" in browser.main
    twin = console("manager", person="twin", tenant="twin")
    for page in (f"documents/{REMINDER}", "reads", "payment-link"):
        assert twin.open(f"{PAGE}/{page}").status == 404
        assert "There is no document of this" not in twin.main


def test_who_read_the_case_file_is_listed(console, case):
    hand_over(NORDIC)
    browser = console("viewer").open(PAGE).click("Who read the case file")
    assert "Nobody has read it" in browser.main
    by = case_reads.Reading(NORDIC, "partner-client", "partner", datetime(2026, 3, 2, tzinfo=UTC))
    file = handed.HandedOver(HAND_OVER, "f", digest(FILE), 1, by.now, ("erp:1",))
    table.transact([case_reads.entry(by, CASE, file)])
    assert "partner-client" in browser.open(f"{PAGE}/reads").main


def test_a_link_to_pay_a_claim_by_is_made_and_shown_to_be_copied(console, provider):
    browser = console("clerk").open(PAGE).click("Link to pay by")
    browser.press("Make the link", claim="erp:1")
    (url,) = browser.page.xpath("//*[contains(@class, 'copy')]//code/text()")
    assert url.startswith("https://")
    assert browser.page.xpath("//h2[@id='made']/text()")[0].startswith("erp:1 · €")
    browser.press("Make the link", claim="erp:1")
    assert url in browser.main


def test_without_a_provider_in_use_the_fault_is_said(console, case):
    browser = console("clerk").open(f"{PAGE}/payment-link").press("Make the link")
    assert browser.status == 422
    assert "no payment provider is in use" in browser.main


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_who_may_only_look_makes_no_link(console, case, role):
    browser = console(role).open(PAGE)
    assert "Link to pay by" not in browser.main
    assert browser.send(f"{PAGE}/payment-link", {"claim": "erp:1"}).status == 403

"""Papers of a case in the console: documents by links, readings of its file, links to pay by."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime

import pytest

from shared.cloud import case_reads, documents, handed, table
from shared.domain.events import ActSent
from shared.domain.state_events import PayerSaid
from tests.functions.providers import connected, stripe
from tests.functions.test_case_documents import LETTER, digest, intended
from tests.functions.test_payment_links import _listed
from tests.functions.world import (
    CASE,
    FILE,
    HAND_OVER,
    NORDIC,
    NOW,
    REMINDER,
    append,
    hand_over,
    open_case,
    settle_in,
)  # fmt: skip

PAGE = f"/console/cases/{CASE}"
CANARY = "<script>alert(1)</script>"


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


WRITTEN = {
    "language": "fi", "subject": "Maksumuistutus", "text": "Hei", "sms": "Maksathan?",
    "html": "<p>Hyv\u00e4 Aino</p><script>alert(1)</script>", "hash": "0" * 64,
}  # fmt: skip


def went(*, short=False):
    """A letter that went out in a case."""
    body = json.dumps(WRITTEN).encode()
    settle_in(NORDIC)
    open_case(NORDIC)
    documents.put(NORDIC, f"letters/{REMINDER}.json", body, "application/json")
    append(NORDIC, CASE, intended(document_hash=digest(body), short=short))
    append(NORDIC, CASE, ActSent(at=NOW, act=REMINDER, on=date(2026, 3, 2)))


def test_a_letter_is_read_on_its_page_in_a_frame_that_may_do_nothing(console):
    went()
    browser = console("viewer").open(f"{PAGE}/documents/{REMINDER}")
    assert browser.page.xpath("//h2/text()") == ["Maksumuistutus", "The very bytes"]
    facts = [one.text_content().split() for one in browser.page.xpath("//main//dd")]
    assert facts == [["2", "March", "2026"], ["post", "Sent"]]
    (frame,) = browser.page.xpath("//iframe")
    assert frame.get("sandbox") == ""
    seen = browser.open(frame.get("src"))
    assert base64.b64decode(seen.text).decode() == WRITTEN["html"]
    assert seen.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "; sandbox" in seen.headers["content-security-policy"]
    assert browser.open(f"{PAGE}/documents/nothing/letter").status == 404


def test_a_text_message_is_read_as_its_text(console):
    went(short=True)
    browser = console("viewer").open(f"{PAGE}/documents/{REMINDER}")
    assert browser.page.xpath("//pre/text()") == ["Maksathan?"]
    assert not browser.page.xpath("//iframe")


def test_what_a_payer_wrote_is_read_as_words_and_its_file_is_a_link_away(console, case):
    name = f"evidence/{CASE}/p1.json"
    body = json.dumps({"ground": "not_received", "words": CANARY}).encode()
    documents.put(NORDIC, name, body, "application/octet-stream")
    said = PayerSaid(
        at=NOW, said="p1", about="dispute", link="l", claim="erp:1", document=name,
        document_hash=digest(body),
    )  # fmt: skip
    append(NORDIC, CASE, said)
    browser = console("viewer").open(f"{PAGE}/documents/p1")
    assert browser.page.xpath("//pre/text()") == [CANARY]
    facts = [one.text_content() for one in browser.page.xpath("//main//dd")]
    assert facts[2:] == ["the claim is contested · erp:1", facts[3]]
    assert "_" not in facts[3]
    assert len(browser.page.xpath("//tbody//a")) == 1


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

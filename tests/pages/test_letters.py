"""The console's letters: each as it would read, own sentences checked before they are kept."""

from __future__ import annotations

import base64

import pytest

from functions import admin
from functions.pages.words import CONSOLE, words
from shared.cloud import keys, letter_rows, table
from tests.functions.world import CREDITOR, NORDIC, answer, call

HERE = "/console/letters/fi/reminder/friendly"
CANARY = "<script>alert(1)</script>"


def kept():
    row = table.get(letter_rows.index_key(NORDIC))
    own = letter_rows.own(NORDIC, row, ["fi/reminder/friendly"], ())
    return dict(own.sentences.get("fi/reminder/friendly", {}))


def bytes_of(browser):
    return base64.b64decode(browser.text)


def typed(browser):
    (form,) = browser.page.xpath("//form[contains(@class, 'sentences')]")
    return {name: text for name, text in form.fields.items() if text is not None}


def test_the_gallery_begins_in_the_creditors_language_and_shows_every_letter_and_tone(console):
    browser = console("viewer").open("/console/letters")
    titles = [one.text for one in browser.page.xpath("//h2/a")]
    assert len(titles) == 12
    assert "Missed instalment, firm" in titles
    assert browser.page.xpath("//a[@aria-current='true'][normalize-space()='Finnish']")
    browser.open("/console/letters?language=sv&tone=firm&letter=reminder")
    assert [one.get("href") for one in browser.page.xpath("//h2/a")] == [
        "/console/letters/sv/reminder/firm"
    ]
    (card,) = browser.page.xpath("//main//li[contains(@class, 'card')]")
    assert "Betalningspåminnelse" in card.text_content()


def test_without_an_account_the_gallery_says_what_is_lacking(console):
    body = {**CREDITOR, "accounts": []}
    assert answer(admin.handler(call("PUT /v1/creditor", body=body), None))[0] == 200
    for address in ("/console/letters", HERE):
        page = console("viewer").open(address)
        assert page.status == 200
        assert "account.iban" in page.main


def test_before_the_creditor_has_a_profile_the_pages_say_what_is_needed_first(console):
    table.transact([table.delete_write(keys.creditor(NORDIC))])
    for address in ("/console/letters", HERE):
        page = console("administrator").open(address)
        assert page.status == 200
        assert page.page.xpath("//main//a[@href='/console/first-hour/creditor']")
    assert console("administrator").open("/console/policies/new").status == 200


def test_a_letter_is_seen_as_mail_text_message_and_paper_in_two_languages(console):
    browser = console("viewer").open(f"{HERE}?second=sv&capacity=business")
    (frame,) = browser.page.xpath("//iframe")
    assert frame.get("sandbox") == ""
    browser.open(frame.get("src"))
    mail = bytes_of(browser).decode()
    assert 'lang="sv"' in mail
    assert browser.headers["content-security-policy"].startswith("default-src 'none'")
    assert "sandbox" in browser.headers["content-security-policy"]

    assert browser.open(f"{HERE}?as=text").page.xpath("//pre")
    assert "One message" in browser.open(f"{HERE}?as=sms").main
    browser.open(f"{HERE}?as=paper").click("Download it")
    assert bytes_of(browser).startswith(b"%PDF-")
    assert browser.headers["content-disposition"] == (
        'attachment; filename="reminder-friendly-fi.pdf"'
    )


def test_own_sentences_are_looked_at_kept_and_taken_back(console):
    browser = console("administrator").open(f"{HERE}/edit")
    said = {**typed(browser), "sentences.paid": f"Kiitos {CANARY}", "sentences.greeting": "Moi!"}

    browser.send(f"{HERE}/look", said)
    assert b"Moi!" in bytes_of(browser)
    assert CANARY.encode() not in bytes_of(browser)
    short = {**said, "as": "sms", "sentences.sms_one": "Hei, {creditor_name}: {contact}"}
    browser.send(f"{HERE}/look", short)
    assert b"Hei, Nordic Oy: billing@nordic.example" in bytes_of(browser)
    assert b"One message" in bytes_of(browser)
    assert kept() == {}

    browser.send(HERE, said)
    assert "Saved." in browser.main
    assert "2 sentences of your own." in browser.main
    assert kept() == {"paid": f"Kiitos {CANARY}", "greeting": "Moi!"}
    assert typed(browser.open(f"{HERE}/edit"))["sentences.greeting"] == "Moi!"

    browser.open(HERE).press("Back to ours")
    assert "Our words stand again." in browser.main
    assert kept() == {}


def test_a_form_emptied_by_hand_leaves_ours(console):
    browser = console("administrator").open(f"{HERE}/edit")
    browser.send(HERE, {**typed(browser), "sentences.greeting": "Moi!"})
    browser.open(f"{HERE}/edit")
    browser.send(HERE, {**typed(browser), "sentences.greeting": "  "})
    assert "Our words stand again." in browser.main
    assert kept() == {}


def test_what_a_sentence_may_not_say_is_named_beside_it_and_nothing_is_kept(console):
    browser = console("administrator").open(f"{HERE}/edit")
    said = {
        **typed(browser), "sentences.opening_one": "Maksa {amount}",
        "sentences.paid": "Katso https://muualla.example/",
    }  # fmt: skip
    browser.send(f"{HERE}/look", said)
    assert b"Opening, one invoice" in bytes_of(browser)
    assert b"muualla" not in bytes_of(browser)

    browser.send(HERE, said)
    assert browser.status == 422
    faulty = {one.get("name"): one.text for one in browser.page.xpath("//*[@aria-invalid]")}
    assert faulty["sentences.paid"] == "Katso https://muualla.example/"
    assert faulty.keys() == {"sentences.opening_one", "sentences.paid"}
    assert browser.page.xpath("//a[@href='#f-sentences.paid']")
    assert kept() == {}


@pytest.mark.parametrize("role", ["viewer", "clerk", "manager", "auditor"])
def test_only_who_sets_up_writes_letters(console, role):
    browser = console(role).open(HERE)
    assert not browser.page.xpath("//main//form[@method='post']")
    assert not browser.page.xpath(f"//a[@href='{HERE}/edit']")
    browser.send(HERE, {"sentences.greeting": "Moi!"})
    assert browser.status == 403
    assert kept() == {}


@pytest.mark.parametrize("which", ["et/reminder/firm", "fi/demand/firm", "fi/reminder/rude"])
def test_a_letter_that_the_hub_does_not_write_is_not_there(console, which):
    browser = console("administrator")
    for path in ("", "/edit"):
        assert browser.open(f"/console/letters/{which}{path}").status == 404


@pytest.mark.parametrize("language", CONSOLE)
def test_every_letter_tone_and_language_has_its_word(console, language):
    t = words(language, "common", "letters")
    _, listed = answer(admin.handler(call("GET /v1/letters"), None))
    for one in listed["letters"]:
        assert t(f"in_{one['language']}")
        assert t(f"about_{one['letter']}") != t(f"letter_{one['letter']}")
        assert t(f"tone_{one['tone']}")

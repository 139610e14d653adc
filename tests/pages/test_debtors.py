"""One debtor in the console: cases, links, what binds the data, an erasure, and two made one."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from shared.cloud import keys, legal_holds, payer_links, table
from tests.functions.money import cases, connected, invoice, open_now, see
from tests.functions.payers import linked
from tests.functions.test_data_rights import paid
from tests.functions.test_debtors import ONE, TWO, party, tell
from tests.functions.world import NORDIC, REMINDER, append
from tests.pages.test_case_papers import intended

CANARY = "<script>alert('Aino')</script>"
PAGE = f"/console/debtors/{ONE}"


@pytest.fixture
def debtor(console):
    """Two debtors with an overdue invoice each; the name of the first would be a script."""
    connected("erp")
    connected("bank")
    aino = party(ONE, name=CANARY, emails=(CANARY,))
    tell(aino, party(TWO, name="Eino"), invoice("1"), invoice("2"))
    (case,) = (one for one in cases() if one.debtor == ONE)
    return case.id


@pytest.fixture
def link(debtor, monkeypatch):
    """A message with a link to the debtor's own page."""
    monkeypatch.setenv("PAYER_URL", "https://hub.example")
    append(NORDIC, debtor, intended())
    linked(case=debtor)
    return debtor


def counts(debtor=ONE):
    return table.get(keys.debtor(NORDIC, debtor)) or {}


def test_a_debtor_is_shown_with_what_the_books_say_and_its_cases(console, debtor):
    browser = console("viewer").open(f"/console/cases/{debtor}").click(ONE)
    assert browser.page.xpath("//h1/text()") == [CANARY]
    assert browser.main.count(CANARY) == 2
    assert "Katu 1, 00100 Helsinki" in browser.main
    (row,) = browser.page.xpath("//tbody/tr")
    assert row.xpath("./th/a/text()") == [debtor]
    assert "No message with a link has gone out yet." in browser.main


def test_one_link_is_ended_by_a_word_or_all_of_them(console, link):
    second = f"{REMINDER}-2"
    append(NORDIC, link, intended(act=second))
    linked(case=link, act=second)
    browser = console("clerk").open(PAGE)
    (_, first, _) = browser.page.xpath("//select[@name='link']/option/@value")
    browser.press("End it", link=first, reason="debtor_asked")
    assert "The link opens nothing any more." in browser.main
    assert [payer_links.name_of(row) for row in ended()] == [first]
    browser.press("End it", link="", reason="address_lost")
    assert len(ended()) == 2
    assert not browser.page.xpath("//select[@name='link']")


def ended():
    return [row for row in payer_links.listed(NORDIC, ONE) if "revoked" in row]


def test_data_is_restricted_and_let_go_again(console, debtor):
    browser = console("manager").open(PAGE)
    browser.press("Restrict the data", reason="accuracy_contested")
    assert "nothing goes out" in browser.main
    assert "restricted" in counts()
    browser.press("Lift the restriction", reason="settled")
    assert "The restriction is lifted." in browser.main
    assert "restricted" not in counts()


def test_a_case_is_kept_whatever_its_time_and_the_list_of_holds_leads_to_it(console, debtor):
    key = legal_holds.key_of(NORDIC, f"case:{debtor}")
    browser = console().open("/console/settings/legal-holds")
    assert "A hold is set on the page of a debtor or of a case." in browser.main
    browser.open(f"/console/cases/{debtor}").click("Legal hold")
    browser.press("Keep everything", reason="authority_asked")
    assert "Everything is kept." in browser.main
    assert "an authority asks for it" in browser.main
    assert table.get(key)["reason"] == "authority_asked"
    browser.open("/console/settings/legal-holds").click(debtor)
    browser.press("End the legal hold", reason="over")
    assert "No legal hold stands on this case." in browser.main
    assert table.get(key) is None


def test_who_may_not_keep_a_case_is_neither_led_there_nor_obeyed(console, debtor):
    clerk = console("clerk").open(f"/console/cases/{debtor}")
    assert not clerk.page.xpath("//a[contains(@href, 'legal-hold')]")
    clerk.send(f"/console/cases/{debtor}/legal-hold", {"held": "yes", "reason": "other"})
    assert clerk.status == 403
    assert table.get(legal_holds.key_of(NORDIC, f"case:{debtor}")) is None


def test_a_legal_hold_hinders_an_erasure_until_it_ends(console, debtor):
    browser = console("manager").open(PAGE).press("Keep everything", reason="suit_filed")
    assert "Legal hold" in browser.main
    assert "a suit was filed" in browser.main
    browser.click("What an erasure would do")
    assert len(browser.page.xpath("//section[contains(@class, 'warn')]//li")) > 1
    assert "Erase for good" not in browser.main
    assert browser.send(f"{PAGE}/erasure", {"reason": "other"}).status == 409
    browser.open(PAGE).press("End the legal hold", reason="over")
    assert "The legal hold has ended." in browser.main


def test_a_person_is_erased_after_it_was_seen_what_goes_and_stays(console, debtor):
    see(paid())
    assert open_now()["1"] == "0.00"
    browser = console("manager").open(PAGE).click("What an erasure would do")
    assert "What stays, and why" in browser.main
    browser.press("Erase for good", reason="request_of_the_person")
    assert "The person has been erased." in browser.main
    assert browser.page.xpath("//h1/text()") == [ONE]
    assert CANARY not in browser.main
    tell(party(ONE, name="Aino", version="2"))
    assert browser.open(PAGE).page.xpath("//h1/text()") == [ONE]
    browser.open(f"{PAGE}/erasure").press("A customer again after an erasure")
    tell(party(ONE, name="Aino", version="3"))
    assert browser.open(PAGE).page.xpath("//h1/text()") == ["Aino"]


def test_everything_about_a_person_is_a_file_by_a_link(console, debtor):
    browser = console("manager").open(PAGE).press("Everything about the person")
    (url,) = browser.page.xpath("//a[contains(@class, 'button')]/@href")
    assert "/exports/" in url
    assert ".zip" in url


def test_two_records_are_made_one_and_taken_apart_again(console, debtor):
    browser = console("clerk").open(PAGE).click("One with another debtor")
    browser.press("Make them one", into="erp:nobody")
    assert browser.status == 404
    assert browser.page.xpath("//input[@name='into' and @aria-invalid]/@value") == ["erp:nobody"]
    assert "no debtor has this id" in browser.main
    browser.press("Make them one", into=TWO)
    assert "The two are one now." in browser.main
    assert counts()["into"] == TWO
    browser.click("Not the same after all")
    # Its own claim first, by number, sum and day; the other debtor's too, not as one that came.
    labels = browser.page.xpath("//input[@name='claims']/following-sibling::label/text()")
    first, second = (" ".join(one.split()) for one in labels)
    assert first == "2026-0001 · €100.00 · due 15 January 2026 · came with it"
    assert second == "2026-0002 · €100.00 · due 15 January 2026"
    form = browser.page.xpath("//form[contains(@action, '/split')]")[0]
    browser.send(form.action, {"claims": ["erp:2"], "reason": "mistake"})
    assert browser.status == 409
    assert browser.page.xpath("//input[@name='claims'][@checked]/@value") == ["erp:2"]
    browser.send(form.action, {"claims": ["erp:1"], "reason": "mistake"})
    assert "They are two again." in browser.main
    assert "into" not in counts()


def test_a_merge_that_is_not_sound_is_refused_in_words(console, debtor):
    browser = console("clerk").open(f"{PAGE}/identity").press("Make them one", into=ONE)
    assert browser.status == 409
    assert browser.page.xpath("//*[@role='alert']")


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("viewer", set()),
        ("auditor", {"erasure"}),
        ("clerk", {"identity", "revoke"}),
        ("manager", {"erasure", "identity", "revoke", "restriction", "legal-hold", "export"}),
    ],
)
def test_nobody_is_offered_what_they_may_not_do(console, link, role, seen):
    browser = console(role).open(PAGE)
    found = {
        str(one).rpartition("/")[2]
        for one in browser.page.xpath("//main//a/@href | //main//form/@action")
        if unquote(one).startswith(PAGE)
    }
    assert found == seen
    acts = {"erasure", "merge", "split", "export", "restriction", "legal-hold",
            "payer-links/revoke", "known-again"}  # fmt: skip
    also = {"clerk": {"merge", "split"}, "manager": {"merge", "split", "known-again"}}
    mine = seen | also.get(role, set())
    for act in acts:
        if act.rpartition("/")[2] not in mine or (role, act) == ("auditor", "erasure"):
            fields = {"reason": "other", "into": TWO, "held": "yes", "restricted": "yes"}
            assert browser.send(f"{PAGE}/{act}", fields).status == 403, act
    assert not counts().keys() & {"restricted", "into"}


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_each_page_is_there_in_each_language(console, link, language):
    browser = console("administrator", language=language)
    for page in ("", "/erasure", "/identity"):
        assert browser.open(f"{PAGE}{page}").status == 200
    assert browser.send(f"{PAGE}/export", {}).status == 200


def test_a_debtor_of_another_creditor_is_not_there(console, debtor):
    browser = console("administrator", person="twin", tenant="twin").open("/console/partners")
    for page in ("", "/erasure", "/identity"):
        assert browser.open(f"{PAGE}{page}").status == 404
    browser.open("/console/partners")
    for act in ("erasure", "merge", "split", "export", "restriction", "legal-hold",
                "payer-links/revoke"):  # fmt: skip
        fields = {"reason": "other", "into": TWO, "held": "yes", "restricted": "yes"}
        assert browser.send(f"{PAGE}/{act}", fields).status == 404, act
        browser.open("/console/partners")

"""What an address or a form may bring along, and where it leads: never out of our own pages."""

from __future__ import annotations

import json

import pytest

from functions.pages import session
from functions.pages.answers import redirect
from functions.pages.routes import found
from functions.pages.visit import of_event
from shared.cloud import sealing
from tests.functions.money import connected, invoice, payment, see, sighting, tell, work


def kept(browser):
    """What the cookie of a question to the pool says."""
    return json.loads(sealing.unseal(browser.cookies[session.ASKED], session.ASKED))


def strangers(console):
    browser = console()
    browser.cookies.clear()
    return browser


@pytest.mark.parametrize(("asked", "back"), [
    ("/console", ""),
    ("/console/tasks?why=approve_remind&cursor=x&done=told", "/tasks?why=approve_remind"),
    ("/console/x%0d%0aset-cookie:%20a=b", "/x%0d%0aset-cookie:%20a=b"),
    ("/console//evil.example", "//evil.example"),
    ("/console/%2F%2Fevil.example", "/%2F%2Fevil.example"),
    # Longer ones would not fit into a cookie, and nobody could sign in by them.
    ("/console/" + "a" * 4_000, ""),
])  # fmt: skip
def test_a_look_without_a_session_comes_back_to_a_page_of_ours(console, asked, back):
    browser = strangers(console).open(asked, follow=False)
    assert kept(browser)["to"] == back
    assert len(browser.cookies[session.ASKED]) < 3_000
    assert browser.headers["location"].startswith("https://pool.example/oauth2/authorize?")


def test_no_redirect_begins_a_header_of_its_own_or_leaves_ascii():
    to = redirect("/console/x\r\nset-cookie: a=b\x00ä?q=%C3%A4&b=[1]").headers["location"]
    assert to == "/console/x%0D%0Aset-cookie:%20a=b%00%C3%A4?q=%C3%A4&b=[1]"


def test_a_form_without_a_session_is_answered_here_and_not_at_the_pool(console):
    # A browser lets no form lead to another origin by a redirect (CSP3, form-action): its button
    # would do nothing at all.
    browser = strangers(console)
    browser.send("/console/tasks/asked/answer", {"answer": "yes"})
    assert (browser.status, "location" in browser.headers) == (403, False)
    assert "You have to sign in again" in browser.main
    assert session.ASKED not in browser.cookies


def test_a_link_puts_no_sentence_of_its_own_on_a_page(console):
    browser = console().open("/console/tasks?done=You_were_hacked,_call_0700_123")
    assert "hacked" not in browser.text
    assert not browser.page.xpath("//*[@role='status']")
    assert console().open("/console/tasks?done=saved").page.xpath("//*[@role='status']")


def test_a_part_of_an_address_is_decoded_once_it_is_known_to_be_one():
    event = {"rawPath": "/console/matching/bank:2026%2F1%25"}
    path = of_event(event, "/console").path
    assert found({"GET /matching/{id}": 1}, "GET", path) == (1, {"id": "bank:2026/1%"})
    assert found({"GET /matching/{id}": 1}, "GET", "/matching/a/b") is None
    assert of_event({"rawPath": "/console/a\r\nb: ä"}, "/console").path == "/a%0D%0Ab:%20%C3%A4"


def test_money_whose_bank_puts_slashes_into_ids_is_matched_too(console):
    connected("erp")
    connected("bank")
    tell(invoice("1"), invoice("2"))
    see(sighting("2026/1?a"))
    browser = console("clerk").open("/console/matching").click("bank:2026/1?a")
    assert browser.status == 200
    form = browser.page.xpath("//form[contains(@action,'/accept')]")[0]
    browser.send(form.action, dict(form.fields))
    work()
    assert browser.status == 200
    assert payment("2026/1?a").resolution.rule == "person"


def test_the_language_of_the_first_page_leads_back_to_it(console):
    browser = console().open("/console")
    assert browser.page.xpath("//input[@name='back']/@value") == ["/console"]
    browser.press("Change", language="sv")
    assert (browser.path, browser.status) == ("/console", 200)


def test_a_pool_that_leads_elsewhere_is_given_no_code():
    asked = session.urllib.request.Request("https://pool.example/oauth2/token", data=b"x")
    (stays,) = [one for one in session._pool.handlers if isinstance(one, session._Stays)]
    to = (302, "Found", {}, "https://evil.example/")
    assert stays.redirect_request(asked, None, *to) is None

"""Every message bears the link to its debtor's own page, and the rows by which it opens."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from connectors.contract import Receipt
from functions import remind, touching
from shared.cloud import clock, keys, payer_links, step, table
from shared.cloud.store import Store, Token
from shared.domain.formats import LANGUAGES
from shared.domain.layout import Code
from shared.domain.letter import compose, render
from shared.domain.model import OpenItem
from tests.domain.test_letter import letter
from tests.functions.browser import Browser
from tests.functions.payers import NUMBER, ORIGIN, know, settle
from tests.functions.world import CASE, NORDIC, eur, open_case

PAGE = f"{ORIGIN}/p/{'a' * 26}"


@pytest.fixture
def mail(aws, monkeypatch):
    """What goes out by mail, once the books were asked."""
    caught = []
    monkeypatch.setenv("OUTBOUND", "on")
    table.put({**keys.control(NORDIC), "outbound": "on"})
    fresh = {"state": "enabled", "fresh_as_of": clock.stamp(clock.now()), "config": "{}"}
    table.put({**keys.connection(NORDIC, "erp"), "connector": "erp.tryton", **fresh})
    table.put({**keys.connection(NORDIC, "email"), "connector": "channels.email",
               "state": "enabled"})  # fmt: skip
    know()
    open_case(NORDIC)

    def send(message, *, key):
        caught.append(message)
        return Receipt(outcome="accepted", reference="m1")

    def open_items(claims):
        return [OpenItem(invoice=one, open=eur("100.00")) for one in claims]

    books = SimpleNamespace(open_items=open_items)
    monkeypatch.setattr(remind, "connect", lambda tenant, row: SimpleNamespace(send=send))
    monkeypatch.setattr(touching, "connect", lambda tenant, row, urgent: books)
    return caught


def framed():
    """The case as it stands, as a function reads it."""
    store = Store(NORDIC)
    loaded = store.load(CASE)
    token = Token(CASE, loaded.head["version"], loaded.head["attempt"], loaded.head["snap"])
    return step.frame(store, token, loaded, clock.now())


def remind_now(done="sent"):
    store = Store(NORDIC)
    loaded = store.load(CASE)
    token = Token(CASE, loaded.head["version"], loaded.head["attempt"], loaded.head["snap"])
    decision = step.frame(store, token, loaded, clock.now()).decision()
    event = {
        "tenant": "nordic", "case": CASE, "debtor": "erp:d1", "act": decision.act,
        "channels": ["email"], "version": token.version, "attempt": token.attempt,
        "snapshot": token.snapshot,
    }  # fmt: skip
    assert remind.handler(event, None) == {"done": done}
    return decision.act


def test_the_link_in_the_mail_opens_the_case_that_it_is_about(mail, monkeypatch):
    settle(monkeypatch)
    act = remind_now()
    address = payer_links.url(NORDIC, "erp:d1", CASE, act)
    (message,) = mail
    assert address in message.text
    assert f'<a href="{address}"' in message.html

    browser = Browser().open(address.removeprefix(ORIGIN))
    browser.send(address.removeprefix(ORIGIN), {"fact": NUMBER})
    assert "Nordic Oy" in browser.words


def test_without_an_address_for_the_page_a_message_is_as_before(mail, monkeypatch, rows):
    monkeypatch.delenv("PAYER_URL", raising=False)
    remind_now()

    assert "http" not in mail[0].text
    assert not [one for one in rows() if "PAYER" in one["pk"] + one["sk"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("capacity", ["consumer", "business"])
def test_in_every_language_it_stands_where_one_asks_for_help(language, capacity):
    changes = {"language": language, "capacity": capacity}
    plain, linked = (letter(**changes, page=page) for page in (None, PAGE))
    made = render(linked)
    (code,) = [
        one for one in compose(linked).blocks if isinstance(one, Code) and one.payload == PAGE
    ]

    assert made.text.count(PAGE) == 1
    assert made.text.index(PAGE) > made.text.index(linked.account.iban[-4:])
    both = render(letter(**changes, page=PAGE, second_language="de"))
    assert made.sms.endswith(PAGE)
    assert (both.sms.count(PAGE), both.text.count(PAGE)) == (1, 2)
    assert code.label
    assert render(plain).text == made.text.replace(_sentence(made.text), "")


def _sentence(text):
    """The paragraph with the link, and the blank line before it."""
    return next(f"\n\n{one}" for one in text.split("\n\n") if PAGE in one)

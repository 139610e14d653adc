"""What is stored of a message opens nothing; what its debtor gets opens the payer's own page."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from types import SimpleNamespace

import pypdfium2
import pytest

from connectors.contract import Receipt
from functions import remind, resending
from shared.cloud import clock, documents, keys, payer_links, table
from shared.cloud.store import Store
from shared.domain.envelope import DIN_LEFT
from shared.domain.events import ReminderIntended
from shared.errors import NotFound
from tests.functions.payers import ORIGIN, settle
from tests.functions.test_payer_in_messages import framed, mail, remind_now
from tests.functions.world import CASE, NORDIC, NOW

__all__ = ["mail"]


@pytest.fixture
def linked(mail, monkeypatch):
    """The mail of a stack that has an address for the payer's page."""
    settle(monkeypatch)
    return mail


def token_of(act):
    return payer_links.token(NORDIC, "erp:d1", CASE, act)


def test_what_is_stored_of_a_mail_holds_no_link_that_opens(linked):
    act = remind_now()
    stored = documents.get(NORDIC, f"letters/{act}.json").decode()
    (message,) = linked

    assert token_of(act) in message.text
    assert token_of(act) in message.html
    assert token_of(act) not in stored
    shown = json.loads(stored)["text"]
    assert shown.replace(f"{ORIGIN}/p/...", f"{ORIGIN}/p/{token_of(act)}") == message.text


def words_of(page):
    with pypdfium2.PdfDocument(page) as document:
        text = "".join(one.get_textpage().get_text_range() for one in document)
    return "".join(text.split())


@pytest.fixture
def posted(linked, monkeypatch):
    """The same on paper: what went to the printer."""
    way = {**keys.connection(NORDIC, "email"), "connector": "channels.letter", "state": "enabled",
           "config": "{}"}  # fmt: skip
    table.put(way)
    printed = []

    def send(message, *, key):
        printed.append(message)
        return Receipt(outcome="unknown")

    printer = SimpleNamespace(send=send, window=DIN_LEFT)
    for module in (remind, resending):
        monkeypatch.setattr(module, "connect", lambda tenant, row: printer)
    return printed


def test_pages_that_people_see_are_a_copy_of_those_that_were_printed(posted):
    act = remind_now("retry")
    (intent,) = [one for one in Store(NORDIC).events(CASE) if isinstance(one, ReminderIntended)]
    copy = documents.get(NORDIC, intent.page)
    (message,) = posted

    assert f"{ORIGIN}/p/{token_of(act)}" in words_of(message.pdf)
    assert token_of(act) not in words_of(copy)
    assert f"{ORIGIN}/p/..." in words_of(copy)
    assert intent.page_hash == hashlib.sha256(copy).hexdigest()


def test_a_letter_that_goes_again_is_the_page_that_was_printed(posted, monkeypatch):
    act = remind_now("retry")
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(minutes=20))
    run = framed()
    notice = run.case.notices[act]
    assert resending.resent(run, notice, {"conn": "email", "attempt": 1})

    first, again = posted
    assert again.pdf == first.pdf
    assert again.text == first.text


def test_with_the_copy_goes_what_was_printed(posted):
    act = remind_now("retry")
    name = documents.pages(act, linked=True)
    assert documents.erase(NORDIC, name) == 2
    with pytest.raises(NotFound):
        documents.get(NORDIC, documents.printed(name))


def test_where_a_message_bears_no_link_there_is_one_page(posted, monkeypatch):
    monkeypatch.delenv("PAYER_URL")
    act = remind_now("retry")
    name = documents.pages(act, linked=False)

    assert documents.get(NORDIC, name) == posted[0].pdf
    assert documents.printed(name) == name

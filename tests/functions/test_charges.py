"""The letter for interest and fees alone goes out when the books, asked now, call it settled."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace

import pytest

from connectors.contract import Receipt
from functions import remind, touching
from shared.cloud import clock, documents, keys, step, table
from shared.cloud.store import Store, Token
from shared.domain.decide import Ask, Remind
from shared.domain.events import ActSent, ClaimMissing, PaymentAllocated, ReminderIntended
from shared.domain.explain import content_hash
from shared.domain.law import load
from shared.domain.model import OpenItem, Party
from shared.domain.policy import Policy
from shared.domain.replaying import World, again, decisions
from tests.functions.world import CASE, NORDIC, NOW, POLICY, eur, open_case

GOING = {**POLICY, "extras": {"residual": "continue"}}
# The law of the tests is signed off by nobody: a letter without a fee of its own may go.


@pytest.fixture
def settled(aws, monkeypatch):
    """A claim whose principal was paid after a reminder with a fee; its letter may go by mail."""
    monkeypatch.setenv("OUTBOUND", "on")
    table.put({**keys.control(NORDIC), "outbound": "on"})
    policy = Policy.model_validate(GOING)
    row = {"body": policy.model_dump_json(), "hash": content_hash(policy)}
    table.put({**keys.policy(NORDIC, "standard", 1), **row})
    fresh = {"state": "enabled", "fresh_as_of": clock.stamp(clock.now()), "config": "{}"}
    table.put({**keys.connection(NORDIC, "erp"), "connector": "erp.tryton", **fresh})
    mail = {"connector": "channels.email", "state": "enabled"}
    table.put({**keys.connection(NORDIC, "email"), **mail})
    party = Party(
        id="erp:d1", version="1", kind="person", name="Aino", country="FI", language="en",
        emails=("aino@post.example",),
    )  # fmt: skip
    table.put({**keys.party(NORDIC, "erp:d1"), "body": party.model_dump_json()})
    open_case(NORDIC, claims=("erp:1",))
    intent = ReminderIntended(
        at=NOW, act="r1", step="firm", claims=("erp:1",), channel="email", tone="firm",
        language="en", deadline=date(2026, 2, 19), document="letter", content_hash="0" * 64,
        fee=eur("5.00"), fee_claim="erp:1", fee_rule="FI-C-REM",
    )  # fmt: skip
    paid = PaymentAllocated(
        at=NOW, payment="erp:p", claim="erp:1", amount=eur("100.00"),
        value_date=date(2026, 2, 20), received=date(2026, 2, 20), booked=date(2026, 2, 20),
    )  # fmt: skip
    store = Store(NORDIC)
    sent = ActSent(at=NOW, act="r1", on=date(2026, 2, 5))
    store.append(store.load(CASE), [intent, sent, paid], due_at=None)


@pytest.fixture
def mail(monkeypatch):
    """What goes out by mail."""
    caught = []

    def send(message, *, key):
        caught.append((message, key))
        return Receipt(outcome="accepted", reference="m1")

    monkeypatch.setattr(remind, "connect", lambda tenant, row: SimpleNamespace(send=send))
    return caught


def decision():
    store = Store(NORDIC)
    head = store.load(CASE).head
    token = Token(CASE, head["version"], head["attempt"], head["snap"])
    return token, step.frame(store, token, store.load(CASE), clock.now()).decision()


def letter_goes(monkeypatch, stated):
    """The handler, while the books state a balance of the invoice."""
    books = SimpleNamespace(
        open_items=lambda claims: [OpenItem(invoice=one, open=stated) for one in claims]
    )
    monkeypatch.setattr(touching, "connect", lambda tenant, row, *, urgent: books)
    token, found = decision()
    assert isinstance(found, Remind)
    told = {
        "tenant": "nordic", "case": CASE, "debtor": "erp:d1", "act": found.act,
        "channels": list(found.channels), "version": token.version, "attempt": token.attempt,
        "snapshot": token.snapshot,
    }  # fmt: skip
    return remind.handler(told, None)["done"]


def test_it_goes_once_where_the_books_call_the_invoice_settled(settled, mail, monkeypatch):
    assert letter_goes(monkeypatch, eur("0.00")) == "sent"

    ((message, key),) = mail
    words = " ".join(message.text.split())
    assert "the invoice below itself is paid" in words
    assert "Reminder fee (reminder of 5 February 2026)" in words
    assert "charges-left" in key
    assert json.loads(documents.get(NORDIC, f"letters/{key}.json"))["hash"]
    (notice,) = [one for one in Store(NORDIC).load(CASE).case.notices.values() if one.charges]
    assert (notice.claims, notice.charges, notice.fee) == ((), ("erp:1",), None)
    assert decision()[1].kind == "rest"


def test_the_decision_is_found_again_from_what_was_kept(settled, mail, monkeypatch):
    letter_goes(monkeypatch, eur("0.00"))
    ((before, decided),) = decisions(CASE, Store(NORDIC).events(CASE))
    assert decided.decision["letter"] == "charges"
    world = World(policy=Policy.model_validate(GOING), law=load("FI"), zone="Europe/Helsinki")
    assert again(before, decided, world).same


def test_an_invoice_that_the_books_lost_is_asked_about(settled, mail, monkeypatch):
    assert letter_goes(monkeypatch, None) == "not_proven"
    assert mail == []
    assert any(isinstance(one, ClaimMissing) for one in Store(NORDIC).events(CASE))
    found = decision()[1]
    assert isinstance(found, Ask)
    assert found.why == "claim_missing"


def test_nothing_goes_where_the_books_say_that_something_is_open(settled, mail, monkeypatch):
    assert letter_goes(monkeypatch, eur("40.00")) == "not_proven"
    assert mail == []

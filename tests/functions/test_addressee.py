"""Whom a letter is for: the debtor, or who stands for it while a circumstance says so."""

from __future__ import annotations

from datetime import date

import pytest

from functions import remind
from shared.cloud import clock, keys, step, table
from shared.cloud.store import Store, Token
from shared.domain.decide import Remind
from shared.domain.events import PersonAnswered, PersonAsked
from shared.domain.model import Party
from shared.domain.state_events import CircumstanceNoted
from tests.functions.world import CASE, NORDIC, NOW, append, open_case

ESTATE = "erp:estate"


@pytest.fixture
def dead(aws, monkeypatch):
    """A debtor with an address who has died, whose estate is named and whose claims may go on."""
    monkeypatch.setenv("OUTBOUND", "on")
    table.put({**keys.control(NORDIC), "outbound": "on"})
    fresh = {"state": "enabled", "fresh_as_of": clock.stamp(clock.now()), "config": "{}"}
    table.put({**keys.connection(NORDIC, "erp"), "connector": "erp.tryton", **fresh})
    channel = {"connector": "channels.email", "state": "enabled"}
    table.put({**keys.connection(NORDIC, "email"), **channel})
    know("erp:d1", "aino@post.example")
    open_case(NORDIC)
    claims = ("erp:1", "erp:2")
    append(
        NORDIC, CASE,
        CircumstanceNoted(at=NOW, circumstance="k1", what="deceased", effective=date(2026, 2, 1),
                          contact=ESTATE),
        PersonAsked(at=NOW, task="t1", why="circumstance_deceased", claims=claims),
        PersonAnswered(at=NOW, task="t1", answer="continue", by="p1"),
    )  # fmt: skip


def know(party, *emails):
    known = Party(id=party, version="1", kind="person", name="A", country="FI", emails=emails)
    table.put({**keys.party(NORDIC, party), "body": known.model_dump_json()})


def remind_now():
    store = Store(NORDIC)
    head = store.load(CASE).head
    token = Token(CASE, head["version"], head["attempt"], head["snap"])
    decision = step.frame(store, token, store.load(CASE), clock.now()).decision()
    assert isinstance(decision, Remind)
    return remind.handler(
        {"tenant": "nordic", "case": CASE, "debtor": "erp:d1", "act": decision.act,
         "channels": ["email"], "version": token.version, "attempt": token.attempt,
         "snapshot": token.snapshot},
        None,
    )  # fmt: skip


def test_no_letter_goes_to_the_dead_where_the_estate_has_no_address(dead):
    know(ESTATE)

    assert remind_now() == {"done": "no_address"}


def test_an_address_that_must_not_be_written_to_is_the_estates_own(dead):
    know(ESTATE, "estate@post.example")
    know("erp:d1")

    # The estate can be reached; what is owed is then proven before the letter goes.
    assert remind_now() != {"done": "no_address"}

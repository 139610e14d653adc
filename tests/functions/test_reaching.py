"""By which channel a contact goes: the addresses of the party, and the connections as they are."""

from __future__ import annotations

import json
from datetime import date

import pytest

from functions import reaching, remind
from shared.cloud import clock, keys, step, table
from shared.cloud.store import Store, Token
from shared.domain.channels import Reach
from shared.domain.decide import Remind
from shared.domain.events import Decided
from shared.domain.explain import content_hash
from shared.domain.law import load
from shared.domain.model import Address, Party
from shared.domain.policy import Policy
from shared.domain.replaying import World, again, decisions
from tests.functions.world import CASE, NORDIC, POLICY, open_case

HOME = Address(lines=("Katu 1 A 2",), postal_code="00100", city="Helsinki", country="FI")


def party(**more):
    fields = {"id": "erp:d1", "version": "1", "kind": "person", "name": "Aino", "country": "FI"}
    return Party(**(fields | more))


@pytest.mark.parametrize(
    ("phones", "number"),
    [
        (("+358 40 123-4567",), "+358401234567"), (("00358 (40) 1234567",), "+358401234567"),
        (("040 1234567",), ""), (("040 1234567", "+46701234567"), "+46701234567"), ((), ""),
    ],
)  # fmt: skip
def test_a_number_without_its_country_is_nobodys(phones, number):
    assert reaching.address(party(phones=phones), "phone") == number


@pytest.mark.parametrize(
    ("addresses", "place"),
    [
        ((HOME,), ("Aino", "Katu 1 A 2", "00100 Helsinki")), ((), ()),
        ((HOME.model_copy(update={"country": "SE"}),),
         ("Aino", "Katu 1 A 2", "00100 Helsinki", "SE")),
        ((HOME.model_copy(update={"protected": True}),), ()),
        ((HOME.model_copy(update={"city": ""}),), ()),
    ],
)  # fmt: skip
def test_a_letter_goes_to_a_whole_address_that_nobody_protects(addresses, place):
    assert reaching.place(party(addresses=addresses), "FI") == place


@pytest.mark.parametrize(
    ("connector", "config", "days"),
    [
        ("channels.email", {}, 1), ("channels.letter", {}, 7),
        # Five banking days from Thursday 26 March, over Easter: Good Friday and Monday are none.
        ("channels.letter", {"delivery_days": 5}, 7), ("channels.letter", {"delivery_days": 6}, 12),
    ],
)  # fmt: skip
def test_how_long_the_post_takes_is_the_connections_own_word(connector, config, days):
    row = {"connector": connector, "config": json.dumps(config)}
    assert reaching.delivery(row, "FI", date(2026, 3, 26)) == days
    assert reaching.delivery({}, "FI", date(2026, 3, 26)) is None


@pytest.fixture
def chained(aws, monkeypatch):
    """A case whose first reminder goes by e-mail or, where it cannot, by another mailbox."""
    monkeypatch.setenv("OUTBOUND", "on")
    open_case(NORDIC)
    first, *others = POLICY["steps"]
    steps = [{**first, "channels": ["sms", "email"]}, *others]
    policy = Policy.model_validate({**POLICY, "steps": steps})
    row = {"body": policy.model_dump_json(), "hash": content_hash(policy)}
    table.put({**keys.policy(NORDIC, "standard", 1), **row})
    table.put({**keys.control(NORDIC), "outbound": "on"})
    fresh = {"state": "enabled", "fresh_as_of": clock.stamp(clock.now()), "config": "{}"}
    table.put({**keys.connection(NORDIC, "erp"), "connector": "erp.tryton", **fresh})
    connect("sms", "channels.sms")
    connect("email", "channels.email")


def connect(name, connector, state="enabled"):
    table.put({**keys.connection(NORDIC, name), "connector": connector, "state": state})


def know(**more):
    table.put({**keys.party(NORDIC, "erp:d1"), "body": party(**more).model_dump_json()})


def remind_now():
    store = Store(NORDIC)
    head = store.load(CASE).head
    token = Token(CASE, head["version"], head["attempt"], head["snap"])
    decision = step.frame(store, token, store.load(CASE), clock.now()).decision()
    assert isinstance(decision, Remind)
    told = {
        "tenant": "nordic", "case": CASE, "debtor": "erp:d1", "act": decision.act,
        "channels": list(decision.channels), "version": token.version, "attempt": token.attempt,
        "snapshot": token.snapshot,
    }  # fmt: skip
    return remind.handler(told, None)["done"]


def row_of(policy):
    return table.get(keys.policy(NORDIC, policy, 1))


def last(kind):
    return [one for one in Store(NORDIC).events(CASE) if isinstance(one, kind)][-1]


def test_a_channel_that_is_switched_off_is_waited_for_and_not_passed_over(chained):
    know(emails=("aino@post.example",), phones=("+358401234567",))
    connect("sms", "channels.sms", state="disabled")

    assert remind_now() == "channel_disabled"
    assert last(Decided).decision["channels"] == ["sms", "email"]
    assert "reach" not in last(Decided).inputs


def test_what_goes_by_a_later_channel_says_so_and_keeps_no_address(chained):
    know(emails=("aino@post.example",))
    connect("email", "channels.email", state="disabled")

    assert remind_now() == "channel_disabled"
    decided = last(Decided)
    assert decided.decision["channels"] == ["email"]
    assert decided.because[0].facts == {"channel": "sms", "why": "no_address"}
    seen = Reach.model_validate_json(decided.inputs["reach"])
    assert seen.needs == {"sms": "phone", "email": "email"}
    assert (seen.known, seen.days) == (("email",), {"sms": 1, "email": 1})
    assert "@" not in decided.model_dump_json()
    store = Store(NORDIC)
    law, policy = load("FI"), Policy.model_validate_json(row_of("standard")["body"])
    world = World(policy=policy, law=law, zone="Europe/Helsinki")
    (before, _), *_ = decisions(CASE, store.events(CASE))
    assert again(before, decided, world).same


def test_a_debtor_without_any_address_is_a_persons(chained):
    know()

    assert remind_now() == "no_address"
    assert last(Decided).decision["why"] == "no_address"

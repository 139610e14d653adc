"""By which channel a contact goes: the addresses of the party, and the connections as they are."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from functions import carriers, decide, reaching, remind
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


@pytest.fixture
def sunday(chained, monkeypatch):
    """The case's letter goes on paper or, where it cannot, by e-mail; it is Sunday morning."""
    now = clock.now()
    then = now + timedelta(days=6 - now.weekday())
    monkeypatch.setattr(clock, "wall", lambda: then)
    row = table.get(keys.connection(NORDIC, "erp"))
    table.put({**row, "fresh_as_of": clock.stamp(then)})
    stored = row_of("standard")
    policy = Policy.model_validate_json(stored["body"])
    first = policy.steps[0].model_copy(update={"channels": ("post", "email")})
    policy = policy.model_copy(update={"steps": (first, *policy.steps[1:])})
    text = {"body": policy.model_dump_json(), "hash": content_hash(policy)}
    table.put({**stored, **text})
    connect("post", "channels.letter", state="disabled")
    know(emails=("aino@post.example",))
    return then


def told():
    store = Store(NORDIC)
    head = store.load(CASE).head
    return {
        "tenant": "nordic", "case": CASE, "version": head["version"], "attempt": head["attempt"],
        "snapshot": head["snap"],
    }  # fmt: skip


def test_on_a_sunday_a_letter_goes_and_the_mail_in_its_place_waits_for_its_hours(sunday):
    onward = decide.handler(told(), None)
    assert (onward["next"], list(onward["channels"])) == ("remind", ["post", "email"])

    assert remind.handler(onward, None)["done"] == "contact_window"
    rest = last(Decided)
    assert rest.decision["until"] > clock.stamp(sunday + timedelta(hours=12))
    seen = Reach.model_validate_json(rest.inputs["reach"])
    assert seen.kinds == {"post": "postal", "email": "email"}

    know(addresses=(HOME,))
    onward = decide.handler(told(), None)
    assert remind.handler(onward, None)["done"] == "channel_disabled"
    kept = last(Decided)
    assert json.loads(kept.inputs["kinds"]) == seen.kinds
    policy = Policy.model_validate_json(row_of("standard")["body"])
    world = World(policy=policy, law=load("FI"), zone="Europe/Helsinki")
    made = [again(case, one, world) for case, one in decisions(CASE, Store(NORDIC).events(CASE))]
    assert [one.same for one in made] == [True, True]


def test_a_policy_that_goes_by_mail_alone_reads_no_connection(chained, monkeypatch):
    run = step.frame(Store(NORDIC), Token(CASE, 0, 0, 0), Store(NORDIC).load(CASE), clock.now())
    monkeypatch.setattr(table, "batch_get", None)

    assert carriers.informed(run).kinds == {}

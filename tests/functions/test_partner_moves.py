"""Claims are taken back for a price that was seen; what waits for a partner is seen in order."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from connectors import spec
from connectors.contract_collectors import Quote
from functions import admin, placing
from shared.cloud import keys, outbox, partner_rows, table
from shared.domain.events import Held, PartnerClosed, Released
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.model import Party
from shared.errors import Retry
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    TWIN,
    answer,
    append,
    call,
    eur,
    hand_over,
    know_counterparts,
    load,
    open_case,
    settle_in,
)  # fmt: skip

PRICE = {"amount": "25.00", "currency": "EUR"}


@pytest.fixture
def there(aws):
    """A case of which the partner has one claim; taking it back costs 25.00 EUR."""
    settle_in(NORDIC)
    know_counterparts(NORDIC)
    open_case(NORDIC)
    hand_over(NORDIC)
    terms = PartnerTerms(recall_price=eur("25.00"))
    table.transact([partner_rows.put(partner_rows.terms_key(NORDIC, "partner"), terms)])


def recall(**said):
    body = {"id": "r1", "reason": "customer_kept"} | said
    event = call("POST /v1/cases/{id}/recall", path={"id": CASE}, body=body)
    return answer(admin.handler(event, None))


def waiting(**more):
    event = call("GET /v1/partners/{connection}/outbox", path={"connection": "partner"}, **more)
    return answer(admin.handler(event, None))


def messages():
    return [one for one in waiting()[1]["messages"] if one["kind"] == "tell"]


@pytest.mark.parametrize("confirmed", [None, {"price": None}, {"price": {**PRICE, "amount": "5"}}])
def test_a_recall_shows_its_price_and_changes_nothing_before_that_is_confirmed(there, confirmed):
    status, body = recall(confirmed=confirmed)

    assert (status, body["code"], body["price"]) == (409, "price_to_confirm", PRICE)
    assert load().at_partner is None
    assert messages() == []


def test_a_price_that_nobody_knows_is_said_and_confirmed_all_the_same(there):
    table.transact([partner_rows.put(partner_rows.terms_key(NORDIC, "partner"), PartnerTerms())])

    for confirmed in (None, {"price": PRICE}):
        status, body = recall(confirmed=confirmed)
        assert (status, body["code"], body["price"]) == (409, "price_to_confirm", None)
        assert "The price of the recall is not known" in body["title"]
    assert recall(confirmed={"price": None})[0] == 202


@pytest.mark.parametrize(
    ("quoted", "price"),
    [
        (Quote(eligible=True, recall_price=eur("40.00")), {**PRICE, "amount": "40.00"}),
        (Quote(eligible=True), PRICE),
        (Retry("busy"), PRICE),
    ],
    ids=["its own word", "no word", "no answer"],
)
def test_a_partner_that_states_prices_is_asked_before_its_terms(there, monkeypatch, quoted, price):
    party = {"id": "erp:d1", "version": "1", "kind": "person", "name": "Aino", "country": "FI"}
    body = Party.model_validate(party).model_dump_json()
    table.put({**keys.party(NORDIC, "erp:d1"), "body": body})
    table.update(keys.connection(NORDIC, "partner"), set_={"state": "enabled"})
    declared = spec("collectors.rest_hub")
    states = replace(declared, capabilities=declared.capabilities | {"price"})

    class Partner:
        def quote(self, case, *, now, file):
            assert [one.id for one in file.claims] == ["erp:1"]
            if isinstance(quoted, Retry):
                raise quoted
            return quoted

    monkeypatch.setenv("API_URL", "https://hub.example")
    monkeypatch.setattr(placing, "spec", lambda _: states)
    monkeypatch.setattr(placing, "connect", lambda *_: Partner())

    assert recall()[1]["price"] == price
    assert recall(confirmed={"price": price})[0] == 202
    # The confirmed price is written down; asked again, nothing is asked.
    assert load().at_partner.recalls["r1"].price == eur(price["amount"])


def test_a_confirmed_recall_is_told_and_waits_for_the_partner(there):
    status, body = recall(confirmed={"price": PRICE})

    assert (status, body["waits_for"]) == (202, ["erp:1"])
    assert [(one["type"], one["state"]) for one in messages()] == [("case.withdrawn", "intended")]
    assert load().claims["erp:1"].with_partner

    # The same again changes nothing, another one is refused while the partner has it.
    assert recall(confirmed={"price": PRICE})[0] == 202
    assert recall(id="r2", confirmed={"price": PRICE})[1]["code"] == "recalled_already"
    assert len(messages()) == 1

    append(NORDIC, CASE, PartnerClosed(at=NOW, message="p:1", code="WITHDRAWN_CREDITOR"))
    assert not load().claims["erp:1"].with_partner


def test_only_what_a_partner_has_is_taken_back(there):
    assert recall(claims=["erp:2"])[1]["code"] == "not_with_partner"


def test_each_message_has_its_place_and_the_next_one_follows_when_it_ends(there):
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    append(NORDIC, CASE, Released(at=NOW, hold="k"))
    acts = {one["type"]: one["act"] for one in messages()}
    assert set(acts) == {"case.held", "case.resumed"}
    assert outbox.first_in_line(NORDIC, CASE, "partner") == acts["case.held"]

    first = outbox.read(NORDIC, acts["case.held"])
    outbox.told(NORDIC, acts["case.held"], first, "sent", "received")

    assert outbox.first_in_line(NORDIC, CASE, "partner") == acts["case.resumed"]
    assert [one["type"] for one in messages()] == ["case.resumed"]


def test_a_message_that_failed_stays_seen_and_is_sent_again_by_hand_under_its_key(there):
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    (one,) = messages()
    outbox.told(NORDIC, one["act"], outbox.read(NORDIC, one["act"]), "failed", "http_404")
    assert [(m["state"], m["code"], m["next_at"]) for m in messages()] == [
        ("failed", "http_404", None)
    ]
    assert outbox.first_in_line(NORDIC, CASE, "partner") is None

    path = {"connection": "partner", "act": one["act"]}
    event = call("POST /v1/partners/{connection}/outbox/{act}/redrive", path=path)
    status, body = answer(admin.handler(event, None))

    assert (status, body["state"], body["act"]) == (202, "intended", one["act"])
    assert outbox.first_in_line(NORDIC, CASE, "partner") == one["act"]
    assert answer(admin.handler(event, None))[1]["code"] == "not_failed"


def test_others_see_and_send_nothing_of_it(there):
    append(NORDIC, CASE, Held(at=NOW, hold="k", reason="person"))
    (one,) = messages()

    assert waiting(tenant=TWIN.id)[0] == 404
    path = {"connection": "partner", "act": one["act"]}
    event = call("POST /v1/partners/{connection}/outbox/{act}/redrive", path=path, tenant=TWIN.id)
    assert answer(admin.handler(event, None))[0] == 404


def test_a_case_shows_what_the_partner_has_and_says(there):
    event = call("GET /v1/cases/{id}", path={"id": CASE})

    body = answer(admin.handler(event, None))[1]

    assert body["at_partner"]["standing"] == "submitted"
    assert body["at_partner"]["partners"] == {"erp:1": "partner"}
    assert json.dumps(body["at_partner"])

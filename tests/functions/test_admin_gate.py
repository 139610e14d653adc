"""What the API says of sources that touches wait for, and what a person may say about them."""

from __future__ import annotations

import json

import pytest

from functions import admin
from shared.cloud import connections, feeds, keys, sources, table, tasks
from shared.domain.freshness import Gate
from tests.functions.world import CASE, CREDITOR, NORDIC, answer, call, open_case

NOW = "2026-03-02T09:00:00Z"


def ask(route, one=None, **request):
    path = {"id": one} if one else None
    return answer(admin.handler(call(route, path=path, **request), None))


def connection(name, connector, **fields):
    made = connections.made(NORDIC, name, connector=connector, config={}, start_line=None)
    table.transact([made])
    fields = {"state": "enabled", "fresh_as_of": NOW, **fields}
    table.update(keys.connection(NORDIC, name), set_=fields)
    row = connections.read(NORDIC, name)
    told = feeds.told(row, {})
    if told:
        table.transact(told)
    return row


def known():
    return {one.connection: one for one in sources.known(table.get(keys.feeds(NORDIC)))}


def test_a_money_feed_is_known_to_every_touch_from_enable_to_disable(aws):
    connection("own-bank", "banks.own")
    table.update(keys.connection(NORDIC, "own-bank"), set_={"state": "tested"})

    ask("POST /v1/connections/{id}/enable", "own-bank")
    assert known()["own-bank"].state == "enabled"

    ask("POST /v1/connections/{id}/disable", "own-bank")
    assert known() == {}


def test_feeds_whose_ids_differ_by_a_dash_are_kept_apart(aws):
    connection("own-bank", "banks.own")
    connection("own_bank", "banks.own")
    connection("ownbank", "banks.own")

    assert sorted(known()) == ["own-bank", "own_bank", "ownbank"]


def test_an_erp_is_no_money_feed(aws):
    connection("erp", "erp.tryton")

    assert known() == {}


def test_the_profile_says_how_fresh_sources_must_be(aws):
    gate = {"banks": {"own-bank": {"country": "SE", "by_hour": 11}}, "grace_bank_days": 1}

    status, body = ask("PUT /v1/creditor", body={**CREDITOR, "gate": gate})

    assert (status, body["gate"]["banks"]["own-bank"]["clearing_days"]) == (200, 1)
    demand = sources.demand_of(NORDIC, table.get(keys.feeds(NORDIC)))
    assert (demand.country, demand.gate) == ("FI", Gate.model_validate(gate))


WRONG = {
    "a country without a calendar": ({"banks": {"b": {"country": "PL"}}}, "gate.banks.b.country"),
    "an hour that is none": (
        {"banks": {"b": {"country": "FI", "by_hour": 24}}}, "gate.banks.b.by_hour",
    ),
    "a grace of weeks": ({"grace_bank_days": 6}, "gate.grace_bank_days"),
    "an unknown word": ({"off": True}, "gate.off"),
}  # fmt: skip


@pytest.mark.parametrize(("gate", "path"), WRONG.values(), ids=WRONG)
def test_a_demand_that_makes_no_sense_is_refused(aws, gate, path):
    status, body = ask("PUT /v1/creditor", body={**CREDITOR, "gate": gate})

    assert (status, [one["path"] for one in body["fields"]]) == (422, [path])


def test_a_case_says_which_source_it_waits_for_and_since_when(aws):
    connection("erp", "erp.tryton")
    connection("own-bank", "banks.own", complete_through="2026-02-26T22:00:00Z")
    open_case(NORDIC)

    status, body = ask("GET /v1/cases/{id}", CASE)

    (found,) = body["waits_for"]
    assert status == 200
    assert {name: found[name] for name in ("connection", "why", "since", "complete_through")} == {
        "connection": "own-bank",
        "why": "statement_missing",
        # Monday 2 March: Friday's statement was promised for nine.
        "since": "2026-03-02T09:00:00+02:00",
        "complete_through": "2026-02-26T22:00:00Z",
    }


def test_a_case_whose_sources_are_fresh_waits_for_none(aws):
    connection("erp", "erp.tryton")
    open_case(NORDIC)

    assert ask("GET /v1/cases/{id}", CASE)[1]["waits_for"] == []


def test_a_person_confirms_a_suspicious_source_and_it_is_read_at_once(aws, queued):
    odd = {"suspicious": "silent", "suspicious_since": NOW, "suspicious_task": "source-cards-1"}
    connection("cards", "payments.own", rhythm=json.dumps({"lists": [9]}), **odd)
    task = tasks.task_write(NORDIC, "source-cards-1", "", "source_suspicious", (), ())
    table.transact([task])

    status, body = ask("POST /v1/connections/{id}/confirm", "cards")

    assert (status, body["suspicious"]) == (200, None)
    assert known()["cards"].suspicious is None
    assert tasks.read(NORDIC, "source-cards-1")["state"] == "answered"
    assert json.loads(table.get(keys.connection(NORDIC, "cards"))["rhythm"]) == {"last": NOW}
    assert queued("pull") == [{"tenant": "nordic", "connection": "cards"}]
    assert ask("POST /v1/connections/{id}/confirm", "cards")[0] == 200
    assert queued("pull") == []


def test_a_source_is_confirmed_also_when_its_task_was_answered_before(aws):
    odd = {"suspicious": "silent", "suspicious_since": NOW, "suspicious_task": "source-cards-1"}
    connection("cards", "payments.own", **odd)

    assert ask("POST /v1/connections/{id}/confirm", "cards")[0] == 200


def test_a_confirmation_needs_the_right_to_change_connections(aws):
    status, body = ask(
        "POST /v1/connections/{id}/confirm", "cards", scopes=("connections:read",)
    )  # fmt: skip

    assert (status, body["code"]) == (403, "no_scope")


def test_a_money_feed_needs_no_start_line_for_it_states_no_claims(aws):
    problem = ask(
        "POST /v1/connections", body={"id": "cards", "connector": "payments.stripe", "config": {}}
    )[1]

    assert "start_line" not in [one["path"] for one in problem.get("fields", [])]


def test_a_money_feed_is_an_authority_unless_it_is_made_a_hint(aws):
    connection("cards", "payments.own")
    made = connections.made(
        NORDIC, "hint", connector="payments.own", config={}, start_line=None, authority=False
    )
    table.transact([made])

    assert ask("GET /v1/connections/{id}", "cards")[1]["authority"] is True
    assert ask("GET /v1/connections/{id}", "hint")[1]["authority"] is False

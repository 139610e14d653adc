"""A connection's settings are replaced whole, and nothing rests on the old ones afterwards."""

from __future__ import annotations

import json
from datetime import date

import pytest

from functions import admin
from shared.cloud import backfills, clock, connections, feeds, keys, reading, table
from shared.errors import Conflict
from tests.functions.test_admin_connections import PARTNER, TRYTON, ask, make, row, set_state
from tests.functions.world import NORDIC, NOW, TWIN, answer, call

STRIPE = {"environment": "sandbox", "account": "acct_1"}
NEW = {"url": "https://tryton.example", "database": "books2"}
ROUTE = "PUT /v1/connections/{id}"


def put(config, connection="erp", **also):
    return ask(ROUTE, connection, body={"config": config, **also})


def live(connection="erp", **fields):
    """The connection is in use, and has been read."""
    read = {"state": "enabled", "cursor": "7", "fresh_as_of": clock.stamp(NOW)}
    read |= {"complete_through": clock.stamp(NOW), "due_at": clock.stamp(NOW)}
    read |= {"due_shard": "DUE#1", "findings": '[{"check": "login", "ok": true, "text": ""}]'}
    return table.update(keys.connection(NORDIC, connection), set_=read | fields)


def trail():
    """What was done, as the trail has it."""
    return {one["what"] for one in answer(admin.handler(call("GET /v1/audit"), None))[1]["lines"]}


def test_new_settings_are_tested_and_enabled_before_they_are_used(aws):
    make(TRYTON)
    live()

    status, body = put(NEW)

    assert (status, body["state"], body["config"]["database"]) == (200, "pending", "books2")
    assert body["findings"] == []
    assert ask("POST /v1/connections/{id}/enable", "erp")[1]["code"] == "not_tested"
    assert ask("POST /v1/connections/{id}/sync", "erp")[1]["code"] == "not_enabled"
    assert "settings_replaced" in trail()


def test_what_was_read_by_the_old_settings_proves_nothing_of_the_new(aws):
    make(TRYTON)
    live(tested_at=clock.stamp(NOW), last_error="refused", cause="login", swept_on="2026-03-20")

    put(NEW)

    gone = {"cursor", "fresh_as_of", "complete_through", "due_at", "due_shard", "tested_at"}
    assert not (gone | {"last_error", "cause", "swept_on"}) & row("erp").keys()
    assert row("erp")["start_line"] == "2026-01-01"


def test_a_read_under_way_does_not_end_as_one_of_the_new_settings(aws):
    make(TRYTON)
    lease = reading.take(live(), NOW)

    put(NEW)
    set_state("erp", "enabled")

    with pytest.raises(Conflict):
        reading.end(row("erp"), lease, {"cursor": "8"})


def test_years_under_way_begin_anew(aws):
    make(TRYTON)
    live()
    table.transact([backfills.begun(NORDIC, "erp", date(2024, 1, 1), NOW)])
    backfills.moved(NORDIC, "erp", "page 9", 900, 0)

    put(NEW)

    years = backfills.running(NORDIC, "erp")
    assert (years["since"], years["rows_seen"], "cursor" in years) == ("2024-01-01", 0, False)


def test_the_same_settings_again_stop_nothing(aws):
    make(TRYTON)
    live()
    before = row("erp")

    assert put(json.loads(before["config"]))[1]["state"] == "enabled"

    assert row("erp") == before


def test_a_money_feed_is_waited_for_until_it_is_used_again(aws):
    make({"id": "pay", "connector": "payments.stripe", "config": STRIPE})
    table.transact(feeds.told(live("pay"), {}))

    assert put({**STRIPE, "account": "acct_2"}, "pay")[0] == 200

    told = json.loads(table.get(keys.feeds(NORDIC))["feed_pay"])
    assert (told["state"], told["read_at"]) == ("pending", None)


def test_one_that_was_never_used_is_waited_for_by_nobody(aws):
    make({"id": "pay", "connector": "payments.stripe", "config": STRIPE})

    assert put({**STRIPE, "account": "acct_2"}, "pay")[0] == 200

    assert table.get(keys.feeds(NORDIC)) is None


WRONG = {
    "a wrong setting": ({"config": {**NEW, "url": 7}}, "config.url"),
    "no settings": ({}, "config"),
    "another start line": ({"config": NEW, "start_line": "2020-01-01"}, "start_line"),
    "another connector": ({"config": NEW, "connector": "erp.fortnox"}, "connector"),
    "secrets": ({"config": NEW, "secrets": {}}, "secrets"),
}


@pytest.mark.parametrize(("body", "path"), WRONG.values(), ids=WRONG)
def test_what_has_a_rule_of_its_own_is_not_changed_beside_the_settings(aws, body, path):
    make(TRYTON)
    before = row("erp")

    status, said = ask(ROUTE, "erp", body=body)

    assert (status, [one["path"] for one in said["fields"]]) == (422, [path])
    assert row("erp") == before


def test_a_partners_address_is_replaced_by_the_partner_alone(aws):
    make(PARTNER)

    moved = {**PARTNER["config"], "endpoint": "https://elsewhere.example/hook"}
    status, said = put(moved, "partner")
    assert (status, said["fields"][0]["code"]) == (422, "partners_own")
    assert said["fields"][0]["path"] == "config.endpoint"

    assert put({**PARTNER["config"], "partner": "Toinen Oy"}, "partner")[0] == 200


def test_nobody_changes_the_settings_of_another_creditor(aws):
    make(TRYTON)
    before = row("erp")

    asked = call(ROUTE, tenant=TWIN, path={"id": "erp"}, body={"config": NEW})

    assert answer(admin.handler(asked, None))[0] == 404
    assert row("erp") == before


def test_a_test_of_the_old_settings_says_nothing_of_the_new(aws):
    make(TRYTON)
    before = row("erp")
    put(NEW)

    with pytest.raises(Conflict):
        table.transact([connections.tested(before, [{"ok": True}], NOW, None)])


def test_whoever_is_second_does_not_undo_the_first(aws):
    make(TRYTON)
    before = row("erp")
    put(NEW)

    with pytest.raises(Conflict):
        table.transact(connections.resettled(before, {"url": "https://late.example"}))

"""Settings and secrets are replaced whole, and nothing rests on the old ones afterwards."""

from __future__ import annotations

import json
from datetime import date

import pytest

from functions import admin, wiring
from shared.cloud import backfills, clock, connections, feeds, keys, reading, table, vault
from shared.cloud.principals import principal_row
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


def lines():
    return answer(admin.handler(call("GET /v1/audit"), None))[1]["lines"]


def trail():
    """What was done, as the trail has it."""
    return {one["what"] for one in lines()}


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


KEYS = "PUT /v1/connections/{id}/secrets"
OLD_KEY, NEW_KEY = {"application_key": "the first"}, {"application_key": "the next"}


def rekey(secrets, connection="erp"):
    return ask(KEYS, connection, body={"secrets": secrets})


@pytest.mark.parametrize("state", ["enabled", "degraded", "failing", "tested"])
def test_other_secrets_are_tested_and_enabled_before_they_are_used(aws, state):
    make(TRYTON, secrets=OLD_KEY)
    live(state=state)

    status, body = rekey(NEW_KEY)

    assert (status, body["state"], body["findings"]) == (200, "pending", [])
    assert ask("POST /v1/connections/{id}/enable", "erp")[1]["code"] == "not_tested"
    assert vault.read(NORDIC, "erp") == NEW_KEY
    line = next(one for one in lines() if one["what"] == "secrets_replaced")
    assert line["facts"] == {"connection": "erp", "names": ["application_key"]}


@pytest.mark.parametrize("state", ["pending", "needs_auth", "disabled"])
def test_what_is_not_in_use_stays_what_it_is_with_other_secrets(aws, state):
    make(TRYTON, secrets=OLD_KEY)
    live(state=state)

    assert rekey(NEW_KEY)[1]["state"] == state


def test_a_key_that_was_rotated_reads_on_where_the_old_one_ended(aws):
    make(TRYTON, secrets=OLD_KEY)
    lease = reading.take(live(), NOW)

    rekey(NEW_KEY)

    assert (row("erp")["cursor"], row("erp")["fresh_as_of"]) == ("7", clock.stamp(NOW))
    set_state("erp", "enabled")
    with pytest.raises(Conflict):
        reading.end(row("erp"), lease, {"cursor": "8"})


def test_the_same_secrets_again_stop_nothing(aws):
    make(TRYTON, secrets=OLD_KEY)
    before = live()

    assert rekey(OLD_KEY)[1]["state"] == "enabled"

    assert row("erp") == before


def test_a_money_feed_with_other_secrets_is_waited_for_until_it_is_used_again(aws):
    make({"id": "pay", "connector": "payments.stripe", "config": STRIPE})
    table.transact(feeds.told(live("pay"), {}))

    rekey({"api_key": "rk_test_other"}, "pay")

    assert json.loads(table.get(keys.feeds(NORDIC))["feed_pay"])["state"] == "pending"


def test_a_warm_function_uses_the_secrets_that_the_connection_names(aws):
    make(TRYTON, secrets=OLD_KEY)
    assert wiring.bound(NORDIC, live()).secrets == OLD_KEY

    elsewhere = dict(vault._kept)
    rekey(NEW_KEY)
    vault._kept.update(elsewhere)

    assert wiring.bound(NORDIC, row("erp")).secrets == NEW_KEY


def test_one_enables_a_provider_with_other_secrets_and_another_approves_these(aws):
    """Whoever holds a provider's secrets can invent money: nobody brings them in alone."""
    for client in ("anna", "bo"):
        table.put(principal_row(client, role="administrator", tenant="nordic"))
    make({"id": "pay", "connector": "payments.stripe", "config": STRIPE})
    live("pay")
    assert ask("PUT /v1/control", body={"outbound": "on"})[0] == 200

    def begun():
        rekey({"api_key": f"rk_test_{row('pay').get('secrets_at')}"}, "pay")
        set_state("pay", "tested")
        return ask("POST /v1/connections/{id}/enable", "pay", client="anna")[1]

    def approved(approval):
        event = call("POST /v1/approvals/{id}/approve", client="bo", path={"id": approval})
        return answer(admin.handler(event, None))

    first = begun()
    assert first["words"] == (
        "Begin to use payment provider pay (payments.stripe), account acct_1, "
        "with secrets stored at 2026-03-02T09:00:00Z."
    )
    second = begun()

    assert approved(first["approval"])[1]["code"] == "approval_outdated"
    assert row("pay")["state"] == "tested"
    assert approved(second["approval"])[1]["state"] == "enabled"

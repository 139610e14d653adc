"""A webhook is proven, kept once under its key and queued; what proves nothing gets no word."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from functions import receive_webhook, sweep
from shared.cloud import clock, hooks, keys, metrics, table, tasks, vault
from tests.functions.providers import SECRET, connected, hook, plugged_in
from tests.functions.world import NORDIC, NOW, TWIN, sample, settle_in

NOWHERE = "http://127.0.0.1:9"
EVENT = {
    "id": "evt_1", "object": "event", "livemode": False, "type": "charge.succeeded",
    "pending_webhooks": 1, "data": {"object": {"id": "ch_1", "object": "charge"}},
}  # fmt: skip
MESSAGE = {"tenant": "nordic", "connection": "stripe", "event": "evt_1"}


@pytest.fixture
def endpoint(aws):
    connected(NORDIC, NOWHERE)


def status(event):
    answer = receive_webhook.handler(event, None)
    assert answer["body"] == "{}"
    return answer["statusCode"]


def kept(event="evt_1", connection="stripe"):
    return table.get(keys.hook(NORDIC, connection, event))


def of_kind(rows, kind):
    return [row for row in rows() if f"#{kind}#" in row["pk"]]


def test_a_signed_event_is_kept_raw_marked_due_and_queued(endpoint, queued):
    event = hook(EVENT)
    assert status(event) == 200
    row = kept()
    assert hooks.body_of(row, NORDIC) == event["body"].encode()
    assert (row["state"], hooks.fetch_of(row)) == ("received", ("charge/ch_1",))
    assert row["due_at"] == "2026-03-02T09:05:00Z"
    assert queued("webhooks") == [MESSAGE]


def test_the_sample_is_a_whole_delivery(aws, queued):
    connected(NORDIC, NOWHERE)
    assert status(sample("receive_webhook")) == 200
    assert queued("webhooks") == [MESSAGE]


def _die(*_):
    raise RuntimeError("the process ends here")


def test_after_a_kill_the_retry_and_the_sweep_each_queue_it_by_themselves(
    endpoint, queued, monkeypatch
):
    with monkeypatch.context() as killed:
        killed.setattr(hooks, "announce", _die)
        assert status(hook(EVENT)) == 500
    assert queued("webhooks") == []
    assert status(hook(EVENT)) == 200
    assert queued("webhooks") == [MESSAGE]
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(minutes=6))
    for shard in range(keys.SHARDS):
        sweep.handler({"Records": [{"body": json.dumps({"shard": f"S#{shard}"})}]}, None)
    assert queued("webhooks") == [MESSAGE]


def test_a_duplicate_is_queued_again_while_it_waits_and_only_answered_when_it_is_done(
    endpoint, queued, rows
):
    assert [status(hook(EVENT)) for _ in range(3)] == [200] * 3
    assert queued("webhooks") == [MESSAGE] * 3
    table.transact([hooks.settled(kept(), "done")])
    assert status(hook(EVENT)) == 200
    assert queued("webhooks") == []
    assert len(of_kind(rows, "HOOK")) == 1


def test_the_providers_own_counters_make_no_other_event(endpoint, queued):
    status(hook(EVENT))
    assert status(hook({**EVENT, "pending_webhooks": 2})) == 200
    assert json.loads(hooks.body_of(kept(), NORDIC))["pending_webhooks"] == 1
    assert queued("webhooks") == [MESSAGE] * 2


def test_one_id_for_two_events_overwrites_nothing_and_asks_a_person(endpoint, queued, rows):
    status(hook(EVENT))
    queued("webhooks")
    other = {**EVENT, "data": {"object": {"id": "ch_2", "object": "charge"}}}
    assert [status(hook(other)), status(hook(other))] == [200, 200]
    assert hooks.fetch_of(kept()) == ("charge/ch_1",)
    states = sorted(row["state"] for row in of_kind(rows, "HOOK"))
    assert states == ["quarantined", "received"]
    (task,) = of_kind(rows, "TASK")
    assert tasks.read(NORDIC, keys.id_of(task["pk"]))["why"] == "webhook_quarantined"
    assert queued("webhooks") == []


def test_a_wrong_signature_is_counted_and_told_nothing(endpoint, rows, queued, capsys):
    before = rows()
    assert status(hook(EVENT, secret="whsec_guessed")) == 400
    assert status(hook(EVENT, headers={})) == 400
    assert rows() == before
    assert queued("webhooks") == []
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [line["WebhookSignatureFailure"] for line in lines] == [1, 1]
    assert lines[0]["connector"] == "payments.stripe"
    assert metrics.NAMESPACE == "Dunlin"


def test_a_replay_after_five_minutes_is_refused(endpoint, monkeypatch, rows):
    event, before = hook(EVENT), rows()
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(seconds=301))
    assert status(event) == 400
    assert rows() == before


def test_live_and_test_never_cross(endpoint, rows):
    before = rows()
    assert status(hook({**EVENT, "livemode": True})) == 400
    assert rows() == before


@pytest.mark.parametrize("kind", ["invoice.paid", "a.type.of.tomorrow"])
def test_an_event_that_moves_no_money_is_answered_and_costs_no_row(endpoint, rows, queued, kind):
    before = rows()
    assert status(hook({**EVENT, "type": kind})) == 200
    assert rows() == before
    assert queued("webhooks") == []


def test_whatever_is_not_there_is_told_apart_by_nothing(endpoint):
    settle_in(TWIN)
    connected(TWIN, NOWHERE, "theirs")
    connected(NORDIC, NOWHERE, "pending", state="pending")
    connected(NORDIC, NOWHERE, "off", state="disabled")
    table.put({**keys.connection(NORDIC, "erp"), "connector": "erp.tryton", "state": "enabled"})
    wanted = [
        ("nowhere", "stripe"), ("nordic", "nothing"), ("nordic", "theirs"), ("nordic", "pending"),
        ("nordic", "off"), ("nordic", "erp"), ("../x", "stripe"), ("hub", "stripe"),
        ("nordic", "a#b"), ("", ""),
    ]  # fmt: skip
    answers = [
        receive_webhook.handler(hook(EVENT, tenant=tenant, connection=connection), None)
        for tenant, connection in wanted
    ]
    assert {json.dumps(one) for one in answers} == {json.dumps(answers[0])}
    assert answers[0]["statusCode"] == 404
    assert receive_webhook.handler({}, None) == answers[0]


def test_a_feed_whose_key_expired_still_takes_its_providers_word(endpoint, queued):
    table.update(keys.connection(NORDIC, "stripe"), set_={"state": "needs_auth"})
    assert status(hook(EVENT)) == 200
    assert queued("webhooks") == [MESSAGE]


def padded(size):
    whole = json.dumps({**EVENT, "padding": "ä" * 10})
    return json.dumps({**EVENT, "padding": "ä" * 10 + "x" * (size - len(whole.encode()))})


def test_900_kb_are_kept_whole_in_the_bucket(endpoint, queued):
    event = hook(padded(900_000))
    assert status(event) == 200
    row = kept()
    assert "body" not in row
    assert hooks.body_of(row, NORDIC) == event["body"].encode()
    assert queued("webhooks") == [MESSAGE]


def test_5_mb_are_refused_cleanly(endpoint, rows):
    before = rows()
    assert status(hook(padded(5_000_000))) == 413
    assert rows() == before


def test_bytes_are_proven_as_they_came(endpoint):
    text = json.dumps({**EVENT, "note": "ä€"}, ensure_ascii=False)
    event = hook(text)
    encoded = base64.b64encode(text.encode()).decode()
    assert status({**event, "body": encoded, "isBase64Encoded": True}) == 200
    assert hooks.body_of(kept(), NORDIC) == text.encode()
    assert status({**event, "body": "no base64!", "isBase64Encoded": True}) == 400


def test_a_signed_delivery_that_is_no_event_is_kept_and_asked_about_once(endpoint, rows):
    assert [status(hook("no event")), status(hook("no event"))] == [200, 200]
    (row,) = of_kind(rows, "HOOK")
    assert (row["state"], row["body"]) == ("quarantined", "no event")
    assert "due_at" not in row
    assert len(of_kind(rows, "TASK")) == 1


def test_our_own_fault_asks_the_provider_to_come_again(endpoint, monkeypatch):
    monkeypatch.setenv("TABLE", "no-such-table")
    assert status(hook(EVENT)) == 500


def test_missing_secrets_are_our_fault(endpoint):
    vault.write(NORDIC, "stripe", {})
    assert status(hook(EVENT)) == 503


def test_nothing_of_a_body_is_logged(endpoint, logged):
    charge = {"id": "ch_1", "object": "charge", "billing_details": {"name": "Aino Esimerkki"}}
    status(hook({**EVENT, "data": {"object": charge}}))
    status(hook('{"name": "Aino Esimerkki"}'))
    assert "Aino" not in logged()
    assert SECRET not in logged()


# deliveries that prove nothing ------------------------------------------------------------------


@pytest.fixture
def push(aws, monkeypatch):
    connected(NORDIC, "", "push", connector="payments.push")
    return plugged_in(monkeypatch, {})


def pushed(body):
    return hook(body, connection="push", headers={})


def test_a_forged_unsigned_delivery_claims_no_id_of_the_true_one(push, rows, queued):
    assert status(pushed({"payment": "p1", "forged": True})) == 200
    assert status(pushed({"payment": "p1"})) == 200
    found = of_kind(rows, "HOOK")
    assert len(found) == 2
    assert all(keys.id_of(row["pk"]).startswith("unsigned-") for row in found)
    assert len(queued("webhooks")) == 2


def test_the_same_unsigned_bytes_are_kept_once(push, rows):
    assert [status(pushed({"payment": "p1"})) for _ in range(3)] == [200] * 3
    assert len(of_kind(rows, "HOOK")) == 1


def test_a_flood_of_unsigned_deliveries_is_bounded_and_told_to_come_again(push, rows, monkeypatch):
    monkeypatch.setattr(hooks, "UNSIGNED_AN_HOUR", 3)
    assert [status(pushed({"payment": f"p{n}"})) for n in range(5)] == [200] * 3 + [429] * 2
    assert status(pushed({"payment": "p0"})) == 200
    assert len(of_kind(rows, "HOOK")) == 3
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(hours=1))
    assert status(pushed({"payment": "p4"})) == 200

"""What a webhook names is read again at the provider; only that is kept, and once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import random
from datetime import timedelta

import pytest

from functions import process_webhook, pull, receive_webhook
from shared.cloud import clock, connections, hooks, keys, table, tasks, vault
from shared.domain.sighting import Sighting
from shared.errors import Retry
from tests.connectors.conformance import Fixture, Replay
from tests.connectors.stub_server import RawServer
from tests.functions.providers import connected, hook, plugged_in, stripe
from tests.functions.world import NORDIC, NOW, sample


@pytest.fixture
def double(aws):
    with stripe() as server:
        yield server


@pytest.fixture
def endpoint(double, monkeypatch):
    monkeypatch.setenv("PRIVATE_TARGETS", double.origin)
    connected(NORDIC, double.origin)
    return double


def received(event, **fields):
    assert receive_webhook.handler(hook(event, **fields), None)["statusCode"] == 200


def process(event, connection="stripe"):
    body = json.dumps({"tenant": "nordic", "connection": connection, "event": event})
    record = {"messageId": "m", "body": body}
    return process_webhook.handler({"Records": [record]}, None)["batchItemFailures"]


def row(event, connection="stripe"):
    return hooks.read(NORDIC, connection, event)


def sightings(rows):
    found = [one for one in rows() if "#MON#" in one["pk"] and one["sk"] == "FACT"]
    seen = [Sighting.model_validate_json(one["body"]) for one in found]
    return {one.id: one for one in seen}


def open_tasks(rows):
    return [one for one in rows() if one["sk"] == "TASK" and one["state"] == "open"]


def test_a_payment_is_kept_as_its_provider_states_it_and_queued_for_matching(
    endpoint, rows, queued
):
    endpoint.account.pay(12000, metadata={"reference": "1232"})
    told = endpoint.account.all("event")[-1]
    # What an event says is not believed: the amount is Stripe's own.
    told["data"]["object"]["amount_captured"] = 1
    received(told)
    assert process(told["id"]) == []
    (seen,) = sightings(rows).values()
    assert str(seen.amount) == "120.00 EUR"
    assert row(told["id"])["state"] == "done"
    assert "due_at" not in row(told["id"])
    assert queued("match") == [{"tenant": "nordic", "payment": "stripe:ch_1"}]


def test_the_sample_message_is_worked_on(endpoint):
    endpoint.account.pay(12000)
    received(endpoint.account.all("event")[-1])
    assert process_webhook.handler(sample("process_webhook"), None) == {"batchItemFailures": []}
    assert row("evt_1")["state"] == "done"


def test_duplicates_and_disorder_keep_each_movement_once(endpoint, rows, queued):
    account = endpoint.account
    for number in range(4):
        account.pay(1000 + number)
    account.refund("ch_1", 500)
    account.win(account.dispute("ch_2")["id"])
    account.transfer(7000)
    account.pay_out(100)
    events = account.all("event") * 3
    random.Random(7).shuffle(events)  # noqa: S311 - the same disorder each time
    for event in events:
        received(event)
        process(event["id"])
    assert sorted(one.kind for one in sightings(rows).values()) == sorted(
        ["receipt"] * 5 + ["refund", "reversal", "reinstatement", "payout"]
    )


def test_a_fresh_delivery_of_an_old_event_whose_id_is_forgotten_keeps_nothing_twice(
    endpoint, rows, monkeypatch, queued
):
    endpoint.account.pay(12000)
    event = endpoint.account.all("event")[-1]
    received(event)
    process(event["id"])
    before, key = sightings(rows), keys.hook(NORDIC, "stripe", event["id"])
    table.client().delete_item(TableName=table.name(), Key=table._dump(key))
    queued("match")
    monkeypatch.setattr(clock, "wall", lambda: NOW + timedelta(days=400))
    received(event)
    process(event["id"])
    assert sightings(rows) == before
    assert queued("match") == []


def test_a_poll_keeps_what_a_lost_webhook_would_have_told_and_nothing_twice(endpoint, rows, queued):
    endpoint.account.pay(12000)
    message = json.dumps({"tenant": "nordic", "connection": "stripe"})
    pulled = pull.handler({"Records": [{"messageId": "m", "body": message}]}, None)
    assert pulled == {"batchItemFailures": []}
    before = sightings(rows)
    assert list(before) == ["stripe:ch_1"]
    assert queued("match") == [{"tenant": "nordic", "payment": "stripe:ch_1"}]
    for event in endpoint.account.all("event"):
        received(event)
        process(event["id"])
    assert sightings(rows) == before
    assert queued("match") == []


def test_an_event_that_was_worked_on_costs_no_call(endpoint):
    endpoint.account.pay(12000)
    event = endpoint.account.all("event")[-1]
    received(event)
    for _ in range(3):
        process(event["id"])
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 401])
def test_a_passing_failure_comes_again_by_its_own_due_row_ever_more_rarely(endpoint, rows, status):
    endpoint.account.pay(12000)
    event = endpoint.account.all("event")[-1]
    received(event)
    waits = []
    for attempt in (0, 1, 4, 9, 13):
        table.update(keys.hook(NORDIC, "stripe", event["id"]), set_={"attempt": attempt})
        endpoint.statuses[:] = [status]
        assert process(event["id"]) == []
        waits.append(clock.read_stamp(row(event["id"])["due_at"]) - NOW)
    assert waits == [timedelta(minutes=n) for n in (1, 2, 16, 360, 360)]
    assert row(event["id"])["state"] == "received"
    assert open_tasks(rows) == []
    assert process(event["id"]) == []
    assert row(event["id"])["state"] == "done"


def test_after_days_of_failing_a_person_is_asked(endpoint, rows):
    endpoint.account.pay(12000)
    event = endpoint.account.all("event")[-1]
    received(event)
    table.update(keys.hook(NORDIC, "stripe", event["id"]), set_={"attempt": 14})
    endpoint.statuses[:] = [503]
    process(event["id"])
    assert row(event["id"])["state"] == "quarantined"
    (task,) = open_tasks(rows)
    assert task["why"] == "webhook_quarantined"


def test_a_provider_that_names_its_wait_is_given_it(endpoint, monkeypatch):
    endpoint.account.pay(12000)
    event = endpoint.account.all("event")[-1]
    received(event)

    class Busy:
        def fetch(self, what, *, now):
            raise Retry("busy", after=7200)

    monkeypatch.setattr(process_webhook, "connect", lambda *_: Busy())
    process(event["id"])
    assert row(event["id"])["due_at"] == "2026-03-02T11:00:00Z"


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda charge: charge.update(currency="kwd"), "a currency that the hub does not know"),
        (lambda charge: charge.pop("created"), "not as Stripe makes it"),
        (lambda charge: charge.update(livemode=True), "wrong_environment"),
        (lambda charge: charge.update(object="gone"), "http_404"),
    ],
)
def test_what_cannot_be_used_goes_to_a_person_and_keeps_nothing(endpoint, rows, spoil, fault):
    charge = endpoint.account.pay(12000)
    event = endpoint.account.all("event")[-1]
    received(event)
    spoil(charge)
    assert process(event["id"]) == []
    assert row(event["id"])["state"] == "quarantined"
    assert fault in row(event["id"])["fault"]
    (task,) = open_tasks(rows)
    assert tasks.read(NORDIC, keys.id_of(task["pk"]))["why"] == "webhook_quarantined"
    assert sightings(rows) == {}


def test_an_event_of_a_connection_that_is_off_waits(endpoint):
    endpoint.account.pay(12000)
    event = endpoint.account.all("event")[-1]
    received(event)
    table.update(keys.connection(NORDIC, "stripe"), set_={"state": "disabled"})
    process(event["id"])
    assert row(event["id"])["state"] == "received"
    assert endpoint.asked == []


def test_a_key_of_the_other_mode_reads_nothing(endpoint, rows):
    endpoint.account.pay(12000)
    event = endpoint.account.all("event")[-1]
    received(event)
    vault.write(NORDIC, "stripe", {"api_key": "rk_live_x", "webhook_secret": "whsec_x"})
    process(event["id"])
    assert row(event["id"])["state"] == "received"
    assert endpoint.asked == []
    assert sightings(rows) == {}


def test_a_forged_unsigned_delivery_keeps_the_true_one_in_no_order_out(
    aws, monkeypatch, rows, queued
):
    with stripe() as double:
        monkeypatch.setenv("PRIVATE_TARGETS", double.origin)
        connected(NORDIC, double.origin)
        double.account.pay(12000)
        from functions.wiring import connect, connection_row

        known = connect(NORDIC, connection_row(NORDIC, "stripe")).fetch("charge/ch_1", now=NOW)
    connected(NORDIC, "", "push", connector="payments.push")
    plugged_in(monkeypatch, {"p1": known})
    bodies = [{"payment": "p1", "amount": 1}, {"payment": "p2"}, {"payment": "p1"}]
    for bunch in itertools.permutations(bodies):
        for body in bunch:
            received(body, connection="push", headers={})
    waiting = [one for one in rows() if "#HOOK#" in one["pk"]]
    assert len(waiting) == 3
    for one in waiting:
        process(keys.id_of(one["pk"]), "push")
    states = sorted(one["state"] for one in rows() if "#HOOK#" in one["pk"])
    assert states == ["done", "done", "refused"]
    assert list(sightings(rows)) == ["stripe:ch_1"]
    assert open_tasks(rows) == []


def test_nothing_personal_is_logged_or_queued(endpoint, logged, queued):
    endpoint.account.pay(12000, name="Aino Esimerkki", description="Aino's sauna")
    event = endpoint.account.all("event")[-1]
    received(event)
    process(event["id"])
    assert "Aino" not in logged()
    assert "Aino" not in json.dumps(queued("webhooks") + queued("match"))


def debitura(tenant, origin):
    config = {"environment": "sandbox", "user_email": "ar@example.com", "origin": origin}
    row = connections.made(
        tenant, "partner", connector="collectors.debitura", config=config,
        start_line=None,
    )  # fmt: skip
    table.transact([row])
    table.update(keys.connection(tenant, "partner"), set_={"state": "enabled"})
    secret = base64.b64encode(b"invented").decode()
    vault.write(tenant, "partner", {"api_key": "invented", "webhook_secret": secret})


def partners_word(**said):
    case = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
    body = json.dumps({"id": "evt_p", "event": "case.updated", "data": {"caseId": case}} | said)
    at = str(int(clock.wall().timestamp()))
    made = hmac.new(b"invented", f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Debitura-Signature": f"t={at},v1={made}"}
    return hook(body, connection="partner", headers=headers)


def test_a_partners_word_is_read_again_and_its_reports_wait_in_the_inbox_once(
    aws, rows, queued, monkeypatch
):
    fixture = Fixture("collectors.debitura")
    with RawServer(Replay(fixture.exchanges())) as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        debitura(NORDIC, server.origin)
        for event in ("evt_p", "evt_q"):
            delivery = partners_word(id=event)
            assert receive_webhook.handler(delivery, None)["statusCode"] == 200
            assert process(event, "partner") == []
    kept = [one for one in rows() if one.get("case") == "case-1" and "hash" in one]
    kinds = sorted(json.loads(one["body"])["type"] for one in kept)
    assert kinds.count("case.accepted") == 1
    assert kinds.count("case.payment_received") == 3
    assert row("evt_p", "partner")["state"] == "done"
    told = queued("inbox")
    assert {one["source"] for one in told} == {"partner"}
    assert len({one["event"] for one in told}) == len(kept)


def test_a_partner_that_pushes_no_webhooks_has_no_endpoint(aws):
    table.transact([connections.made(
        NORDIC, "partner", connector="collectors.rest_hub", config={}, start_line=None,
    )])  # fmt: skip
    table.update(keys.connection(NORDIC, "partner"), set_={"state": "enabled"})
    assert receive_webhook.handler(partners_word(), None)["statusCode"] == 404

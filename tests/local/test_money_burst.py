"""Webhooks on the deployed hub: a thousand, repeated and in disorder, book each payment once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import requests

from infra.local import calls, setup
from infra.local.hub import install
from infra.local.stripe.server import Config, StripeServer, deliver
from shared.cloud import connections, facts, keys, table, vault
from shared.cloud.keys import Tenant
from shared.domain.creditor import Creditor
from shared.domain.explain import content_hash
from shared.domain.ledger_truth import Lot
from shared.domain.model import Invoice, Party
from shared.domain.money import Money
from shared.domain.policy import Policy

pytestmark = pytest.mark.stack

TENANT, NOW = Tenant("burst"), datetime(2026, 3, 2, 9, tzinfo=UTC)
PAYMENTS, DELIVERIES, SENDERS = 250, 1000, 6
KEY, SECRET = "rk_test_burst", "whsec_burst"
QUEUES = ("Webhooks", "Match", "Book")
_DEPTH = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


@pytest.fixture(scope="module")
def provider():
    server = StripeServer(Config(key=KEY))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def deployed(embedded, provider):
    return install(embedded, private_targets=(provider.origin,))


@pytest.fixture
def double(provider):
    """The provider, of which nobody has bought anything yet."""
    provider.account.things.clear()
    return provider


@pytest.fixture
def hub(process, deployed, double, monkeypatch):
    """The deployed hub, with a creditor whose invoices stand open, and its provider."""
    monkeypatch.setenv("TABLE", deployed.table)
    monkeypatch.setenv("SECRET_PREFIX", "dunlin")
    for row in _rows(deployed):
        table.client().delete_item(TableName=deployed.table, Key=_key(row))
    profile = Creditor.model_validate({**setup.CREDITOR, "id": TENANT.id})
    policy = Policy.model_validate(setup.POLICY)
    table.batch_put([
        {**keys.creditor(TENANT), "body": profile.model_dump_json()},
        {
            **keys.policy(TENANT, policy.id, policy.version),
            "body": policy.model_dump_json(), "hash": content_hash(policy),
        },
        {**keys.active_policy(TENANT), "policy": policy.id, "version": policy.version},
    ])  # fmt: skip
    made = connections.made(
        TENANT, "stripe", connector="payments.stripe", start_line=date(2026, 1, 1),
        config={"environment": "sandbox", "account": "acct_demo", "origin": double.origin},
    )  # fmt: skip
    table.transact([made])
    table.update(keys.connection(TENANT, "stripe"), set_={"state": "enabled"})
    vault.write(TENANT, "stripe", {"api_key": KEY, "webhook_secret": SECRET})
    facts.take(TENANT, "erp", [_party(), *map(_invoice, range(PAYMENTS))], NOW, lambda _: None)
    return deployed


def _key(row):
    return {"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}}


def _party():
    return Party(id="erp:d1", version="1", kind="company", name="Liike Oy", country="FI")


def _amount(number):
    return Money.of(f"{100 + number}.00", "EUR")


def _invoice(number):
    return Invoice(
        id=f"erp:{number}", version="1", number=f"{10_000 + number}", debtor="erp:d1",
        issued=date(2026, 2, 1), sent=date(2026, 2, 1), due=date(2026, 2, 15),
        total=_amount(number), open=_amount(number),
    )  # fmt: skip


def _deliveries(double):
    """Every payment's events, some of them again, in no order."""
    for number in range(PAYMENTS):
        carried = {"dunlin_claim": f"erp:{number}"}
        double.account.pay(int(_amount(number).amount * 100), metadata=carried)
    chance = random.Random(20260302)  # noqa: S311 - the same disorder each time
    events = double.account.all("event")
    sent = events + chance.choices(events, k=DELIVERIES - len(events))
    chance.shuffle(sent)
    return sent


def _drain(hub, seconds=240):
    """Wait until nothing stands in a queue or is in flight."""
    sqs, ends, quiet = hub.stack.client("sqs"), time.monotonic() + seconds, 0
    while quiet < 3:
        assert time.monotonic() < ends, "the burst is not worked off in time"
        depth = 0
        for queue in QUEUES:
            answer = sqs.get_queue_attributes(
                QueueUrl=hub.outputs[f"{queue}Queue"], AttributeNames=list(_DEPTH)
            )
            depth += sum(int(answer["Attributes"][name]) for name in _DEPTH)
        quiet = 0 if depth else quiet + 1
        time.sleep(0.2)


def _rows(hub):
    pages = hub.stack.client("dynamodb").get_paginator("scan").paginate(TableName=hub.table)
    found = [table._load(item) for page in pages for item in page["Items"]]
    return [row for row in found if row["pk"].startswith(f"T#{TENANT.id}#")]


def _send(hub, sent):
    """Deliver over a few connections at once, as a provider does; the answers by status.

    As a provider does, too, what was answered with our fault is delivered once more.
    """
    url = f"{hub.api}/v1/hooks/{TENANT.id}/stripe"

    def tell(event):
        status = deliver(session, event, url, SECRET)
        return deliver(session, event, url, SECRET) if status >= 500 else status

    with ThreadPoolExecutor(SENDERS) as pool, requests.Session() as session:
        session.trust_env = False
        return Counter(pool.map(tell, sent))


def test_what_a_webhook_costs_in_aws_calls(hub, double):
    """One event, from the endpoint to the money kept: counted, for times depend on the machine."""
    before = len(calls.read(Path(hub.stack.directory)))
    double.account.pay(10_000, metadata={"dunlin_claim": "erp:0"})
    assert _send(hub, double.account.all("event")[:1]) == {200: 1}
    _drain(hub)
    lines = calls.read(Path(hub.stack.directory))[before:]
    steps = {line["handler"].split(".")[1]: line["calls"] for line in lines}
    known = {"secretsmanager:GetSecretValue"}  # once a while and process
    assert {one: n for one, n in steps["receive_webhook"].items() if one not in known} == {
        "dynamodb:GetItem": 1, "dynamodb:PutItem": 1, "sqs:SendMessageBatch": 1,
    }  # fmt: skip
    made = {one: n for one, n in steps["process_webhook"].items() if one not in known}
    # The event and its connection; then the money: what is known, what is new; then the end.
    assert made["dynamodb:GetItem"] == 2
    assert made["dynamodb:BatchGetItem"] == made["dynamodb:UpdateItem"] == 1
    assert made["dynamodb:BatchWriteItem"] <= 2
    assert sum(made.values()) <= 7


def test_the_public_endpoint_keeps_900_kb_refuses_5_mb_and_knows_no_stranger(hub, double):
    double.account.pay(10_000, metadata={"dunlin_claim": "erp:0"})
    event = double.account.all("event")[0]
    url = f"{hub.api}/v1/hooks/{TENANT.id}/stripe"
    with requests.Session() as session:
        session.trust_env = False
        statuses = [
            deliver(session, {**event, "padding": "x" * 900_000}, url, SECRET),
            deliver(session, {**event, "padding": "x" * 5_000_000}, url, SECRET),
            deliver(session, event, url, "whsec_guessed"),
            deliver(session, event, f"{url}x", SECRET),
            deliver(session, event, url.replace(TENANT.id, "nobody"), SECRET),
        ]
    assert statuses == [200, 413, 400, 404, 404]
    _drain(hub)
    (row,) = [row for row in _rows(hub) if "#HOOK#" in row["pk"]]
    kept = hub.stack.client("s3").get_object(
        Bucket=hub.outputs["DocumentsBucket"], Key=f"{TENANT.id}/{row['document']}"
    )
    assert len(kept["Body"].read()) > 900_000
    assert row["state"] == "done"
    assert hub.stack.denials() == []


def test_a_burst_of_a_thousand_books_each_payment_once(hub, double):
    sent = _deliveries(double)
    began = time.monotonic()
    assert _send(hub, sent) == {200: DELIVERIES}
    received = time.monotonic() - began
    _drain(hub)
    drained = time.monotonic() - began
    rows = _rows(hub)
    kinds = Counter((keys.kind_of(row["pk"]), row["sk"].partition("#")[0]) for row in rows)
    assert kinds["HOOK", "RAW"] == len({event["id"] for event in sent})
    assert {row["state"] for row in rows if "#HOOK#" in row["pk"]} == {"done"}
    assert kinds["MON", "FACT"] == kinds["MON", "PAYMENT"] == PAYMENTS
    assert kinds["INV", "ALLOC"] == PAYMENTS
    booked = {
        keys.id_of(row["pk"]): Lot.model_validate_json(row["body"]).net
        for row in rows
        if row["sk"].startswith("ALLOC#")
    }
    assert booked == {f"erp:{number}": _amount(number) for number in range(PAYMENTS)}
    assert kinds["TASK", "TASK"] == 0
    assert hub.stack.denials() == []
    print(f"\n{DELIVERIES} deliveries taken in {received:.1f} s, booked in {drained:.1f} s")

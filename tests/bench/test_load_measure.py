"""What a load of a very old case reads: one query of one page, at most a hundred events."""

from __future__ import annotations

from datetime import UTC, date, datetime

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from shared.cloud import runtime, table
from shared.cloud.keys import Tenant
from shared.cloud.store import Store
from shared.domain.events import CaseOpened, Claim, ClaimJoined, Held, PolicyRef, Released
from shared.domain.money import Money

EVENTS = 20_000
AT_ONCE = 90
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TENANT, CASE = Tenant("nordic"), "c1"
KEYS = {"pk": "HASH", "sk": "RANGE"}


@pytest.fixture
def aws(monkeypatch):
    """A table as the hub's, without its indexes, and clients of this test alone."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "TABLE"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    forget()
    with mock_aws():
        table.client().create_table(
            TableName="testing", BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in KEYS],
            KeySchema=[{"AttributeName": n, "KeyType": kind} for n, kind in KEYS.items()],
        )  # fmt: skip
        yield
    forget()


def forget():
    boto3.DEFAULT_SESSION = None
    table.client.cache_clear()
    runtime.client.cache_clear()


@pytest.fixture
def answers(aws):
    """The answers of the table to reads, from now on."""
    found = []

    def note(parsed, model, **_):
        if model.name in {"GetItem", "Query", "BatchGetItem", "Scan"}:
            found.append((model.name, parsed))

    events = table.client().meta.events
    events.register("after-call.dynamodb", note)
    yield found
    events.unregister("after-call.dynamodb", note)


def begun():
    euros = Money.of("100.00", "EUR")
    claim = Claim(
        id="erp:1", number="1", total=euros, open=euros, issued=date(2026, 1, 2),
        sent=date(2026, 1, 2), due=date(2026, 1, 16), reference=None, capacity="consumer",
        natural_person=True, claim_class="goods",
    )  # fmt: skip
    opened = CaseOpened(
        at=AT, debtor="erp:d", connection="erp", policy=PolicyRef(id="calm", version=1), law="FI",
        capacity="consumer", currency="EUR",
    )  # fmt: skip
    return [opened, ClaimJoined(at=AT, claim=claim)]


def happened(number):
    """A hold and its end in turn: the case changes with each and grows with none."""
    hold = f"h{number // 2}"
    if number % 2:
        return Released(at=AT, hold=hold)
    return Held(at=AT, hold=hold, claim="erp:1", reason="person")


def written(store, events):
    """The case after events, as the store lays them down in appends of ninety.

    Their rows are put into the stand-in itself: it copies its whole table for each transaction.
    """
    loaded, puts = store.load(CASE), []
    for start in range(0, len(events), AT_ONCE):
        writes, loaded = store.appended(loaded, events[start : start + AT_ONCE], due_at=AT)
        puts += [one["Put"]["Item"] for one in writes if "Put" in one]
    stand_in = dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-north-1"].get_table("testing")
    for item in puts:
        stand_in.put_item(item)
    table.put(loaded.head)
    return loaded


def test_a_case_of_twenty_thousand_events_is_read_by_one_page_of_a_hundred(aws, answers):
    store = Store(TENANT)
    store.open(CASE, begun(), due_at=AT)
    before = written(store, [happened(number) for number in range(2, EVENTS)])
    answers.clear()

    loaded = store.load(CASE, snapshot=before.head["snap"])

    assert loaded.case == before.case
    assert loaded.case.version == EVENTS
    assert [name for name, _ in answers] == ["Query", "BatchGetItem"]
    page = answers[0][1]
    assert "LastEvaluatedKey" not in page
    assert len(page["Items"]) - 1 <= 100

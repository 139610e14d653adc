"""An AWS of the happy path and a clock that stands still, for tests of single functions.

The table is the one in memory, everything else is moto. Concurrency, transactions' tokens and
streams are proven on the embedded stack.
"""

from __future__ import annotations

import json
import os

import pytest
from moto import mock_aws
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict

from infra.local.memory_table import MemoryTable
from shared.cloud import clock, cursors, runtime, table, vault
from tests.functions.world import NORDIC, NOW, open_case, remind, settle_in

_TABLE = MemoryTable("dunlin-table")
_QUEUES = (
    "pull", "poll", "inbox", "sweep", "book", "outbox", "webhooks", "match", "reconcile", "preview",
    "retain",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _clients():
    """Clients and moto's patches are made once a module; what moto holds goes with each test."""
    _forget_clients()
    with mock_aws():
        yield
    _forget_clients()


@pytest.fixture
def aws(monkeypatch):
    """Table, queues, documents and the cursors' secret; one creditor has settled in."""
    yield from settled(monkeypatch)


def settled(monkeypatch):
    """What ``aws`` is, for whoever measures and has no fixtures."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    for name in ("TABLE", "DOCUMENTS", "SECRET_PREFIX", "STAGE"):
        monkeypatch.setenv(name, f"dunlin-{name.lower().replace('_', '-')}")
    monkeypatch.setenv("CURSOR_KEY_SECRET", "dunlin-cursor")
    monkeypatch.setenv("INBOX_BUCKET", "inbox")
    monkeypatch.setattr(clock, "wall", lambda: NOW)
    cursors._key.cache_clear()
    vault._kept.clear()
    _TABLE.clear()
    BackendDict.reset()
    _TABLE.serve(table.client())
    for queue in _QUEUES:
        _of_moto("sqs").create_queue(queue)
        url = f"https://sqs.eu-north-1.amazonaws.com/{DEFAULT_ACCOUNT_ID}/{queue}"
        monkeypatch.setenv(f"{queue.upper()}_QUEUE", url)
    runtime.client("s3").create_bucket(
        Bucket="dunlin-documents",
        CreateBucketConfiguration={"LocationConstraint": "eu-north-1"},
    )
    runtime.client("secretsmanager").create_secret(
        Name="dunlin-cursor", SecretString="an invented secret of thirty-two"
    )
    settle_in(NORDIC)
    yield
    cursors._key.cache_clear()
    vault._kept.clear()


@pytest.fixture
def reminded(aws):
    """A case whose first reminder is on its way: nobody has said yet what became of it."""
    open_case(NORDIC)
    remind(NORDIC)


@pytest.fixture
def queued(aws):
    """Reads what stands in a queue: ``queued("pull")``."""

    def read(queue):
        url = os.environ[f"{queue.upper()}_QUEUE"]
        found = (
            runtime.client("sqs")
            .receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            .get("Messages", [])
        )
        return [json.loads(one["Body"]) for one in found]

    return read


@pytest.fixture
def logged(caplog):
    """All that our own code logged, with every extra field."""
    caplog.set_level("INFO")
    ours = ("dunlin", "root")
    return lambda: " ".join(
        str(vars(record)) for record in caplog.records if record.name.startswith(ours)
    )


@pytest.fixture
def rows(aws):
    """Reads every row of the table, in no order."""

    def read():
        return [
            {key: next(iter(value.values())) for key, value in one.items()} for one in _TABLE.rows()
        ]

    return read


def _of_moto(service):
    """What moto holds of a service: far quicker to fill than through a client."""
    return get_backend(service)[DEFAULT_ACCOUNT_ID]["eu-north-1"]


def _forget_clients():
    table.client.cache_clear()
    runtime.client.cache_clear()

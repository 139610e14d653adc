"""What several folders of tests share: one embedded stack a session, and the table's own shape."""

from __future__ import annotations

import itertools
from pathlib import Path

import boto3
import pytest

from infra.local import stack as local
from infra.local.package import load
from shared.cloud import runtime, table, vault

_NUMBERS = itertools.count(1)
_DATA = Path(__file__).parents[1] / "infra" / "data.yaml"


@pytest.fixture(scope="session")
def embedded(tmp_path_factory):
    """An embedded stack with nothing deployed to it."""
    with local.running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def new_table(embedded):
    """Makes an empty table as the template describes it, and gives its name."""
    made = load(_DATA)["Resources"]["Table"]["Properties"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")

    def make():
        name = f"table-{next(_NUMBERS)}"
        embedded.client("dynamodb").create_table(
            TableName=name, **{field: made[field] for field in wanted}
        )
        return name

    return make


@pytest.fixture
def process(embedded, new_table, tmp_path, monkeypatch):
    """This process as one of the hub's functions would find itself, with a table of its own."""
    for name, value in embedded.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("DUNLIN_CLOCK_FILE", str(tmp_path / "clock"))
    monkeypatch.setenv("TABLE", new_table())
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", embedded.session())
    forget()
    yield embedded
    forget()


def forget():
    """What a new process would not know: clients and secrets."""
    table.client.cache_clear()
    runtime.client.cache_clear()
    vault._kept.clear()

"""What several folders of tests share: one embedded stack a session, and the table's own shape."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path

import boto3
import pytest

from infra.local import stack as local
from infra.local.package import load
from shared.cloud import runtime, table, vault
from tests.wire import Wire

_NUMBERS = itertools.count(1)
_DATA = Path(__file__).parents[1] / "infra" / "data.yaml"


@pytest.fixture(scope="session")
def embedded(tmp_path_factory):
    """An embedded stack with nothing deployed to it."""
    with local.running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
def admin(embedded):
    """Clients with the administrator's key, for what is done around the hub."""
    return functools.cache(embedded.client)


@pytest.fixture(scope="session")
def new_table(admin):
    """Makes an empty table as the template describes it, and gives its name."""
    made = load(_DATA)["Resources"]["Table"]["Properties"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")

    def make():
        name = f"table-{next(_NUMBERS)}"
        admin("dynamodb").create_table(TableName=name, **{field: made[field] for field in wanted})
        return name

    return make


@pytest.fixture(scope="session")
def session_wire(embedded):
    """One SDK session for all tests in this process: its models are parsed once."""
    session = embedded.session()
    return session, Wire(session)


@pytest.fixture
def process(embedded, session_wire, new_table, tmp_path, monkeypatch):
    """This process as one of the hub's functions would find itself, with a table of its own."""
    session, wire = session_wire
    for name, value in embedded.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("DUNLIN_CLOCK_FILE", str(tmp_path / "clock"))
    monkeypatch.setenv("TABLE", new_table())
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    if table.client().meta.endpoint_url != embedded.endpoint:
        table.client.cache_clear()
        runtime.client.cache_clear()
    vault._kept.clear()
    wire.forget()
    return embedded


@pytest.fixture
def wire(process, session_wire):
    """The AWS calls of this process from now on, and the knife."""
    return session_wire[1]

"""A file dropped into a connection's folder has that connection read now, and no other."""

from __future__ import annotations

import pytest

from functions import receive_file
from shared.cloud import connections, keys, table
from tests.functions.world import NORDIC, NOW, sample


@pytest.fixture
def ledger(aws):
    made = connections.made(
        NORDIC, "ledger", connector="erp.csv_file", config={}, start_line=NOW.date()
    )
    table.transact([made])
    table.transact([connections.enabled(row(), NOW)])
    table.update(keys.connection(NORDIC, "ledger"), set_={"due_at": "2026-03-03T09:00:00Z"})


def row():
    return table.get(keys.connection(NORDIC, "ledger"))


def drop(key):
    event = sample("receive_file")
    event["detail"]["object"]["key"] = key
    return receive_file.handler(event, None)["woken"]


def test_the_sample_drop_wakes_its_connection(ledger, queued):
    assert receive_file.handler(sample("receive_file"), None) == {"woken": True}

    assert row()["wanted_at"] == row()["due_at"] == "2026-03-02T09:00:00Z"
    assert queued("pull") == [{"tenant": "nordic", "connection": "ledger"}]


@pytest.mark.parametrize(
    "key",
    [
        "nordic/ledger/errors/a.csv", "nordic/ledger/read/0f", "nordic/ledger/inbox/",
        "nordic/ledger/inbox/deep/a.csv", "a.csv", "nordic/other/inbox/a.csv",
        "twin/ledger/inbox/a.csv", "Nordic/ledger/inbox/a.csv", "nordic/led#ger/inbox/a.csv",
    ],
)  # fmt: skip
def test_what_is_no_drop_of_a_live_connection_wakes_nothing(ledger, queued, key):
    assert drop(key) is False
    assert queued("pull") == []


def test_a_drop_before_the_connection_is_enabled_waits_in_its_folder(ledger, queued):
    table.transact([connections.disabled(row())])

    assert drop("nordic/ledger/inbox/a.csv") is False
    assert "due_at" not in row()

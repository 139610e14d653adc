"""The gate stands in the sweep: a stale feed costs one pull and starts nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from infra.local import setup
from shared.cloud import clock, keys, table
from tests.faults.books import Line

pytestmark = pytest.mark.stack


@pytest.fixture
def waiting(machine, books):
    """So many cases that are due, on a feed that was last read a week ago."""

    def make(count):
        books.settle_in()
        books.state(Line())
        books.pull()
        machine.lose_messages()
        invoice = keys.invoice(machine.tenant, "erp:1001")
        table.update(invoice, remove=("due_at", "due_shard"))
        machine.pass_time(days=7)
        rows, now = [], clock.stamp(machine.now())
        for number in range(count):
            head = keys.head(machine.tenant, f"c{number:04d}")
            rows.append({
                **head, "version": 1, "attempt": 0, "snap": 0, "conn": setup.ERP, "due_at": now,
                "due_shard": keys.due_shard(head["pk"]),
            })  # fmt: skip
        table.batch_put(rows)

    return make


def test_a_thousand_cases_on_a_stale_feed_cost_one_pull_and_no_execution(machine, books, waiting):
    waiting(1000)
    machine.wire.watch()
    taken = machine.sweep()
    calls = Counter(machine.wire.calls)
    assert taken["gated"] == 1000
    assert machine.started() == []
    assert machine.messages("pull") == [{"tenant": machine.tenant.id, "connection": setup.ERP}]
    assert books.row()["wanted_at"]
    # Each case is moved on once; the feed is looked up once a shard and claimed once.
    assert calls["dynamodb:GetItem"] == 4
    assert calls["dynamodb:UpdateItem"] <= 1000 + 4
    assert machine.sweep() == {}


def test_the_end_of_the_pull_wakes_the_sweep_and_the_cases_run(machine, books, waiting):
    waiting(3)
    machine.sweep()
    books.pull()
    assert "wanted_at" not in books.row()
    woken = machine.messages("sweep")
    assert {one["connection"] for one in woken} == {setup.ERP}
    machine.pass_time(minutes=1)
    assert machine.sweep() == {}
    assert machine.hand("sweep", *woken) == {"CASE": 3}


def test_a_feed_that_is_down_for_a_day_costs_by_connections_and_not_by_cases(
    machine, books, waiting
):
    waiting(8)
    setting = keys.active_policy(machine.tenant)
    kept = table.get(setting)
    # Without a policy no pull can end well.
    machine.delete(setting)
    pulls = moved = 0
    for _ in range(24 * 6):
        moved += machine.sweep()["gated"]
        wanted = machine.messages("pull")
        pulls += len(wanted)
        if wanted:
            machine.hand("pull", *wanted)
        machine.pass_time(minutes=10)
    assert books.row()["state"] == "degraded"
    assert pulls <= 12
    assert moved <= 8 * 40
    assert machine.started() == []
    table.put(kept)
    for _ in range(8):
        machine.pass_time(hours=1)
        machine.sweep()
        machine.work()
    assert books.row()["state"] == "enabled"
    assert sum(machine.outcomes.values()) >= 8


@pytest.mark.parametrize("state", ["disabled", "needs_auth", "pending"])
def test_a_connection_that_is_not_live_is_neither_pulled_nor_acted_on(
    machine, books, waiting, state
):
    waiting(2)
    table.update(
        keys.connection(machine.tenant, setup.ERP),
        set_={"state": state, "fresh_as_of": clock.stamp(machine.now())},
        remove=("due_at", "due_shard"),
    )
    assert machine.sweep() == {"gated": 2}
    assert machine.messages("pull") == []
    assert machine.started() == []
    machine.pass_time(minutes=30)
    assert machine.sweep() == {}


def test_an_idle_sweep_is_one_query_a_shard(machine, books):
    books.settle_in()
    books.pull()
    machine.lose_messages()
    calls = machine.wire.watch()
    assert machine.sweep() == {}
    assert calls == ["dynamodb:Query"] * 4

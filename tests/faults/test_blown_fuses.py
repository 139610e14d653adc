"""Fuses that blow by themselves: nothing goes out until a person has looked, and one is asked."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions import tick
from shared.cloud import connections, control, fuses, health_words, hub_keys, keys, table, vault
from shared.cloud.run_budget import Budget
from shared.errors import Conflict
from tests.connectors.stub_server import RawServer
from tests.faults.books import BEGIN, Line

pytestmark = pytest.mark.stack

# Long overdue, and never asked for: what it takes to have a usual amount of debt.
OLD = [Line(number=str(2000 + n), blocked="yes") for n in range(20)]


def withheld(machine):
    return [event.why for event in machine.events() if event.kind == "act_withheld"]


def metrics(capsys, name):
    lines = [line for line in capsys.readouterr().out.splitlines() if name in line]
    return [json.loads(line) for line in lines]


def lift(machine):
    row = table.get(keys.control(machine.tenant))
    table.transact(fuses.lifted(machine.tenant, row, "console", machine.now()))


def test_a_jump_of_forty_percent_of_what_is_overdue_halts_until_a_person_lifts_it(
    machine, books, capsys
):
    books.settle_in()
    books.book(*OLD)
    machine.pass_time(hours=1)
    books.book(*OLD, Line())
    assert "halted" not in table.get(keys.control(machine.tenant))
    machine.pass_time(hours=1)

    again = [Line(number=str(3000 + n), blocked="yes") for n in range(10)]
    books.book(*OLD, *again, Line())
    machine.settle()

    assert machine.tasks() == ["overdue_jump"]
    assert machine.letters() == []
    assert withheld(machine) == ["halted"]
    assert [one["FuseBlown"] for one in metrics(capsys, "FuseBlown")] == [1]
    # It does not end by itself, and asks nobody twice.
    books.book(*OLD, *again, Line(), Line(number="4000", due=BEGIN + timedelta(days=90)))
    machine.live_on(BEGIN + timedelta(days=1))
    assert (machine.tasks(), machine.letters()) == (["overdue_jump"], [])

    lift(machine)
    machine.live_on(BEGIN + timedelta(days=2))
    assert (machine.tasks(), len(machine.letters())) == ([], 1)
    with pytest.raises(Conflict):
        lift(machine)


def test_what_merely_falls_due_halts_nobody(machine, books):
    books.settle_in()
    ahead = [Line(number=str(4000 + n), due=BEGIN, blocked="yes") for n in range(40)]
    books.book(*OLD[:10], *ahead)
    machine.live_on(BEGIN + timedelta(days=3))
    books.book(*OLD[:10], *ahead)
    assert "halted" not in table.get(keys.control(machine.tenant))


def test_a_restored_table_sends_nothing_until_an_operator_reconciles_it(
    machine, books, with_partner, partner, monkeypatch
):
    with_partner.hand_over()
    monkeypatch.setenv("SWEEP_QUEUE", machine.queues["sweep"])
    fuses.keep_epoch.cache_clear()
    tick.handler({}, None)
    assert not control.unreconciled(table.get(hub_keys.control()))
    sent, told = len(machine.letters()), len(partner.taken)

    # The same rows in a table that came back under its own name: the stack's parameter says so.
    monkeypatch.setenv("EPOCH", "2")
    fuses.keep_epoch.cache_clear()
    tick.handler({}, None)
    with_partner.book(Line(number="1002", customer="C2"), Line(due=BEGIN, open="40.00"))
    machine.live_on(machine.today() + timedelta(days=1))
    assert (len(machine.letters()), len(partner.taken)) == (sent, told)
    barrier = control.barrier(table.get(hub_keys.control()), {"outbound": "on"}, "erp:C2")
    assert barrier == "not_reconciled"

    table.transact([fuses.reconciled(control.epoch())])
    machine.live_on(machine.today() + timedelta(days=1))
    assert len(machine.letters()) + len(partner.taken) > sent + told


def test_a_table_of_another_name_is_told_from_the_one_that_was_last_sent_from(
    machine, books, monkeypatch
):
    books.settle_in()
    fuses.keep_epoch.cache_clear()
    fuses.keep_epoch(control.epoch())
    row = table.get(hub_keys.control())
    assert not control.unreconciled(row)
    monkeypatch.setenv("TABLE", "restored")
    assert control.unreconciled(row)


def test_shards_that_run_at_once_cannot_pass_the_bound_of_a_run_together(machine, books, capsys):
    books.settle_in()
    for back in range(1, 6):
        budget = Budget(machine.now() - timedelta(days=back))
        for _ in range(30):
            budget.take(machine.tenant)
        budget.give_back()
    shards, started = [Budget(machine.now()) for _ in range(4)], 0
    while "halted" not in table.get(keys.control(machine.tenant)):
        for shard in shards:
            shard.take(machine.tenant)
            started += 1
    # Two hundred are never too many; what was started before the halt keeps within them.
    assert 100 < started - 1 <= 200
    assert machine.tasks() == ["run_above_usual"]
    lift(machine)
    for shard in shards:
        for _ in range(100):
            shard.take(machine.tenant)
    assert "halted" not in table.get(keys.control(machine.tenant))
    for shard in shards:
        shard.give_back()
    row = table.get(keys.fact(machine.tenant, "RUN", "days"))
    assert row[f"day_{machine.now():%Y_%m_%d}"] == started + 400


def test_a_feed_that_was_late_and_has_come_is_well_at_once(machine, books):
    books.settle_in()
    books.book(Line())
    # As the gate marks a source that a case waits for, where its own turn to be read is not on.
    late = {"stale_since": "2026-03-17T09:00:00Z", "stale_why": "read_too_long_ago"}
    table.update(keys.connection(machine.tenant, "erp"), set_=late)
    assert health_words.word_of(books.row()) == "degraded"
    books.pull()
    assert (health_words.word_of(books.row()), books.row()["health"]) == ("ok", "ok")


@pytest.mark.parametrize(
    ("status", "word", "asked"),
    [
        ("401 No", "needs_auth", True),
        ("429 Slowly", "rate_limited", False),
        ("503 Down", "degraded", False),
        ("200 OK", "failing", True),
    ],
)
def test_a_pull_that_fails_says_in_one_word_why_and_asks_where_only_a_person_helps(
    machine, books, monkeypatch, capsys, status, word, asked
):
    books.settle_in()
    page = f"HTTP/1.1 {status}\r\ncontent-length: 6\r\n\r\n<html>".encode()
    with RawServer(lambda _: [page]) as server:
        monkeypatch.setenv("PRIVATE_TARGETS", server.origin)
        books._connect("other", "erp.tryton", {"url": server.origin, "database": "books"})
        vault.write(machine.tenant, "other", {"application_key": "invented"})
        for _ in range(2):
            machine.hand("pull", {"tenant": machine.tenant.id, "connection": "other"})

    row = connections.read(machine.tenant, "other")
    assert (health_words.word_of(row), row["health"]) == (word, word)
    assert machine.tasks() == ([f"connection_{word}"] if asked else [])
    assert [one["Health"] for one in metrics(capsys, "ConnectionWorse")] == [word]

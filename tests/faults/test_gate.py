"""The gate stands in the sweep: a stale feed costs one pull and starts nothing."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta

import pytest

from functions import match
from infra.local import setup
from shared.cloud import clock, connections, feeds, keys, sources, table, tasks
from shared.domain.calendar import next_banking_day
from shared.domain.creditor import Creditor
from tests.faults.books import Line
from tests.faults.money_feeds import BANK, PROVIDER, connected, receipt

pytestmark = pytest.mark.stack


@pytest.fixture
def waiting(machine, books):
    """So many cases that are due, on a feed that was last read a week ago."""

    def make(count):
        books.settle_in()
        profile = table.get(keys.creditor(machine.tenant))["body"]
        table.transact([sources.demanded(Creditor.model_validate_json(profile))])
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
    # Whichever comes first, the ERP's own row or a case that waits for it.
    assert taken.get("CONN") == 1 or books.row()["wanted_at"]
    # Each case is moved on once; the ERP and the creditor's feeds are looked up once a shard, and
    # the ERP is claimed once.
    assert calls["dynamodb:GetItem"] == 8
    assert calls["dynamodb:UpdateItem"] <= 1000 + 8
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


def sweep_waiting(machine, count):
    """The sweep of so many due cases on a source that is not fresh; the calls that it cost."""
    machine.wire.watch()
    taken = machine.sweep()
    assert taken["gated"] == count
    assert machine.started() == []
    return Counter(machine.wire.calls)


@pytest.fixture
def due_cases(machine, books, waiting):
    """So many due cases on an ERP that was read just now."""

    def make(count):
        waiting(count)
        books.pull()
        machine.lose_messages()

    return make


def pull(machine, connection):
    return machine.hand("pull", {"tenant": machine.tenant.id, "connection": connection})


def friday_before(machine):
    return machine.today() - timedelta(days=machine.today().weekday() + 3)


def missing_statement(monkeypatch, machine):
    bank = connected(monkeypatch, machine, BANK, "banks.own")
    bank.through = friday_before(machine) - timedelta(days=7)
    return BANK


def silent_provider(monkeypatch, machine):
    connected(monkeypatch, machine, PROVIDER, "payments.own").down = True
    return PROVIDER


@pytest.mark.parametrize("stopped", [missing_statement, silent_provider])
def test_a_thousand_cases_wait_for_a_money_feed_at_one_pull_and_no_execution(
    machine, due_cases, monkeypatch, stopped
):
    due_cases(1000)
    feed = stopped(monkeypatch, machine)
    calls = sweep_waiting(machine, 1000)
    assert machine.messages("pull") == [{"tenant": machine.tenant.id, "connection": feed}]
    # The ERP, the feeds and the one that stopped are looked up once a shard; that is claimed once.
    assert calls["dynamodb:GetItem"] == 12
    assert calls["dynamodb:UpdateItem"] <= 1000 + 8
    assert machine.sweep() == {}


def test_a_statement_that_does_not_come_is_looked_for_once_and_its_arrival_wakes_the_cases(
    machine, due_cases, monkeypatch
):
    due_cases(5)
    bank = connected(monkeypatch, machine, BANK, "banks.own")
    bank.through = friday_before(machine) - timedelta(days=7)
    sweep_waiting(machine, 5)
    (wanted,) = machine.messages("pull")
    machine.hand("pull", wanted)
    assert machine.messages("sweep") == []
    machine.pass_time(minutes=6)
    sweep_waiting(machine, 5)
    assert machine.messages("pull") == []
    # Its cases rest until the next statement is promised.
    machine.pass_time(hours=4)
    assert machine.sweep()["gated"] == 0
    row = connections.read(machine.tenant, BANK)
    assert (row["stale_why"], bank.reads) == ("statement_missing", 1)
    # The file comes: the pull that it brings wakes every case, and the ERP is asked again.
    bank.through = friday_before(machine)
    machine.lose_messages()
    connections.wake(machine.tenant, BANK, machine.now())
    pull(machine, BANK)
    pull(machine, setup.ERP)
    woken = [one for one in machine.messages("sweep") if one["connection"] == BANK]
    assert {one["family"] for one in woken} == {"banks"}
    assert sum(machine.hand("sweep", one).get("CASE", 0) for one in woken) == 5
    assert "stale_since" not in connections.read(machine.tenant, BANK)


def test_a_provider_that_was_down_is_tried_again_and_its_cases_run_by_themselves(
    machine, due_cases, monkeypatch
):
    due_cases(5)
    cards = connected(monkeypatch, machine, PROVIDER, "payments.own")
    cards.down = True
    sweep_waiting(machine, 5)
    machine.hand("pull", *machine.messages("pull"))
    row = connections.read(machine.tenant, PROVIDER)
    assert (row["state"], row["stale_why"]) == ("degraded", "never_read")
    machine.pass_time(minutes=6)
    sweep_waiting(machine, 5)
    cards.down = False
    for _ in range(3):
        machine.pass_time(minutes=30)
        machine.sweep()
        machine.work()
    assert connections.read(machine.tenant, PROVIDER)["state"] == "enabled"
    assert len({start["case"] for start in machine.starts}) == 5


def test_a_step_asks_every_feed_again_right_before_its_act_at_no_further_call(
    machine, books, monkeypatch
):
    books.settle_in()
    books.book(Line())
    bank = connected(monkeypatch, machine, BANK, "banks.own")
    bank.through = friday_before(machine)
    pull(machine, BANK)
    machine.sweep()
    (start,) = machine.started()
    table.transact(feeds.told(connections.read(machine.tenant, BANK), {"suspicious": "silent"}))
    machine.wire.watch()
    assert machine.execute(start) == "stale"
    assert machine.wire.calls == [
        "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:BatchGetItem",
        "dynamodb:TransactWriteItems",
    ]  # fmt: skip
    assert machine.letters() == []


def test_a_dropped_file_that_is_not_read_yet_keeps_acts_in(machine, books, monkeypatch):
    books.settle_in()
    books.book(Line())
    bank = connected(monkeypatch, machine, BANK, "banks.own")
    bank.through = friday_before(machine)
    pull(machine, BANK)
    machine.pass_time(minutes=1)
    connections.wake(machine.tenant, BANK, machine.now())
    assert machine.sweep()["gated"] == 1
    machine.pass_time(seconds=5)
    pull(machine, BANK)
    machine.settle()
    assert len(machine.letters()) == 1


def test_a_disabled_feed_is_no_longer_waited_for(machine, books, monkeypatch):
    books.settle_in()
    books.book(Line())
    connected(monkeypatch, machine, BANK, "banks.own")
    assert machine.sweep()["gated"] == 1
    row = connections.read(machine.tenant, BANK)
    table.transact([connections.disabled(row), *feeds.told(row, {"state": "disabled"})])
    machine.pass_time(minutes=6)
    machine.settle()
    assert len(machine.letters()) == 1


def test_a_provider_that_answers_with_empty_pages_stops_the_sweep_until_a_person_confirms(
    machine, books, monkeypatch, capsys
):
    books.settle_in()
    books.pull()
    cards = connected(monkeypatch, machine, PROVIDER, "payments.own")
    for _ in range(12):
        cards.movements = 20
        pull(machine, PROVIDER)
        cards.movements = 20
        machine.live_on(next_banking_day("FI", machine.today() + timedelta(days=1)))
    # From now on it answers 200 and shows nothing.
    for _ in range(2):
        machine.live_on(next_banking_day("FI", machine.today() + timedelta(days=1)))
        books.book(Line(due=machine.today() - timedelta(days=8)))
        pull(machine, PROVIDER)
        machine.settle()
    row = connections.read(machine.tenant, PROVIDER)
    assert (row["state"], row["suspicious"]) == ("enabled", "silent")
    assert machine.tasks() == ["source_suspicious"]
    assert machine.letters() == []
    # The alarm's figure.
    assert '"SourceSuspicious": ' in capsys.readouterr().out
    admin_row = sources.known(table.get(keys.feeds(machine.tenant)))
    assert [one.suspicious for one in admin_row] == ["silent"]
    table.transact(connections.confirmed(row, machine.now()))
    pull(machine, PROVIDER)
    machine.settle()
    assert len(machine.letters()) == 1


def test_a_statement_with_far_fewer_rows_than_usual_stops_its_cases(machine, books):
    books.settle_in()
    many = [Line(number=str(2000 + n), due=date(2026, 12, 1)) for n in range(30)]
    for extra in range(4):
        books.book(*many, Line(number=str(3000 + extra), due=date(2026, 12, 1)))
        machine.pass_time(hours=1)
    books.book(Line())
    assert books.row()["suspicious"] == "far_fewer_rows"
    assert machine.sweep()["gated"] == 1
    assert machine.started() == []
    assert machine.tasks() == ["source_suspicious"]
    (_, task) = tasks.in_order(machine.tenant, None, 9)[0][0]
    assert json.loads(task["body"])[0]["facts"]["connection"] == setup.ERP
    books.book(*many, Line())
    assert "suspicious" not in books.row()
    machine.pass_time(hours=1)
    machine.settle()
    assert len(machine.letters()) == 1


def test_money_that_was_read_finds_its_claims_before_anybody_is_touched(
    machine, books, monkeypatch
):
    books.settle_in()
    books.book(Line())
    cards = connected(monkeypatch, machine, PROVIDER, "payments.own")
    cards.sightings = (receipt(machine, "1001"),)
    pull(machine, PROVIDER)
    matching = machine.messages("match")
    assert len(matching) == 1
    machine.pass_time(seconds=10)
    assert machine.sweep()["gated"] == 1
    assert machine.letters() == []
    machine.send("match", matching[0])
    machine.pass_time(minutes=1)
    machine.settle()
    assert machine.letters() == []
    assert not machine.case().claims["erp:1001"].open
    assert "matching_since" not in connections.read(machine.tenant, PROVIDER)


def waiting_money(machine, books, monkeypatch):
    """Money that may be this claim's, and whose claim nobody knows: stored, matched, not booked."""
    cards = connected(monkeypatch, machine, PROVIDER, "payments.own")
    cards.sightings = (receipt(machine, "x", claim=None),)
    pull(machine, PROVIDER)
    machine.hand("match", *machine.messages("match"))
    machine.lose_messages()
    rows = [row["sk"] for row in machine.rows() if row["sk"].startswith("WAIT#")]
    assert len(rows) == 1


@pytest.mark.parametrize("when", ["before the step reads", "after the step has read"])
def test_money_that_waits_for_a_person_stops_the_letter_before_it_is_booked(
    machine, books, monkeypatch, when
):
    books.settle_in()
    books.book(Line())
    machine.sweep()
    (start,) = machine.started()
    if when == "before the step reads":
        waiting_money(machine, books, monkeypatch)
        assert machine.execute(start) == "rest"
    else:
        machine.wire.after_call["PutObject"] = lambda: waiting_money(machine, books, monkeypatch)
        assert machine.execute(start) == "conflict"
    assert machine.letters() == []
    machine.pass_time(minutes=10)
    machine.settle()
    assert machine.letters() == []
    assert "money_waiting" in {hold.reason for hold in machine.case().holds.values()}


def test_money_that_cannot_be_matched_keeps_its_creditors_cases_from_letters(
    machine, books, monkeypatch
):
    """However often it is tried; a person is asked once, and no more when it is matched."""
    books.settle_in()
    feed = connected(monkeypatch, machine, PROVIDER, "payments.own")
    resolve = match._resolve

    def broken(*_):
        raise RuntimeError("poisoned")

    monkeypatch.setattr(match, "_resolve", broken)
    feed.sightings = (receipt(machine, "1001"),)
    books.book(Line())
    for _ in range(15):
        machine.sweep()
        machine.work()
        machine.pass_time(minutes=10)
    assert machine.letters() == []
    assert machine.tasks() == ["payment_stuck"]
    monkeypatch.setattr(match, "_resolve", resolve)
    machine.settle()
    assert (machine.letters(), machine.tasks()) == ([], [])
    assert [str(one.open.amount) for one in machine.case().claims.values()] == ["0.00"]

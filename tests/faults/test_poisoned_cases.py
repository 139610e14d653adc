"""Cases that cannot be read keep nobody waiting: they back off, and a person gets them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.cloud import clock, due, keys, table
from tests.faults.books import Line

pytestmark = pytest.mark.stack


def poison(machine, count):
    """So many cases, long overdue, each with an event of a kind that nobody knows."""
    tenant, long_ago = machine.tenant, clock.stamp(machine.now() - timedelta(days=9))
    rows = []
    for number in range(count):
        case = f"{tenant.id}bad{number:04d}"
        head = keys.head(tenant, case)
        rows.append({
            **head, "version": 1, "attempt": 0, "snap": 0, "conn": "erp", "refs": "[]",
            "debtor": "erp:1",
            "policy": "standard", "policy_version": 1, "due_at": long_ago,
            "due_shard": keys.due_shard(head["pk"]),
        })  # fmt: skip
        rows.append({**keys.event(tenant, case, 1), "kind": "?", "body": '{"kind": "?", "v": 1}'})
    table.batch_put(rows)


def test_a_thousand_poisoned_cases_ahead_of_a_good_one_do_not_starve_it(machine, books):
    books.settle_in()
    books.book(Line())
    (good,) = machine.cases()
    poison(machine, 1000)
    taken = machine.sweep()
    starts = {start["case"]: start for start in machine.started()}
    assert taken == {"CASE": 1001}
    assert len(starts) == 1001
    assert machine.execute(starts.pop(good)) == "sent"
    assert {machine.execute(starts[case]) for case in sorted(starts)[:20]} == {"Unreadable"}
    # They come again, later and later, and never at once.
    assert machine.sweep() == {}


def test_a_poisoned_case_is_given_to_a_person_after_its_last_attempt(machine, books):
    books.settle_in()
    books.pull()
    poison(machine, 5)
    for _ in range(due.MAX_ATTEMPTS):
        assert machine.sweep() == {"CASE": 5}
        machine.work()
        machine.pass_time(seconds=(machine.next_due() - machine.now()).total_seconds() + 2)
        books.pull()
        machine.lose_messages()
    assert machine.outcomes == {"Unreadable": 5 * due.MAX_ATTEMPTS}
    assert machine.sweep() == {"parked": 5}
    assert machine.tasks() == ["failed_repeatedly"] * 5
    assert machine.next_due() is None
    assert machine.started() == []


def test_a_row_that_breaks_the_sweep_leaves_its_neighbours_alone(machine, books):
    books.settle_in()
    books.book(Line())
    (good,) = machine.cases()
    shard = keys.due_shard(keys.head(machine.tenant, good)["pk"])
    long_ago = clock.stamp(machine.now() - timedelta(days=9))
    broken = [
        {"pk": "no tenant's", "sk": "HEAD"},
        {**keys.head(machine.tenant, "torn"), "conn": "erp"},
        {**keys.task(machine.tenant, "never-due")},
    ]
    table.batch_put([{**row, "due_shard": shard, "due_at": long_ago} for row in broken])
    assert machine.sweep() == {"failed": 3, "CASE": 1}
    machine.work()
    assert len(machine.letters()) == 1


def test_a_case_that_moves_while_it_is_parked_is_not_parked(machine, books):
    books.settle_in()
    books.book(Line())
    head = keys.head(machine.tenant, machine.cases()[0])
    table.update(head, set_={"attempt": due.MAX_ATTEMPTS})
    # Right after the sweep's claim, somebody appends.
    machine.wire.after_call["UpdateItem"] = lambda: table.update(
        head, set_={"attempt": 0}, add={"version": 0}
    )
    assert machine.sweep() == {"lost": 1}
    assert machine.tasks() == []

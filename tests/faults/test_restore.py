"""The restore drill: the table goes back to an earlier point, and nothing is sent a second time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from functions import tick
from shared.cloud import clock, control, fuses, hub_keys, keys, restored, table
from tests.faults.books import BEGIN, LONG_DUE, Line

pytestmark = pytest.mark.stack

LINES = (Line(due=LONG_DUE), Line(number="1002", customer="C2"))


def back(machine, saved, new_table, monkeypatch):
    """The rows of an earlier point as DynamoDB restores them: in a table of another name."""
    monkeypatch.setenv("TABLE", new_table())
    table.batch_put(saved)
    machine.lose_messages()
    machine.wire.started.clear()
    machine.executions.clear()
    fuses.keep_epoch.cache_clear()
    tick.handler({}, None)


@pytest.fixture
def drill(machine, books, with_partner, partner, new_table, monkeypatch):
    """A letter and a case file leave after the point to which the table is then turned back."""
    monkeypatch.setenv("SWEEP_QUEUE", machine.queues["sweep"])
    fuses.keep_epoch.cache_clear()
    tick.handler({}, None)
    with_partner.book(Line())
    machine.live_on(BEGIN + timedelta(days=1))
    saved = [*machine.rows(), table.get(hub_keys.control())]
    at = clock.wall() - timedelta(seconds=1)
    with_partner.hand_over()
    with_partner.book(*LINES)
    machine.live_on(machine.today() + timedelta(days=1))
    sent = len(machine.letters()), len(partner.taken)
    assert sent[1] == 1
    back(machine, saved, new_table, monkeypatch)
    return machine, with_partner, at, sent


def after_easter(machine, books):
    """The books are read again, and whatever is due may be sent."""
    for day in (7, 8):
        books.book(*LINES)
        machine.live_on(date(2026, 4, day))


def left_the_hub(machine, partner):
    return len(machine.letters()), len(partner.taken)


def test_a_table_turned_back_is_shut_and_what_left_since_never_leaves_again(drill, partner):
    machine, books, at, sent = drill
    books.book(*LINES)
    machine.live_on(machine.today() + timedelta(days=1))
    assert control.unreconciled(table.get(hub_keys.control()))
    assert left_the_hub(machine, partner) == sent

    gone = list(restored.left(machine.tenant, at))
    assert len(gone) >= 2
    parked = [restored.keep_in(machine.tenant, one, machine.now()) for one in gone]
    assert any(parked)
    assert list(restored.left(machine.tenant, at)) == []
    table.transact([fuses.reconciled(control.epoch())])
    after_easter(machine, books)
    assert left_the_hub(machine, partner) == sent
    assert restored.WHY in machine.tasks()
    for one in gone:
        assert table.get(keys.outbox(machine.tenant, one.act))["restored"]


def test_opened_unreconciled_it_would_send_again_which_is_why_it_is_shut(drill, partner):
    machine, books, _, sent = drill
    books.book(*LINES)
    table.transact([fuses.reconciled(control.epoch())])
    after_easter(machine, books)
    assert left_the_hub(machine, partner) > sent

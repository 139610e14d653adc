"""The due index: longest overdue first, each row to one sweep, what fails ever more rarely."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.cloud import clock, due, keys, table
from tests.functions.world import NORDIC, NOW

pytestmark = pytest.mark.stack


def put(case, at, **fields):
    key = keys.head(NORDIC, case)
    row = {**key, "due_shard": "S#0", "due_at": clock.stamp(at), "attempt": 0, "conn": "erp"}
    table.put({**row, **fields})
    return {**key, "due_at": row["due_at"]}


def found(now=NOW):
    return [keys.id_of(row["pk"]) for page in due.rows("S#0", now) for row in page]


def test_the_longest_overdue_come_first_and_what_is_not_due_does_not_come(nordic):
    put("late", NOW - timedelta(days=2))
    put("later", NOW - timedelta(days=1))
    put("now", NOW)
    put("tomorrow", NOW + timedelta(seconds=1))
    assert found() == ["late", "later", "now"]


def test_an_idle_shard_costs_one_query(nordic, calls):
    put("tomorrow", NOW + timedelta(days=1))
    calls.clear()
    assert found() == []
    assert calls == ["dynamodb:Query"]


def test_the_index_gives_ids_and_nothing_of_a_row(nordic):
    put("one", NOW, debtor="erp:d1", refs="[]")
    (page,) = due.rows("S#0", NOW)
    assert set(page[0]) == {"pk", "sk", "due_shard", "due_at", "conn"}


def test_of_many_sweeps_one_gets_the_row(nordic):
    seen = put("one", NOW)
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda _: due.claim(seen, NOW), range(6)))
    assert [claim["attempt"] for claim in claims if claim is not None] == [1]
    assert found() == []


def test_a_row_is_not_claimed_before_it_is_due(nordic):
    seen = put("one", NOW + timedelta(minutes=1))
    assert due.claim(seen, NOW) is None


def test_what_fails_again_and_again_comes_ever_more_rarely(nordic):
    row, now, waits = put("one", NOW), NOW, []
    for _ in range(9):
        row = due.claim(row, now)
        until = clock.read_stamp(row["due_at"])
        waits.append(int((until - now).total_seconds() / 60))
        now = until
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    assert row["attempt"] == 9


def test_a_deferred_row_counts_no_attempt_and_is_deferred_by_one_only(nordic):
    seen = put("one", NOW)
    assert due.defer(seen, NOW + timedelta(minutes=5))
    assert not due.defer(seen, NOW + timedelta(minutes=9))
    row = table.get(keys.head(NORDIC, "one"))
    assert (row["due_at"], row["attempt"]) == ("2026-03-02T09:05:00Z", 0)

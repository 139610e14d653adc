"""The index rebuilt from events: whatever becomes of a HEAD row, the case goes on as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.cloud import due, keys, parking, reindexing, table
from shared.cloud.store import SNAPSHOT_EVERY, Store
from shared.domain.events import ActWithheld, CaseClosed
from shared.errors import NotFound
from tests.functions.world import CASE, NORDIC, NOW, open_case

pytestmark = pytest.mark.stack

HEAD = keys.head(NORDIC, CASE)


@pytest.fixture
def case(nordic):
    """A case with a snapshot, due tomorrow."""
    open_case(nordic)
    store = Store(nordic)
    said = ActWithheld(at=NOW, step="friendly", action="remind", claims=("erp:1",), why="observe")
    for start in range(0, SNAPSHOT_EVERY + 10, 20):
        loaded = store.load(CASE)
        store.append(loaded, [said] * min(20, start + 20), due_at=NOW + timedelta(days=1))
    return store


def rebuilt():
    return reindexing.rebuilt(NORDIC, CASE, NOW)


def test_a_head_that_tells_what_the_events_tell_is_left_alone(case):
    before = table.get(HEAD)
    assert before["snap"]
    assert not rebuilt()
    assert table.get(HEAD) == before


def test_a_head_that_is_gone_is_made_again_and_the_case_is_due_now(case):
    before = table.get(HEAD)
    table.batch_put([], [HEAD])
    with pytest.raises(NotFound):
        case.load(CASE)
    assert rebuilt()
    after = table.get(HEAD)
    assert {**before, "due_at": after["due_at"], "attempt": 0} == after
    assert [row["pk"] for page in due.rows(after["due_shard"], NOW) for row in page] == [HEAD["pk"]]
    assert case.load(CASE).case.version == before["version"]


@pytest.mark.parametrize(
    "wrong", [{"version": 3}, {"refs": "[]"}, {"snap": 0}, {"debtor": "erp:other"}]
)
def test_a_head_that_says_something_else_is_put_right_and_stays_due_when_it_was(case, wrong):
    before = table.get(HEAD)
    table.put({**before, **wrong})
    assert rebuilt()
    assert table.get(HEAD) == before
    assert not rebuilt()


def test_a_case_that_lost_its_due_instant_is_due_now_and_one_that_rests_for_good_is_not(case):
    table.update(HEAD, set_={"attempt": 0}, remove=("due_shard", "due_at"))
    assert rebuilt()
    assert table.get(HEAD)["due_at"] == "2026-03-02T09:00:00Z"

    parking.park(table.get(HEAD), "failed_repeatedly", NOW)
    assert not rebuilt()
    case.append(case.load(CASE), [CaseClosed(at=NOW, why="settled")], due_at=None)
    assert not rebuilt()
    table.batch_put([], [HEAD])
    assert rebuilt()
    assert "due_at" not in table.get(HEAD)


def test_a_case_without_events_is_none(nordic):
    with pytest.raises(NotFound):
        rebuilt()

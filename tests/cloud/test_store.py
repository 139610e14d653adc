"""The store on the embedded table: no append is lost, and a load costs the same at any age."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.cloud import keys, parking, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.store import SNAPSHOT_EVERY, Store, Token
from shared.domain.case import Case
from shared.domain.events import ActWithheld, Held
from shared.errors import Conflict, NotFound, Unreadable
from tests.functions.world import CASE, NORDIC, NOW, TWIN, open_case, settle_in

pytestmark = pytest.mark.stack


def said(word, at=NOW):
    """An event that changes nothing but the case's version."""
    return ActWithheld(at=at, step="friendly", action="remind", claims=("erp:1",), why=word)


def token(loaded, *, version=None, attempt=None):
    head = loaded.head
    version = head["version"] if version is None else version
    return Token(CASE, version, head["attempt"] if attempt is None else attempt, head["snap"])


def written(tenant=NORDIC, case=CASE):
    return [event.why for event in Store(tenant).events(case) if isinstance(event, ActWithheld)]


def grow(events):
    """The case with so many events more, in appends of seven."""
    store = Store(NORDIC)
    loaded = store.load(CASE)
    for start in range(0, events, 7):
        more = [said(f"e{number}") for number in range(start, min(start + 7, events))]
        loaded = store.append(loaded, more, due_at=NOW)
    return loaded


def test_an_append_to_a_case_that_moved_meanwhile_is_refused(nordic):
    open_case(nordic)
    store = Store(nordic)
    first, second = store.load(CASE), store.load(CASE)
    store.append(first, [said("first")], due_at=NOW)
    with pytest.raises(Conflict):
        store.append(second, [said("second")], due_at=NOW)
    assert written() == ["first"]


@pytest.mark.parametrize("changed", [{"version": 9}, {"attempt": 1}])
def test_a_step_without_the_claim_in_force_writes_nothing(nordic, changed):
    open_case(nordic)
    loaded = Store(nordic).load(CASE)
    stale = token(loaded, **changed)
    with pytest.raises(Conflict):
        Store(nordic).append(loaded, [said("late")], due_at=None, token=stale)
    assert written() == []
    assert "due_at" in Store(nordic).load(CASE).head


def test_a_case_is_opened_once(nordic):
    open_case(nordic)
    with pytest.raises(Conflict):
        open_case(nordic)


def test_what_goes_with_an_append_is_written_with_it_or_not_at_all(nordic):
    open_case(nordic)
    store = Store(nordic)
    write = tasks.task_write(nordic, "question", CASE, "why", (), ())
    store.append(store.load(CASE), [said("first")], due_at=NOW, also=[write])
    with pytest.raises(Conflict):
        store.append(store.load(CASE), [said("second")], due_at=NOW, also=[write])
    assert written() == ["first"]


def test_six_writers_with_sixty_appends_each_lose_none(nordic):
    open_case(nordic)

    def write(writer):
        store, loaded = Store(nordic), None
        for number in range(60):
            while True:
                try:
                    loaded = loaded or store.load(CASE)
                    loaded = store.append(loaded, [said(f"{writer}.{number}")], due_at=NOW)
                    break
                except Conflict:
                    loaded = None

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    assert sorted(written()) == sorted(f"{w}.{n}" for w in range(6) for n in range(60))
    assert Store(nordic).load(CASE).case.version == 3 + 360


def test_a_case_from_its_snapshot_is_the_replay_of_all_its_events(nordic):
    open_case(nordic)
    grow(3 * SNAPSHOT_EVERY + 20)
    loaded = Store(nordic).load(CASE)
    assert loaded.head["snap"] > 0
    assert loaded.case == Case.replay(CASE, Store(nordic).events(CASE))


def test_a_load_is_one_query_and_one_batch_read(nordic, calls):
    open_case(nordic)
    snapshot = grow(SNAPSHOT_EVERY).head["snap"]
    calls.clear()
    Store(nordic).load(CASE, snapshot=snapshot)
    assert calls == ["dynamodb:Query", "dynamodb:BatchGetItem"]


@pytest.mark.parametrize("age", [10, 49, 50, 130, 700])
def test_at_most_a_hundred_events_are_read_at_any_age(nordic, age):
    open_case(nordic)
    loaded = grow(age)
    pk = keys.head(nordic, CASE)["pk"]
    first = keys.event(nordic, CASE, loaded.head["snap"] + 1)["sk"]
    read = table.query(pk, first, "EV#~")
    assert len(read) <= 100
    assert Store(nordic).load(CASE).case.version == loaded.case.version


def test_an_event_of_a_kind_unknown_here_is_unreadable_and_nothing_is_guessed(nordic):
    open_case(nordic)
    event = {**keys.event(nordic, CASE, 4), "kind": "moved", "body": '{"kind":"moved","v":1}'}
    table.put(event)
    table.update(keys.head(nordic, CASE), set_={"version": 4})
    with pytest.raises(Unreadable):
        Store(nordic).load(CASE)


def test_a_case_that_cannot_be_folded_is_parked_with_a_person(nordic):
    open_case(nordic)
    table.put({**keys.event(nordic, CASE, 4), "kind": "moved", "body": '{"kind":"moved","v":1}'})
    head = table.update(keys.head(nordic, CASE), set_={"version": 4})
    parking.park(head, "failed_repeatedly", NOW)
    after = table.get(keys.head(nordic, CASE))
    assert "due_at" not in after
    assert "due_shard" not in after
    assert tasks.read(nordic, f"{CASE}-parked-5")["why"] == "failed_repeatedly"


def test_a_case_that_moved_is_not_parked(nordic):
    open_case(nordic)
    seen = table.get(keys.head(nordic, CASE))
    Store(nordic).append(Store(nordic).load(CASE), [said("meanwhile")], due_at=NOW)
    with pytest.raises(Conflict):
        parking.park(seen, "failed_repeatedly", NOW)
    with pytest.raises(NotFound):
        tasks.read(nordic, f"{CASE}-parked-4")
    assert "due_at" in table.get(keys.head(nordic, CASE))


def test_a_case_that_moves_while_it_is_read_is_not_loaded_half(nordic):
    open_case(nordic)
    stale = Store(nordic).load(CASE).head["snap"]
    grow(SNAPSHOT_EVERY)
    with pytest.raises(Conflict):
        Store(nordic).load(CASE, snapshot=stale)


def test_due_at_is_taken_off_when_nothing_is_to_be_done(nordic):
    open_case(nordic)
    store = Store(nordic)
    loaded = store.append(store.load(CASE), [said("done")], due_at=None)
    assert "due_at" not in table.get(keys.head(nordic, CASE))
    store.append(loaded, [said("again")], due_at=NOW + timedelta(days=1))
    assert table.get(keys.head(nordic, CASE))["due_at"] == "2026-03-03T09:00:00Z"


def test_two_tenants_with_equal_ids_never_see_each_other(nordic):
    settle_in(TWIN)
    for tenant in (NORDIC, TWIN):
        open_case(tenant)
        write = tasks.task_write(tenant, "question", CASE, tenant.id, (), ())
        table.transact([write])
    store = Store(TWIN)
    hold = Held(at=NOW, hold="h1", reason="dispute")
    store.append(store.load(CASE), [hold], due_at=None)
    assert Store(NORDIC).load(CASE).case.holds == {}
    assert store.load(CASE).case.holds.keys() == {"h1"}
    assert "due_at" in table.get(keys.head(NORDIC, CASE))
    assert [tasks.read(one, "question")["why"] for one in (NORDIC, TWIN)] == ["nordic", "twin"]


@pytest.mark.parametrize("name", ["nordic#CASE", "", "Nordic", "n" * 41, "../twin"])
def test_no_text_can_name_another_tenants_rows(name):
    with pytest.raises(NotFound):
        Tenant(name)


@pytest.mark.parametrize("case", ["c1#HEAD", "", "c 1", "c\n1"])
def test_no_id_can_reach_out_of_its_own_row(case):
    with pytest.raises(NotFound):
        keys.head(NORDIC, case)

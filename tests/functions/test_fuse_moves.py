"""What halted a creditor is shown and lifted by a person; a restored table is opened by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions import admin
from shared.cloud import control, fuses, hub_keys, keys, table
from shared.domain.explain import Reason
from tests.functions.world import NORDIC, NOW, TWIN, answer, call

WHY = Reason(rule="source.overdue_jump", text="far more is overdue", facts={"overdue": "40"})
LIFT = {"halted": "overdue_jump", "reason": "a branch was taken in"}


def ask(route, **request):
    return answer(admin.handler(call(route, **request), None))


def operate(route, **request):
    return ask(route, role="operator", tenant="", **request)


@pytest.fixture
def halted(aws, monkeypatch):
    monkeypatch.setenv("OUTBOUND", "on")
    ask("PUT /v1/control", body={"outbound": "on"})
    assert fuses.halt(NORDIC, WHY, NOW)


def opened():
    return [one["why"] for one in ask("GET /v1/tasks")[1]["tasks"]]


def test_a_halt_keeps_everything_in_and_says_so(halted):
    assert control.barrier(None, table.get(keys.control(NORDIC)), "erp:d1") == "halted"
    shown = ask("GET /v1/fuses")[1]
    assert (shown["kept_in"], shown["halted"]["why"]) == ("halted", "overdue_jump")
    assert ask("GET /v1/tasks/{id}", path={"id": shown["halted"]["task"]})[0] == 200
    assert opened() == ["overdue_jump"]
    assert ask("GET /v1/fuses", tenant="twin")[1]["halted"] is None
    assert table.get(keys.control(TWIN)) is None


def test_neither_an_answer_nor_a_switch_lifts_it(halted):
    task = ask("GET /v1/fuses")[1]["halted"]["task"]
    ask("POST /v1/tasks/{id}/answer", path={"id": task}, body={"answer": "continue"})
    table.update(keys.control(NORDIC), set_={"outbound": "on"})
    assert ask("GET /v1/fuses")[1]["kept_in"] == "halted"


def test_a_person_lifts_it_by_its_name_and_is_on_the_trail(halted, rows):
    wrong = {**LIFT, "halted": "run_above_usual"}
    assert ask("POST /v1/fuses/lift", body=wrong)[1]["code"] == "not_halted"

    status, shown = ask("POST /v1/fuses/lift", body=LIFT)

    assert (status, shown["kept_in"], shown["halted"], opened()) == (200, None, None, [])
    assert [row["who"] for row in rows() if row.get("what") == "halt_lifted"] == ["console"]
    assert ask("POST /v1/fuses/lift", body=LIFT)[1]["code"] == "not_halted"


def test_what_was_lifted_stays_so_for_its_day_and_may_blow_again_the_next(halted):
    ask("POST /v1/fuses/lift", body=LIFT)

    assert not fuses.halt(NORDIC, WHY, NOW + timedelta(hours=1))
    assert fuses.halt(NORDIC, WHY.model_copy(update={"rule": "hub.run_above_usual"}), NOW)
    row = table.get(keys.control(NORDIC))
    table.transact(fuses.lifted(NORDIC, row, "console", NOW))
    assert fuses.halt(NORDIC, WHY, NOW.replace(day=3))


def test_one_halt_at_a_time_asks_one_question(halted):
    assert not fuses.halt(NORDIC, WHY.model_copy(update={"rule": "hub.run_above_usual"}), NOW)
    assert opened() == ["overdue_jump"]


def test_new_switches_leave_a_halt_and_a_stop_leaves_the_epoch(halted):
    ask("PUT /v1/control", body={"outbound": "off"})
    assert table.get(keys.control(NORDIC))["halted"] == "overdue_jump"

    fuses.keep_epoch.cache_clear()
    fuses.keep_epoch("before/1")
    operate("PUT /v1/hub/control", body={"stopped": False})
    assert table.get(hub_keys.control())["epoch"] == "before/1"


def test_an_operator_opens_a_restored_table_by_naming_its_epoch(aws):
    table.put({**hub_keys.control(), "epoch": "dunlin-before/1"})
    shown = operate("GET /v1/hub/control")[1]
    assert (shown["shut"], shown["reconciled"]) == (True, "dunlin-before/1")
    assert control.silence(table.get(hub_keys.control()), {"outbound": "on"}) == "not_reconciled"

    told = {"epoch": "dunlin-before/1", "reason": "compared with partners and mail"}
    assert operate("POST /v1/hub/reconciled", body=told)[0] == 422
    assert operate("POST /v1/hub/reconciled", body={**told, "epoch": shown["epoch"]})[0] == 200

    assert operate("GET /v1/hub/control")[1]["shut"] is False

"""The checklist shows evidence and what to do; each point turns when its matter is settled."""

from __future__ import annotations

from datetime import date

import pytest

from functions import admin
from shared.cloud import connections, facts, keys, table
from shared.domain.act_events import ActWithheld
from shared.domain.model import Invoice
from tests.functions.world import (
    CASE,
    NORDIC,
    NOW,
    answer,
    append,
    call,
    eur,
    know_counterparts,
    open_case,
)

LIST = "GET /v1/first-day/checklist"


@pytest.fixture(autouse=True)
def _books(aws):
    know_counterparts(NORDIC)
    made = connections.made(
        NORDIC, "erp", connector="erp.tryton", config={}, start_line=date(2026, 3, 1)
    )
    table.transact([made])
    invoice = Invoice(
        id="erp:1", version="1", number="1", debtor="erp:d1", issued=date(2026, 1, 1),
        due=date(2026, 1, 15), total=eur("100.00"), open=eur("100.00"),
    )  # fmt: skip
    facts.take(NORDIC, "erp", [invoice], NOW, lambda _: None)


def points(**query):
    _, body = answer(admin.handler(call(LIST, query=query), None))
    return {one["name"]: one for one in body["points"]}, body["ready"]


def test_what_does_not_hold_says_what_to_do():
    found, ready = points()
    assert not ready
    assert found["ageing"]["ok"]
    for name in ("accounts", "stop_button", "test_payment", "channels", "letters", "arming"):
        assert not found[name]["ok"]
        assert found[name]["to_do"]
    assert found["start_lines"]["ok"]
    assert found["policy"]["evidence"]["faults"] == []
    assert not points(erp_total="99.99")[0]["ageing"]["ok"]


def test_a_stop_counts_as_tried_once_it_is_released():
    put = "PUT /v1/control"
    admin.handler(call(put, body={"stopped": True, "reason": "test"}), None)
    assert not points()[0]["stop_button"]["ok"]
    admin.handler(call(put, body={"stopped": False}), None)
    assert points()[0]["stop_button"]["evidence"]["released"]["by"] == "console"


def opened(**switches):
    return answer(admin.handler(call("PUT /v1/control", body={"outbound": "on", **switches}), None))


def test_whoever_opens_the_door_is_told_what_does_not_hold_yet():
    status, body = opened()
    assert (status, body["outbound"]) == (200, "on")
    lacking = {name for name, one in points()[0].items() if not one["ok"]}
    assert {one["name"] for one in body["not_met"]} == lacking - {"ageing", "test_payment"}
    assert all(one["to_do"] for one in body["not_met"])

    admin.handler(call("PUT /v1/first-day/arming", body={"first": 3}), None)
    assert "arming" in lacking
    assert "arming" not in {one["name"] for one in opened()[1]["not_met"]}


@pytest.mark.parametrize("closed", [{"outbound": "off"}, {"observe": True},
                                    {"stopped": True, "reason": "stop button tried"}])  # fmt: skip
def test_a_door_that_stays_closed_needs_no_checklist(closed):
    status, body = opened(**closed)
    assert (status, "not_met" in body) == (200, False)


def test_without_a_policy_the_door_opens_to_nothing_and_says_so():
    table.transact([table.delete_write(keys.active_policy(NORDIC))])
    assert [one["name"] for one in opened()[1]["not_met"]] == ["policy"]


def test_letters_are_approved_by_what_they_say():
    post = "POST /v1/first-day/letters"
    seen = points()[0]["letters"]["evidence"]["hash"]
    assert answer(admin.handler(call(post, body={"hash": "0" * 64}), None))[0] == 409
    assert answer(admin.handler(call(post, body={"hash": seen}), None))[0] == 200
    assert points()[0]["letters"]["evidence"]["approved"]["by"] == "console"
    table.put({**keys.fact(NORDIC, "LETTERS", "own"), "body": '{"fi.reminder": "x"}'})
    assert points()[0]["letters"]["ok"] is False


def test_a_channel_that_is_enabled_and_rules_that_stand_turn_their_points():
    key = keys.connection(NORDIC, "email")
    table.update(key, set_={"state": "enabled"})
    admin.handler(call("PUT /v1/first-day/arming", body={"first": 3}), None)
    found, _ = points()
    assert found["channels"]["evidence"]["channels"] == {"email": "enabled"}
    assert found["channels"]["ok"]
    assert found["arming"]["evidence"]["first"] == 3


def test_the_assessment_comes_as_data_as_a_page_and_as_a_table():
    route = "GET /v1/first-day/assessment"
    _, body = answer(admin.handler(call(route), None))
    named = {(one["section"], one["name"]): one["value"] for one in body["figures"]}
    assert named["Ageing", "together"] == "100.00"
    assert body["whole"]
    page = admin.handler(call(route, query={"format": "html"}), None)
    assert page["headers"]["content-type"].startswith("text/html")
    assert "The proposed policy" in page["body"]
    table_ = admin.handler(call(route, query={"format": "csv"}), None)
    assert table_["body"].count("\r\n") > len(body["figures"])
    assert answer(admin.handler(call(route, query={"format": "pdf"}), None))[0] == 400


def test_observe_mode_is_laid_beside_what_the_creditor_did():
    open_case(NORDIC)
    kept = ActWithheld(at=NOW, step="friendly", action="remind", claims=("erp:1",), why="observe")
    append(NORDIC, CASE, kept)
    _, body = answer(admin.handler(call("GET /v1/first-day/observed"), None))
    assert body["verdicts"]["only_ours"] == 1
    assert [(one["claim"], one["ours"]) for one in body["acts"]] == [("erp:1", "2026-03-02")]

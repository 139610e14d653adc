"""The admin API's settings: the profile, the switches, and who may touch them."""

from __future__ import annotations

import json

import pytest

from functions import admin
from functions.api import settings
from functions.api.access import ROUTES
from shared.cloud import control, hub_keys, keys, table
from tests.functions.world import CREDITOR, NORDIC, answer, call, sample


def ask(route, **request):
    return answer(admin.handler(call(route, **request), None))


def test_the_sample_event_is_answered(aws):
    status, body = answer(admin.handler(sample("admin"), None))

    assert status == 200
    assert body["outbound"] == "off"


def test_every_admin_route_has_a_handler_and_every_handler_a_route():
    admins = {route for route, access in ROUTES.items() if access.role != "partner"}

    assert set(admin.HANDLERS) == admins


@pytest.mark.parametrize("route", sorted(admin.HANDLERS))
def test_a_route_without_its_scope_or_role_is_forbidden(aws, route):
    access = ROUTES[route]
    others = {one.scope for one in ROUTES.values()} - {access.scope}

    assert ask(route, role=access.role, scopes=others)[0] == 403
    assert ask(route, role="partner")[0] == 403
    assert ask(route, role="operator" if access.role == "admin" else "admin")[0] == 403


def test_a_call_past_the_authorizer_is_refused(aws):
    event = call("GET /v1/creditor")
    event["requestContext"]["authorizer"] = {}

    assert answer(admin.handler(event, None))[0] == 401


def test_a_profile_is_stored_and_the_change_is_on_the_trail(aws, rows):
    assert ask("PUT /v1/creditor", body={**CREDITOR, "name": "Nordic Oyj"})[0] == 200

    assert ask("GET /v1/creditor")[1]["name"] == "Nordic Oyj"
    (line,) = [row for row in rows() if row.get("what") == "creditor_changed"]
    assert line["who"] == "console"
    assert "Nordic" not in line["facts"]


def test_a_profile_under_another_tenants_id_is_refused(aws):
    status, body = ask("PUT /v1/creditor", body={**CREDITOR, "id": "twin"})

    assert (status, body["fields"][0]["path"]) == (422, "id")


def test_a_wrong_profile_lists_every_path_and_no_value(aws):
    wrong = {**CREDITOR, "zone": "Mars/Base", "accounts": [{"iban": "FI0012345600000785"}]}

    status, body = ask("PUT /v1/creditor", body={**wrong, "email": "not-an-address"})

    assert status == 422
    paths = {field["path"] for field in body["fields"]}
    assert paths == {"zone", "accounts.0.iban", "email"}
    assert "Mars" not in json.dumps(body)
    assert "not-an-address" not in json.dumps(body)


@pytest.mark.parametrize("body", ["", "{", '{"a":1,"a":2}', '{"a":NaN}', "[1e5]", "\ud800"])
def test_broken_json_is_a_problem_without_its_text(aws, body):
    event = call("PUT /v1/control")
    event["body"] = body if body != "\ud800" else '"\\ud800"'

    status, problem = answer(admin.handler(event, None))

    assert (status, problem["code"]) == (400, "bad_json")


def test_a_body_that_is_not_base64_as_it_says_is_a_problem(aws):
    event = call("PUT /v1/control", body="%%%") | {"isBase64Encoded": True}

    assert answer(admin.handler(event, None))[1]["code"] == "bad_body"


def test_a_body_over_a_megabyte_is_too_large(aws):
    assert ask("PUT /v1/control", body=" " * 1_000_001)[0] == 413


def test_switches_take_effect_and_leave_a_trail_without_addresses(aws, rows):
    allowed = ["erp:d1", "aino@debtor.example"]

    ask("PUT /v1/control", body={"outbound": "allowlist", "allowlist": allowed})
    status, _ = ask("PUT /v1/control", body={"stopped": True, "reason": "bank feed is wrong"})

    assert status == 200
    assert control.barrier(None, table.get(keys.control(NORDIC)), "erp:d1") == "creditor_stopped"
    trail = sorted(row["facts"] for row in rows() if row.get("what") == "control_changed")
    assert len(trail) == 2
    assert '"allowlist_size": 2' in "".join(trail)
    assert "aino" not in "".join(trail)


def test_a_stop_changes_nothing_else_and_its_reason_ends_with_it(aws):
    before = {"outbound": "off", "allowlist": ["erp:d1"], "observe": True}
    ask("PUT /v1/control", body=before)

    stop = {"stopped": True, "reason": "bank feed is wrong"}
    assert ask("PUT /v1/control", body=stop)[1] == {**before, **stop}
    assert ask("PUT /v1/control", body={"observe": False})[1]["reason"] == stop["reason"]
    ask("PUT /v1/control", body={"stopped": False})

    after = {**before, "observe": False, "stopped": False, "reason": ""}
    assert ask("GET /v1/control")[1] == after


def test_a_change_that_a_stop_overtakes_does_not_end_it(aws, monkeypatch):
    looked = settings.switched

    def late(request):
        found = looked(request)
        table.update(keys.control(NORDIC), set_={"stopped": True, "reason": "now"})
        return found

    monkeypatch.setattr(settings, "switched", late)

    assert (
        ask("PUT /v1/control", body={"outbound": "on", "stopped": False})[1]["code"] == "conflict"
    )
    assert ask("GET /v1/control")[1]["stopped"] is True


def test_the_allowlist_lets_through_whom_it_names(aws, monkeypatch):
    monkeypatch.setenv("OUTBOUND", "on")
    ask("PUT /v1/control", body={"outbound": "allowlist", "allowlist": ["erp:d1"]})

    row = table.get(keys.control(NORDIC))
    assert control.barrier(None, row, "erp:d1") is None
    assert control.barrier(None, row, "erp:d2") == "not_on_allowlist"


@pytest.mark.parametrize("body", [{"stopped": True}, {"outbound": "wide"}, {"observ": True}])
def test_a_switch_that_is_not_one_is_refused(aws, body):
    assert ask("PUT /v1/control", body=body)[0] == 422


def test_an_operator_stops_the_whole_installation(aws, rows):
    stop = {"stopped": True, "reason": "restore"}

    assert ask("PUT /v1/hub/control", role="operator", tenant="", body=stop)[0] == 200

    assert control.barrier(table.get(hub_keys.control()), None, "erp:d1") == "hub_stopped"
    assert ask("GET /v1/hub/control", role="operator", tenant="")[1] == {
        **stop, "epoch": "dunlin-table/1", "reconciled": None, "shut": False,
    }  # fmt: skip
    assert [row for row in rows() if row.get("what") == "hub_control_changed"]


def test_a_bug_is_answered_without_its_message(aws, monkeypatch, logged):
    monkeypatch.delenv("TABLE")

    status, body = ask("GET /v1/creditor")

    assert (status, body["code"]) == (500, "broken")
    assert "TABLE" not in json.dumps(body)
    assert "KeyError" in logged()

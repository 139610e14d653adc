"""The trail: each change leaves one line, each look at a person's data too; both can be read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from functions import admin
from functions.api.access import ROUTES
from functions.api.exchange import Answer, routed
from functions.api.noting import ASKING, LOOKS
from shared.cloud import audit, clock, table
from tests.functions.world import CASE, NORDIC, NOW, answer, call, open_case

CHANGING = sorted(set(ROUTES) - ASKING - {one for one in ROUTES if one.startswith("GET ")})
HOLD = {"reason": "person"}


def ask(route, **rest):
    return answer(admin.handler(call(route, **rest), None))


def through(route, handle):
    """A call of a route with some handler in the place of its own."""
    access = ROUTES[route]
    tenant = "" if access.role == "operator" else "nordic"
    event = call(route, role=access.role, tenant=tenant, connection="partner", path={"id": "x1"})
    return routed(event, {route: handle})["statusCode"]


def lines(rows):
    return [row for row in rows() if "#AUDIT#" in row["pk"] or "#LOOKS#" in row["pk"]]


def test_every_changing_route_leaves_exactly_one_line(aws, rows):
    for number, route in enumerate(CHANGING, start=1):
        assert through(route, lambda _: Answer({})) == 200
        assert len(lines(rows)) == number, route

    assert {json.loads(row["facts"])["route"] for row in lines(rows)} == set(CHANGING)


def test_a_handler_that_notes_its_change_itself_is_not_noted_again(aws, rows):
    def own(request):
        table.transact([audit.entry(request.tenant, request.principal.client, "held", {})])
        return Answer({})

    assert through("POST /v1/cases/{id}/hold", own) == 200
    assert [row["what"] for row in lines(rows)] == ["held"]


def test_what_was_refused_leaves_none(aws, rows):
    assert ask("POST /v1/cases/{id}/hold", path={"id": "none"}, body=HOLD)[0] == 404
    assert lines(rows) == []


@pytest.mark.parametrize("route", [
    "GET /v1/cases/{id}", "GET /v1/cases/{id}/explain", "GET /v1/cases/{id}/timeline",
])  # fmt: skip
def test_a_look_at_a_case_is_noted_by_its_id(aws, rows, route):
    assert set(ROUTES) >= LOOKS
    open_case(NORDIC)

    assert ask(route, path={"id": CASE}, client="anna")[0] == 200

    (line,) = lines(rows)
    assert (line["who"], json.loads(line["facts"])) == ("anna", {"route": route, "id": CASE})


def test_a_look_that_cannot_be_noted_is_not_answered(aws, monkeypatch):
    open_case(NORDIC)
    monkeypatch.setattr(audit, "look", lambda *_: {})

    assert ask("GET /v1/cases/{id}", path={"id": CASE})[0] == 500


def test_the_trail_is_read_by_person_object_and_day_a_page_at_a_time(aws, monkeypatch):
    open_case(NORDIC)
    for day, who in enumerate(("anna", "bo", "anna+bo")):
        monkeypatch.setattr(clock, "wall", lambda day=day: NOW + timedelta(days=day))
        facts = {"case": f"c{day}", "after": {"of": [CASE]}}
        table.transact([audit.entry(NORDIC, who, "case_held", facts)])

    def found(**query):
        body = ask("GET /v1/audit", query=query)[1]
        return [(one["at"][:10], one["who"]) for one in body["lines"]], body["cursor"]

    assert found() == (
        [("2026-03-02", ["anna"]), ("2026-03-03", ["bo"]), ("2026-03-04", ["anna", "bo"])],
        None,
    )
    assert [at for at, _ in found(who="bo")[0]] == ["2026-03-03", "2026-03-04"]
    assert [at for at, _ in found(object="c1")[0]] == ["2026-03-03"]
    assert len(found(object=CASE)[0]) == 3
    assert [at for at, _ in found(**{"from": "2026-03-04"})[0]] == ["2026-03-04"]
    assert found(kind="looks") == ([], None)
    first, cursor = found(who="anna", limit="1")
    second, end = found(who="anna", limit="1", cursor=cursor)
    assert [at for at, _ in first + second] == ["2026-03-02", "2026-03-04"]
    assert end is None
    assert ask("GET /v1/audit", query={"who": "bo", "cursor": cursor})[1]["code"] == "bad_cursor"


def test_operators_read_their_own_trail_and_nobody_elses(aws):
    def asked(role="operator", **query):
        tenant = "" if role == "operator" else "nordic"
        return ask("GET /v1/hub/audit", role=role, tenant=tenant, query=query)

    table.transact([audit.entry(NORDIC, "anna", "case_held", {})])
    for who in ("olga", "otto"):
        table.transact([audit.hub_entry(who, "hub_control_changed", {"stopped": True})])

    body = asked()[1]
    assert sorted(one["who"] for one in body["lines"]) == [["olga"], ["otto"]]
    assert [one["who"] for one in asked(who="otto")[1]["lines"]] == [["otto"]]
    first = asked(limit="1")[1]
    rest = asked(limit="1", cursor=first["cursor"])[1]
    assert first["lines"] + rest["lines"] == body["lines"]
    assert rest["cursor"] is None
    assert asked(who="otto", cursor=first["cursor"])[1]["code"] == "bad_cursor"
    assert asked(role="admin")[0] == 403


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"kind": "all"}, "bad_kind"),
        ({"from": "yesterday"}, "bad_day"),
        ({"from": "2025-01-01", "to": "2026-01-01"}, "bad_day"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "bad_day"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(aws, query, code):
    assert ask("GET /v1/audit", query=query)[1]["code"] == code

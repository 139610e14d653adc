"""The published document of the admin API is that of the routes, the handlers and their models."""

from __future__ import annotations

import json

import jsonschema
import pytest

from functions.admin import HANDLERS
from functions.api.access import ROUTES
from functions.api.exchange import Answer, Problem
from functions.api.forms import read
from shared.domain.explain import Record
from tools.admin_openapi import PUBLISHED, document
from tools.api_examples import EXAMPLES
from tools.api_reading import reading

TOLD = document()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in TOLD["paths"].items()
    for method, operation in methods.items()
}


def test_the_published_document_is_that_of_the_code():
    told = "run python -m tools.admin_openapi"
    assert json.loads(PUBLISHED.read_text()) == json.loads(json.dumps(TOLD)), told


def test_it_has_every_route_but_the_partners():
    mine = {route for route, access in ROUTES.items() if access.role != "partner"}
    assert set(OPERATIONS) == set(HANDLERS) == mine


def test_every_reference_leads_somewhere():
    text = json.dumps(TOLD)
    wanted = {part.split('"')[0] for part in text.split('"#/')[1:]}
    for one in wanted:
        place = TOLD
        for part in one.split("/"):
            place = place[part]
    assert len(wanted) > 50


def test_operations_have_names_of_their_own_and_parameters_stand_in_the_path():
    names = [one["operationId"] for one in OPERATIONS.values()]
    assert len(names) == len(set(names))
    for route, one in OPERATIONS.items():
        for parameter in one["parameters"]:
            inside = f"{{{parameter['name']}}}" in route
            assert (parameter["in"] == "path") == inside
            assert parameter["required"] or not inside
        assert route.count("{") == sum(each["in"] == "path" for each in one["parameters"])
        assert any(status.startswith("2") for status in one["responses"])


def test_every_scope_asked_for_is_one_of_the_tokens():
    flow = TOLD["components"]["securitySchemes"]["token"]["flows"]["clientCredentials"]
    for route, one in OPERATIONS.items():
        assert one["security"] == [{"token": [f"dunlin/{ROUTES[route].scope}"]}]
        assert one["security"][0]["token"][0] in flow["scopes"]


def test_every_body_has_an_example_and_no_example_is_left_over():
    bodies = {route for route, one in OPERATIONS.items() if "requestBody" in one}
    assert bodies == set(EXAMPLES)
    assert {route.partition(" ")[0] for route in bodies} == {"POST", "PUT"}


@pytest.mark.parametrize("route", sorted(EXAMPLES))
def test_an_example_is_a_body_that_the_handler_takes(route):
    ((_, content),) = OPERATIONS[route]["requestBody"]["content"].items()
    whole = {**content["schema"], "components": TOLD["components"]}

    jsonschema.Draft202012Validator(whole).validate(content["example"])

    model = reading(HANDLERS[route]).body
    if model is not None:
        model.model_validate_json(json.dumps(content["example"]))


class Knock(Record):
    """An invented body."""

    times: int


def _knocked(request):
    if "loud" in request.query:
        raise Problem(409, "asleep", "Nobody is up.")
    return {"door": "front", **request.more}


def _day(text):
    return text


def _knock(request):
    """Knock."""
    said = read(request, Knock)
    _day(request.query.get("day", ""))
    found = _knocked(request)
    return Answer({"times": said.times, "at": said.at.isoformat(), "all": [1], **found}, status=202)


def test_a_handler_tells_its_body_query_refusals_and_answer(monkeypatch):
    monkeypatch.setattr("tools.api_answers.HOME", __name__)
    found = reading(_knock)

    assert (found.body, found.query, found.statuses) == (Knock, {"loud", "day"}, {202})
    assert found.needed == {"day"}
    assert found.problems == {409: {"asleep"}}
    assert found.answer["required"] == ["all", "at", "door", "times"]
    assert found.answer["properties"]["at"] == {"type": "string"}
    assert found.answer["properties"]["all"] == {"type": "array"}


def test_what_is_listed_page_by_page_has_a_cursor():
    paged = {
        route for route, one in OPERATIONS.items()
        if "cursor" in {each["name"] for each in one["parameters"]}
    }  # fmt: skip
    for route in paged:
        answer = OPERATIONS[route]["responses"]["200"]["content"]["application/json"]["schema"]
        assert answer["properties"]["cursor"] == {"type": ["string", "null"]}
    assert {"GET /v1/cases", "GET /v1/tasks", "GET /v1/connections"} <= paged

"""Twin tenants: every route with an id, asked for the other's id, knows nothing of it."""

from __future__ import annotations

import json

import jsonschema
import pytest

from functions import admin, receive_partner, serve_case_file
from functions.api import four_eyes, pages
from functions.api.access import ROUTES
from functions.api.exchange import Request
from functions.foreseeing import Foreseeing
from shared.cloud import (
    approval_rows,
    connections,
    drift_rows,
    inbox,
    keys,
    outbox,
    override_rows,
    partner_rows,
    preview_rows,
    principals,
    quarantine,
    table,
    tasks,
    vault,
)
from shared.cloud.preview_rows import Preview
from shared.cloud.principals import principal_row
from shared.domain.events import Held
from shared.domain.handover_gate_terms import PartnerTerms
from shared.domain.model import Party
from shared.domain.overrides import Override, Terms
from tests.functions.money import connected, invoice, sighting, take
from tests.functions.world import (
    CASE,
    HAND_OVER,
    NORDIC,
    NOW,
    POLICY,
    TWIN,
    answer,
    append,
    call,
    hand_over,
    know_counterparts,
    load,
    open_case,
    settle_in,
)  # fmt: skip
from tools import admin_openapi, partner_openapi

# What a path of each kind names: the twin has all of it, the other tenant nothing.
PATHS = {
    "connections": {"id": "erp"},
    "policies": {"id": "standard", "version": "2"},
    "overrides": {"kind": "debtor", "id": "erp:d1"},
    "cases": {"id": CASE, "act": HAND_OVER},
    "tasks": {"id": "t1"},
    "approvals": {"id": "a1"},
    "previews": {"id": "p1"},
    "POST /v1/previews/{id}/move": {"id": "p2"},
    "payments": {"id": "bank:1"},
    "debtors": {"id": "erp:d7"},
    "partners": {"connection": "partner", "act": "m1", "id": "q1"},
    "partner": {"id": CASE, "act": HAND_OVER},
}
# Parameters that name what a tenant has, and those that are words or the hub's own.
IDS, WORDS = {"id", "connection", "act"}, {
    "country", "hash", "kind", "language", "letter", "tone", "month", "version",
}  # fmt: skip
# Bodies of the documents that name something else in this small world.
BODIES = {
    "PUT /v1/connections/{id}/expiries": {"expiries": {}},
    "POST /v1/connections/{id}/enable": {},
    "POST /v1/partner/cases/{id}/events": {"id": "k1"},
    "POST /v1/tasks/{id}/assign": {"to": "anna"},
}
# What a listing asks for, where it asks.
QUERY = {"month": "2026-03", "day": "2026-03-02", "connection": "erp"}
# A tenant's policies are its own name space: the same id is simply another policy.
OWN = {"PUT /v1/policies/{id}"}
# What the twin lacks for it, in which case it is told so and not that there is no such thing.
LACKING = {
    "POST /v1/cases/{id}/payment-links": 422,  # a payment provider
    "POST /v1/payments/{id}/accept": 409,  # a proposal of that name
    "POST /v1/connections/{id}/authorise": 409,  # a vendor that asks for consent
    "POST /v1/connections/{id}/backfill": 409,  # years before the connection
    "GET /v1/tasks/{id}/letter": 409,  # a letter that waits
    "GET /v1/cases/{id}/documents/{act}/content": 404,  # the bytes of a letter
}
# A partner's own routes name its connection by its token; a sandbox is a tenant of its own
# (test_twin_partners.py, test_serve_sandbox.py), and the hub's routes are of no tenant.
ELSEWHERE = ("/sandbox/", "/hub/", "/partner/deliveries")
# The published document: test_openapi.py holds it to the code.
ADMIN = json.loads(admin_openapi.PUBLISHED.read_text())
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for whole in (ADMIN, partner_openapi.document())
    for path, methods in whole["paths"].items()
    for method, operation in methods.items()
}
SCHEMAS = ADMIN["components"]


def parameters(route, place):
    return {one["name"] for one in OPERATIONS[route]["parameters"] if one["in"] == place}


WITH_ID = sorted(
    route
    for route in OPERATIONS
    if parameters(route, "path") & IDS
    and route not in OWN
    and not any(one in route for one in ELSEWHERE)
)
OTHERS = sorted(
    route
    for route in OPERATIONS
    if ROUTES[route].role == "admin" and not parameters(route, "path") & IDS
)
READS = [route for route in WITH_ID if route.startswith("GET ")]
# Whoever approves needs the right to do it too.
BESIDE = {"POST /v1/approvals/{id}/approve": ["settings:write"]}


LETTER = {"country": "FI", "hash": "0" * 64, "month": "2026-03", "language": "fi",
          "letter": "reminder", "tone": "firm"}  # fmt: skip
# Ids of the twin's that its own listings show.
MARKS = {f'"{one}"' for one in (CASE, "erp:d1", "t1", "a1")}


@pytest.fixture
def twin(aws):
    """The twin has one of everything; the other tenant has settled in and has nothing."""
    settle_in(TWIN)
    config = {"url": "http://127.0.0.1:9", "database": "books"}
    made = connections.made(
        TWIN, "erp", connector="erp.tryton", config=config, start_line=NOW.date()
    )
    table.transact([made, tasks.task_write(TWIN, "t1", "", "before_start_line", (), ())])
    table.update(keys.connection(TWIN, "erp"), set_={"state": "tested"})
    body = json.dumps({**POLICY, "version": 2})
    table.put({**keys.policy(TWIN, "standard", 2), "body": body, "hash": "0" * 64})
    kinder = Override(kind="debtor", target="erp:d1", terms=Terms(fee="none"))
    place = override_rows.key_of(TWIN, kinder, "erp:d1")
    table.transact([override_rows.put(place, kinder)])
    for debtor in ("erp:d1", "erp:d7", "erp:d8"):
        known = Party(id=debtor, version="1", kind="person", name="", country="FI")
        table.put({**keys.party(TWIN, debtor), "body": known.model_dump_json(), "conn": "erp"})
    open_case(TWIN)
    connected(tenant=TWIN)
    take(invoice(), feed="erp", tenant=TWIN)
    take(sighting(amount="40.00"), tenant=TWIN)
    hand_over(TWIN)
    append(TWIN, CASE, Held(at=NOW, hold="h1", reason="person"))
    vault.write(TWIN, "erp", {"application_key": "theirs"})
    for name, kind, policy in (("p1", "next", None), ("p2", "move", ("standard", 2))):
        asked = Preview(name, kind, NOW, NOW, NOW.date(), policy)
        table.transact([preview_rows.begun(TWIN, asked, NOW)])
        seen = Foreseeing(TWIN, asked)
        while seen.preview.state != "done":
            seen.step(NOW)
    know_counterparts(TWIN)
    waiting(TWIN)
    terms = partner_rows.terms_key(TWIN, "partner")
    table.transact([partner_rows.put(terms, PartnerTerms())])
    drift_rows.compared(TWIN, "partner", {"on": "2026-03-01", "money": {}, "drift": 0})
    message = outbox.intend(
        TWIN, "m1", kind="tell", case=CASE, connection="partner", content_hash="0" * 64,
        due_at=NOW, message={"type": "hold.set"}, place=1,
    )  # fmt: skip
    table.transact([message])
    outbox.told(TWIN, "m1", outbox.read(TWIN, "m1"), "failed", "http_404")
    inbox.receive(TWIN, "partner", "q1", case=CASE, body=b"theirs", now=NOW)
    unread = inbox.read(TWIN, "partner", "q1")
    table.transact(quarantine.held(TWIN, "partner", unread, "the text is not JSON"))


def waiting(tenant):
    """Anna's request to leave the switches as they are, which waits for another person."""
    table.put(principal_row("anna", role="administrator", tenant=tenant.id))
    anna, route = principals.find("anna"), "PUT /v1/control"
    request = Request(route, anna, {}, {}, {}, b'{"outbound": "off"}')
    asked = {
        "route": route, "path": {}, "query": {}, "body": request.body.decode(), "words": "",
        "rests_on": four_eyes.hash_of(request, four_eyes.RULES[route]),
    }  # fmt: skip
    row, _ = approval_rows.proposed(tenant, asked, anna)
    table.put({**row, **approval_rows.key_of(tenant, "a1"), "list_id": "a1"})


def body_of(route):
    content = OPERATIONS[route].get("requestBody", {"content": {}})["content"]
    return BODIES.get(route, next((one.get("example") for one in content.values()), None))


def told(route, tenant):
    """The answer to a token of a tenant that asks for the twin's ids."""
    access = ROUTES[route]
    path = {**LETTER, **(PATHS.get(route) or PATHS.get(route.split("/")[2], {}))}
    event = call(
        route, tenant=tenant.id, role=access.role, scopes=[access.scope, *BESIDE.get(route, ())],
        path={name: path[name] for name in parameters(route, "path")},
        query={name: QUERY[name] for name in parameters(route, "query") & set(QUERY)},
        body=body_of(route), headers={"idempotency-key": "k1"}, connection="partner",
    )  # fmt: skip
    if access.role == "partner":
        function = receive_partner if route.startswith("POST") else serve_case_file
    else:
        function = admin
    return function.handler(event, None)


def status(route, tenant):
    return told(route, tenant)["statusCode"]


def check(route, response):
    """What was answered is what the document says of it."""
    media = response["headers"]["content-type"].partition(";")[0]
    schema = OPERATIONS[route]["responses"][str(response["statusCode"])]["content"][media]["schema"]
    if media == "application/json" and ROUTES[route].role != "partner":
        whole = {**schema, "components": SCHEMAS}
        jsonschema.Draft202012Validator(whole).validate(json.loads(response["body"]))


def test_every_parameter_of_a_path_is_an_id_or_a_word():
    for route in OPERATIONS:
        assert parameters(route, "path") <= IDS | WORDS, route


def test_the_others_ids_are_not_there(twin, rows, queued):
    def kept():
        # A question for what is not there counts against the asker's own allowance.
        return sorted(one for one in map(str, rows()) if "'READS#" not in one)

    before = kept()

    answers = {route: status(route, NORDIC) for route in WITH_ID}

    assert {route: code for route, code in answers.items() if code != 404} == {}
    assert kept() == before
    assert vault.read(TWIN, "erp") == {"application_key": "theirs"}
    assert queued("pull") == queued("inbox") == []


def test_whatever_else_a_tenant_calls_shows_and_changes_nothing_of_the_other(twin, rows):
    def theirs():
        return sorted(str(one) for one in rows() if f"T#{TWIN.id}#" in one["pk"])

    before, shown = theirs(), set()
    for route in OTHERS:
        response = told(route, NORDIC)
        assert response["statusCode"] != 500, (route, response)
        assert not any(mark in response["body"] for mark in MARKS), route
        if response["statusCode"] < 300:
            check(route, response)
    assert theirs() == before
    for route in OTHERS:
        if route.startswith("GET "):
            body = told(route, TWIN)["body"]
            shown |= {mark for mark in MARKS if mark in body}
    assert shown == MARKS


def test_the_same_ids_are_read_by_their_own_tenant_as_documented(twin):
    for route in READS:
        response = told(route, TWIN)
        assert response["statusCode"] == LACKING.get(route, 200), (route, response)
        if route not in LACKING:
            check(route, response)


@pytest.mark.parametrize("route", [route for route in WITH_ID if route not in READS])
def test_the_same_id_is_there_for_its_own_tenant(twin, route):
    if route.endswith("/unmatch"):
        assert status(route.replace("unmatch", "match"), TWIN) == 200
    if route.endswith("/split"):
        assert status(route.replace("split", "merge"), TWIN) == 200
    if route.endswith("/sync"):
        table.update(keys.connection(TWIN, "erp"), set_={"state": "enabled"})

    response = told(route, TWIN)

    if route in LACKING:
        assert response["statusCode"] == LACKING[route]
    else:
        assert response["statusCode"] < 300, response
        check(route, response)


PAGED = sorted(
    route
    for route in OPERATIONS
    if "cursor" in parameters(route, "query") and not any(one in route for one in ELSEWHERE)
)
# Where the ids of a listing are made of parts.
LAST = {
    "GET /v1/policies": "standard/0001",
    "GET /v1/cases/{id}/timeline": "1",
    "GET /v1/cases/{id}/reads": "2026-03-02T09:00:00Z#1",
    "GET /v1/tasks": "2026-03-02T09:00:00Z#t0",
    "GET /v1/audit": "2026-03-02T09:00:00Z#1",
}


def asked(route, tenant, **query):
    path = PATHS.get(route.split("/")[2], {})
    event = call(
        route, tenant=tenant.id, scopes=[ROUTES[route].scope], query=query,
        path={name: path[name] for name in parameters(route, "path")},
    )  # fmt: skip
    status, body = answer(admin.handler(event, None))
    return body["code"] if status == 400 else status


def sealed(route, tenant, query, path):
    request = Request(route, principals.Principal("c", "", frozenset(), tenant.id), path, query,
                      {}, b"")  # fmt: skip
    return pages.before_next(request, LAST.get(route, "x"))


def test_a_cursor_is_good_for_its_tenant_route_path_and_filters_alone(twin):
    for route in PAGED:
        mine = {
            name: PATHS[route.split("/")[2]][name] for name in parameters(route, "path")
        }  # fmt: skip
        good = sealed(route, TWIN, {}, mine)
        assert asked(route, TWIN, cursor=good) == 200, route
        other = PAGED[PAGED.index(route) - 1]
        for bad in (
            "x", "", f"{good}x", good.replace(".", "a."), "a" * 1001,
            sealed(route, NORDIC, {}, mine), sealed(other, TWIN, {}, mine),
            sealed(route, TWIN, {"state": "waiting"}, mine),
            sealed(route, TWIN, {}, {**mine, "id": "another"}),
        ):  # fmt: skip
            assert asked(route, TWIN, cursor=bad) == "bad_cursor", (route, bad)
        for bad in ("0", "101", "x", "-1", "1.0"):
            assert asked(route, TWIN, limit=bad) == "bad_limit", (route, bad)


def test_a_policy_of_the_same_id_is_another(twin):
    know_counterparts(NORDIC)
    event = call("PUT /v1/policies/{id}", path={"id": "standard"}, body={**POLICY, "version": 2})

    assert admin.handler(event, None)["statusCode"] == 201

    assert table.get(keys.policy(TWIN, "standard", 2))["hash"] == "0" * 64


def test_a_tenant_that_is_none_owns_nothing(twin):
    for tenant in ("", "twin#CASE", "TWIN", "../twin"):
        event = call("GET /v1/cases/{id}", tenant=tenant, path={"id": CASE})
        assert admin.handler(event, None)["statusCode"] == 404
    assert load(TWIN).id == CASE

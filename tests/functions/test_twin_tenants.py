"""Twin tenants: every route with an id, asked for the other's id, knows nothing of it."""

from __future__ import annotations

import json

import pytest

from functions import admin, receive_partner, serve_case_file
from functions.api.access import ROUTES
from functions.foreseeing import Foreseeing
from shared.cloud import connections, keys, override_rows, preview_rows, table, tasks, vault
from shared.cloud.preview_rows import Preview
from shared.domain.events import Held
from shared.domain.overrides import Override, Terms
from tests.functions.money import connected, invoice, sighting, take
from tests.functions.world import (
    CASE,
    HAND_OVER,
    NORDIC,
    NOW,
    POLICY,
    TWIN,
    append,
    call,
    hand_over,
    know_counterparts,
    load,
    open_case,
    settle_in,
)  # fmt: skip

PATHS = {
    "connections": {"id": "erp"},
    "policies": {"id": "standard", "version": "2"},
    "overrides": {"kind": "debtor", "id": "erp:d1"},
    "cases": {"id": CASE},
    "tasks": {"id": "t1"},
    "previews": {"id": "p1"},
    "POST /v1/previews/{id}/move": {"id": "p2"},
    "payments": {"id": "bank:1"},
    "debtors": {"id": "erp:d7"},
    "partner": {"id": CASE},
    "GET /v1/cases/{id}/documents/{act}": {"id": CASE, "act": HAND_OVER},
    "GET /v1/partner/cases/{id}/documents/{act}": {"id": CASE, "act": HAND_OVER},
}
PART = {"invoice": "erp:1", "amount": {"amount": "40.00", "currency": "EUR"}}
BODIES = {
    "PUT /v1/connections/{id}/secrets": {"secrets": {"application_key": "stolen"}},
    "POST /v1/previews/{id}/move": {"page": 0},
    "POST /v1/cases/{id}/hold": {"reason": "person"},
    "POST /v1/cases/{id}/release": {"hold": "h1"},
    "POST /v1/cases/{id}/recall": {
        "id": "r1",
        "reason": "kept",
        "confirmed": {"price": None},
    },
    "POST /v1/cases/{id}/commands": {"id": "k1", "reason": "asked", "type": "hold"},
    "POST /v1/cases/{id}/payment-links": {"claim": "erp:2"},
    "POST /v1/tasks/{id}/answer": {"answer": "continue"},
    "POST /v1/debtors/{id}/merge": {"into": "erp:d8", "reason": "same_person"},
    "POST /v1/debtors/{id}/split": {"reason": "two_people"},
    "POST /v1/payments/{id}/match": {"reason": "known", "allocations": [PART]},
    "POST /v1/payments/{id}/unmatch": {"reason": "wrong"},
    "POST /v1/partner/cases/{id}/events": {"id": "r1"},
    "PUT /v1/overrides/{kind}/{id}": {"fee": "none"},
}
# A tenant's policies are its own name space: the same id is simply another policy.
OWN = {"PUT /v1/policies/{id}"}
# The twin has no payment provider: it is told so, and not that the case is unknown.
NEEDS_A_PROVIDER = {"POST /v1/cases/{id}/payment-links"}
# A sandbox is a tenant of its own (test_serve_sandbox.py).
WITH_ID = sorted(
    route for route in ROUTES if "{id}" in route and route not in OWN and "/sandbox/" not in route
)


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
    table.put({**keys.party(TWIN, "erp:d1"), "body": "{}"})
    for debtor in ("erp:d7", "erp:d8"):
        table.put({**keys.party(TWIN, debtor), "body": "{}", "conn": "erp"})
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


def status(route, tenant):
    access = ROUTES[route]
    kind = route.split("/")[2]
    event = call(
        route, tenant=tenant.id, role=access.role, scopes=[access.scope],
        path=PATHS.get(route) or PATHS[kind], body=BODIES.get(route),
        headers={"idempotency-key": "k1"}, connection="partner",
    )  # fmt: skip
    if access.role == "partner":
        function = receive_partner if route.startswith("POST") else serve_case_file
    else:
        function = admin
    return function.handler(event, None)["statusCode"]


@pytest.mark.parametrize("route", WITH_ID)
def test_the_others_id_is_not_there(twin, route, rows, queued):
    def kept():
        # A question for what is not there counts against the asker's own allowance.
        return sorted(one for one in map(str, rows()) if "'READS#" not in one)

    before = kept()

    assert status(route, NORDIC) == 404

    assert kept() == before
    assert vault.read(TWIN, "erp") == {"application_key": "theirs"}
    assert queued("pull") == queued("inbox") == []


@pytest.mark.parametrize("route", WITH_ID)
def test_the_same_id_is_there_for_its_own_tenant(twin, route):
    if route.endswith("/unmatch"):
        assert status(route.replace("unmatch", "match"), TWIN) == 200
    if route.endswith("/split"):
        assert status(route.replace("split", "merge"), TWIN) == 200
    if route.endswith("/sync"):
        table.update(keys.connection(TWIN, "erp"), set_={"state": "enabled"})

    if route in NEEDS_A_PROVIDER:
        assert status(route, TWIN) == 422
    else:
        assert status(route, TWIN) < 300


@pytest.mark.parametrize(
    ("route", "field"),
    [
        ("GET /v1/connections", "connections"),
        ("GET /v1/cases", "cases"),
        ("GET /v1/tasks", "tasks"),
    ],
)
def test_listings_hold_ones_own_alone(twin, route, field):
    event = call(route, tenant="nordic")

    assert json.loads(admin.handler(event, None)["body"])[field] == []


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

"""The routes are those of the template, each with a role and a scope of its own kind."""

from __future__ import annotations

import re

import pytest

from functions.api.access import OPEN, PAGES, ROUTES, SCOPES, may
from shared.cloud.principals import Principal, of_context, principal_row
from shared.domain.roles import scopes_of
from shared.errors import NotFound
from tests.functions.world import EVENTS

ROUTE_KEY = re.compile(r'RouteKey: "([A-Z]+ /[^"]+)"')


def test_the_template_has_these_routes_and_no_others():
    text = (EVENTS.parent / "infra" / "api.yaml").read_text()

    assert set(ROUTE_KEY.findall(text)) == set(ROUTES) | OPEN | PAGES


def test_the_user_pool_knows_every_scope():
    templates = [*EVENTS.parent.glob("*.yaml"), *(EVENTS.parent / "infra").glob("*.yaml")]
    text = "\n".join(path.read_text() for path in templates)
    known = set(re.findall(r"ScopeName: \"?([a-z:]+)", text))

    assert known == set(SCOPES)


def test_the_page_on_the_api_names_every_route_with_its_scope():
    page = (EVENTS.parent / "docs" / "api.md").read_text()

    for route, access in ROUTES.items():
        assert f"| `{route}` | {access.role} | `{access.scope}` |" in page


def test_no_scope_of_a_partner_opens_a_route_of_anybody_else():
    partners = {access.scope for access in ROUTES.values() if access.role == "partner"}
    others = {access.scope for access in ROUTES.values() if access.role != "partner"}

    assert partners == {
        "cases:read", "events:write", "endpoint:read", "endpoint:write", "sandbox:write",
    }  # fmt: skip
    assert not partners & others


def test_the_page_names_the_scopes_of_those_whose_role_has_none():
    told = (EVENTS.parent / "docs" / "api.md").read_text(encoding="utf-8")
    told = told.partition("bring no scope of their own")[2].partition("\n\n")[0]
    sides = [access for access in ROUTES.values() if access.role in {"operator", "partner"}]

    assert set(re.findall(r"`(\w+:\w+)`", told)) == {access.scope for access in sides}
    assert all(not scopes_of(role) for role in ("admin", "operator", "partner"))


def test_a_scope_alone_opens_nothing():
    everything = frozenset(SCOPES)

    assert may(Principal("c", "admin", everything, "nordic"), "GET /v1/cases")
    assert not may(Principal("c", "partner", everything, "nordic", "p"), "GET /v1/cases")
    assert not may(Principal("c", "operator", everything), "GET /v1/cases")
    assert not may(Principal("c", "", everything, "nordic"), "GET /v1/cases")


def test_a_principals_row_is_read_back_as_it_was_meant():
    row = principal_row("c1", role="partner", scopes=SCOPES, tenant="nordic", connection="p")

    assert row["pk"] == "PRINCIPAL#c1"
    assert of_context({"client": "c1", **row}).context() == {
        "client": "c1",
        "tenant": "nordic",
        "role": "partner",
        "scopes": " ".join(sorted(SCOPES)),
        "connection": "p",
    }


@pytest.mark.parametrize(
    ("role", "tenant", "connection"),
    [("root", "nordic", ""), ("admin", "", ""), ("partner", "nordic", ""), ("partner", "", "p")],
)
def test_half_a_principal_is_refused(role, tenant, connection):
    with pytest.raises(ValueError, match=r"role|tenant"):
        principal_row("c1", role=role, scopes=(), tenant=tenant, connection=connection)


@pytest.mark.parametrize("context", [{}, {"client": ""}, {"client": 7}])
def test_a_context_of_nobody_is_no_principal(context):
    with pytest.raises(NotFound):
        of_context(context)

"""Who of a creditor's people may do what: every route, asked as every role."""

from __future__ import annotations

import pytest

from functions.api.access import MONEY, ROUTES, SCOPES, may
from shared.cloud import principals, table
from shared.cloud.principals import Principal, principal_row
from shared.domain import roles

# v viewer, c clerk, m manager, a administrator, u auditor. The same table stands in docs/api.md.
MAY = {
    "settings:read": "v c m a u",
    "connections:read": "v c m a u",
    "policies:read": "v c m a u",
    "dunning:read": "v c m a u",
    "payments:read": "v c m a u",
    "dunning:write": "c m a",
    "payments:write": "c m a",
    "money:write": "m a",
    "policies:write": "m a",
    "approvals:read": "m a u",
    "approvals:write": "m a",
    "settings:write": "a",
    "connections:write": "a",
    "audit:read": "a u",
    "privacy:read": "m a u",
    "privacy:write": "m a",
}
LETTERS = {"viewer": "v", "clerk": "c", "manager": "m", "administrator": "a", "auditor": "u"}
# What is asked with POST because it has a body, or is computed, and changes nothing of the rules.
ASKING = {
    "POST /v1/policies/check", "POST /v1/law/packs/{hash}/preview", "POST /v1/letters/preview",
    "POST /v1/previews", "POST /v1/cases/{id}/commands/check",
}  # fmt: skip


@pytest.mark.parametrize("role", LETTERS)
def test_each_role_opens_exactly_the_routes_of_the_table(aws, role):
    table.put(principal_row("anna", role=role, tenant="nordic"))
    anna = principals.find("anna")

    opened = {route for route in ROUTES if may(anna, route)}

    assert opened == {
        route
        for route, access in ROUTES.items()
        if access.role == "admin" and LETTERS[role] in MAY[access.scope].split()
    }
    assert (MONEY in anna.scopes) == (LETTERS[role] in MAY[MONEY].split())


def test_a_route_that_changes_something_needs_a_scope_to_write():
    changing = {route for route in ROUTES if not route.startswith("GET ")} - ASKING

    assert [route for route in changing if not ROUTES[route].scope.endswith(":write")] == []
    assert all(
        access.scope.endswith(":read") or "/sandbox/" in route
        for route, access in ROUTES.items()
        if route not in changing
    )


def test_roles_bring_no_scope_that_there_is_not():
    assert frozenset().union(*roles.CREDITOR_ROLES.values()) <= set(SCOPES)


def test_a_principal_may_have_scopes_beside_its_roles_own(aws):
    table.put(principal_row("anna", role="clerk", scopes=["money:write"], tenant="nordic"))

    anna = principals.find("anna")

    assert anna.scopes == roles.scopes_of("clerk") | {"money:write"}
    assert not may(anna, "PUT /v1/control")


def test_a_tool_has_only_the_scopes_that_it_names(aws):
    table.put(principal_row("tool", role="admin", scopes=["settings:read"], tenant="nordic"))

    assert principals.find("tool").scopes == {"settings:read"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("a", ""), ("a", ""), True),
        (("a", ""), ("b", ""), False),
        (("a", "anna"), ("b", "anna"), True),
        (("a", "anna"), ("b", "bo"), False),
        (("a", "anna"), ("a", "bo"), True),
        (("anna", ""), ("b", "anna"), True),
    ],
)
def test_clients_of_one_person_count_as_one(one, other, same):
    caller = Principal(one[0], "manager", frozenset(), "nordic", person=one[1])

    assert caller.same_person(*other) is same

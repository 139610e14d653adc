"""The console's sections and pages: what draws which address, and who sees which section."""

from __future__ import annotations

from collections.abc import Iterator

from functions.console import (
    approvals,
    case_commands,
    cases,
    connecting,
    connections,
    expiring,
    matching,
    overrides,
    policies,
    policy_editing,
    previews,
    tasks,
)
from functions.pages.desk import BASE, Answering, Desk

# The first that fits an address answers.
ROUTES: dict[str, Answering] = {
    **connecting.ROUTES,
    **connections.ROUTES,
    **expiring.ROUTES,
    **approvals.ROUTES,
    **case_commands.ROUTES,
    **cases.ROUTES,
    **policy_editing.ROUTES,
    **overrides.ROUTES,
    **policies.ROUTES,
    **matching.ROUTES,
    **previews.ROUTES,
    **tasks.ROUTES,
}

# Section, the route of the API without which nobody sees it, and its address below the console.
_ROOMS = (
    ("connections", "GET /v1/connections", "/connections"),
    ("policies", "GET /v1/policies", "/policies"),
    ("cases", "GET /v1/cases", "/cases"),
    ("tasks", "GET /v1/tasks", "/tasks"),
    ("matching", "GET /v1/payments", "/matching"),
)


def rooms(desk: Desk) -> Iterator[tuple[str, str, str]]:
    """The sections that a person may see, in the order of the menu."""
    for room, route, path in _ROOMS:
        if desk.may(route):
            yield room, route, f"{BASE}{path}"

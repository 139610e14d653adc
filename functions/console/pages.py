"""The console's sections and pages: what draws which address, and who sees which section."""

from __future__ import annotations

from collections.abc import Iterator

from functions.console import (
    approvals,
    case_commands,
    case_papers,
    case_partner,
    cases,
    connecting,
    connections,
    creditor,
    debtor_identity,
    debtors,
    expiring,
    first_hour,
    law,
    legal_holds,
    letters,
    matching,
    overrides,
    partner_reports,
    partner_terms,
    partners,
    policies,
    policy_editing,
    previews,
    reports,
    routing,
    settings,
    switches,
    tasks,
    today,
)
from functions.pages.desk import BASE, Answering, Desk

# The first that fits an address answers.
ROUTES: dict[str, Answering] = {
    **today.ROUTES,
    **first_hour.ROUTES,
    **creditor.ROUTES,
    **switches.ROUTES,
    **connecting.ROUTES,
    **connections.ROUTES,
    **expiring.ROUTES,
    **approvals.ROUTES,
    **case_commands.ROUTES,
    **case_papers.ROUTES,
    **case_partner.ROUTES,
    **legal_holds.ROUTES,
    **cases.ROUTES,
    **debtor_identity.ROUTES,
    **debtors.ROUTES,
    **policy_editing.ROUTES,
    **letters.ROUTES,
    **overrides.ROUTES,
    **policies.ROUTES,
    **law.ROUTES,
    **matching.ROUTES,
    **partner_reports.ROUTES,
    **partner_terms.ROUTES,
    **routing.ROUTES,
    **partners.ROUTES,
    **previews.ROUTES,
    **reports.ROUTES,
    **settings.ROUTES,
    **tasks.ROUTES,
}

# Section, routes of the API of which one must be open to see it, its address below the console.
_ROOMS = (
    ("today", ("GET /v1/control",), ""),
    ("first_hour", ("GET /v1/first-day/checklist",), "/first-hour"),
    ("connections", ("GET /v1/connections",), "/connections"),
    ("policies", ("GET /v1/policies",), "/policies"),
    ("cases", ("GET /v1/cases",), "/cases"),
    ("tasks", ("GET /v1/tasks",), "/tasks"),
    ("matching", ("GET /v1/payments",), "/matching"),
    ("partners", ("GET /v1/partners",), "/partners"),
    ("letters", ("GET /v1/letters",), "/letters"),
    ("reports", ("GET /v1/reports/month/{month}",), "/reports"),
    ("law", ("GET /v1/law/{country}/sheet", "GET /v1/law/{country}"), "/law"),
    ("settings", ("GET /v1/creditor", "GET /v1/hub/approvals"), "/settings"),
)


def rooms(desk: Desk) -> Iterator[tuple[str, str]]:
    """The sections that a person may see, in the order of the menu."""
    for room, routes, path in _ROOMS:
        if any(map(desk.may, routes)):
            yield room, f"{BASE}{path}"

"""Every route of the API, with the role and the scope that it needs.

The authorizer refuses what does not fit, and each function asks again. The template's routes are
these and no others (``tests/functions/test_access.py``).
"""

from __future__ import annotations

from typing import NamedTuple

from shared.cloud.principals import Principal


class Access(NamedTuple):
    """Who may use a route: the side of the API (``admin`` has several roles), and the scope."""

    role: str
    scope: str


# By API Gateway's own name of a route.
ROUTES = {
    "GET /v1/creditor": Access("admin", "settings:read"),
    "PUT /v1/creditor": Access("admin", "settings:write"),
    "GET /v1/control": Access("admin", "settings:read"),
    "PUT /v1/control": Access("admin", "settings:write"),
    "GET /v1/hub/control": Access("operator", "hub:read"),
    "PUT /v1/hub/control": Access("operator", "hub:write"),
    "POST /v1/hub/reconciled": Access("operator", "hub:write"),
    "GET /v1/fuses": Access("admin", "settings:read"),
    "POST /v1/fuses/lift": Access("admin", "settings:write"),
    "GET /v1/connectors": Access("admin", "connections:read"),
    "GET /v1/connections": Access("admin", "connections:read"),
    "POST /v1/connections": Access("admin", "connections:write"),
    "GET /v1/connections/expiries": Access("admin", "connections:read"),
    "PUT /v1/connections/{id}/expiries": Access("admin", "connections:write"),
    "GET /v1/connections/{id}": Access("admin", "connections:read"),
    "PUT /v1/connections/{id}": Access("admin", "connections:write"),
    "PUT /v1/connections/{id}/secrets": Access("admin", "connections:write"),
    "POST /v1/connections/{id}/test": Access("admin", "connections:write"),
    "POST /v1/connections/{id}/enable": Access("admin", "connections:write"),
    "POST /v1/connections/{id}/disable": Access("admin", "connections:write"),
    "POST /v1/connections/{id}/sync": Access("admin", "connections:write"),
    "GET /v1/connections/{id}/refused": Access("admin", "connections:read"),
    "POST /v1/connections/{id}/confirm": Access("admin", "connections:write"),
    "POST /v1/connections/{id}/authorise": Access("admin", "connections:write"),
    "POST /v1/connections/{id}/backfill": Access("admin", "connections:write"),
    "GET /v1/payments": Access("admin", "payments:read"),
    "GET /v1/payments/{id}": Access("admin", "payments:read"),
    "POST /v1/payments/{id}/match": Access("admin", "payments:write"),
    "POST /v1/payments/{id}/unmatch": Access("admin", "payments:write"),
    "GET /v1/proposals": Access("admin", "payments:read"),
    "POST /v1/payments/{id}/accept": Access("admin", "payments:write"),
    "GET /v1/reports/reconciliation": Access("admin", "payments:read"),
    "GET /v1/reports/drift": Access("admin", "payments:read"),
    "GET /v1/partners/{connection}/remittances": Access("admin", "payments:read"),
    "GET /v1/partners/{connection}/client-money": Access("admin", "payments:read"),
    "GET /v1/reports/crossings": Access("admin", "dunning:read"),
    "GET /v1/reports/charges": Access("admin", "payments:read"),
    "GET /v1/reports/deviations": Access("admin", "dunning:read"),
    "GET /v1/reports/discipline": Access("admin", "dunning:read"),
    "GET /v1/reports/today": Access("admin", "dunning:read"),
    "GET /v1/reports/punctuality": Access("admin", "dunning:read"),
    "GET /v1/reports/month/{month}": Access("admin", "dunning:read"),
    "POST /v1/policies/check": Access("admin", "policies:read"),
    "GET /v1/policies": Access("admin", "policies:read"),
    "GET /v1/policies/active": Access("admin", "policies:read"),
    "PUT /v1/policies/active": Access("admin", "policies:write"),
    "PUT /v1/policies/{id}": Access("admin", "policies:write"),
    "GET /v1/policies/{id}/{version}": Access("admin", "policies:read"),
    "GET /v1/law/{country}": Access("operator", "law:read"),
    "POST /v1/law/packs": Access("operator", "law:write"),
    "GET /v1/law/packs/{hash}/diff": Access("operator", "law:read"),
    "POST /v1/law/packs/{hash}/preview": Access("admin", "policies:read"),
    "POST /v1/law/packs/{hash}/sign-off": Access("operator", "law:write"),
    "PUT /v1/law/{country}/active": Access("operator", "law:write"),
    "PUT /v1/law/{country}/rates": Access("operator", "law:write"),
    "GET /v1/law/{country}/sheet": Access("admin", "policies:read"),
    "POST /v1/letters/preview": Access("admin", "settings:read"),
    "GET /v1/letters": Access("admin", "settings:read"),
    "GET /v1/letters/{language}/{letter}/{tone}": Access("admin", "settings:read"),
    "PUT /v1/letters/{language}/{letter}/{tone}": Access("admin", "settings:write"),
    "DELETE /v1/letters/{language}/{letter}/{tone}": Access("admin", "settings:write"),
    "GET /v1/first-day/arming": Access("admin", "policies:read"),
    "PUT /v1/first-day/arming": Access("admin", "policies:write"),
    "POST /v1/connections/{id}/others-ended": Access("admin", "policies:write"),
    "GET /v1/first-day/assessment": Access("admin", "dunning:read"),
    "GET /v1/first-day/checklist": Access("admin", "dunning:read"),
    "GET /v1/first-day/observed": Access("admin", "dunning:read"),
    "POST /v1/first-day/letters": Access("admin", "settings:write"),
    "POST /v1/first-day/ageing": Access("admin", "settings:write"),
    "POST /v1/imports/notices": Access("admin", "dunning:write"),
    "GET /v1/overrides": Access("admin", "policies:read"),
    "GET /v1/overrides/{kind}/{id}": Access("admin", "policies:read"),
    "PUT /v1/overrides/{kind}/{id}": Access("admin", "policies:write"),
    "POST /v1/previews": Access("admin", "dunning:read"),
    "POST /v1/previews/{id}/move": Access("admin", "policies:write"),
    "GET /v1/previews": Access("admin", "dunning:read"),
    "GET /v1/previews/{id}": Access("admin", "dunning:read"),
    "GET /v1/previews/{id}/cases": Access("admin", "dunning:read"),
    "GET /v1/previews/{id}/picture": Access("admin", "dunning:read"),
    "GET /v1/previews/{id}/outcome": Access("admin", "dunning:read"),
    "GET /v1/partners/{connection}/outbox": Access("admin", "dunning:read"),
    "POST /v1/partners/{connection}/outbox/{act}/redrive": Access("admin", "dunning:write"),
    "GET /v1/partners/{connection}/quarantine": Access("admin", "dunning:read"),
    "GET /v1/partners/{connection}/quarantine/{id}": Access("admin", "dunning:read"),
    "POST /v1/partners/{connection}/quarantine/{id}/take": Access("admin", "dunning:write"),
    "POST /v1/partners/{connection}/quarantine/{id}/dismiss": Access("admin", "dunning:write"),
    "POST /v1/cases/{id}/recall": Access("admin", "dunning:write"),
    "GET /v1/partners/{connection}/terms": Access("admin", "connections:read"),
    "GET /v1/partners": Access("admin", "connections:read"),
    "PUT /v1/partners/{connection}/terms": Access("admin", "connections:write"),
    "GET /v1/routing": Access("admin", "policies:read"),
    "PUT /v1/routing": Access("admin", "policies:write"),
    "GET /v1/write-back": Access("admin", "settings:read"),
    "PUT /v1/write-back": Access("admin", "settings:write"),
    "PUT /v1/write-back/accounts": Access("admin", "settings:write"),
    "GET /v1/write-back/preview": Access("admin", "dunning:read"),
    "POST /v1/write-back/release": Access("admin", "dunning:write"),
    "GET /v1/write-back/postings": Access("admin", "payments:read"),
    "GET /v1/cases/{id}/hand-over": Access("admin", "dunning:read"),
    "GET /v1/cases": Access("admin", "dunning:read"),
    "GET /v1/cases/{id}": Access("admin", "dunning:read"),
    "GET /v1/cases/{id}/reads": Access("admin", "dunning:read"),
    "POST /v1/partners/{connection}/reads/reopen": Access("admin", "connections:write"),
    "GET /v1/cases/{id}/documents/{act}": Access("admin", "dunning:read"),
    "GET /v1/cases/{id}/documents/{act}/content": Access("admin", "dunning:read"),
    "GET /v1/cases/{id}/explain": Access("admin", "dunning:read"),
    "GET /v1/cases/{id}/timeline": Access("admin", "dunning:read"),
    "GET /v1/cases/{id}/support": Access("admin", "dunning:read"),
    "POST /v1/cases/{id}/hold": Access("admin", "dunning:write"),
    "POST /v1/cases/{id}/release": Access("admin", "dunning:write"),
    "POST /v1/cases/{id}/commands": Access("admin", "dunning:write"),
    "POST /v1/cases/{id}/commands/check": Access("admin", "dunning:read"),
    "POST /v1/cases/{id}/payment-links": Access("admin", "dunning:write"),
    "GET /v1/debtors": Access("admin", "dunning:read"),
    "GET /v1/debtors/{id}": Access("admin", "dunning:read"),
    "POST /v1/debtors/{id}/merge": Access("admin", "dunning:write"),
    "POST /v1/debtors/{id}/split": Access("admin", "dunning:write"),
    "GET /v1/debtors/{id}/erasure": Access("admin", "privacy:read"),
    "POST /v1/debtors/{id}/erasure": Access("admin", "privacy:write"),
    "POST /v1/debtors/{id}/export": Access("admin", "privacy:write"),
    "POST /v1/debtors/{id}/restriction": Access("admin", "privacy:write"),
    "POST /v1/debtors/{id}/legal-hold": Access("admin", "privacy:write"),
    "POST /v1/cases/{id}/legal-hold": Access("admin", "privacy:write"),
    "GET /v1/legal-holds": Access("admin", "privacy:read"),
    "GET /v1/retention": Access("admin", "privacy:read"),
    "PUT /v1/retention": Access("admin", "privacy:write"),
    "GET /v1/retention/preview": Access("admin", "privacy:read"),
    "POST /v1/debtors/{id}/known-again": Access("admin", "privacy:write"),
    "GET /v1/debtors/{id}/payer-links": Access("admin", "dunning:read"),
    "POST /v1/debtors/{id}/payer-links/revoke": Access("admin", "dunning:write"),
    "GET /v1/recipients": Access("admin", "privacy:read"),
    "GET /v1/tasks": Access("admin", "dunning:read"),
    "GET /v1/tasks/{id}": Access("admin", "dunning:read"),
    "GET /v1/tasks/{id}/letter": Access("admin", "dunning:read"),
    "POST /v1/tasks/{id}/answer": Access("admin", "dunning:write"),
    "POST /v1/tasks/{id}/assign": Access("admin", "dunning:write"),
    "GET /v1/reports/tasks": Access("admin", "dunning:read"),
    "GET /v1/approvals": Access("admin", "approvals:read"),
    "GET /v1/approvals/{id}": Access("admin", "approvals:read"),
    "POST /v1/approvals/{id}/approve": Access("admin", "approvals:write"),
    "POST /v1/approvals/{id}/reject": Access("admin", "approvals:write"),
    "GET /v1/hub/approvals": Access("operator", "hub:read"),
    "GET /v1/hub/approvals/{id}": Access("operator", "hub:read"),
    "POST /v1/hub/approvals/{id}/approve": Access("operator", "hub:write"),
    "POST /v1/hub/approvals/{id}/reject": Access("operator", "hub:write"),
    "GET /v1/hub/audit": Access("operator", "hub:read"),
    "GET /v1/audit": Access("admin", "audit:read"),
    "GET /v1/partner/cases/{id}": Access("partner", "cases:read"),
    "GET /v1/partner/cases/{id}/documents/{act}": Access("partner", "cases:read"),
    "POST /v1/partner/cases/{id}/events": Access("partner", "events:write"),
    "GET /v1/partner/endpoint": Access("partner", "endpoint:read"),
    "PUT /v1/partner/endpoint": Access("partner", "endpoint:write"),
    "POST /v1/partner/endpoint/test": Access("partner", "endpoint:write"),
    "POST /v1/partner/endpoint/secret": Access("partner", "endpoint:write"),
    "POST /v1/partner/endpoint/secret/finish": Access("partner", "endpoint:write"),
    "GET /v1/partner/deliveries": Access("partner", "endpoint:read"),
    "POST /v1/partner/deliveries/replay": Access("partner", "endpoint:write"),
    "GET /v1/partner/deliveries/{act}": Access("partner", "endpoint:read"),
    "POST /v1/partner/deliveries/{act}/replay": Access("partner", "endpoint:write"),
    "POST /v1/partner/sandbox/reset": Access("partner", "sandbox:write"),
    "POST /v1/partner/sandbox/cases": Access("partner", "sandbox:write"),
    "GET /v1/partner/sandbox/cases/{id}": Access("partner", "sandbox:write"),
    "POST /v1/partner/sandbox/cases/{id}/messages": Access("partner", "sandbox:write"),
    "POST /v1/partner/sandbox/advance": Access("partner", "sandbox:write"),
    "POST /v1/partner/remittances": Access("partner", "events:write"),
}

# Whoever calls these is proven by the function itself, by the signature over the raw bytes.
# A person who comes back from a vendor is proven by the state that he brings along.
# A payer is proven by the token of a message and a second fact.
OPEN = frozenset({
    "POST /v1/hooks/{tenant}/{connection}", "GET /v1/authorised",
    "GET /p/{page+}", "POST /p/{page+}",
})  # fmt: skip

# Visits of the console by a browser: its session proves who it is, page by page.
PAGES = frozenset(
    {"GET /console", "GET /console/{page+}", "POST /console/{page+}", "GET /pages/{file}"}
)

# Asked for in code beside a route's own scope: commands after which less money is asked for.
MONEY = "money:write"

SCOPES = tuple(sorted({MONEY, *(access.scope for access in ROUTES.values())}))


def may(principal: Principal, route: str) -> bool:
    """Whether a principal has the side and the scope of a route; never of an unknown one."""
    access = ROUTES.get(route)
    return access is not None and principal.side == access.role and access.scope in principal.scopes

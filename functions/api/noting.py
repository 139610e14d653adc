"""Noting: a change through the API leaves a line in the trail, and a look at a person's data too.

Most handlers write their own line in the transaction of their change. A change that has none (a
test of a connection, a sync) gets one here, by its route. A look that cannot be noted is not
answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.cloud import audit, table
from shared.cloud.table import Write

if TYPE_CHECKING:
    from functions.api.exchange import Answer, Handler, Request

# What is asked with POST because it has a body: nothing is changed and nobody is shown.
ASKING = frozenset({
    "POST /v1/policies/check", "POST /v1/letters/preview", "POST /v1/cases/{id}/commands/check",
})  # fmt: skip

# What shows or exports what a debtor owes, was told or said. The ids of the path say whose.
LOOKS = frozenset({
    "GET /v1/cases/{id}", "GET /v1/cases/{id}/explain", "GET /v1/cases/{id}/support",
    "GET /v1/cases/{id}/timeline", "GET /v1/cases/{id}/hand-over",
    "GET /v1/cases/{id}/documents/{act}", "GET /v1/cases/{id}/documents/{act}/content",
    "GET /v1/payments", "GET /v1/payments/{id}", "GET /v1/tasks/{id}", "GET /v1/debtors/{id}",
    "GET /v1/tasks/{id}/letter",
    "GET /v1/overrides/{kind}/{id}", "GET /v1/previews/{id}/cases",
    "GET /v1/reports/charges", "GET /v1/reports/deviations", "GET /v1/reports/crossings",
    "GET /v1/reports/discipline", "GET /v1/reports/month/{month}",
    "GET /v1/write-back/preview", "GET /v1/write-back/postings",
    "GET /v1/partner/deliveries/{act}", "GET /v1/partners/{connection}/quarantine/{id}",
})  # fmt: skip


def noted(handle: Handler, request: Request) -> Answer:
    """Answer a request; what it changed or showed is in the trail before anybody hears of it."""
    with audit.counted() as lines:
        answer = handle(request)
    if lines:
        return answer
    if request.route in LOOKS:
        table.put(audit.look(request.tenant, request.principal.client, _facts(request)))
    elif not request.route.startswith("GET ") and request.route not in ASKING:
        table.transact([_line(request)])
    return answer


def _line(request: Request) -> Write:
    by = request.principal
    if by.tenant_id:
        return audit.entry(request.tenant, by.client, "called", _facts(request))
    return audit.hub_entry(by.client, "called", _facts(request))


def _facts(request: Request) -> dict[str, object]:
    return {"route": request.route, **request.path}

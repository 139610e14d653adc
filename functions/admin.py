"""Admin: the API by which a creditor's people set the hub up, watch it and decide what it asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from functions.api import (
    cases,
    charges,
    commands,
    connections,
    crossings,
    debtors,
    explanations,
    law,
    law_preview,
    letters,
    overrides,
    partner_moves,
    partner_terms,
    payment_links,
    payments,
    policies,
    preview_moves,
    previews,
    questions,
    reports,
    settings,
)
from functions.api.exchange import Answer, Problem, Request, respond

HANDLERS: dict[str, Callable[[Request], Answer]] = {
    "GET /v1/creditor": settings.get_creditor,
    "PUT /v1/creditor": settings.put_creditor,
    "GET /v1/control": settings.get_control,
    "PUT /v1/control": settings.put_control,
    "GET /v1/hub/control": settings.get_hub,
    "PUT /v1/hub/control": settings.put_hub,
    "GET /v1/connectors": connections.get_connectors,
    "GET /v1/connections": connections.get_connections,
    "POST /v1/connections": connections.post_connection,
    "GET /v1/connections/{id}": connections.get_connection,
    "PUT /v1/connections/{id}/secrets": connections.put_secrets,
    "POST /v1/connections/{id}/test": connections.post_test,
    "POST /v1/connections/{id}/enable": connections.post_enable,
    "POST /v1/connections/{id}/disable": connections.post_disable,
    "POST /v1/connections/{id}/sync": connections.post_sync,
    "POST /v1/connections/{id}/confirm": connections.post_confirm,
    "GET /v1/payments": payments.get_payments,
    "GET /v1/payments/{id}": payments.get_payment,
    "POST /v1/payments/{id}/match": payments.post_match,
    "POST /v1/payments/{id}/unmatch": payments.post_unmatch,
    "GET /v1/reports/reconciliation": payments.get_reconciliation,
    "GET /v1/reports/crossings": crossings.get_crossings,
    "GET /v1/reports/charges": charges.get_charges,
    "GET /v1/reports/deviations": reports.get_deviations,
    "GET /v1/reports/punctuality": reports.get_punctuality,
    "GET /v1/reports/month/{month}": reports.get_month,
    "POST /v1/policies/check": policies.check,
    "GET /v1/policies/active": policies.get_active,
    "PUT /v1/policies/active": policies.put_active,
    "PUT /v1/policies/{id}": policies.put_policy,
    "GET /v1/policies/{id}/{version}": policies.get_policy,
    "GET /v1/law/{country}": law.get_law,
    "POST /v1/law/packs": law.post_pack,
    "GET /v1/law/packs/{hash}/diff": law.get_diff,
    "POST /v1/law/packs/{hash}/preview": law_preview.post_preview,
    "POST /v1/law/packs/{hash}/sign-off": law.post_sign_off,
    "PUT /v1/law/{country}/active": law.put_active,
    "PUT /v1/law/{country}/rates": law.put_rates,
    "POST /v1/letters/preview": letters.post_preview,
    "GET /v1/letters/{language}/{letter}/{tone}": letters.get_letter,
    "PUT /v1/letters/{language}/{letter}/{tone}": letters.put_letter,
    "DELETE /v1/letters/{language}/{letter}/{tone}": letters.delete_letter,
    "GET /v1/overrides/{kind}/{id}": overrides.get_override,
    "PUT /v1/overrides/{kind}/{id}": overrides.put_override,
    "POST /v1/previews": previews.post_preview,
    "POST /v1/previews/{id}/move": preview_moves.post_move,
    "GET /v1/previews": previews.get_previews,
    "GET /v1/previews/{id}": previews.get_preview,
    "GET /v1/previews/{id}/cases": previews.get_cases,
    "GET /v1/previews/{id}/picture": previews.get_picture,
    "GET /v1/previews/{id}/outcome": previews.get_outcome,
    "GET /v1/partners/{connection}/outbox": partner_moves.get_outbox,
    "POST /v1/partners/{connection}/outbox/{act}/redrive": partner_moves.post_redrive,
    "POST /v1/cases/{id}/recall": partner_moves.post_recall,
    "GET /v1/partners/{connection}/terms": partner_terms.get_terms,
    "PUT /v1/partners/{connection}/terms": partner_terms.put_terms,
    "GET /v1/routing": partner_terms.get_routing,
    "PUT /v1/routing": partner_terms.put_routing,
    "GET /v1/cases/{id}/hand-over": partner_terms.get_hand_over,
    "GET /v1/cases": cases.get_cases,
    "GET /v1/cases/{id}": cases.get_case,
    "GET /v1/cases/{id}/explain": explanations.get_explanation,
    "GET /v1/cases/{id}/support": explanations.get_support,
    "POST /v1/cases/{id}/hold": cases.post_hold,
    "POST /v1/cases/{id}/release": cases.post_release,
    "POST /v1/cases/{id}/commands": commands.post_command,
    "POST /v1/cases/{id}/payment-links": payment_links.post_payment_link,
    "POST /v1/debtors/{id}/merge": debtors.post_merge,
    "POST /v1/debtors/{id}/split": debtors.post_split,
    "GET /v1/tasks": questions.get_tasks,
    "GET /v1/tasks/{id}": questions.get_task,
    "POST /v1/tasks/{id}/answer": questions.post_answer,
}


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """HTTP API, payload 2.0."""
    return respond(event, _route)


def _route(request: Request) -> Answer:
    work = HANDLERS.get(request.route)
    if work is None:
        raise Problem(404, "not_found", "There is nothing here.")
    return work(request)

"""An example of every body that the admin API reads.

They stand in docs/openapi.json, and the twin-tenant test sends them: each is one that a creditor
with a case ``c1a2b3``, an ERP ``erp`` and a partner ``partner`` could send.
"""

from __future__ import annotations

from typing import Any

_EUR = "EUR"
_POLICY = {
    "id": "standard",
    "version": 2,
    "name": "Standard",
    "law": "FI",
    "payment_days": 14,
    "tolerance": {"amount": "5.00", "currency": _EUR},
    "minimum": {"amount": "20.00", "currency": _EUR},
    "partner": "partner",
    "steps": [
        {"id": "friendly", "action": "remind", "after": 8, "since": "due"},
        {"id": "firm", "action": "remind", "after": 16, "since": "previous", "tone": "firm",
         "fee": "statutory"},
        {"id": "partner", "action": "hand_over", "after": 21, "since": "previous"},
    ],
}  # fmt: skip
_KINDS = (
    "reminder_fee", "late_interest", "compensation", "credit_loss", "rounding", "goodwill",
    "overpayment",
)  # fmt: skip

EXAMPLES: dict[str, Any] = {
    "PUT /v1/creditor": {
        "id": "nordic",
        "name": "Nordic Oy",
        "business_id": "1234567-1",
        "business_id_scheme": "FI_YTUNNUS",
        "address": {
            "lines": ["Katu 1"], "postal_code": "00100", "city": "Helsinki", "country": "FI",
        },
        "country": "FI",
        "zone": "Europe/Helsinki",
        "language": "fi",
        "email": "billing@nordic.example",
        "sender": "billing@nordic.example",
        "accounts": [{"iban": "FI2112345600000785"}],
        "vat_registered": True,
    },
    "PUT /v1/control": {"outbound": "allowlist", "allowlist": ["erp:d2"]},
    "PUT /v1/hub/control": {"stopped": True, "reason": "restore under way"},
    "POST /v1/hub/reconciled": {"epoch": "dunlin-table/1", "reason": "drift and mail compared"},
    "POST /v1/fuses/lift": {"halted": "overdue_jump", "reason": "a ledger was imported late"},
    "POST /v1/connections/{id}/backfill": {"since": "2024-01-01"},
    "PUT /v1/connections/{id}/expiries": {"expiries": {"application_key": "2027-01-31"}},
    "POST /v1/connections": {
        "id": "books",
        "connector": "erp.tryton",
        "start_line": "2026-01-01",
        "config": {"url": "https://tryton.example", "database": "books"},
        "secrets": {"application_key": "from the vendor"},
    },
    "PUT /v1/connections/{id}": {
        "config": {"url": "https://tryton.example", "database": "books2"},
    },
    "PUT /v1/connections/{id}/secrets": {"secrets": {"application_key": "the next one"}},
    "POST /v1/connections/{id}/enable": {"confirm": "spec only"},
    "POST /v1/payments/{id}/match": {
        "reason": "payer_called",
        "allocations": [{"invoice": "erp:1", "amount": {"amount": "40.00", "currency": _EUR}}],
    },
    "POST /v1/payments/{id}/accept": {"proposal": "0" * 16, "reason": "payer_called"},
    "POST /v1/payments/{id}/unmatch": {"reason": "wrong_invoice"},
    "POST /v1/policies/check": _POLICY,
    "PUT /v1/policies/active": {"id": "standard", "version": 2},
    "PUT /v1/policies/{id}": _POLICY,
    "POST /v1/law/packs": {"country": "FI", "text": "the text of a pack's file (TOML)"},
    "POST /v1/law/packs/{hash}/sign-off": {"name": "Lea Laki", "role": "counsel"},
    "PUT /v1/law/{country}/active": {"hash": "0" * 64, "previewed": "0" * 16},
    "PUT /v1/law/{country}/rates": {
        "from": "2026-07-01",
        "to": "2026-12-31",
        "reference": "2.50",
        "source": {"title": "Notice of the central bank", "url": "https://bank.example/notice"},
        "status": "CONFIRMED",
        "sign_off": {"name": "Lea Laki", "role": "counsel"},
    },
    "POST /v1/letters/preview": {"language": "fi", "tone": "firm"},
    "PUT /v1/letters/{language}/{letter}/{tone}": {"sentences": {"subject": "Muistutus"}},
    "PUT /v1/first-day/arming": {"armed": [{"step": "friendly"}], "first": 10},
    "POST /v1/first-day/ageing": {"erp_total": "12345.60"},
    "POST /v1/first-day/letters": {"hash": "0" * 64},
    "POST /v1/imports/notices": "key;invoice;what;on\n1;erp:1;reminder;2026-01-20\n",
    "PUT /v1/overrides/{kind}/{id}": {"fee": "none"},
    "POST /v1/previews": {"kind": "next", "days": 30},
    "POST /v1/previews/{id}/move": {"page": 0},
    "POST /v1/cases/{id}/recall": {
        "id": "recall-1", "reason": "kept", "confirmed": {"price": None},
    },
    "PUT /v1/partners/{connection}/terms": {},
    "POST /v1/partners/{connection}/quarantine/{id}/take": {"reason": "payment_reported_since"},
    "POST /v1/partners/{connection}/quarantine/{id}/dismiss": {"reason": "reported_in_error"},
    "PUT /v1/routing": {"rules": []},
    "PUT /v1/write-back": {"mode": "preview", "connections": ["erp"], "notes": True},
    "PUT /v1/write-back/accounts": {
        "accounts": {one: {"account": "3990", "journal": "SALES"} for one in _KINDS},
    },
    "POST /v1/cases/{id}/hold": {"reason": "person", "until": "2026-03-20"},
    "POST /v1/cases/{id}/release": {"hold": "h1"},
    "POST /v1/cases/{id}/commands": {"id": "call-17", "reason": "debtor_called", "type": "hold"},
    "POST /v1/cases/{id}/commands/check": {
        "id": "call-17", "reason": "debtor_called", "type": "hold",
    },
    "POST /v1/cases/{id}/payment-links": {"claim": "erp:2"},
    "POST /v1/debtors/{id}/merge": {"into": "erp:d8", "reason": "same_person"},
    "POST /v1/debtors/{id}/split": {"reason": "two_people"},
    "POST /v1/debtors/{id}/erasure": {"reason": "asked_by_the_person"},
    "POST /v1/debtors/{id}/known-again": {"reason": "customer_again"},
    "POST /v1/debtors/{id}/payer-links/revoke": {"reason": "wrong_person"},
    "PUT /v1/retention": {"state": "off"},
    "POST /v1/debtors/{id}/restriction": {"restricted": True, "reason": "accuracy_contested"},
    "POST /v1/debtors/{id}/legal-hold": {"held": True, "reason": "suit_filed"},
    "POST /v1/cases/{id}/legal-hold": {"held": True, "reason": "suit_filed"},
    "POST /v1/tasks/{id}/answer": {"answer": "continue"},
    "POST /v1/tasks/{id}/assign": {"to": "cleo"},
}  # fmt: skip

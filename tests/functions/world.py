"""A small invented world for function tests: creditors, a lawful policy, cases handed over."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from shared.cloud import connections, documents, keys, outbox, table
from shared.cloud.keys import Tenant
from shared.cloud.store import Store
from shared.domain.events import (
    ActSent,
    CaseOpened,
    Claim,
    ClaimJoined,
    HandOverIntended,
    PolicyRef,
    ReminderIntended,
)  # fmt: skip
from shared.domain.explain import content_hash
from shared.domain.money import Money
from shared.domain.policy import Policy

EVENTS = Path(__file__).parents[2] / "events"

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NORDIC, TWIN = Tenant("nordic"), Tenant("twin")
CASE = "c1a2b3"
REMINDER = f"{CASE}-friendly-0123456789ab"
HAND_OVER = f"{CASE}-partner-0123456789ab"
FILE = b'{"format":"dunlin.case-file","case":"c1a2b3","debtor":{"name":"Aino Esimerkki"}}'

CREDITOR = {
    "id": "nordic",
    "name": "Nordic Oy",
    "business_id": "1234567-1",
    "business_id_scheme": "FI_YTUNNUS",
    "address": {"lines": ["Katu 1"], "postal_code": "00100", "city": "Helsinki", "country": "FI"},
    "country": "FI",
    "zone": "Europe/Helsinki",
    "language": "fi",
    "email": "billing@nordic.example",
    "sender": "billing@nordic.example",
    "accounts": [{"iban": "FI2112345600000785"}],
    "vat_registered": True,
}

POLICY = {
    "id": "standard",
    "version": 1,
    "name": "Standard",
    "law": "FI",
    "payment_days": 14,
    "tolerance": {"amount": "5.00", "currency": "EUR"},
    "minimum": {"amount": "20.00", "currency": "EUR"},
    "partner": "partner",
    "steps": [
        {"id": "friendly", "action": "remind", "after": 8, "since": "due"},
        {
            "id": "firm", "action": "remind", "after": 16, "since": "previous", "tone": "firm",
            "fee": "statutory",
        },
        {"id": "partner", "action": "hand_over", "after": 21, "since": "previous"},
    ],
}  # fmt: skip


def sample(name):
    return json.loads((EVENTS / f"{name}.json").read_text())


def call(
    route, *, tenant="nordic", role="admin", scopes=None, path=None, query=None, body=None,
    headers=None, connection="", client="console",
):  # fmt: skip
    """An authorized call as API Gateway hands it on; every scope unless ``scopes`` says which."""
    from functions.api.access import SCOPES

    event = copy.deepcopy(sample("admin"))
    event["routeKey"] = event["requestContext"]["routeKey"] = route
    event["requestContext"]["authorizer"]["lambda"] = {
        "client": client,
        "tenant": tenant,
        "role": role,
        "scopes": " ".join(SCOPES if scopes is None else scopes),
        "connection": connection,
    }
    event["headers"] |= headers or {}
    if path:
        event["pathParameters"] = path
    if query:
        event["queryStringParameters"] = query
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


def answer(response):
    """Status and body of an answer."""
    return response["statusCode"], json.loads(response["body"])


def eur(text):
    return Money(Decimal(text), "EUR")


def settle_in(tenant):
    """A creditor with a profile and an active policy."""
    profile = json.dumps({**CREDITOR, "id": tenant.id})
    policy = Policy.model_validate(POLICY)
    table.put({**keys.creditor(tenant), "body": profile})
    table.put({
        **keys.policy(tenant, "standard", 1), "body": policy.model_dump_json(),
        "hash": content_hash(policy),
    })  # fmt: skip
    table.put({**keys.active_policy(tenant), "policy": "standard", "version": 1})


def know_counterparts(tenant):
    """The channel and the partner that the policy names, made and not yet tested."""
    for name, connector in (("email", "channels.email"), ("partner", "collectors.rest_hub")):
        made = connections.made(tenant, name, connector=connector, config={}, start_line=None)
        table.transact([made])


def claim(claim_id, amount="100.00"):
    return Claim(
        id=claim_id,
        number=claim_id,
        total=eur(amount),
        open=eur(amount),
        issued=date(2026, 1, 1),
        sent=date(2026, 1, 1),
        due=date(2026, 1, 15),
        reference=None,
        capacity="consumer",
        natural_person=True,
        claim_class="goods",
    )


def open_case(tenant, case=CASE, claims=("erp:1", "erp:2")):
    """A case of two claims of 100.00 EUR that fell due on 15 January 2026."""
    events = [
        CaseOpened(
            at=NOW,
            debtor="erp:d1",
            connection="erp",
            policy=PolicyRef(id="standard", version=1),
            law="FI",
            capacity="consumer",
            currency="EUR",
        ),
        *(ClaimJoined(at=NOW, claim=claim(one)) for one in claims),
    ]
    Store(tenant).open(case, events, due_at=NOW)


def remind(tenant, case=CASE, act=REMINDER):
    """The INTENT of a reminder about the first claim, with its outbox row."""
    intent = ReminderIntended(
        at=NOW,
        act=act,
        step="friendly",
        claims=("erp:1",),
        channel="email",
        tone="friendly",
        language="fi",
        deadline=date(2026, 3, 17),
        document=f"letters/{act}.json",
        content_hash="0" * 64,
    )
    append(tenant, case, intent, also=[_row(tenant, case, act, "reminder", "email")])


def hand_over(tenant, case=CASE, act=HAND_OVER, *, partner="partner", claims=("erp:1",), sent=True):
    """A hand-over of the first claim, or of others, with its stored case file."""
    name = f"case-files/{act}.json"
    documents.put(tenant, name, FILE, "application/json")
    intent = HandOverIntended(
        at=NOW,
        act=act,
        step="partner",
        claims=claims,
        partner=partner,
        file_version=1,
        document=name,
        content_hash=content_hash(FILE),
    )
    append(tenant, case, intent, also=[_row(tenant, case, act, "hand_over", partner)])
    if sent:
        append(tenant, case, ActSent(at=NOW, act=act, on=date(2026, 3, 2)))


def append(tenant, case, *events, also=()):
    store = Store(tenant)
    return store.append(store.load(case), events, due_at=NOW, also=also)


def load(tenant=NORDIC, case=CASE):
    return Store(tenant).load(case).case


def _row(tenant, case, act, kind, connection):
    return outbox.intend(
        tenant, act, kind=kind, case=case, connection=connection, content_hash="0" * 64,
        due_at=NOW,
    )  # fmt: skip

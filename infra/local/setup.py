"""Sets a creditor up through the admin API: profile, policy, connections, switches."""

from __future__ import annotations

import base64
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from infra.local.bank import ACCOUNT
from infra.local.erp.server import Tryton
from infra.local.hub import MAIL_DOMAIN, TENANT, Hub
from infra.local.partner import Partner
from infra.local.partner_desk import Access
from infra.local.partner_server import Config as PartnerConfig

ZONE = "Europe/Helsinki"
ERP = "erp"
BANK = "bank"
STRIPE = "stripe"
EMAIL = "email"
LETTER = "letter"
PARTNER = "partner"
# What the provider's transfers to the bank are called there.
PAYOUT_NAME = "STRIPE PAYMENTS EUROPE LTD"

CREDITOR = {
    "id": TENANT,
    "name": "Saaristo Tarvike Oy",
    "business_id": "1234567-1",
    "business_id_scheme": "FI_YTUNNUS",
    "address": {
        "lines": ["Rantakatu 1"], "postal_code": "20100", "city": "Turku", "country": "FI",
    },
    "country": "FI",
    "zone": ZONE,
    "language": "fi",
    "email": f"laskutus@{MAIL_DOMAIN}",
    "phone": "+358 40 123 4567",
    "sender": f"laskutus@{MAIL_DOMAIN}",
    # The example account of the Finnish bar code standard (Pankkiviivakoodi-opas).
    "accounts": [{"iban": "FI7944052020036082", "bic": "ITELFIHH"}],
    "vat_registered": True,
}  # fmt: skip

# A friendly word after a week, a reminder with the statutory fee two weeks later, and then the
# partner: what a Finnish creditor may do to consumers and businesses alike.
POLICY: dict[str, Any] = {
    "id": "standard",
    "version": 1,
    "name": "Friendly first",
    "law": "FI",
    "unit": "debtor",
    "steps": [
        {"id": "friendly", "action": "remind", "after": 8, "since": "due", "tone": "friendly",
         "channels": [EMAIL], "letter": "reminder", "fee": "none"},
        {"id": "firm", "action": "remind", "after": 15, "since": "previous", "tone": "firm",
         "channels": [EMAIL], "letter": "reminder", "fee": "statutory"},
        {"id": "partner", "action": "hand_over", "after": 15, "since": "previous"},
    ],
    "payment_days": 10,
    "tolerance": {"amount": "1.00", "currency": "EUR"},
    "minimum": {"amount": "10.00", "currency": "EUR"},
    "gather_days": 7,
    "partner": PARTNER,
    # What the partner may agree to without asking: a plan of up to a year.
    "hand_over": {"mandate": {"plan_months": 12}},
}  # fmt: skip


# The same by e-mail first, and on paper where that does not reach the debtor.
WITH_PAPER: dict[str, Any] = {
    **POLICY,
    "steps": [
        {**step, "channels": [EMAIL, LETTER]} if step["action"] == "remind" else step
        for step in POLICY["steps"]
    ],
}

# What the partner takes, and what it costs to take a case back from it.
TERMS = {
    "countries": ["FI"],
    "currencies": ["EUR"],
    "contract": {"state": "signed", "on": "2026-02-02"},
    "recall_price": {"amount": "35.00", "currency": "EUR"},
}


class SetUpError(RuntimeError):
    """A connection's own test found something; the message holds its findings."""


@dataclass(frozen=True)
class World:
    """The processes that stand around a hub, and where it may reach them."""

    erp: Tryton
    partner_port: int
    provider: str | None = None

    @property
    def private_targets(self) -> tuple[str, ...]:
        """The origins that the hub's connectors may reach although they are on this machine."""
        partner = f"http://127.0.0.1:{self.partner_port}"
        return (self.erp.url, partner, *([self.provider] if self.provider else []))


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def webhook_secret() -> str:
    """A fresh signing secret in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def start_partner(hub: Hub, world: World, secret: str, folder: Path) -> Partner:
    """The collection partner's own process, with its own token client."""
    hub.grant("partner", connection=PARTNER)
    client, client_secret = hub.credentials("partner")
    access = Access(
        api=hub.api,
        token_url=hub.stack.token_url,
        client_id=client,
        client_secret=client_secret,
        scope=hub.scope("partner"),
    )
    config = PartnerConfig(
        access=access,
        webhook_secrets=(secret,),
        control_token=secrets.token_urlsafe(24),
        port=world.partner_port,
    )
    return Partner.start(config, folder)


def configure(
    hub: Hub, erp: Tryton, partner: Partner, secret: str, start_line: date, policy: dict[str, Any]
) -> None:
    """All that an administrator does in the first hour, in its order, through the API."""
    hub.call("PUT", "/v1/creditor", CREDITOR)
    connections = (
        {
            "id": EMAIL,
            "connector": "channels.email",
            "config": {
                "sender": CREDITOR["sender"],
                "sender_name": CREDITOR["name"],
                "configuration_set": hub.outputs["MailSet"],
            },
            "secrets": {},
        },
        {
            "id": LETTER,
            "connector": "channels.letter",
            "config": {
                "bucket": hub.outputs["InboxBucket"],
                "prefix": f"{TENANT}/",
                "service": "economy",
                "price": {"amount": "1.29", "currency": "EUR"},
            },
            "secrets": {},
        },
        {
            "id": PARTNER,
            "connector": "collectors.rest_hub",
            "config": {"partner": "Perintä Esimerkki Oy", "endpoint": partner.endpoint},
            "secrets": {"webhook_secret": secret},
        },
        {
            "id": ERP,
            "connector": "erp.tryton",
            "config": {
                "url": erp.url,
                "database": erp.database,
                "claim_class": "goods",
                # Looked back over in real minutes, of which many business days pass in one.
                "overlap_minutes": 1,
                "sent_when_dated": True,
            },
            "secrets": erp_secrets(erp),
            "start_line": start_line.isoformat(),
        },
    )
    hub.call("PUT", "/v1/control", {"outbound": "on"})
    for connection in connections:
        hub.call("POST", "/v1/connections", connection)
    # A policy names its channels and its partner, so they are known before it.
    hub.call("PUT", f"/v1/policies/{policy['id']}", policy)
    hub.call("PUT", "/v1/policies/active", {"id": policy["id"], "version": policy["version"]})
    for connection in connections:
        _enable(hub, connection["id"])
    hub.call("PUT", f"/v1/partners/{PARTNER}/terms", TERMS)


def write_back(hub: Hub) -> None:
    """Let the ERP have the hub's notes on its invoices, and the postings as a file."""
    hub.call("PUT", "/v1/write-back", {"mode": "on", "connections": [ERP]})


def erp_secrets(erp: Tryton) -> dict[str, str]:
    """The hub's two keys to the ERP: one to read with, one to write back with."""
    return {"application_key": erp.api_key, "write_key": erp.write_key}


def deliver_statement(hub: Hub) -> Callable[[str, bytes], None]:
    """How the bank leaves a file in its connection's inbox."""
    bucket = hub.stack.client("s3")

    def leave(name: str, body: bytes) -> None:
        key = f"{TENANT}/{BANK}/inbox/{name}"
        bucket.put_object(Bucket=hub.outputs["InboxBucket"], Key=key, Body=body)

    return leave


def connect_money(hub: Hub, origin: str, key: str, secret: str, account: str) -> None:
    """Let the hub see the bank account and the provider; a first statement must lie there."""
    payout = {"provider": "stripe", "payer": PAYOUT_NAME}
    accounts = [{"account": ACCOUNT, "country": "FI", "payouts": [payout]}]
    provider = {"environment": "sandbox", "account": account, "zone": ZONE, "origin": origin}
    folder = {"bucket": hub.outputs["InboxBucket"], "prefix": f"{TENANT}/", "accounts": accounts}
    secrets_of = {"api_key": key, "webhook_secret": secret}
    _connect(hub, {"id": BANK, "connector": "banks.camt", "config": folder, "secrets": {}})
    _connect(
        hub,
        {
            "id": STRIPE,
            "connector": "payments.stripe",
            "config": provider,
            "secrets": secrets_of,
        },
    )


def _connect(hub: Hub, connection: dict[str, Any]) -> None:
    hub.call("POST", "/v1/connections", connection)
    _enable(hub, connection["id"])


def _enable(hub: Hub, connection: object) -> None:
    tested = hub.call("POST", f"/v1/connections/{connection}/test")
    wrong = [one for one in tested["findings"] if not one["ok"]]
    if wrong:
        raise SetUpError(f"the connection {connection} is not ready: {wrong}")
    hub.call("POST", f"/v1/connections/{connection}/enable")

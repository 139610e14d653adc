"""A debtor who was written to: the party, the message that went out, and the link in it."""

from __future__ import annotations

import functools
import io
import json

from functions import payer_pays
from shared.cloud import keys, payer_calls, payer_links, runtime, sealing, table
from shared.domain.model import Address, Party
from tests.functions.world import CASE, NORDIC, NOW, REMINDER

ORIGIN = "https://hub.example"
# A short number opens nothing alone: what follows is the invoice's amount.
NUMBER = "erp:1 100,00"
SECRET = "dunlin-secret-prefix/hub/token-key"


def debtor(name="Aino Esimerkki", **more):
    return Party(
        id="erp:d1", version="1", kind="person", name=name, country="FI", language="fi",
        emails=("aino@example.org",), phones=("+358401234567",),
        addresses=(Address(lines=("Kotikatu 5",), postal_code="20100", city="Turku",
                           country="FI"),),
    ).model_copy(update=more)  # fmt: skip


def know(tenant=NORDIC, party=None):
    party = party or debtor()
    table.put({
        **keys.party(tenant, "erp:d1"), "body": party.model_dump_json(), "conn": "erp",
        "hash": "-",
    })  # fmt: skip


def settle(monkeypatch):
    """The stack has an address for the page, and its own secret."""
    monkeypatch.setenv("PAYER_URL", ORIGIN)
    monkeypatch.setenv("PAYER_PAYS", "payer-pays")
    monkeypatch.setattr(payer_calls, "client", {"lambda": Lambda()}.__getitem__)
    # The secret is read once a process; this one is of this test alone.
    monkeypatch.setattr(sealing, "_key", functools.cache(sealing._key.__wrapped__))
    runtime.client("secretsmanager").create_secret(
        Name=SECRET, SecretString="an invented secret for tokens"
    )


class Lambda:
    """AWS Lambda, as far as the payer's page calls it: one function, in a process of its own."""

    def invoke(self, *, FunctionName, Payload):  # noqa: N803 - the service's own names
        assert FunctionName == "payer-pays"
        answer = payer_pays.handler(json.loads(Payload), None)
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode())}


def linked(tenant=NORDIC, case=CASE, act=REMINDER, to="aino@example.org", now=NOW):
    """The token of a message, whose rows are written."""
    table.transact(payer_links.made(tenant, "erp:d1", case, act, to, now))
    return payer_links.token(tenant, "erp:d1", case, act)

"""Payment providers for function tests: the double of Stripe, and one that signs nothing."""

from __future__ import annotations

import json
import sys
import threading
import types
from contextlib import contextmanager

from pydantic import BaseModel, ConfigDict

from connectors.contract import Hook, Spec
from infra.local.stripe.server import Config, StripeServer, sign
from shared.cloud import clock, connections, keys, table, vault
from shared.errors import Refused

KEY, SECRET = "rk_test_invented_key", "whsec_invented"


@contextmanager
def stripe():
    """The double, on the clock of the test."""
    server = StripeServer(Config(key=KEY))
    server.account._clock = lambda: int(clock.wall().timestamp())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def connected(tenant, origin, name="stripe", *, state="enabled", connector="payments.stripe"):
    """A connection of a tenant to a provider at ``origin``."""
    config = {"environment": "sandbox", "account": "acct_demo", "origin": origin}
    row = connections.made(
        tenant, name, connector=connector,
        config=config if connector == "payments.stripe" else {}, start_line=clock.wall().date(),
    )  # fmt: skip
    table.transact([row])
    table.update(keys.connection(tenant, name), set_={"state": state})
    vault.write(tenant, name, {"api_key": KEY, "webhook_secret": SECRET})


def hook(event, *, tenant="nordic", connection="stripe", secret=SECRET, **fields):
    """A signed delivery as API Gateway hands it on; ``fields`` replace some of its own."""
    body = event if isinstance(event, str) else json.dumps(event)
    at = int(clock.wall().timestamp())
    return {
        "version": "2.0",
        "routeKey": "POST /v1/hooks/{tenant}/{connection}",
        "rawQueryString": "",
        "headers": {"Stripe-Signature": sign(secret, body.encode(), at)},
        "pathParameters": {"tenant": tenant, "connection": connection},
        "isBase64Encoded": False,
        "body": body,
        **fields,
    }


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Unsigned:
    """A provider that pushes ``{"payment": id}`` and signs nothing; it knows one payment."""

    def __init__(self, known):
        self.known, self.asked = known, []

    def verify(self, delivery, *, now):
        try:
            payment = json.loads(delivery.body)["payment"]
        except (ValueError, KeyError, TypeError):
            raise Refused("not one of ours", code="bad_signature") from None
        return Hook(event=payment, signed=False, fetch=(payment,))

    def fetch(self, what, *, now):
        self.asked.append(what)
        if what not in self.known:
            raise Refused("unknown", code="http_404")
        return self.known[what]


def plugged_in(monkeypatch, known):
    """The unsigned provider under a name of its own, ``payments.push``."""
    provider = Unsigned(known)
    module = types.ModuleType("connectors.payments.push")
    module.SPEC = Spec(
        name="payments.push", title="Push", countries=("*",), config=_Settings, secrets=(),
        capabilities=frozenset({"webhooks"}), docs="", verified="spec only", data=("payment",),
        processing="here",
    )  # fmt: skip
    module.connect = lambda _: provider
    monkeypatch.setitem(sys.modules, "connectors.payments.push", module)
    return provider

"""Authorising: an administrator is sent to the vendor, who asks for consent and sends him back.

What comes back is taken by ``functions/take_consent.py``.
"""

from __future__ import annotations

import os

import connectors
from connectors.contract_erp import Asked, Consent
from functions.api.exchange import Answer, Problem, Request
from functions.wiring import bound
from shared.cloud import audit, clock, connections, consents, table


def redirect_uri() -> str:
    """The one address to which vendors send people back; it is registered with each vendor."""
    return f"{os.environ['API_URL']}/v1/authorised"


def post_authorise(request: Request) -> Answer:
    """The address at the vendor where a person consents; good once and for ten minutes."""
    connection = request.path["id"]
    row = connections.read(request.tenant, connection)
    if connectors.spec(row["connector"]).grant != "consented":
        raise Problem(409, "no_consent", "This connection needs no consent at its vendor.")
    grant: Consent = connectors.grant(row["connector"], bound(request.tenant, row))  # type: ignore[assignment]
    now = clock.wall()
    question, write = consents.ask(request.tenant, connection, request.principal.client, now)
    asked = Asked(question.state, redirect_uri(), question.verifier)
    url = grant.url(asked)
    facts = {"connection": connection}
    entry = audit.entry(request.tenant, request.principal.client, "authorisation_asked", facts)
    table.transact([write, entry])
    until = clock.stamp(now + consents.GOOD_FOR)
    return Answer({"url": url, "expires_at": until, "redirect_uri": asked.redirect})

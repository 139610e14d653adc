"""Payment links: where a payer can settle one claim at once, for what it is today."""

from __future__ import annotations

from pydantic import Field

from functions import paying
from functions.api.exchange import Answer, Request
from functions.api.forms import read
from shared.domain.explain import Record
from shared.domain.model import Id


class NewLink(Record):
    """The claim to pay, and which provider's page when the creditor has several."""

    claim: Id
    connection: str | None = Field(default=None, max_length=40)


def post_payment_link(request: Request) -> Answer:
    """The link of a claim of a case; the same amount gives the same link for ever."""
    new = read(request, NewLink)
    tenant, by = request.tenant, request.principal.client
    url, amount = paying.link(tenant, request.path["id"], new.claim, by, new.connection)
    return Answer(
        {
            "url": url,
            "amount": {"amount": str(amount.amount), "currency": amount.currency},
            "expires": None,
        },
        status=201,
    )

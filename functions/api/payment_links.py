"""Payment links: where a payer can settle one claim at once, for what it is today."""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import Field

import connectors
from connectors.contract import PaymentRequest, Receipt
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from functions.wiring import connect, connection_row
from shared.cloud import audit, clock, keys, step, table
from shared.cloud import connections as rows
from shared.cloud.store import Loaded, Store, Token
from shared.cloud.table import Row
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.netting import netted
from shared.domain.payable import payable
from shared.errors import Conflict, NotFound, Refused, Retry

_FAMILY = "payments."
# A creditor has a handful of connections: the first page holds them all.
_PAGE = 100


class NewLink(Record):
    """The claim to pay, and which provider's page when the creditor has several."""

    claim: Id
    connection: str | None = Field(default=None, max_length=40)


def post_payment_link(request: Request) -> Answer:
    """The link of a claim of a case; the same amount gives the same link for ever."""
    new = read(request, NewLink)
    loaded = Store(request.tenant).load(request.path["id"])
    profile = _profile(loaded, request)
    amount = _amount(request, loaded, new.claim)
    connection = _connection(request, new.connection)
    name = f"{keys.id_of(connection['pk'])}:{amount.amount}:{amount.currency}"
    kept = table.get(keys.payment_link(request.tenant, new.claim, name))
    if kept is None:
        asked = _asked(loaded.case, new.claim, amount, profile)
        kept = _made(request, connection, asked, name)
    return Answer(
        {
            "url": kept["url"],
            "amount": {"amount": str(amount.amount), "currency": amount.currency},
            "expires": None,
        },
        status=201,
    )


def _amount(request: Request, loaded: Loaded, claim: str) -> Money:
    """What is asked for of the claim today, as in a letter: see ``payable``."""
    case, head = loaded.case, loaded.head
    if claim not in case.claims:
        raise invalid(fault("claim", "unknown", "the case has no such claim"))
    token = Token(case.id, head["version"], head["attempt"], head["snap"])
    run = step.frame(Store(request.tenant), token, loaded, clock.now())
    covered = netted(case, run.policy, run.debtor)
    try:
        return payable(case, run.law, run.local_now.date(), claim, covered, run.debtor)
    except Refused as no:
        raise Problem(409, no.code, no.sentence) from None


def _asked(case: Case, claim: str, amount: Money, profile: Creditor) -> PaymentRequest:
    """What stands on the page: the creditor and the invoice, and nothing of the debtor."""
    known = case.claims[claim].claim
    return PaymentRequest(
        claim=claim,
        amount=amount,
        reference=known.reference or known.number,
        description=f"{profile.name} {known.number}"[:200],
        language=profile.language,
    )


def _made(request: Request, connection: Row, asked: PaymentRequest, name: str) -> Row:
    """Make the link at the provider and remember it; of two at once the first one counts."""
    tenant = request.tenant
    digest = hashlib.sha256(f"{tenant.id}#{asked.claim}#{name}".encode()).hexdigest()
    receipt = connect(tenant, connection).link(asked, key=f"dunlin-{digest[:40]}")
    row = {
        **keys.payment_link(tenant, asked.claim, name),
        "url": _url(receipt),
        "connection": keys.id_of(connection["pk"]),
        "made_at": clock.stamp(clock.now()),
    }
    facts = {"case": request.path["id"], "claim": asked.claim, "link": name}
    entry = audit.entry(tenant, request.principal.client, "payment_link_made", facts)
    try:
        table.transact([table.put_write(row), entry])
    except Conflict:
        row = table.get(keys.payment_link(tenant, asked.claim, name)) or row
    return row


def _url(receipt: Receipt) -> str:
    if receipt.outcome in {"retry", "unknown"}:
        raise Retry("the provider did not answer", after=receipt.after)
    if receipt.outcome != "accepted" or receipt.reference is None:
        raise Problem(422, "refused", "The provider does not make this link.", reason=receipt.code)
    return receipt.reference


def _connection(request: Request, wanted: str | None) -> Row:
    """The live connection of a provider that makes links: the one named, or the only one."""
    if wanted is not None:
        found = [connection_row(request.tenant, wanted)]
    else:
        listing = keys.listing(request.tenant, "CONN")
        listed, _ = table.query_index("listing", listing, limit=_PAGE)
        stored = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in listed])
        found = list(stored.values())
    usable = [row for row in found if _makes_links(row)]
    if len(usable) != 1:
        text = "name one of the payment providers" if usable else "no payment provider is in use"
        raise invalid(fault("connection", "ambiguous" if usable else "missing", text))
    return usable[0]


def _makes_links(row: Row) -> bool:
    name: Any = row["connector"]
    live = name.startswith(_FAMILY) and row["state"] in rows.LIVE
    return live and "payment_links" in connectors.spec(name).capabilities


def _profile(loaded: Loaded, request: Request) -> Creditor:
    row = loaded.row(keys.creditor(request.tenant))
    if row is None:
        raise NotFound("no profile yet")
    return Creditor.model_validate_json(row["body"])

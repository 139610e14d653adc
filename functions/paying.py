"""Paying: where one claim can be settled at once, for what it is today, at a payment provider."""

from __future__ import annotations

import hashlib
from typing import Any

import connectors
from connectors.contract import PaymentRequest, Receipt
from functions.api.exchange import Problem
from functions.api.forms import fault, invalid
from functions.wiring import connect, connection_row
from shared.cloud import audit, clock, keys, step, table
from shared.cloud import connections as rows
from shared.cloud.keys import Tenant
from shared.cloud.store import Loaded, Store, Token
from shared.cloud.table import Row
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.money import Money
from shared.domain.netting import netted
from shared.domain.payable import payable
from shared.errors import Conflict, NotFound, Refused, Retry

_FAMILY = "payments."
# A creditor has a handful of connections: the first page holds them all.
_PAGE = 100


def link(
    tenant: Tenant, case: str, claim: str, by: str, wanted: str | None = None
) -> tuple[str, Money]:
    """The address where a claim is paid today, and how much; the same amount the same for ever.

    ``wanted`` names the provider's connection where the creditor has several. Raises ``Problem``:
    409 with why nothing is asked for, 422 for what was named wrongly or the provider refuses.
    """
    loaded = Store(tenant).load(case)
    profile = _profile(tenant, loaded)
    amount = _amount(tenant, loaded, claim)
    connection = _connection(tenant, wanted)
    name = f"{keys.id_of(connection['pk'])}:{amount.amount}:{amount.currency}"
    row = table.get(keys.payment_link(tenant, claim, name))
    if row is None:
        asked = _asked(loaded.case, claim, amount, profile)
        row = _made(tenant, case, by, connection, asked, name)
    return str(row["url"]), amount


def kept(tenant: Tenant, claim: str, amount: Money, connection: str) -> str | None:
    """The address that was made before for this amount at this provider; None for none."""
    name = f"{connection}:{amount.amount}:{amount.currency}"
    row = table.get(keys.payment_link(tenant, claim, name))
    return None if row is None else str(row["url"])


def providers(tenant: Tenant) -> list[Row]:
    """The connections in use of providers that make such links."""
    listing = keys.listing(tenant, "CONN")
    listed, _ = table.query_index("listing", listing, limit=_PAGE)
    stored = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in listed])
    return [row for row in stored.values() if _makes_links(row)]


def _amount(tenant: Tenant, loaded: Loaded, claim: str) -> Money:
    """What is asked for of the claim today, as in a letter: see ``payable``."""
    case, head = loaded.case, loaded.head
    if claim not in case.claims:
        raise invalid(fault("claim", "unknown", "the case has no such claim"))
    token = Token(case.id, head["version"], head["attempt"], head["snap"])
    run = step.frame(Store(tenant), token, loaded, clock.now())
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


def _made(
    tenant: Tenant, case: str, by: str, connection: Row, asked: PaymentRequest, name: str
) -> Row:
    """Make the link at the provider and remember it; of two at once the first one counts."""
    digest = hashlib.sha256(f"{tenant.id}#{asked.claim}#{name}".encode()).hexdigest()
    receipt = connect(tenant, connection).link(asked, key=f"dunlin-{digest[:40]}")
    row = {
        **keys.payment_link(tenant, asked.claim, name),
        "url": _url(receipt),
        "connection": keys.id_of(connection["pk"]),
        "made_at": clock.stamp(clock.now()),
    }
    facts = {"case": case, "claim": asked.claim, "link": name}
    entry = audit.entry(tenant, by, "payment_link_made", facts)
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


def _connection(tenant: Tenant, wanted: str | None) -> Row:
    """The live connection of a provider that makes links: the one named, or the only one."""
    if wanted is not None:
        usable = [one for one in [connection_row(tenant, wanted)] if _makes_links(one)]
    else:
        usable = providers(tenant)
    if len(usable) != 1:
        text = "name one of the payment providers" if usable else "no payment provider is in use"
        raise invalid(fault("connection", "ambiguous" if usable else "missing", text))
    return usable[0]


def _makes_links(row: Row) -> bool:
    name: Any = row["connector"]
    live = name.startswith(_FAMILY) and row["state"] in rows.LIVE
    return live and "payment_links" in connectors.spec(name).capabilities


def _profile(tenant: Tenant, loaded: Loaded) -> Creditor:
    row = loaded.row(keys.creditor(tenant))
    if row is None:
        raise NotFound("no profile yet")
    return Creditor.model_validate_json(row["body"])

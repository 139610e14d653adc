"""Payment links: a page at Stripe on which a payer settles one claim, once.

A link is a price and a Payment Link on it (docs.stripe.com/api/payment-link), each made under an
``Idempotency-Key``: within Stripe's 24 hours the same key gives the same link, after that the hub's
own row does. It does not expire by itself and takes one payment.
"""

from __future__ import annotations

from connectors.contract import PaymentRequest, Receipt
from connectors.http import Unanswered
from connectors.payments.stripe.amounts import units
from connectors.payments.stripe.events import checked_id
from connectors.payments.stripe.movements import CLAIM
from connectors.payments.stripe.rest import StripeRest
from shared.errors import Reconnect, Refused, Retry, Unreadable


def make(rest: StripeRest, request: PaymentRequest, reference_key: str, *, key: str) -> Receipt:
    """The link of a request; ``Receipt.reference`` is its https address.

    accepted: here it is. retry: Stripe is busy, or gave no whole answer; the key makes a second
    try safe. rejected: ``credentials`` or Stripe's own refusal. unknown: an answer that is none.
    """
    try:
        url = _make(rest, request, reference_key, key)
    except Unanswered:
        return Receipt(outcome="retry", code="unanswered")
    except Retry as error:
        return Receipt(outcome="retry", after=error.after)
    except Reconnect:
        return Receipt(outcome="rejected", code="credentials")
    except Refused as error:
        return Receipt(outcome="rejected", code=error.code)
    except Unreadable:
        return Receipt(outcome="unknown", code="unreadable")
    return Receipt(outcome="accepted", reference=url)


def _make(rest: StripeRest, request: PaymentRequest, reference_key: str, key: str) -> str:
    price = rest.post(
        "/v1/prices",
        {
            "currency": request.amount.currency.lower(),
            "unit_amount": str(units(request.amount)),
            "product_data[name]": request.description,
        },
        key=f"{key}.price",
    )
    carried = {CLAIM: request.claim, reference_key: request.reference}
    link = rest.post(
        "/v1/payment_links",
        {
            "line_items[0][price]": checked_id(price.get("id")),
            "line_items[0][quantity]": "1",
            "restrictions[completed_sessions][limit]": "1",
            "payment_intent_data[description]": request.description,
            **{f"payment_intent_data[metadata][{name}]": text for name, text in carried.items()},
            **{f"metadata[{name}]": text for name, text in carried.items()},
        },
        key=key,
    )
    url = link.get("url")
    if not isinstance(url, str) or not url.startswith("https://"):
        raise Unreadable("a payment link has no address")
    return url

"""Stripe's objects as sightings: what each charge, refund, dispute and payout moved.

Pure: the objects come expanded (``balance_transaction``), and the same object always gives the same
ids, whether a webhook or a poll led to it. Ids: a receipt is its charge, a refund its refund; what
a dispute or a late failure took or gave back is its balance transaction, of which there may be
several. All that follows a receipt names that receipt in ``reverses``. Amounts are gross, in the
currency in which Stripe settles; what the payer paid in another one stands in ``instructed``.
Source: docs.stripe.com/api (charges, refunds, disputes, payouts, balance transactions, cash
balance transactions).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from connectors.payments.stripe.amounts import day, money
from connectors.payments.stripe.events import checked_id
from connectors.payments.stripe.rest import Row
from shared.domain.sighting import Payer, Sighting, SightingKind
from shared.errors import Unreadable

# Why money that was given back is there again: it was no payer's bank that took it.
REFUND_FAILED = "refund_failed"
# The metadata under which the hub's own links carry the claim.
CLAIM = "dunlin_claim"
_CLAIM = re.compile(r"[^\s#\x00-\x1f]{1,200}")
# SEPA's longest remittance text; the rest of a longer one is no reference.
_LONGEST = 140
# Methods whose charge fails at once or never: a failure of theirs was announced to nobody.
_IMMEDIATE = frozenset({"card", "card_present", "link"})
_CASH: dict[str, SightingKind] = {
    "funded": "receipt",
    "funding_reversed": "reversal",
    "return_initiated": "refund",
    "return_canceled": "reinstatement",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose objects they are: connection, Stripe account, zone, and where references stand."""

    connection: str
    account: str
    zone: ZoneInfo
    reference_keys: tuple[str, ...]

    def id(self, own: str) -> str:
        """A sighting's id."""
        return f"{self.connection}:{own}"


def of_charge(
    charge: Row, refunds: Sequence[Row], disputes: Sequence[Row], how: Reading
) -> tuple[Sighting, ...]:
    """All movements of a charge, in the order in which they follow from each other.

    A charge out of a customer's cash balance moves nothing: that money was seen when it came.
    Raises ``Unreadable`` for objects that are not as Stripe makes them.
    """
    try:
        if _method(charge) == "customer_balance":
            return ()
        return (
            *_receipt(charge, how),
            *(each for refund in refunds for each in _refund(refund, charge, how)),
            *(each for dispute in disputes for each in _dispute(dispute, charge, how)),
        )
    except (KeyError, TypeError, AttributeError, ValidationError):
        raise Unreadable("a charge is not as Stripe makes it") from None


def of_payout(payout: Row, how: Reading) -> tuple[Sighting, ...]:
    """A payout to the creditor's bank; one that failed or waits is not settled."""
    try:
        trace = payout.get("trace_id") or {}
        amount = money(payout["amount"], payout["currency"])
        return (
            Sighting(
                id=how.id(checked_id(payout["id"])),
                version=f"{payout['status']}.{payout['amount']}",
                kind="payout",
                account=how.account,
                amount=amount,
                value_date=day(payout["arrival_date"], how.zone),
                booked=day(payout["created"], how.zone),
                settled=payout["status"] == "paid",
                transfer_ids=_texts(payout["id"], trace.get("value")),
                reason_code=payout.get("failure_code"),
            ),
        )
    except (KeyError, TypeError, AttributeError, ValidationError):
        raise Unreadable("a payout is not as Stripe makes it") from None


def of_cash(entry: Row, how: Reading) -> tuple[Sighting, ...]:
    """A bank transfer into a customer's cash balance, or its way back; () for a mere allocation."""
    try:
        kind = _CASH.get(entry["type"])
        if kind is None:
            return ()
        transfer = (entry.get("funded") or {}).get("bank_transfer") or {}
        named: Any = transfer.get(transfer.get("type")) or {}
        reference = transfer.get("reference")
        booked = day(entry["created"], how.zone)
        return (
            Sighting(
                id=how.id(checked_id(entry["id"])),
                version=f"{entry['type']}.{entry['net_amount']}",
                kind=kind,
                account=how.account,
                amount=money(entry["net_amount"], entry["currency"]),
                value_date=booked,
                booked=booked,
                references=_references(reference),
                text=str(reference or "")[:_LONGEST],
                payer=Payer(name=str(named.get("sender_name") or "")[:_LONGEST]),
                transfer_ids=_texts(entry["id"]),
            ),
        )
    except (KeyError, TypeError, AttributeError, ValidationError):
        raise Unreadable("a cash balance transaction is not as Stripe makes it") from None


def _receipt(charge: Row, how: Reading) -> Iterator[Sighting]:
    """The money in: announced while it is pending, settled once it succeeded and was captured."""
    status, booking = charge["status"], charge.get("balance_transaction")
    failed = charge.get("failure_balance_transaction")
    announced = status == "pending" or (status == "failed" and _method(charge) not in _IMMEDIATE)
    captured = status == "succeeded" and charge["captured"]
    if not (captured or announced or failed):
        return
    units = charge["amount_captured"] if captured else charge["amount"]
    receipt = _sighting(charge, units, booking, how, "receipt", settled=captured or bool(failed))
    metadata = charge.get("metadata") or {}
    billing = charge.get("billing_details") or {}
    yield _and(
        receipt,
        references=_references(*(metadata.get(name) for name in how.reference_keys)),
        claim=_claim(metadata.get(CLAIM)),
        text=str(charge.get("description") or "")[:_LONGEST],
        payer=Payer(name=str(billing.get("name") or "")[:_LONGEST]),
        transfer_ids=_texts(charge["id"], charge.get("payment_intent")),
    )
    if status == "failed":
        # It was announced, or even there: what was believed of it is taken back.
        own = checked_id(failed["id"]) if failed else f"{charge['id']}.failed"
        back = _sighting(charge, units, failed, how, "reversal", settled=True)
        yield _and(
            back,
            id=how.id(own),
            reverses=receipt.id,
            reason_code=charge.get("failure_code"),
        )


def _refund(refund: Row, charge: Row, how: Reading) -> Iterator[Sighting]:
    """Money given back; one that failed came home again."""
    status, booking = refund["status"], refund.get("balance_transaction")
    # What was reserved and not captured is let go of as a refund; it never was a receipt.
    uncaptured = (booking or {}).get("reporting_category") == "partial_capture_reversal"
    if uncaptured or (status == "canceled" and not booking):
        return
    units = refund["amount"]
    settled = status not in {"pending", "requires_action"}
    given = _sighting(refund, units, booking, how, "refund", settled=settled)
    given = _and(
        given,
        reverses=how.id(checked_id(charge["id"])),
        reason_code=refund.get("reason"),
        transfer_ids=_texts(refund["id"], refund.get("payment_intent")),
    )
    yield given
    if status in {"failed", "canceled"}:
        home = refund.get("failure_balance_transaction")
        back = _sighting(refund, units, home or booking, how, "reinstatement", settled=True)
        yield _and(
            back,
            id=how.id(f"{refund['id']}.failed"),
            reverses=given.reverses,
            reason_code=REFUND_FAILED,
        )


def _dispute(dispute: Row, charge: Row, how: Reading) -> Iterator[Sighting]:
    """What a chargeback took, and what a won one gave back; an inquiry moves nothing."""
    for booking in sorted(dispute["balance_transactions"], key=lambda one: one["created"]):
        out = booking["amount"] < 0
        moved = _sighting(
            booking, booking["amount"], booking, how, "reversal" if out else "reinstatement",
            settled=True,
        )  # fmt: skip
        yield _and(
            moved,
            reverses=how.id(checked_id(charge["id"])),
            reason_code=dispute.get("reason"),
            transfer_ids=_texts(dispute["id"], dispute.get("payment_intent")),
        )


def _and(movement: Sighting, **more: Any) -> Sighting:
    """The movement with more said of it, checked as a whole."""
    return Sighting.model_validate({**dict(movement), **more})


def _sighting(
    thing: Row, units: Any, booking: Row | None, how: Reading, kind: SightingKind, *, settled: bool
) -> Sighting:
    """A movement of ``thing``, with the dates and the currency of its balance transaction."""
    paid = day(thing["created"], how.zone)
    ordered = money(units, thing["currency"])
    amount, booked, value = ordered, paid, paid
    if booking is not None:
        amount = money(booking["amount"], booking["currency"])
        booked = day(booking["created"], how.zone)
        value = day(booking["available_on"], how.zone)
    if amount.currency == ordered.currency:
        # A capture of less than was reserved shows as two bookings: what was captured counts.
        amount = ordered
    return Sighting(
        id=how.id(checked_id(thing["id"])),
        version=f"{_state(thing)}.{units}.{value.isoformat()}",
        kind=kind,
        account=how.account,
        amount=amount,
        instructed=ordered if amount.currency != ordered.currency else None,
        value_date=value,
        booked=booked,
        paid=paid if kind == "receipt" else None,
        settled=settled,
    )


def _claim(text: Any) -> str | None:
    """A claim's id as a link of ours carried it; anybody with the account may write one, too."""
    return text if isinstance(text, str) and _CLAIM.fullmatch(text) else None


def _state(thing: Row) -> str:
    """The object's own state; whether a booking may be paid out yet changes nothing."""
    return "booked" if thing["object"] == "balance_transaction" else str(thing["status"])


def _method(charge: Row) -> str:
    return str((charge.get("payment_method_details") or {}).get("type", ""))


def _references(*texts: Any) -> tuple[str, ...]:
    found = [text.strip()[:_LONGEST] for text in texts if isinstance(text, str)]
    return tuple(dict.fromkeys(text for text in found if text))


def _texts(*values: Any) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and value)

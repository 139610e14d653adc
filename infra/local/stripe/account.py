"""The books of an invented Stripe account: objects in the shapes of Stripe's API, and its events.

Shapes follow docs.stripe.com/api (version 2024-09-30.acacia), reduced to what a reader of money
needs. Ids are counted, so that the same story gives the same ids.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from typing import Any

Thing = dict[str, Any]

_DAY = 86_400
_KINDS = {
    "charge": "ch", "refund": "re", "dispute": "dp", "payout": "po", "price": "price",
    "payment_intent": "pi", "balance_transaction": "txn", "payment_link": "plink",
    "customer_cash_balance_transaction": "ccsbtxn", "event": "evt",
}  # fmt: skip


class Account:
    """One account in one mode; every change of it is an event. Safe to call from any thread."""

    def __init__(self, account: str, *, live: bool, clock: Callable[[], int]) -> None:
        self.id = account
        self.live = live
        self.things: dict[str, Thing] = {}
        self.endpoints: list[Thing] = []
        self._clock = clock
        self._numbers: dict[str, int] = {}
        self.lock = threading.RLock()

    def all(self, kind: str) -> list[Thing]:
        """The things of a kind, newest first."""
        with self.lock:
            return [one for one in reversed(self.things.values()) if one["object"] == kind]

    def listen(self, url: str) -> Thing:
        """The creditor enters a webhook endpoint for every event."""
        with self.lock:
            made = {"object": "webhook_endpoint", "url": url, "status": "enabled",
                    "enabled_events": ["*"], "livemode": self.live}  # fmt: skip
            self.endpoints.append(made)
            return made

    def pay(
        self,
        amount: int,
        currency: str = "eur",
        *,
        metadata: dict[str, str] | None = None,
        method: str = "card",
        name: str = "",
        description: str = "",
    ) -> Thing:
        """A payer pays; money of another method than a card is pending until it is settled."""
        with self.lock:
            intent = self._make(
                "payment_intent", amount=amount, currency=currency, status="processing",
                metadata=metadata or {}, latest_charge=None,
            )  # fmt: skip
            charge = self._make(
                "charge", amount=amount, amount_captured=amount, amount_refunded=0,
                balance_transaction=None, billing_details={"name": name or None},
                captured=True, currency=currency, description=description or None,
                disputed=False, failure_balance_transaction=None, failure_code=None,
                metadata=metadata or {}, payment_intent=intent["id"],
                payment_method_details={"type": method}, status="pending",
            )  # fmt: skip
            intent["latest_charge"] = charge["id"]
            if method == "card":
                return self.settle(charge["id"])
            charge["balance_transaction"] = self._booked(amount, currency, charge["id"], "payment")
            self._tell("charge.pending", charge)
            return charge

    def pay_link(self, link_id: str, *, name: str = "") -> Thing:
        """A payer pays at a payment link, by card, what the link asks for and carries.

        Raises ``LookupError`` for a link that took its one payment, or that there is not.
        """
        with self.lock:
            link = self.things[link_id]
            if not link["active"]:
                raise LookupError("the link took its payment")
            form, start = link["form"], "payment_intent_data[metadata]["
            carried = {
                key.removeprefix(start).rstrip("]"): text
                for key, text in form.items()
                if key.startswith(start)
            }
            price = self.things[form["line_items[0][price]"]]
            # The hub lets one completed session at most.
            link["active"] = False
            return self.pay(
                price["unit_amount"], price["currency"], metadata=carried, name=name,
                description=form["payment_intent_data[description]"],
            )  # fmt: skip

    def settle(self, charge_id: str) -> Thing:
        """A charge succeeds."""
        with self.lock:
            charge = self.things[charge_id]
            charge["status"] = "succeeded"
            if charge["balance_transaction"] is None:
                charge["balance_transaction"] = self._booked(
                    charge["amount"], charge["currency"], charge_id, "charge"
                )
            intent = self.things[charge["payment_intent"]]
            intent["status"] = "succeeded"
            self._tell("charge.succeeded", charge)
            self._tell("payment_intent.succeeded", intent)
            return charge

    def fail(self, charge_id: str) -> Thing:
        """A pending charge fails after all."""
        with self.lock:
            charge = self.things[charge_id]
            charge |= {"status": "failed", "failure_code": "insufficient_funds"}
            charge["failure_balance_transaction"] = self._booked(
                -charge["amount"], charge["currency"], charge_id, "payment_failure_refund"
            )
            self._tell("charge.failed", charge)
            return charge

    def refund(self, charge_id: str, amount: int) -> Thing:
        """The creditor gives money back."""
        with self.lock:
            charge = self.things[charge_id]
            made = self._make(
                "refund", amount=amount, currency=charge["currency"], charge=charge_id,
                payment_intent=charge["payment_intent"], reason="requested_by_customer",
                status="succeeded", failure_balance_transaction=None, failure_reason=None,
                balance_transaction=None,
            )  # fmt: skip
            # Refunds do not say their mode.
            del made["livemode"]
            made["balance_transaction"] = self._booked(
                -amount, charge["currency"], made["id"], "refund"
            )
            charge["amount_refunded"] += amount
            self._tell("refund.created", made)
            self._tell("charge.refunded", charge)
            return made

    def fail_refund(self, refund_id: str) -> Thing:
        """The payer's bank sends a refund back."""
        with self.lock:
            refund = self.things[refund_id]
            refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
            refund["failure_balance_transaction"] = self._booked(
                refund["amount"], refund["currency"], refund_id, "refund_failure"
            )
            self.things[refund["charge"]]["amount_refunded"] -= refund["amount"]
            self._tell("refund.failed", refund)
            return refund

    def dispute(self, charge_id: str, amount: int | None = None) -> Thing:
        """The payer's bank takes the money back."""
        with self.lock:
            charge = self.things[charge_id]
            charge["disputed"] = True
            made = self._make(
                "dispute", amount=amount or charge["amount"], currency=charge["currency"],
                charge=charge_id, payment_intent=charge["payment_intent"],
                balance_transactions=[], reason="fraudulent", status="needs_response",
            )  # fmt: skip
            self._tell("charge.dispute.created", made)
            self._dispute_booked(made, -made["amount"], "charge.dispute.funds_withdrawn")
            return made

    def win(self, dispute_id: str) -> Thing:
        """A dispute is decided for the creditor, and the money comes home."""
        with self.lock:
            dispute = self.things[dispute_id]
            dispute["status"] = "won"
            self._dispute_booked(dispute, dispute["amount"], "charge.dispute.funds_reinstated")
            self._tell("charge.dispute.closed", dispute)
            return dispute

    def transfer(
        self, amount: int, currency: str = "eur", *, reference: str = "", name: str = ""
    ) -> Thing:
        """A bank transfer reaches the customer's virtual account."""
        with self.lock:
            told = {"sender_name": name or None, "bic": "NDEAFIHH", "iban_last4": "0785"}
            kind = "eu_bank_transfer"
            transfer = {"type": kind, "reference": reference or None, kind: told}
            made = self._make(
                "customer_cash_balance_transaction", type="funded", net_amount=amount,
                currency=currency, customer="cus_1", funded={"bank_transfer": transfer},
            )  # fmt: skip
            self._tell("customer_cash_balance_transaction.created", made)
            return made

    def pay_out(self, amount: int, currency: str = "eur") -> Thing:
        """Stripe passes money on to the creditor's bank."""
        with self.lock:
            made = self._make(
                "payout", amount=amount, currency=currency, status="paid", failure_code=None,
                arrival_date=self._clock() + 2 * _DAY, trace_id=None, balance_transaction=None,
            )  # fmt: skip
            made["balance_transaction"] = self._booked(-amount, currency, made["id"], "payout")
            self._tell("payout.paid", made)
            return made

    def note(self, kind: str, **fields: Any) -> Thing:
        """A thing that moves nothing: a price, a payment link."""
        with self.lock:
            return self._make(kind, **fields)

    def _make(self, kind: str, **fields: Any) -> Thing:
        number = self._numbers[kind] = self._numbers.get(kind, 0) + 1
        made = {
            "id": f"{_KINDS[kind]}_{number}", "object": kind, "created": self._clock(),
            "livemode": self.live, **fields,
        }  # fmt: skip
        self.things[made["id"]] = made
        return made

    def _booked(self, amount: int, currency: str, source: str, kind: str) -> str:
        made = self._make(
            "balance_transaction", amount=amount, currency=currency, source=source, type=kind,
            available_on=self._clock() + 3 * _DAY, status="pending", fee=0, net=amount,
            reporting_category=kind,
        )  # fmt: skip
        del made["livemode"]
        return str(made["id"])

    def _dispute_booked(self, dispute: Thing, amount: int, event: str) -> None:
        own = self._booked(amount, dispute["currency"], dispute["id"], "adjustment")
        dispute["balance_transactions"].append(copy.deepcopy(self.things[own]))
        self._tell(event, dispute)

    def _tell(self, kind: str, thing: Thing) -> None:
        self._make(
            "event", type=kind, api_version="2024-09-30.acacia", pending_webhooks=1,
            data={"object": copy.deepcopy(thing)},
        )  # fmt: skip

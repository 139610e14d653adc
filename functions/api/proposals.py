"""Proposals: what the hub thinks that waiting money is for, and a person's yes to one of them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import read
from functions.api.pages import page
from functions.api.payments import Part, decided, known_of, lines_of
from functions.candidates import Items
from shared.cloud import keys, money_rows
from shared.domain.explain import Record, content_hash
from shared.domain.matching_parts import Proposal
from shared.domain.payment import Payment
from shared.domain.state_events import Code

_NAME_LENGTH = 16


class Acceptance(Record):
    """The proposal as it was shown, by its name, and why it is right (a code)."""

    proposal: str = Field(pattern=r"^[0-9a-f]{16}$")
    reason: Code


def get_proposals(request: Request) -> Answer:
    """The payments that wait for a person, with the proposals for each, the likeliest first.

    A proposal without ``allocations`` cannot be accepted: the hub may not say how much it would be.
    """
    found, more = page(request, "PAYMENT/waiting", keys.payment)
    payments = [Payment.model_validate_json(row["body"]) for row in found]
    return Answer({"payments": [_view(one) for one in payments], **more})


def post_accept(request: Request) -> Answer:
    """Match a payment as one of its proposals says; what waited for it goes on.

    ``Problem`` 409 when the payment no longer has that proposal, or it names no amounts.
    """
    given, known = read(request, Acceptance), known_of(request)
    payment = known.payment
    if payment.lines:
        raise Problem(409, "matched", "The payment is matched already: take that back first.")
    chosen = [one for one in payment.resolution.proposals if _name(one) == given.proposal]
    if not chosen:
        raise Problem(409, "proposal_changed", "The payment has other proposals now: look again.")
    proposal = chosen[0]
    if not proposal.allocations:
        raise Problem(409, "no_amounts", "The proposal names no amounts: match it by hand.")
    items = Items(request.tenant, money_rows.waiting(payment))
    parts = tuple(Part(invoice=one.invoice, amount=one.amount) for one in proposal.allocations)
    lines = lines_of(items, known, parts)
    trail: dict[str, Any] = {
        "invoices": [one.invoice for one in lines], "why": given.reason, "proposal": given.proposal,
    }  # fmt: skip
    nettings = proposal.nettings
    return decided(request, known, lines, "payment_matched", trail, items.marks, nettings)


def _view(payment: Payment) -> dict[str, Any]:
    return {
        "payment": payment.id,
        "amount": {"amount": str(payment.amount.amount), "currency": payment.amount.currency},
        "booked": payment.seen.booked.isoformat(),
        "task": payment.task,
        "proposals": [
            {"proposal": _name(one), **one.model_dump(mode="json")}
            for one in payment.resolution.proposals
        ],
    }


def _name(proposal: Proposal) -> str:
    """A proposal by what it says: one that changes is another."""
    return content_hash(proposal)[:_NAME_LENGTH]

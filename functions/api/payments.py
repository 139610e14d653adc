"""Payments: what waits or has no place, a person's match and unmatch, a day's reconciliation."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from functions.api.pages import page
from functions.candidates import Items
from shared.cloud import audit, clock, day_rows, keys, money_rows
from shared.cloud.lookups import Found
from shared.cloud.money_rows import LISTED, Known
from shared.cloud.runtime import enqueue
from shared.domain.explain import Record
from shared.domain.matching_parts import Netting
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.payment import Line, Payment, Resolution, resolved
from shared.domain.reconciliation import reconciled

# The reason is a code: the trail holds no personal data.
_CODE = r"^[a-z][a-z0-9_]{0,39}$"
_MOST_LINES = 25


class Part(Record):
    """What of the money is for one invoice."""

    invoice: Id
    amount: Money


class ManualMatch(Record):
    """A person's match: which invoices, how much each, and why (a code); none of them is empty."""

    allocations: tuple[Part, ...] = Field(max_length=_MOST_LINES)
    reason: str = Field(pattern=_CODE)


class Unmatch(Record):
    """Why a match is taken back (a code)."""

    reason: str = Field(pattern=_CODE)


def get_payments(request: Request) -> Answer:
    """The payments that wait or have money without a place (``?state=``), a page at a time."""
    state = request.query.get("state", "unapplied")
    if state not in LISTED:
        raise Problem(400, "bad_state", "The states are waiting and unapplied.")
    found, more = page(request, f"PAYMENT/{state}", keys.payment)
    payments = [Payment.model_validate_json(row["body"]) for row in found]
    return Answer({"payments": [_summary(one) for one in payments], **more})


def get_payment(request: Request) -> Answer:
    """One payment: what the feed said, with the payer, and what became of it, with reasons."""
    return Answer(_view(known_of(request)))


def post_match(request: Request) -> Answer:
    """Match a payment by hand; what waited for it goes on, and its question is closed.

    Without allocations the money is for none of the claims: it stays unapplied, and listed.
    """
    given, known = read(request, ManualMatch), known_of(request)
    payment = known.payment
    if payment.kind != "receipt":
        raise Problem(409, "not_a_receipt", "Only money that came in can be matched.")
    if payment.lines:
        raise Problem(409, "matched", "The payment is matched already: take that back first.")
    items = Items(request.tenant, money_rows.waiting(payment))
    lines = lines_of(items, known, given.allocations)
    trail = {"invoices": [one.invoice for one in lines], "why": given.reason}
    what = "payment_matched" if lines else "payment_left_unapplied"
    return decided(request, known, lines, what, trail, items.marks)


def post_unmatch(request: Request) -> Answer:
    """Take a match back: its claims are as they were, and the money has no place again."""
    given, known = read(request, Unmatch), known_of(request)
    lines = known.payment.lines
    if not lines:
        raise Problem(409, "not_matched", "The payment is not matched.")
    trail = {"invoices": [one.invoice for one in lines], "why": given.reason}
    return decided(request, known, (), "payment_unmatched", trail)


def get_reconciliation(request: Request) -> Answer:
    """What came in on a day (``?day=``) by source and currency, and where it is."""
    try:
        day = date.fromisoformat(request.query.get("day", ""))
    except ValueError:
        raise Problem(400, "bad_day", "A day is written like 2026-03-02.") from None
    sums = reconciled(day_rows.entries(request.tenant, day))
    return Answer(
        {
            "day": day.isoformat(),
            "balanced": all(one.balanced for one in sums),
            "sources": [one.model_dump(mode="json") for one in sums],
        }
    )


def decided(
    request: Request,
    known: Known,
    lines: tuple[Line, ...],
    what: str,
    trail: dict[str, Any],
    marks: dict[str, int] | None = None,
    nettings: tuple[Netting, ...] = (),
) -> Answer:
    """Write a person's word about a payment, with its audit line, and book what follows.

    Raises ``Conflict`` when the payment, or an invoice since ``marks``, moved meanwhile.
    """
    by, now = request.principal.client, clock.now()
    resolution = Resolution(rule="person", lines=lines, nettings=nettings, ask=True)
    after = resolved(known.payment, resolution, known.sighting.booked, by)
    version = known.sighting.version
    after = after.model_copy(update={"sighting_version": version, "task": None})
    entry = audit.entry(request.tenant, by, what, {"payment": after.id, **trail})
    task = known.payment.task
    closed = money_rows.closed(request.tenant, task, what, by) if task else []
    touched = money_rows.store(known, after, now, [entry, *closed], marks)
    enqueue("book", [{"tenant": request.tenant.id, "invoice": one} for one in sorted(touched)])
    return Answer(_view(known_of(request)))


def lines_of(items: Items, known: Known, parts: tuple[Part, ...]) -> tuple[Line, ...]:
    """The parts as lines. Raises ``Problem`` 422 with every part at fault."""
    payment = known.payment
    items.read(Found(), *(one.invoice for one in parts))
    faults = []
    for number, part in enumerate(parts):
        where = f"allocations.{number}"
        item = items.found.get(part.invoice)
        if item is None or part.invoice in {one.invoice for one in parts[:number]}:
            text = "each invoice is named once, and must be known to the hub"
            faults.append(fault(f"{where}.invoice", "unknown", text))
        elif not part.amount.currency == payment.amount.currency == item.open.currency:
            text = "payment and invoice must have the same currency: nothing is converted"
            faults.append(fault(f"{where}.amount", "currency", text))
        elif part.amount.amount <= 0 or part.amount > item.total:
            text = "the amount must be above zero, and at most what is owed on the invoice"
            faults.append(fault(f"{where}.amount", "out_of_range", text))
    if not faults:
        left = payment.amount - payment.refunded
        if total([one.amount for one in parts], payment.amount.currency) > left:
            text = "the parts are together more than what came in and was not given back"
            faults.append(fault("allocations", "too_much", text))
    if faults:
        raise invalid(*faults)
    return tuple(items.line(one.invoice, one.amount) for one in parts)


def known_of(request: Request) -> Known:
    """The payment of the path, as it stands. Raises ``NotFound``."""
    return money_rows.read(request.tenant, request.path["id"])


def _summary(payment: Payment) -> dict[str, Any]:
    return {
        "id": payment.id,
        "kind": payment.kind,
        "state": payment.status,
        "amount": _plain(payment.amount),
        "rest": _plain(payment.rest),
        "booked": payment.seen.booked.isoformat(),
        "rule": payment.resolution.rule,
        "task": payment.task,
    }


def _view(known: Known) -> dict[str, Any]:
    payment = known.payment
    told = payment.resolution.model_dump(mode="json")
    return {
        **_summary(payment),
        "sighting": known.sighting.model_dump(mode="json"),
        "taken_back": _plain(payment.taken_back),
        "refunded": _plain(payment.refunded),
        "allocations": told["lines"],
        "held": told["hold"],
        "proposals": told["proposals"],
        "because": told["because"],
        "hint": payment.resolution.hint,
        "by": payment.by,
        "followers": [one.model_dump(mode="json") for one in payment.followers],
    }


def _plain(money: Money) -> dict[str, str]:
    return {"amount": str(money.amount), "currency": money.currency}

"""Events of a claim: how an invoice joined a case, and what became of its principal since."""

from __future__ import annotations

import operator
from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from shared.domain.explain import Record
from shared.domain.model import Capacity, ClaimClass, DoNotDun, Id
from shared.domain.money import Money


class Event(Record):
    """What every event carries: its shape's version and the business instant, UTC."""

    v: Literal[1] = 1
    at: AwareDatetime


class Claim(Record):
    """One invoice's claim as it joined a case: the attributes that the law hangs on.

    ``principal`` is the invoice total, ``open`` what was unpaid of it when the claim joined;
    ``settled`` names the payments and credit notes that were already counted in ``open``.
    ``fee_clause`` is the day on which a reminder fee was agreed, ``agreed_rate`` the agreed late
    interest in per cent a year.
    """

    id: Id
    number: str
    total: Money
    open: Money
    issued: date
    sent: date | None
    due: date
    reference: str | None
    capacity: Capacity
    natural_person: bool
    claim_class: ClaimClass
    fee_clause: date | None = None
    agreed_rate: str | None = Field(default=None, exclude_if=operator.not_)
    settled: tuple[Id, ...] = ()
    do_not_dun: tuple[DoNotDun, ...] = ()


class ClaimJoined(Event):
    """A claim reached its first policy step and joined the case."""

    kind: Literal["claim_joined"] = "claim_joined"
    claim: Claim


class PaymentAllocated(Event):
    """A part of a payment settled principal of a claim; once per (payment, claim), for ever."""

    kind: Literal["payment_allocated"] = "payment_allocated"
    payment: Id
    claim: Id
    amount: Money
    value_date: date
    received: date
    booked: date


class PaymentSighted(Event):
    """Money that is counted already was seen again as ``seen_as``: it is one money, counted once.

    ``received`` is the day that counts now: that of the feed that is the account's authority.
    ``seen_as`` may be ``payment`` itself, when only the day is another.
    """

    kind: Literal["payment_sighted"] = "payment_sighted"
    payment: Id
    claim: Id
    seen_as: Id
    received: date


class PaymentReversed(Event):
    """Money that had settled principal was taken back, once per (reversal, claim), for ever.

    ``on`` is the day from which it is owed again: that of the reversal, or that of the receipt
    when the money had only been matched to the wrong claim. ``code`` is the feed's own reason
    (``AC04``, ``fraudulent``) or the hub's (``unmatched``), never free text.
    """

    kind: Literal["payment_reversed"] = "payment_reversed"
    reversal: Id
    payment: Id
    claim: Id
    amount: Money
    on: date
    code: str = Field(pattern=r"^[A-Za-z0-9_.:-]{0,40}$")


class CreditApplied(Event):
    """A credit note reduced the principal of a claim; once per (credit note, claim)."""

    kind: Literal["credit_applied"] = "credit_applied"
    credit_note: Id
    claim: Id
    amount: Money
    issued: date


class BalanceStated(Event):
    """The source states a balance that the known movements do not explain; the source wins.

    ``cause`` says how: ``write_off``, ``cancelled``, or ``unexplained``. ``raised`` says that more
    is owed than was known before, as when a payment is taken back: a person is asked.
    """

    kind: Literal["balance_stated"] = "balance_stated"
    claim: Id
    open: Money
    before: Money
    cause: Literal["write_off", "cancelled", "unexplained"]
    raised: bool = False


class ClaimFlagged(Event):
    """The source's do-not-dun reasons of a claim changed."""

    kind: Literal["claim_flagged"] = "claim_flagged"
    claim: Id
    do_not_dun: tuple[DoNotDun, ...]


class ClaimMissing(Event):
    """The source no longer knows the invoice: held, and a person is asked. Never "paid"."""

    kind: Literal["claim_missing"] = "claim_missing"
    claim: Id


class DueMoved(Event):
    """The source gave the debtor more time: the claim's steps begin anew from the later day."""

    kind: Literal["due_moved"] = "due_moved"
    claim: Id
    due: date
    before: date

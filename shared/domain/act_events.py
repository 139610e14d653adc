"""Events of acts: what was intended towards a debtor or partner, and what became of it."""

from __future__ import annotations

import operator
from datetime import date
from typing import Literal

from pydantic import Field

from shared.domain.claim_events import Event
from shared.domain.explain import Reason, absent
from shared.domain.model import Id
from shared.domain.money import Money


class ReminderIntended(Event):
    """INTENT of one contact: written before anything leaves, with the hash of what will leave.

    ``claims`` lists the claims whose step this is; ``also`` claims, not due yet, that the letter
    lists. ``fee`` is carried by ``fee_claim`` and counts only once the act is ``sent``. ``short``
    is a text message: a contact, but no notice from which the law counts. ``collective`` is the one
    payment reference that it prints for several claims. ``document_hash`` is the SHA-256 of the
    stored bytes of ``document``, ``page`` the letter on paper (PDF) and ``page_hash`` that of it.
    ``announces`` are the claims of which it says that they go to the partner next; None where that
    was not yet noted.
    """

    kind: Literal["reminder_intended"] = "reminder_intended"
    act: str
    step: str
    claims: tuple[Id, ...]
    also: tuple[Id, ...] = ()
    channel: str
    tone: str
    language: str
    fee: Money | None = None
    fee_claim: Id | None = None
    fee_rule: str | None = None
    deadline: date
    document: str
    content_hash: str
    short: bool = Field(default=False, exclude_if=operator.not_)
    collective: str | None = Field(default=None, exclude_if=operator.not_)
    document_hash: str | None = Field(default=None, exclude_if=operator.not_)
    page: str | None = Field(default=None, exclude_if=operator.not_)
    page_hash: str | None = Field(default=None, exclude_if=operator.not_)
    announces: tuple[Id, ...] | None = Field(default=None, exclude_if=absent)


class HandOverIntended(Event):
    """INTENT of a hand-over of claims to a partner, with the hash of the case file.

    ``route`` says which rule named the partner, where it is not simply the policy's.
    """

    kind: Literal["hand_over_intended"] = "hand_over_intended"
    act: str
    step: str
    claims: tuple[Id, ...]
    partner: str
    file_version: int
    document: str
    content_hash: str
    route: Reason | None = Field(default=None, exclude_if=operator.not_)


class ActSent(Event):
    """OUTCOME: the counterpart took the act. Its effective day is ``on`` (creditor's zone).

    ``segments`` are the parts of a text message, ``cost`` what the carrier asks for it.
    """

    kind: Literal["act_sent"] = "act_sent"
    act: str
    on: date
    reference: str | None = None
    segments: int | None = Field(default=None, exclude_if=operator.not_)
    cost: Money | None = Field(default=None, exclude_if=operator.not_)


class ActDelivered(Event):
    """The carrier proves that an act arrived, on the day ``on`` (creditor's zone).

    ``segments`` and ``cost`` are as of ``ActSent``, where the carrier tells them only now.
    """

    kind: Literal["act_delivered"] = "act_delivered"
    act: str
    on: date
    segments: int | None = Field(default=None, exclude_if=operator.not_)
    cost: Money | None = Field(default=None, exclude_if=operator.not_)


class ActFailed(Event):
    """OUTCOME: the act did not happen and will not happen under this key."""

    kind: Literal["act_failed"] = "act_failed"
    act: str
    code: str


class ActUnknown(Event):
    """OUTCOME: nobody can say yet whether the act happened; it is not repeated."""

    kind: Literal["act_unknown"] = "act_unknown"
    act: str


class ActPassed(Event):
    """A friendly notice of unknown outcome is let be: its step is passed, but nothing was given."""

    kind: Literal["act_passed"] = "act_passed"
    act: str
    on: date


class ActWithheld(Event):
    """The act would have happened but a switch (outbound off, observe, fuse) kept it in."""

    kind: Literal["act_withheld"] = "act_withheld"
    step: str
    action: str
    claims: tuple[Id, ...]
    why: str


class NoticeReturned(Event):
    """A notice bounced or came back: it was not given, its fee and its wait do not count."""

    kind: Literal["notice_returned"] = "notice_returned"
    act: str
    code: str


class FeeCredited(Event):
    """A fee is taken back, for example because the payment crossed the letter in the post."""

    kind: Literal["fee_credited"] = "fee_credited"
    act: str
    claim: Id
    amount: Money
    why: Literal["crossed", "credited", "returned", "waived"]

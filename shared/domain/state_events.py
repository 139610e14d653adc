"""Events of a case's states: a person's command, and the disputes, circumstances and others of it.

A command is one ``Commanded`` and the events that follow from it, in one append. Who gave it and
why stand in ``Commanded``; what it changed stands in the others.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.domain.claim_events import Event
from shared.domain.model import Id
from shared.domain.money import Money

# A word for people and statistics, never prose: events hold no personal data.
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

# The name of a command, and of the state that it made.
CommandId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]

# An authority's own number of a matter (a court's, an enforcement office's); never a person's.
AuthorityNumber = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9 /.:-]{0,39}$")]

CircumstanceKind = Literal[
    "deceased", "bankruptcy", "restructuring", "debt_arrangement", "minor", "guardian",
    "protected_identity", "vulnerable",
]  # fmt: skip

DisputeSource = Literal["debtor", "erp", "partner"]

LiableRole = Literal["co_debtor", "guarantor", "payer"]


class Commanded(Event):
    """A person told the case something; the next ``count`` events are what followed from it.

    ``command`` is the idempotency key, ``by`` the principal's id, ``why`` a code, and ``digest``
    the hash of the whole command: the same key for something else is refused.
    """

    kind: Literal["commanded"] = "commanded"
    command: CommandId
    type: Code
    by: str
    why: Code
    count: int
    digest: str


class Disputed(Event):
    """The debtor contests a part of a claim (``amount`` None: all of it) on a day."""

    kind: Literal["disputed"] = "disputed"
    dispute: CommandId
    claim: Id
    amount: Money | None
    ground: Code
    source: DisputeSource
    on: date
    answer_by: date


class DisputeAnswered(Event):
    """We answered the debtor; the dispute itself goes on."""

    kind: Literal["dispute_answered"] = "dispute_answered"
    dispute: CommandId


class DisputeSettled(Event):
    """A dispute ended.

    ``accepted``: a credit note is expected by ``credit_by`` and the part stays left alone until
    it comes. ``rejected``: no step for the claim before ``resumes_on``. ``withdrawn``: the debtor
    let it go.
    """

    kind: Literal["dispute_settled"] = "dispute_settled"
    dispute: CommandId
    outcome: Literal["accepted", "rejected", "withdrawn"]
    on: date
    credit_by: date | None = None
    resumes_on: date | None = None


class StopRequested(Event):
    """The debtor asks to stop collecting: no act may cost the debtor anything from ``on``.

    ``section`` is the statute that gives the debtor this right.
    """

    kind: Literal["stop_requested"] = "stop_requested"
    stop: CommandId
    claims: tuple[Id, ...]
    on: date
    section: str


class StopWithdrawn(Event):
    """The debtor took the request to stop back."""

    kind: Literal["stop_withdrawn"] = "stop_withdrawn"
    stop: CommandId


class CircumstanceNoted(Event):
    """Something about the debtor changes what may be done, from ``effective`` on.

    ``contact`` is a party's id (an estate, an administrator, a guardian), ``file_by`` the last day
    on which claims can be filed with whoever runs the proceedings.
    """

    kind: Literal["circumstance_noted"] = "circumstance_noted"
    circumstance: CommandId
    what: CircumstanceKind
    effective: date
    authority_number: AuthorityNumber | None = None
    contact: Id | None = None
    file_by: date | None = None


class CircumstanceEnded(Event):
    """A circumstance is no longer there."""

    kind: Literal["circumstance_ended"] = "circumstance_ended"
    circumstance: CommandId


class LiableNamed(Event):
    """Somebody else owes a claim too (co-debtor, guarantor), or only pays the invoices of it."""

    kind: Literal["liable_named"] = "liable_named"
    claim: Id
    party: Id
    role: LiableRole


class LiableReleased(Event):
    """A party no longer stands beside the debtor for a claim."""

    kind: Literal["liable_released"] = "liable_released"
    claim: Id
    party: Id


class ChannelRefused(Event):
    """Nothing goes to the debtor by a channel (a connection's id) any more: the debtor said so.

    ``cause`` is a word sent back (``stop``), a complaint to the carrier, or a word to a person.
    """

    kind: Literal["channel_refused"] = "channel_refused"
    channel: str
    cause: Literal["stop", "complaint", "told"]


class ChannelRestored(Event):
    """The debtor agrees to be reached by a channel again."""

    kind: Literal["channel_restored"] = "channel_restored"
    channel: str


class PayerSaid(Event):
    """The payer said something on its own page; the words, or a file, are ``document`` alone.

    ``link`` is the beginning of the name of the payer's link, ``claim`` what it is about (None: the
    case), ``document_hash`` the SHA-256 of the stored bytes.
    """

    kind: Literal["payer_said"] = "payer_said"
    said: CommandId
    about: Literal["dispute", "file", "person", "contact", "plan"]
    link: str
    claim: Id | None = None
    document: str
    document_hash: str


StateEvent = (
    Commanded
    | Disputed
    | DisputeAnswered
    | DisputeSettled
    | StopRequested
    | StopWithdrawn
    | CircumstanceNoted
    | CircumstanceEnded
    | LiableNamed
    | LiableReleased
    | ChannelRefused
    | ChannelRestored
    | PayerSaid
)

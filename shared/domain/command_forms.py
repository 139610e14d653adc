"""The commands that a person may give to a case, as they arrive.

Every command has an ``id`` of the caller's choice (the same id again changes nothing), a ``reason``
(a code, never prose) and a ``type``. The state that a command makes bears the command's id, and
later commands name it by that.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, RootModel, field_validator, model_validator

from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.plan import Rhythm
from shared.domain.plan_events import Instalment, NewClaims, OnBroken
from shared.domain.state_events import (
    AuthorityNumber,
    CircumstanceKind,
    Code,
    CommandId,
    DisputeSource,
    LiableRole,
)

# Shapes of Finnish, Swedish, Danish and Norwegian personal identity numbers: they stay out of
# events, whatever field somebody writes them into.
_PERSONAL_NUMBER = re.compile(
    r"(?<!\d)(\d{6}[-+ A-FU-Y]\d{3}[0-9A-Y]|\d{8}[-+ ]?\d{4}|\d{10,11}|\d{6} \d{5})(?!\d)"
)
_CENTURY = 12

# A caller's own id may be a UUID (RFC 9562), whose digits say nothing.
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

Claims = Annotated[tuple[Id, ...], Field(max_length=50)]


def _born(number: str) -> bool:
    """Whether the digits begin with a day, in either order, as every such number does."""
    digits = re.sub(r"\D", "", number)
    year, month, day = (digits[at : at + 2] for at in (0, 2, 4))
    if len(digits) == _CENTURY:
        month, day = digits[4:6], digits[6:8]
    # Denmark and Norway put the day first; coordination and D-numbers add to the day.
    return "01" <= month <= "12" and any("01" <= one <= "91" for one in (day, year))


class _Command(Record):
    id: CommandId
    reason: Code

    @field_validator("id")
    @classmethod
    def _nobodys_number(cls, name: str) -> str:
        if _UUID.fullmatch(name) is None:
            for found in _PERSONAL_NUMBER.finditer(name):
                if _born(found.group()):
                    raise ValueError("this looks like a person's own number")
        return name


class Hold(_Command):
    """Let a claim, or the whole case, rest; ``until`` is the last day (None: until released)."""

    type: Literal["hold"] = "hold"
    claim: Id | None = None
    until: date | None = None
    because: Literal["person", "other"] = "person"


class Release(_Command):
    """End a hold."""

    type: Literal["release"] = "release"
    hold: str = Field(max_length=200)


class OpenDispute(_Command):
    """The debtor contests a part of a claim, or all of it."""

    type: Literal["dispute"] = "dispute"
    claim: Id
    amount: Money | None = None
    ground: Code
    source: DisputeSource = "debtor"


class AnswerDispute(_Command):
    """The debtor has our answer to a dispute."""

    type: Literal["answer_dispute"] = "answer_dispute"
    dispute: CommandId


class SettleDispute(_Command):
    """Say who is right; what is accepted is credited, what is rejected goes on after a rest."""

    type: Literal["settle_dispute"] = "settle_dispute"
    dispute: CommandId
    outcome: Literal["accepted", "rejected", "withdrawn"]


class Promise(_Command):
    """The debtor promises to pay by a day; no ``claims``: all that are open, no ``amount``: all."""

    type: Literal["promise"] = "promise"
    claims: Claims = ()
    amount: Money | None = None
    day: date


class Settlement(_Command):
    """Accept an amount by a day in full payment of claims; the rest is let go once it is there."""

    type: Literal["settlement"] = "settlement"
    claims: Claims = ()
    amount: Money
    day: date


class CancelPromise(_Command):
    """Take a promise or a settlement back."""

    type: Literal["cancel_promise"] = "cancel_promise"
    promise: CommandId


class Extension(_Command):
    """Give a claim a later due date; its steps begin anew from there."""

    type: Literal["extension"] = "extension"
    claim: Id
    due: date


class ProposePlan(_Command):
    """Offer a payment plan: ``count`` instalments from ``first`` on, or ``instalments`` as given.

    ``agreed`` says that the debtor has agreed already.
    """

    type: Literal["propose_plan"] = "propose_plan"
    claims: Claims = ()
    count: int | None = Field(default=None, ge=1, le=60)
    first: date | None = None
    every: Rhythm = "month"
    instalments: tuple[Instalment, ...] | None = Field(default=None, min_length=1, max_length=60)
    agreed: bool = False
    new_claims: NewClaims | None = None
    on_broken: OnBroken | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ProposePlan:
        if (self.instalments is None) == (self.count is None):
            raise ValueError("a plan has a count or its instalments")
        if self.count is not None and self.first is None:
            raise ValueError("a plan by count needs its first day")
        return self


class AgreePlan(_Command):
    """The debtor agreed to a plan that was offered."""

    type: Literal["agree_plan"] = "agree_plan"
    plan: CommandId


class CancelPlan(_Command):
    """Take a plan back; its claims go on."""

    type: Literal["cancel_plan"] = "cancel_plan"
    plan: CommandId


class WriteOff(_Command):
    """Let principal of a claim go; no ``amount``: all that is open."""

    type: Literal["write_off"] = "write_off"
    claim: Id
    amount: Money | None = None
    kind: Literal["bad_debt", "goodwill", "small_balance", "limitation", "insolvency"]


class WaiveFee(_Command):
    """Take the fee of one notice (``act``) back, or all fees of a claim."""

    type: Literal["waive_fee"] = "waive_fee"
    claim: Id
    act: str | None = Field(default=None, max_length=200)


class WaiveInterest(_Command):
    """Ask for no late interest on a claim up to and including a day."""

    type: Literal["waive_interest"] = "waive_interest"
    claim: Id
    to: date


class StopRequest(_Command):
    """The debtor asks to stop collecting; no ``claims``: all that are open."""

    type: Literal["stop_request"] = "stop_request"
    claims: Claims = ()


class WithdrawStop(_Command):
    """The debtor took a request to stop back."""

    type: Literal["withdraw_stop"] = "withdraw_stop"
    stop: CommandId


class NoteCircumstance(_Command):
    """Something about the debtor changes what may be done, from a day on."""

    type: Literal["circumstance"] = "circumstance"
    circumstance: CircumstanceKind
    effective: date
    authority_number: AuthorityNumber | None = None
    contact: Id | None = None
    file_by: date | None = None

    @field_validator("authority_number")
    @classmethod
    def _nobodys_own(cls, number: str | None) -> str | None:
        if number is not None and _PERSONAL_NUMBER.search(number):
            raise ValueError("this looks like a person's own number")
        return number


class EndCircumstance(_Command):
    """A circumstance has ended."""

    type: Literal["end_circumstance"] = "end_circumstance"
    circumstance: CommandId


class NameLiable(_Command):
    """A party (by its id) owes a claim too, or only pays it."""

    type: Literal["name_liable"] = "name_liable"
    claim: Id
    party: Id
    role: LiableRole


class ReleaseLiable(_Command):
    """A party no longer stands beside the debtor."""

    type: Literal["release_liable"] = "release_liable"
    claim: Id
    party: Id


Command = Annotated[
    Hold
    | Release
    | OpenDispute
    | AnswerDispute
    | SettleDispute
    | Promise
    | Settlement
    | CancelPromise
    | Extension
    | ProposePlan
    | AgreePlan
    | CancelPlan
    | WriteOff
    | WaiveFee
    | WaiveInterest
    | StopRequest
    | WithdrawStop
    | NoteCircumstance
    | EndCircumstance
    | NameLiable
    | ReleaseLiable,
    Field(discriminator="type"),
]

# Commands after which less money is asked for: they need a scope of their own.
REDUCING = frozenset({"write_off", "waive_fee", "waive_interest", "settlement"})


class Given(RootModel[Command]):
    """A command as the body of a request; ``type`` says which."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

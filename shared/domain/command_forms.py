"""The commands that a person may give to a case, as they arrive.

Every command has an ``id`` of the caller's choice (the same id again changes nothing), a ``reason``
(a code, never prose) and a ``type``. The state that a command makes bears the command's id, and
later commands name it by that.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, RootModel, field_validator, model_validator

from shared.domain.command_id import PERSONAL_NUMBER, Bearing
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

Claims = Annotated[tuple[Id, ...], Field(max_length=50)]


class Hold(Bearing):
    """Let a claim, or the whole case, rest; ``until`` is the last day (None: until released)."""

    type: Literal["hold"] = "hold"
    claim: Id | None = None
    until: date | None = None
    because: Literal["person", "other"] = "person"


class Release(Bearing):
    """End a hold."""

    type: Literal["release"] = "release"
    hold: str = Field(max_length=200)


class OpenDispute(Bearing):
    """The debtor contests a part of a claim, or all of it."""

    type: Literal["dispute"] = "dispute"
    claim: Id
    amount: Money | None = None
    ground: Code
    source: DisputeSource = "debtor"


class AnswerDispute(Bearing):
    """The debtor has our answer to a dispute."""

    type: Literal["answer_dispute"] = "answer_dispute"
    dispute: CommandId


class SettleDispute(Bearing):
    """Say who is right; what is accepted is credited, what is rejected goes on after a rest."""

    type: Literal["settle_dispute"] = "settle_dispute"
    dispute: CommandId
    outcome: Literal["accepted", "rejected", "withdrawn"]


class Promise(Bearing):
    """The debtor promises to pay by a day; no ``claims``: all that are open, no ``amount``: all."""

    type: Literal["promise"] = "promise"
    claims: Claims = ()
    amount: Money | None = None
    day: date


class Settlement(Bearing):
    """Accept an amount by a day in full payment of claims; the rest is let go once it is there."""

    type: Literal["settlement"] = "settlement"
    claims: Claims = ()
    amount: Money
    day: date


class CancelPromise(Bearing):
    """Take a promise or a settlement back."""

    type: Literal["cancel_promise"] = "cancel_promise"
    promise: CommandId


class Extension(Bearing):
    """Give a claim a later due date; its steps begin anew from there."""

    type: Literal["extension"] = "extension"
    claim: Id
    due: date


class ProposePlan(Bearing):
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
            raise ValueError("a plan needs a number of instalments, or the instalments themselves")
        if self.count is not None and self.first is None:
            raise ValueError("a plan by number needs the day of its first instalment")
        return self


class AgreePlan(Bearing):
    """The debtor agreed to a plan that was offered."""

    type: Literal["agree_plan"] = "agree_plan"
    plan: CommandId


class CancelPlan(Bearing):
    """Take a plan back; its claims go on."""

    type: Literal["cancel_plan"] = "cancel_plan"
    plan: CommandId


class WriteOff(Bearing):
    """Let principal of a claim go; no ``amount``: all that is open.

    ``sold`` is for a claim that is another's by now; no partner is told of it.
    """

    type: Literal["write_off"] = "write_off"
    claim: Id
    amount: Money | None = None
    kind: Literal["bad_debt", "goodwill", "small_balance", "limitation", "insolvency", "sold"]


class WaiveFee(Bearing):
    """Take the fee of one notice (``act``) back, or all fees of a claim."""

    type: Literal["waive_fee"] = "waive_fee"
    claim: Id
    act: str | None = Field(default=None, max_length=200)


class WaiveInterest(Bearing):
    """Ask for no late interest on a claim up to and including a day."""

    type: Literal["waive_interest"] = "waive_interest"
    claim: Id
    to: date


class WaiveCompensation(Bearing):
    """Ask for no fixed sum for late payment on a claim."""

    type: Literal["waive_compensation"] = "waive_compensation"
    claim: Id


class StopRequest(Bearing):
    """The debtor asks to stop collecting; no ``claims``: all that are open."""

    type: Literal["stop_request"] = "stop_request"
    claims: Claims = ()


class WithdrawStop(Bearing):
    """The debtor took a request to stop back."""

    type: Literal["withdraw_stop"] = "withdraw_stop"
    stop: CommandId


class NoteCircumstance(Bearing):
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
        if number is not None and PERSONAL_NUMBER.search(number):
            raise ValueError("this looks like a person's identity number")
        return number


class EndCircumstance(Bearing):
    """A circumstance has ended."""

    type: Literal["end_circumstance"] = "end_circumstance"
    circumstance: CommandId


class NameLiable(Bearing):
    """A party (by its id) owes a claim too, or only pays it."""

    type: Literal["name_liable"] = "name_liable"
    claim: Id
    party: Id
    role: LiableRole


class ReleaseLiable(Bearing):
    """A party no longer stands beside the debtor."""

    type: Literal["release_liable"] = "release_liable"
    claim: Id
    party: Id


class RefuseChannel(Bearing):
    """The debtor does not want to be reached by a channel (a connection's id)."""

    type: Literal["refuse_channel"] = "refuse_channel"
    channel: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")


class RestoreChannel(Bearing):
    """The debtor agrees to be reached by a channel again."""

    type: Literal["restore_channel"] = "restore_channel"
    channel: str = Field(max_length=40)


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
    | WaiveCompensation
    | StopRequest
    | WithdrawStop
    | NoteCircumstance
    | EndCircumstance
    | NameLiable
    | ReleaseLiable
    | RefuseChannel
    | RestoreChannel,
    Field(discriminator="type"),
]

# Commands after which less money is asked for: they need a scope of their own.
REDUCING = frozenset(
    {"write_off", "waive_fee", "waive_interest", "waive_compensation", "settlement"}
)


class Given(RootModel[Command]):
    """A command as the body of a request; ``type`` says which."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

"""Events of what was agreed about paying: promises, settlements, plans, and what is let go."""

from __future__ import annotations

import operator
from datetime import date
from typing import Literal

from pydantic import Field

from shared.domain.claim_events import Event
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.state_events import CommandId

WriteOff = Literal[
    "bad_debt", "goodwill", "small_balance", "limitation", "insolvency", "settlement",
    "settlement_undone", "sold",
]  # fmt: skip
NewClaims = Literal["hold", "dun"]
OnBroken = Literal["ask", "go_on"]


class Instalment(Record):
    """One payment of a plan: an amount until a day."""

    due: date
    amount: Money


class PromiseMade(Event):
    """The debtor said on the day ``on`` to pay an amount for some claims by ``day``.

    ``holds_to`` is the last resting day, with the days that money needs to arrive. With
    ``settles`` the amount is accepted in full payment: once it is there, the rest is let go.
    Who falls short by no more than ``tolerance`` has kept it (None: to the cent).
    """

    kind: Literal["promise_made"] = "promise_made"
    promise: CommandId
    claims: tuple[Id, ...]
    amount: Money
    on: date
    day: date
    holds_to: date
    settles: bool = False
    tolerance: Money | None = Field(default=None, exclude_if=operator.not_)


class PromiseEnded(Event):
    """What became of a promise; money says so, or a person who takes it back (``cancelled``).

    A kept settlement whose money is taken back ends once more, as ``broken``. What money that is
    known late makes better of it ends it once more too; a settlement by a person's word alone.
    """

    kind: Literal["promise_ended"] = "promise_ended"
    promise: CommandId
    outcome: Literal["kept", "partly", "broken", "cancelled"]


class PlanProposed(Event):
    """A payment plan is offered; its instalments sum to what is open of its claims.

    It bears no fee and no interest. ``answer_by`` is the last day on which the debtor may agree,
    ``clearing_days`` are those that an instalment may be late: banking days of ``country`` (ISO
    3166-1 alpha-2) after the first one from its due day on, or calendar days in a plan of before
    that was known (None). ``grace_days`` are the calendar days that the debtor has after the first
    missed one. A shortfall up to ``tolerance`` counts as paid (None: to the cent).
    """

    kind: Literal["plan_proposed"] = "plan_proposed"
    plan: CommandId
    claims: tuple[Id, ...] = Field(min_length=1)
    instalments: tuple[Instalment, ...] = Field(min_length=1)
    answer_by: date
    clearing_days: int
    grace_days: int
    new_claims: NewClaims
    on_broken: OnBroken
    country: str | None = Field(default=None, exclude_if=operator.not_)
    tolerance: Money | None = Field(default=None, exclude_if=operator.not_)


class PlanAgreed(Event):
    """The debtor agreed: while the plan is in force nothing advances.

    Said again of a plan that was recorded as broken, a person found that it was kept: it goes on.
    """

    kind: Literal["plan_agreed"] = "plan_agreed"
    plan: CommandId


class InstalmentMissed(Event):
    """An instalment of a plan that was not paid in time; ``number`` counts from one.

    The same one is missed anew when its money was taken back, or after a pause of the plan.
    """

    kind: Literal["instalment_missed"] = "instalment_missed"
    plan: CommandId
    number: int


class PlanEnded(Event):
    """What became of a plan: paid, broken, taken back, or never answered (``lapsed``)."""

    kind: Literal["plan_ended"] = "plan_ended"
    plan: CommandId
    outcome: Literal["completed", "broken", "cancelled", "lapsed"]


class WrittenOff(Event):
    """Principal that is not asked for any more, and why.

    A negative amount (``settlement_undone``) is owed again: the money of a settlement was taken
    back, and with it what the creditor had let go for it.
    """

    kind: Literal["written_off"] = "written_off"
    claim: Id
    amount: Money
    cause: WriteOff
    on: date


class CompensationWaived(Event):
    """The fixed sum for late payment is not asked for on a claim any more."""

    kind: Literal["compensation_waived"] = "compensation_waived"
    claim: Id


class InterestWaived(Event):
    """No late interest is asked for on a claim for the days up to and including ``to``."""

    kind: Literal["interest_waived"] = "interest_waived"
    claim: Id
    to: date

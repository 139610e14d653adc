"""Policies: the steps that a creditor chose, from a friendly word to a hand-over."""

from __future__ import annotations

import operator
from typing import Literal

from pydantic import Field, model_validator

from shared.domain.carriers import Kind
from shared.domain.explain import Record
from shared.domain.extras_rules import ExtrasRules
from shared.domain.handover_gate_rules import DEFAULT, HandOverRules, unchanged
from shared.domain.money import Money
from shared.domain.process_rules import ProcessRules

Action = Literal["remind", "hand_over", "ask"]
Tone = Literal["friendly", "neutral", "firm"]


class Step(Record):
    """One step of a policy.

    ``after`` counts full days from ``since``: the claim's due date, or the effective sending of
    the previous step's notice. ``channels`` names the connections that may carry the notice, in
    order: one carries it, the next one where it cannot (``shared.domain.channels``). ``fee`` is
    ``none`` or ``statutory`` (what the law pack allows on that day, never more). ``automation``
    says who lets the act go: the hub, a person who approves a proposal, or a person who does it by
    hand.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    action: Action
    after: int = Field(ge=-60, le=365)
    since: Literal["due", "previous"]
    channels: tuple[str, ...] = Field(default=("email",), min_length=1, max_length=5)
    letter: Literal["reminder"] = "reminder"
    tone: Tone = "friendly"
    fee: Literal["none", "statutory"] = "none"
    automation: Literal["automatic", "propose", "manual"] = "automatic"


class ContactCap(Record):
    """At most ``most`` contacts of one debtor in any ``days`` days, whatever they are about.

    With a ``kind`` it binds and counts the contacts by channels of that kind alone.
    """

    most: int = Field(ge=1, le=30)
    days: int = Field(ge=1, le=366)
    kind: Kind | None = Field(default=None, exclude_if=operator.not_)


class Policy(Record):
    """A versioned dunning policy; a running case stays with the version it was opened under.

    ``payment_days`` is the time that a reminder gives to pay, counted from its latest receipt; the
    law's minimum wins when it is longer. Claims at or below ``tolerance`` are left alone and a
    case below ``minimum`` is not handed over. ``gather_days`` lets claims that ripen within so
    many days join the contact at hand, and keeps contacts of one debtor at least that far apart.
    ``caps`` bound the contacts of a debtor beyond that; the distance that the law pack asks for
    holds beside them.
    ``fee_clause`` says that the creditor's agreements name a reminder fee, where the law asks for
    that; each claim is still asked for its own. ``unsigned_law`` says what becomes of a reminder
    with a fee while no person has signed off the law pack: it waits, or goes without the fee.
    ``partner`` takes what no rule of routing gives to another one.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$")
    version: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=120)
    law: str = Field(pattern=r"^[A-Z]{2}$")
    unit: Literal["debtor", "agreement", "invoice"] = "debtor"
    steps: tuple[Step, ...] = Field(min_length=1, max_length=20)
    payment_days: int = Field(default=10, ge=1, le=60)
    tolerance: Money
    minimum: Money
    gather_days: int = Field(default=7, ge=0, le=31)
    caps: tuple[ContactCap, ...] = Field(default=(), max_length=5, exclude_if=operator.not_)
    partner: str | None = None
    process: ProcessRules = ProcessRules()
    extras: ExtrasRules = ExtrasRules()
    fee_clause: bool = False
    unsigned_law: Literal["withhold", "no_fee"] = "withhold"
    hand_over: HandOverRules = Field(default=DEFAULT, exclude_if=unchanged)

    def terms(self, claim: str) -> Policy:  # noqa: ARG002 - a case's own policy knows its claims
        """The policy that binds one claim: this one, where nothing overrides it."""
        return self

    @model_validator(mode="after")
    def _coherent(self) -> Policy:
        ids = [step.id for step in self.steps]
        if len(set(ids)) != len(ids):
            raise ValueError("two steps have the same id")
        if any(len(set(step.channels)) != len(step.channels) for step in self.steps):
            raise ValueError("a step names a channel twice")
        if self.steps[0].since != "due":
            raise ValueError("the first step must count from the due date")
        if any(step.action == "hand_over" for step in self.steps) and not self.partner:
            raise ValueError("a policy that hands over needs a partner")
        if any(step.action == "hand_over" for step in self.steps[:-1]):
            raise ValueError("a hand-over must be the last step")
        limits = (self.extras.waive_below, self.extras.own_invoice_above)
        if any(one is not None and one.currency != self.tolerance.currency for one in limits):
            raise ValueError("limits of interest and fees must be in the currency of the tolerance")
        if self.tolerance.currency != self.minimum.currency:
            raise ValueError("tolerance and minimum must be in one currency")
        return self

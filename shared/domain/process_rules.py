"""The creditor's own rules for the states of a case: how long they last and how often."""

from __future__ import annotations

import operator

from pydantic import Field

from shared.domain.explain import Record
from shared.domain.money import Money
from shared.domain.plan_events import NewClaims, OnBroken


def _twelve(value: int) -> bool:
    return value == 12


class ProcessRules(Record):
    """What a policy says about disputes, promises and plans; all days are calendar days.

    ``answer_days`` is the time for our own answer to a dispute, ``credit_days`` for the credit
    note after one was accepted, ``grace_days`` the rest of a claim after one was rejected.
    ``clearing_days`` is what money needs to arrive after a promised day. ``promises_a_year``
    counts a debtor's promises within 365 days, whatever the case; a promise or settlement is for a
    day that is at most ``longest_promise_days`` away (who needs longer needs a plan), a new due
    date at most ``longest_extension_days``. A plan is offered for ``plan_answer_days``, and
    ``plan_grace_days`` after its first missed instalment it is broken: then a person is asked, or
    it goes on. ``new_claims`` says whether claims that a plan does not cover rest beside it.
    A filing deadline is a person's ``filing_days`` before.

    ``offered_plan`` is the longest monthly plan, in instalments, that the payer's page offers (0:
    none), and ``least_instalment`` the least that one of its instalments may be (None: anything).
    One of at most ``agreed_plan`` instalments is agreed at once by the payer's choice; a longer one
    is put to a person.
    """

    answer_days: int = Field(default=14, ge=1, le=60)
    credit_days: int = Field(default=14, ge=1, le=60)
    grace_days: int = Field(default=14, ge=7, le=60)
    clearing_days: int = Field(default=3, ge=1, le=10)
    promises_a_year: int = Field(default=2, ge=0, le=12)
    longest_promise_days: int = Field(default=31, ge=1, le=92)
    longest_extension_days: int = Field(default=60, ge=1, le=184)
    plan_answer_days: int = Field(default=14, ge=1, le=60)
    plan_grace_days: int = Field(default=14, ge=7, le=60)
    new_claims: NewClaims = "hold"
    on_broken: OnBroken = "ask"
    filing_days: int = Field(default=14, ge=1, le=60)
    offered_plan: int = Field(default=12, ge=0, le=24, exclude_if=_twelve)
    agreed_plan: int = Field(default=0, ge=0, le=24, exclude_if=operator.not_)
    least_instalment: Money | None = Field(default=None, exclude_if=operator.not_)

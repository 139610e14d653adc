"""Arming: which steps go out by themselves yet, for whom, by whose name, and how many a day.

Without rules nothing is asked here. With them, a step that nobody armed is proposed to a person,
and so are the first contacts of each channel; what is beyond a day's cap waits for another day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from shared.domain.explain import Reason, Record
from shared.domain.model import Id
from shared.domain.overrides import CasePolicy, StepId, Terms, effective
from shared.domain.policy import Policy

Channel = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Cap = Annotated[int, Field(ge=0, le=100_000)]

# Why an act waits: the day's cap of the first days is used up.
CAPPED = "first_day_cap"


class Armed(Record):
    """That a step goes by itself for a segment (None: for all debtors).

    ``by`` is the principal who said so, ``at`` when (UTC).
    """

    step: StepId
    segment: Id | None = None
    by: str
    at: AwareDatetime


class Caps(Record):
    """The most of a day (the creditor's); None is no cap.

    ``contacts`` are by channel, ``fees`` are contacts with a fee, ``hand_overs`` announcements to a
    partner.
    """

    contacts: dict[Channel, Cap] = Field(default={}, max_length=20)
    fees: Cap | None = None
    hand_overs: Cap | None = None


class FirstDay(Record):
    """The rules of a creditor's first days.

    ``since`` is the creditor's day on which they began: a notice of others that went out later
    shows that somebody else still duns. The ``first`` contacts by the channels of a step, taken
    together, are approved one by one: one that is a mere fallback may never see so many.
    """

    since: date
    armed: tuple[Armed, ...] = Field(default=(), max_length=200)
    first: int = Field(default=10, ge=0, le=1000)
    caps: Caps = Caps()

    def arms(self, step: str, segment: str | None) -> bool:
        """Whether a step goes by itself for a debtor of a segment (None: of none)."""
        return any(one.step == step and one.segment in {None, segment} for one in self.armed)


def held_steps(
    policy: Policy, rules: FirstDay, segment: str | None, contacts: Mapping[str, int]
) -> tuple[str, ...]:
    """The automatic steps that a person lets go one by one, in the policy's order.

    ``contacts`` counts what went out by each channel since the rules began.
    """
    return tuple(
        step.id
        for step in policy.steps
        if step.automation == "automatic"
        and step.action != "ask"
        and (not rules.arms(step.id, segment) or (
            step.action == "remind"
            and sum(contacts.get(channel, 0) for channel in step.channels) < rules.first
        ))
    )  # fmt: skip


def held_back(policy: Policy, held: tuple[str, ...]) -> Policy:
    """The same policy with the ``held`` steps proposed to a person."""
    terms = Terms(hold_steps=held)
    whole = effective(policy, terms)
    if not isinstance(policy, CasePolicy):
        return whole
    own = {claim: effective(one, terms) for claim, one in policy.own.items()}
    return CasePolicy.model_construct(**{**dict(whole), "own": own})


def unarmed(held: tuple[str, ...]) -> Reason:
    """Why steps are proposed: nobody armed them, or their channel's first contacts are ahead."""
    text = "steps that nobody armed, and the first contacts of a channel, wait for a person's yes"
    return Reason(rule="hub.arming", text=text, facts={"steps": ",".join(held)})

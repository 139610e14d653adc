"""States: everything that was agreed, contested or noted about a case, beside its claims' money."""

from __future__ import annotations

import operator
from datetime import date

from pydantic import Field

from shared.domain.circumstance import Circumstance
from shared.domain.dispute import Dispute
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.plan import Plan
from shared.domain.promise import Promise
from shared.domain.state_events import LiableRole


class Stop(Record):
    """A debtor's request to stop collecting some claims; ``cleared`` may go on at no cost."""

    id: str
    claims: tuple[Id, ...]
    on: date
    section: str
    cleared: tuple[Id, ...] = ()


class Liable(Record):
    """Somebody who owes a claim beside the debtor, or who only pays it."""

    claim: Id
    party: Id
    role: LiableRole


class States(Record):
    """The states of a case by the id of the command that made each; a case may have none at all.

    ``commands`` are those that were carried out, with the hash of each. ``refused`` are the
    channels by which the debtor does not want to be reached.
    """

    commands: dict[str, str] = {}
    disputes: dict[str, Dispute] = {}
    promises: dict[str, Promise] = {}
    plans: dict[str, Plan] = {}
    stops: dict[str, Stop] = {}
    circumstances: dict[str, Circumstance] = {}
    liable: tuple[Liable, ...] = ()
    refused: tuple[str, ...] = Field(default=(), exclude_if=operator.not_)

    def stopped_since(self, claim: str) -> date | None:
        """The first day from which no act about a claim may cost the debtor anything."""
        return min((one.on for one in self.stops.values() if claim in one.claims), default=None)

    def plan_broken(self, claim: str) -> bool:
        """Whether a plan that covered the claim was recorded as broken."""
        return any(one.ended == "broken" and claim in one.claims for one in self.plans.values())


NONE = States()

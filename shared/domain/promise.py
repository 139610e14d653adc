"""Promises: an amount that the debtor will pay by a day, judged by when money was received."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from shared.domain.case_parts import ClaimState, Movement
from shared.domain.explain import Record, absent
from shared.domain.model import Id
from shared.domain.money import Money, total

Outcome = Literal["open", "kept", "partly", "broken", "cancelled"]


class Promise(Record):
    """What was promised on the day ``made``; ``before`` is what its claims had received by then.

    ``holds_to`` is the last day of receipt that counts, whenever the money becomes known.
    ``earlier`` is what was known at its making of money received on days before that (None in a
    case of before that was noted: then nothing comes to light). ``settles``: the amount is accepted
    in full payment of the claims. ``tolerance`` is by how much the money may fall short (None: by
    nothing). ``ended_on`` is the day on which its outcome was recorded.
    """

    id: str
    claims: tuple[Id, ...]
    amount: Money
    day: date
    holds_to: date
    made: date
    before: Money
    settles: bool = False
    tolerance: Money | None = None
    outcome: Outcome = "open"
    earlier: Money | None = Field(default=None, exclude_if=absent)
    ended_on: date | None = Field(default=None, exclude_if=operator.not_)

    def judged(self, claims: Mapping[str, ClaimState], today: date) -> Outcome:
        """What has become of it by a day: money may keep it early, only time can break it."""
        if self.outcome != "open":
            return self.outcome
        if not any(by_day(claims[one], self.holds_to).open for one in self.claims):
            return "kept"
        return self.anew(claims, today)

    def betters(self, outcome: Outcome) -> bool:
        """Whether an outcome corrects the recorded one, which late knowledge can only better."""
        if self.settles:
            return self.outcome in {"broken", "partly"} and outcome == "kept"
        better = {"broken": {"partly", "kept", "cancelled"}, "partly": {"kept", "cancelled"}}
        return outcome in better.get(self.outcome, set())

    def anew(self, claims: Mapping[str, ClaimState], today: date) -> Outcome:
        """What money says of it by a day, whatever was recorded.

        Money of before it was made keeps nothing. A debtor who had paid the promised amount
        already has broken no promise either: it is ``cancelled`` when its time is over.
        """
        since = self.since(claims, self.holds_to)
        if self._enough(since):
            return "kept"
        if today <= self.holds_to:
            return "open"
        nothing = Money.zero(self.amount.currency)
        had = nothing if self.settles else self.untold(claims)
        if had > nothing and self._enough(since + had):
            return "cancelled"
        return "partly" if since + had > nothing else "broken"

    def paid(self, claims: Mapping[str, ClaimState]) -> bool:
        """Whether its money is there, whenever it came since it was made."""
        settled = not any(claims[one].open for one in self.claims)
        return settled or self._enough(self.since(claims))

    def since(self, claims: Mapping[str, ClaimState], last: date = date.max) -> Money:
        """What was received from the day it was made to ``last``, without what was known then."""
        seen = {one: by_day(claims[one], last) for one in self.claims}
        come = received(seen, self.claims, self.amount.currency) - self.before
        return come - self.untold(seen)

    def untold(self, claims: Mapping[str, ClaimState]) -> Money:
        """What was received on days before it was made and became known only afterwards."""
        nothing = Money.zero(self.amount.currency)
        if self.earlier is None:
            return nothing
        now = earlier(claims, self.claims, self.made, nothing.currency)
        return max(nothing, now - self.earlier)

    def _enough(self, money: Money) -> bool:
        nothing = Money.zero(self.amount.currency)
        return money > nothing and money + (self.tolerance or nothing) >= self.amount


def received(claims: Mapping[str, ClaimState], which: tuple[str, ...], currency: str) -> Money:
    """What money has lowered some claims by since they joined."""
    return total([claims[one].received for one in which], currency)


def earlier(
    claims: Mapping[str, ClaimState], which: tuple[str, ...], day: date, currency: str
) -> Money:
    """What money received on days before ``day`` has lowered some claims by, reversals apart."""
    found = []
    for state in (claims[one] for one in which):
        came = [one.lowered for one in state.movements if _came(one) and one.on < day]
        owed = state.received + state.open
        found.append(max(Money.zero(currency), min(total(came, currency), owed)))
    return total(found, currency)


def by_day(state: ClaimState, last: date) -> ClaimState:
    """A claim as it would stand had no money been received after ``last``.

    What was credited, let go or taken back since then still counts.
    """
    movements = tuple(one for one in state.movements if not _came(one) or one.on <= last)
    if len(movements) == len(state.movements):
        return state
    nothing = Money.zero(state.open.currency)
    lowered = total([one.lowered for one in movements], nothing.currency)
    owed = max(nothing, state.claim.open - lowered)
    return state.model_copy(update={"movements": movements, "open": owed})


def _came(one: Movement) -> bool:
    return one.lowered.amount > 0 and one.kind in {"payment", "partner", "unexplained"}

"""Promises: an amount that the debtor will pay by a day, judged by the money that came in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from shared.domain.case_parts import ClaimState
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money, total

Outcome = Literal["open", "kept", "partly", "broken", "cancelled"]


class Promise(Record):
    """What was promised on the day ``made``; ``before`` is what its claims had received by then.

    ``settles``: the amount is accepted in full payment of the claims. ``tolerance`` is by how much
    the money may fall short (None: by nothing).
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

    def judged(self, claims: Mapping[str, ClaimState], today: date) -> Outcome:
        """What has become of it by a day: money may keep it early, only time can break it."""
        if self.outcome != "open":
            return self.outcome
        currency = self.amount.currency
        if not any(claims[one].open for one in self.claims):
            return "kept"
        since = received(claims, self.claims, currency) - self.before
        nothing = Money.zero(currency)
        if since > nothing and since + (self.tolerance or nothing) >= self.amount:
            return "kept"
        if today <= self.holds_to:
            return "open"
        return "partly" if since > nothing else "broken"


def received(claims: Mapping[str, ClaimState], which: tuple[str, ...], currency: str) -> Money:
    """What money has lowered some claims by since they joined."""
    return total([claims[one].received for one in which], currency)

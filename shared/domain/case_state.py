"""The one word for how a case stands, by which people look for cases."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.domain.case import Case
from shared.domain.money import Money, total

# ``closed``: nothing more happens. ``parked``: the hub cannot go on with it. ``asked``: a person's
# answer is awaited. ``with_partner``: all that is open was handed over. ``held``: all of it rests
# by a hold. ``settled``: nothing is open. ``running``: the policy goes on.
CaseState = Literal["closed", "parked", "asked", "settled", "with_partner", "held", "running"]


def state_of(case: Case, today: date) -> CaseState:
    """How a case stands on the creditor's day; of several words, the first of ``CaseState``."""
    claims = case.open_claims()
    held = {hold.claim for hold in case.holds.values() if hold.until is None or hold.until >= today}
    found: CaseState = "running"
    if case.closed:
        found = "closed"
    elif case.parked is not None:
        found = "parked"
    elif case.tasks:
        found = "asked"
    elif not claims:
        found = "settled"
    elif all(one.with_partner for one in claims):
        found = "with_partner"
    elif None in held or all(one.claim.id in held for one in claims):
        found = "held"
    return found


def open_of(case: Case) -> Money:
    """The unpaid principal of all claims together, in the case's currency."""
    return total([one.open for one in case.open_claims()], case.currency)


def step_of(case: Case) -> str | None:
    """The policy step of the latest act that was given, None before the first."""
    given = [notice for notice in case.notices.values() if notice.given]
    return given[-1].step if given else None

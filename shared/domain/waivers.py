"""Waivers: for which days late interest is asked, where some were let go or lay in a plan."""

from __future__ import annotations

from datetime import date

from shared.domain.case_parts import ClaimState
from shared.domain.money import Money

Balances = tuple[tuple[date, Money], ...]


def bearing(balances: Balances, state: ClaimState) -> Balances:
    """The balances of a claim that bear interest: after the last waived day, outside of plans.

    ``balances`` holds the open principal at the end of each day on which it changed, in order; a
    day's principal bears interest from the next day on. A plan bears none (docs/process.md): its
    days are those after its agreement up to the day on which it ended, and are never made up for.
    """
    outside = _outside(balances, state)
    waived_to = state.interest_waived_to
    if waived_to is None:
        return outside
    before = [money for day, money in outside if day <= waived_to]
    later = tuple(one for one in outside if one[0] > waived_to)
    return ((waived_to, before[-1]), *later) if before else later


def _outside(balances: Balances, state: ClaimState) -> Balances:
    if not state.in_plan or not balances:
        return balances
    nothing, first = Money.zero(state.open.currency), balances[0][0]
    turns = {day for span in state.in_plan for day in span if day is not None and day > first}
    found = []
    for day in sorted(turns | {one for one, _ in balances}):
        resting = any(start <= day and (end is None or day < end) for start, end in state.in_plan)
        principal = [money for since, money in balances if since <= day][-1]
        found.append((day, nothing if resting else principal))
    return tuple(found)

"""Passed on: money that a partner reported and that the books show again when it is paid out."""

from __future__ import annotations

from datetime import timedelta

from shared.domain.case_parts import ClaimState, Movement
from shared.domain.money import Money, total

# Partners pay out once a month, and books are closed once a month.
_WITHIN = timedelta(days=90)


def passed_on(state: ClaimState) -> list[Movement]:
    """The payments of a claim, as the books have them, that are the partner's own remittances.

    A payment is one when it is of the very amount of money that the partner reported for the claim
    before, up to 90 days earlier, and that no other payment answers to. It lowers nothing twice,
    and the partner is not told of it.
    """
    kept = [one for one in state.movements if one.kind == "partner" and one.lowered.amount > 0]
    found = []
    for one in sorted(state.movements, key=lambda move: (move.on, move.paper or "")):
        if one.kind != "payment":
            continue
        mine = [
            money
            for money in kept
            if money.lowered == one.lowered and money.on <= one.on <= money.on + _WITHIN
        ]
        if mine:
            kept.remove(mine[0])
            found.append(one)
    return found


def kept_by_partner(state: ClaimState) -> Money:
    """What a partner reported for a claim and the books do not show yet."""
    passed = total([one.lowered for one in passed_on(state)], state.open.currency)
    return state.lowered_by("partner") - passed

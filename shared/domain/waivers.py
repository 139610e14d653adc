"""Waivers: from when late interest is asked for, where some of its days were let go."""

from __future__ import annotations

from datetime import date

from shared.domain.money import Money

Balances = tuple[tuple[date, Money], ...]


def bearing(balances: Balances, waived_to: date | None) -> Balances:
    """The balances of a claim that bear interest: those after the last waived day.

    ``balances`` holds the open principal at the end of each day on which it changed, in order; a
    day's principal bears interest from the next day on.
    """
    if waived_to is None:
        return balances
    before = [money for day, money in balances if day <= waived_to]
    later = tuple(one for one in balances if one[0] > waived_to)
    return ((waived_to, before[-1]), *later) if before else later

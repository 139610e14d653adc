"""What payments of one invoice still settle of it, once some were turned back or paid too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.money import Money


@dataclass(frozen=True, slots=True)
class Share:
    """What is left of a payment, and how much of that settles the invoice.

    ``amount`` is the whole payment for one that is ``taken_back``.
    """

    amount: Money
    settles: Money
    taken_back: bool = False


def shares(moves: Sequence[Money], room: Money) -> list[Share]:
    """One share for each payment among ``moves``, which are signed and stand in their order.

    A negative one turns back the latest payment of its own amount, else the latest ones as far as
    it goes. Together the payments settle at most ``room``, the first ones first: what is more than
    the balance fell by was overpaid.
    """
    whole: list[Money] = []
    left: list[Money] = []
    for one in moves:
        if one.amount > 0:
            whole.append(one)
            left.append(one)
        else:
            _turn_back(left, -one)
    found = []
    for amount, rest in zip(whole, left, strict=True):
        settles = min(rest, max(room, Money.zero(room.currency)))
        room -= settles
        found.append(Share(rest or amount, settles, taken_back=not rest))
    return found


def _turn_back(left: list[Money], amount: Money) -> None:
    """Take an amount off payments, the latest first; one that is just as much goes before all."""
    latest = range(len(left) - 1, -1, -1)
    same = [place for place in latest if left[place] == amount]
    for place in same[:1] or latest:
        part = min(left[place], amount)
        left[place] -= part
        amount -= part

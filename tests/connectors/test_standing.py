"""Payments of one invoice: what was turned back or overpaid settles nothing of it."""

from __future__ import annotations

import pytest

from connectors.standing import shares
from shared.domain.money import Money


def eur(text):
    return Money.of(text, "EUR")


@pytest.mark.parametrize(
    ("moves", "room", "told"),
    [
        (["60.00", "40.00"], "100.00", [("60.00", "60.00"), ("40.00", "40.00")]),
        # Overpaid: the last one has what is the debtor's.
        (["60.00", "60.00"], "100.00", [("60.00", "60.00"), ("60.00", "40.00")]),
        # Turned back and paid anew: the first one is gone, not the one that stands.
        (["100.00", "-100.00", "100.00"], "100.00", [("100.00", "gone"), ("100.00", "100.00")]),
        # The one of the same amount, though another came later.
        (["70.00", "30.00", "-70.00"], "30.00", [("70.00", "gone"), ("30.00", "30.00")]),
        # No single one is as much: the latest ones, as far as it goes.
        (["70.00", "30.00", "-50.00"], "50.00", [("50.00", "50.00"), ("30.00", "gone")]),
        # More was turned back than came in, or the balance does not follow: never below nothing.
        (["10.00", "-20.00"], "0.00", [("10.00", "gone")]),
        (["10.00"], "-5.00", [("10.00", "0.00")]),
        ([], "100.00", []),
    ],
)
def test_payments_settle_what_the_balance_fell_by(moves, room, told):
    found = shares([eur(one) for one in moves], eur(room))
    seen = [
        (str(one.amount.amount), "gone" if one.taken_back else str(one.settles.amount))
        for one in found
    ]
    assert seen == told
    assert not any(one.settles for one in found if one.taken_back)

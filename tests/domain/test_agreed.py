"""What was agreed and is still to come: the same sums that a payment link asks for."""

from __future__ import annotations

import pytest

from shared.domain.agreed import agreed, parts
from shared.domain.payable import payable
from tests.domain.casebook import FI, case_of, day, eur, joined, more, paid
from tests.domain.statebook import euros, lived, told

TWO = case_of(joined("a", total="30.00", due="01-15"), joined("b", total="70.00"))
BOTH = ["erp:a", "erp:b"]
PLAN = told(TWO, "01-19", "propose_plan", claims=BOTH, count=4, first="2026-02-02", agreed=True)
WEEKLY = told(TWO, "01-19", "propose_plan", claims=BOTH, count=4, first="2026-02-02", every="week",
              agreed=True)  # fmt: skip
BEHIND = lived(more(WEEKLY, paid("p", "02-02", "20.00")), "02-09")
SETTLED = told(TWO, "01-19", "settlement", claims=BOTH, amount=euros("60.00"), day="2026-02-10")


def summed(case, when):
    """Kind, whole, still to come, agreed day, last day, and the instalment of how many."""
    return [
        (one.kind, one.whole, one.amount, one.day, one.by, one.number, one.count)
        for one in agreed(case, day(when))
    ]


@pytest.mark.parametrize(
    ("case", "when", "whole", "amount", "due", "by", "number"),
    [
        (PLAN, "01-20", "25.00", "25.00", "02-02", "02-02", 1),
        (more(PLAN, paid("p", "02-02", "25.00")), "02-03", "25.00", "25.00", "03-02", "03-02", 2),
        # The bank may still bring it: three banking days, then a fortnight's grace.
        (PLAN, "02-04", "25.00", "25.00", "02-02", "02-05", 1),
        (lived(PLAN, "02-06"), "02-06", "25.00", "25.00", "02-02", "02-19", 1),
        (BEHIND, "02-09", "25.00", "30.00", "02-09", "02-09", 2),
        # A second one that is missed ends the plan before the grace of the first is over.
        (BEHIND, "02-10", "25.00", "30.00", "02-09", "02-12", 2),
    ],
    ids=["first", "next", "clearing", "late", "behind", "behind-and-late"],
)
def test_an_instalment_that_is_due_or_else_the_next_one_is_to_come(
    case, when, whole, amount, due, by, number
):
    said = ("instalment", eur(whole), eur(amount), day(due), day(by), number, 4)

    assert summed(case, when) == [said]


@pytest.mark.parametrize(
    ("case", "when"),
    [(PLAN, "01-20"), (PLAN, "02-04"), (SETTLED, "01-20"),
     (more(PLAN, paid("p", "02-02", "25.00")), "02-03"),
     (more(SETTLED, paid("p", "01-25", "20.00")), "02-11")],
)  # fmt: skip
def test_what_is_to_come_of_each_claim_is_what_a_payment_link_asks_for(case, when):
    (one,) = agreed(case, day(when))
    asked = parts(case, one)

    assert sum(part.amount for part in asked.values()) == one.amount.amount
    assert {name: payable(case, FI, day(when), name, {}) for name in asked} == asked


def test_a_settlement_counts_to_its_last_day_and_is_agreed_no_more_when_it_is_paid():
    paid_part = more(SETTLED, paid("p", "01-25", "20.00"))
    first = ("settlement", eur("60.00"), eur("60.00"), day("02-10"), day("02-10"), None, None)
    late = ("settlement", eur("60.00"), eur("40.00"), day("02-10"), day("02-13"), None, None)

    assert summed(SETTLED, "01-20") == [first]
    assert summed(paid_part, "02-11") == [late]
    assert summed(more(paid_part, paid("q", "02-09", "40.00", "b")), "02-10") == []
    assert summed(SETTLED, "02-14") == []


def test_a_promise_never_asks_for_more_than_is_open():
    """Money of before it was made, known since: it keeps nothing, and lowers what is open."""
    promised = told(TWO, "01-19", "promise", claims=["erp:a"], day="2026-02-10")
    other = more(promised, paid("p", "01-16", "10.00", booked="01-20"))

    assert [(one.kind, one.amount) for one in agreed(promised, day("01-20"))] == [
        ("promised", eur("30.00"))
    ]
    assert [one.amount for one in agreed(other, day("01-20"))] == [eur("20.00")]

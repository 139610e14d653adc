"""Netting: nobody is dunned for what the creditor's own books owe him and have not allocated.

Credits cover the oldest claims first. A claim that they cover whole rests, and a person is asked
once to allocate them; of one that they cover in part less is asked for, and it is not handed over
before the books are in order. A person's yes says that the credit is for something else.
"""

from __future__ import annotations

from shared.domain.answers import yeses
from shared.domain.case import Case
from shared.domain.debtor import Debtor
from shared.domain.dispute import left_alone
from shared.domain.money import Money
from shared.domain.policy import Policy

UNALLOCATED = "credit_unallocated"


def netted(case: Case, policy: Policy, debtor: Debtor) -> dict[str, Money]:
    """The part of each claim that the debtor's unallocated credits cover, the oldest claim first.

    What is disputed is left alone anyway and takes up nothing; what the partner has stays whole.
    """
    if not debtor.credits:
        return {}
    left, found = debtor.credit_in(case.currency), dict[str, Money]()
    disputes = case.states.disputes.values() if case.states is not None else ()
    for state in case.open_claims():
        name = state.claim.id
        if state.with_partner or yeses(case, UNALLOCATED, (name,)):
            continue
        owed = state.open - left_alone(disputes, state)
        if left.amount > 0 and owed > policy.tolerance:
            found[name] = min(left, owed)
            left -= found[name]
    return found

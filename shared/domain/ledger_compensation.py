"""What a claim bears of the fixed sum for late payment on a day, where its creditor claims it.

Like late interest it follows from the claim and the law alone, so no event tells of it. It counts
as a cost: money settles the fees first, then the rest of the fixed sum.
"""

from __future__ import annotations

from datetime import date

from shared.domain.calendar import next_banking_day
from shared.domain.case import Case, ClaimState
from shared.domain.compensation import standard_compensation
from shared.domain.explain import Reason, Record
from shared.domain.lawpack import LawPack
from shared.domain.money import Money
from shared.domain.question import claim_facts


class Claimed(Record):
    """What is claimed beside the charged fees, paid or not; zero with its reason where nothing is.

    Where the law sets the fixed sum off against costs, ``amount`` is what exceeds them.
    """

    amount: Money
    because: tuple[Reason, ...] = ()

    def shared(self, charged: Money, left: Money) -> tuple[Money, Money]:
        """What is left of the charged fees and of the compensation, of what is left of both."""
        settled = charged + self.amount - left
        fees = max(Money.zero(charged.currency), charged - settled)
        return fees, left - fees


def claimed(case: Case, state: ClaimState, law: LawPack, on: date, costs: Money) -> Claimed:
    """The compensation of a claim on a day, beside ``costs``: the fees that it bears.

    A case claims it only for a creditor in business whose policy says so. Nothing is owed for an
    invoice that was cancelled or credited whole, or whose money was there in time, though it was
    booked later.
    """
    nothing = Money.zero(case.currency)
    if not case.compensation:
        return Claimed(amount=nothing)
    if state.compensation_waived:
        why = Reason(rule="hub.compensation", text="the creditor let the fixed sum go")
        return Claimed(amount=nothing, because=(why,))
    if not _was_late(state, law):
        why = Reason(rule="hub.compensation", text="nothing of the claim was paid late")
        return Claimed(amount=nothing, because=(why,))
    facts = claim_facts(case, state, [])
    found = standard_compensation(law, facts, on, creditor="business", costs=costs)
    return Claimed(amount=found.total - costs, because=found.because)


def _was_late(state: ClaimState, law: LawPack) -> bool:
    """Whether something was unpaid when the due day was over, and somebody owed it."""
    due = next_banking_day(law.country, state.claim.due)
    unpaid = state.claim.open - state.credited
    for movement in state.movements:
        if movement.on <= due and movement.kind not in {"credit", "cancelled"}:
            unpaid -= movement.lowered
    return unpaid.amount > 0

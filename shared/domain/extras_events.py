"""Events of what is owed beside the principal: what money settled of it, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.domain.claim_events import Event
from shared.domain.model import Id
from shared.domain.money import Money

# What becomes of interest and fees that are left when the principal is settled: nobody asks for
# them, or the ERP invoices them, with the next invoice or by one of their own.
Becomes = Literal["waived", "next_invoice", "own_invoice"]


class ExtrasPaid(Event):
    """What a payment settles of a claim's interest and fees, as it stands now.

    The latest word of one (payment, claim) counts; all zero: it was taken back. ``over`` is what
    was matched for them and turned out not to be owed: it is the debtor's. ``on`` is the day that
    counts for the debtor.
    """

    kind: Literal["extras_paid"] = "extras_paid"
    payment: Id
    claim: Id
    interest: Money
    fees: Money
    over: Money
    on: date

    @property
    def total(self) -> Money:
        """All that it brought beside the principal."""
        return self.interest + self.fees + self.over


class ResidualSettled(Event):
    """The principal is settled; what is left beside it is let go, or the ERP's to invoice.

    ``why`` is the rule: ``small`` (below the creditor's limit), ``policy``, ``settlement`` (a sum
    was accepted in full payment) or ``not_owed`` (the invoice was cancelled).
    """

    kind: Literal["residual_settled"] = "residual_settled"
    claim: Id
    becomes: Becomes
    interest: Money
    fees: Money
    why: Literal["small", "policy", "settlement", "not_owed"]
    on: date

    @property
    def total(self) -> Money:
        """Interest and fees together."""
        return self.interest + self.fees

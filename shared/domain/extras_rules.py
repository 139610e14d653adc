"""The creditor's rules for interest and fees: in what order they are paid, what is left over."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from shared.domain.allocation import KINDEST, Order
from shared.domain.explain import Record
from shared.domain.money import Money


def _unclaimed(choice: object) -> bool:
    return choice == "none"


class ExtrasRules(Record):
    """What a policy says about what is owed beside the principal.

    ``allocation`` is the order in which money settles a claim. ``residual`` says what becomes of
    interest and fees once the principal is settled: nobody asks for them (``waive``), the ERP
    invoices them (``keep``), or the debtor's next reminder, or else one letter for them alone,
    still asks for them (``continue``) and the ERP invoices what is left when the case closes. Up to
    ``waive_below`` (without it: the policy's tolerance) they are always waived. ``after_days`` is
    how many days after the last movement that is settled. Of what is kept, ``interest_on_late``
    says how the interest is invoiced; with ``own_invoice`` by an invoice of its own above
    ``own_invoice_above``, else with the next one. Fees follow the interest, or go with the next
    invoice where it is waived. ``compensation`` says whether the fixed sum for late payment between
    businesses is claimed; it counts as a cost.
    """

    allocation: Order = KINDEST
    residual: Literal["waive", "keep", "continue"] = "keep"
    waive_below: Money | None = None
    after_days: int = Field(default=7, ge=0, le=30)
    interest_on_late: Literal["waive", "next_invoice", "own_invoice"] = "waive"
    own_invoice_above: Money | None = None
    # Left out while it says nothing, so that policies from before it keep their hash.
    compensation: Literal["none", "claim"] = Field(default="none", exclude_if=_unclaimed)

    @model_validator(mode="after")
    def _coherent(self) -> ExtrasRules:
        if len(set(self.allocation)) != len(self.allocation):
            raise ValueError("the order must name each part once")
        limits = [one for one in (self.waive_below, self.own_invoice_above) if one is not None]
        if any(one.amount < 0 for one in limits) or len({one.currency for one in limits}) > 1:
            raise ValueError("limits must be in one currency and not negative")
        if self.interest_on_late == "own_invoice" and self.own_invoice_above is None:
            raise ValueError("own interest invoices need the amount above which they are made")
        return self

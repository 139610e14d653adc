"""The standard compensation for late payment between businesses, and what costs remain beside it.

It is the creditor's choice (directive 2011/7/EU art. 6): nothing here is claimed by itself.
"""

from __future__ import annotations

from datetime import date

from shared.domain.calendar import next_banking_day
from shared.domain.explain import Reason, Record
from shared.domain.law_duties import covers
from shared.domain.law_facts import ClaimFacts, no_rule, ruled
from shared.domain.lawpack import LawPack, treatment
from shared.domain.lawrules import Fee
from shared.domain.model import CreditorKind
from shared.domain.money import Money


class Compensation(Record):
    """What a creditor may claim when it chooses the compensation.

    ``sum`` is the fixed sum, ``costs`` what may still be claimed of the recovery costs beside it,
    ``total`` both. All three are zero, or the costs alone, where there is no compensation.
    """

    allowed: bool
    sum: Money
    costs: Money
    total: Money
    because: tuple[Reason, ...]


def standard_compensation(
    pack: LawPack, facts: ClaimFacts, on: date, *, creditor: CreditorKind, costs: Money
) -> Compensation:
    """The compensation for one claim on ``on``, and the part of ``costs`` that stays beside it.

    ``costs`` are the lawful fees of the claim so far. Only between businesses, and only once the
    claim is late. Where the law sets the sum off against the costs, only what exceeds it remains;
    where that is not known it is set off, which is kinder to the debtor. Sweden: 1981:739 4 a §,
    5 § 2 st. (set off); Denmark: renteloven § 9 a stk. 3 (on top); Finland and Norway: not seen.
    Raises ``ValueError`` for costs in another currency than the law's.
    """
    treated = treatment(facts.capacity, natural_person=facts.natural_person)
    rule = pack.fee("standard_compensation", treated, on, facts.due)
    amount = pack.price(rule, facts.principal, on, facts.due) if rule is not None else None
    reason = covers(pack, facts.claim_class, facts.capacity)
    if reason is None:
        reason = _refused(pack, facts, on, rule, creditor)
    if reason is not None or rule is None or amount is None:
        reason = reason or no_rule(pack, on, facts.principal.currency)
        nothing = Money.zero(pack.currency)
        total = nothing + costs
        return Compensation(allowed=False, sum=nothing, costs=costs, total=total, because=(reason,))
    beside = costs if rule.offset == "on_top" else max(costs - amount, Money.zero(pack.currency))
    text = "the fixed sum for late payment between businesses"
    because = ruled(rule, text, amount=amount, costs=costs, offset=rule.offset)
    total = amount + beside
    return Compensation(allowed=True, sum=amount, costs=beside, total=total, because=(because,))


def _refused(
    pack: LawPack, facts: ClaimFacts, on: date, rule: Fee | None, creditor: CreditorKind
) -> Reason | None:
    if rule is None:
        return None
    due = next_banking_day(pack.country, facts.due)
    if creditor != "business":
        return ruled(rule, "only a creditor in business may claim it", creditor=creditor)
    if on <= due:
        return ruled(rule, "the claim is not late yet", due=due, on=on)
    if facts.principal.amount <= 0:
        return ruled(rule, "a claim of nothing bears no compensation")
    return None

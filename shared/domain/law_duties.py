"""What the law asks beside waits and fees: covered classes, words of a notice, days that count."""

from __future__ import annotations

from datetime import date

from shared.domain.explain import Reason
from shared.domain.law_facts import ClaimFacts, ruled
from shared.domain.lawpack import LawPack, treatment
from shared.domain.lawrules import Content, Duty, NoticeAct
from shared.domain.model import Capacity, ClaimClass


def covers(pack: LawPack, claim_class: ClaimClass, capacity: Capacity) -> Reason | None:
    """Why a person must handle a class of claims; None when the pack has rules for it."""
    if claim_class in pack.covered:
        return None
    refusal = pack.refusals.get(claim_class)
    if refusal is None:
        inputs: dict[str, str] = {"claim_class": claim_class, "capacity": capacity}
        text = "the law pack has no rules for this class of claims: a person handles it"
        return Reason(rule="law.uncovered", text=text, facts=inputs)
    return ruled(refusal, refusal.text, claim_class=claim_class, capacity=capacity)


def must_say(
    pack: LawPack, notice: NoticeAct, facts: ClaimFacts, on: date
) -> dict[Content, Reason]:
    """What a notice of a kind sent on ``on`` has to say, each with the rule that asks for it.

    After a request to stop that makes further acts free of cost, the notice says that too
    (Finland, 513/1999 4 c §).
    """
    said: dict[Content, Reason] = {}
    for duty in _duties(pack, facts, on):
        if notice in duty.notices:
            for content in duty.must_say:
                said.setdefault(content, ruled(duty, duty.text))
    stop = stop_rule(pack, facts)
    if stop is not None and facts.stop_requested is not None and facts.stop_requested <= on:
        said["acts_are_free"] = ruled(stop, stop.text, asked=facts.stop_requested)
    return said


def only_pressure(
    pack: LawPack, facts: ClaimFacts, on: date
) -> tuple[tuple[Content, ...], Reason] | None:
    """All that a reminder may press with before the law calls it collection; None: no such list."""
    for duty in _duties(pack, facts, on):
        if duty.only_pressure:
            return duty.only_pressure, ruled(duty, duty.text)
    return None


def stop_rule(pack: LawPack, facts: ClaimFacts) -> Duty | None:
    """The rule by which a debtor's request to stop makes every further act free of cost."""
    treated = treatment(facts.capacity, natural_person=facts.natural_person)
    for duty in pack.duties:
        if duty.stops_costs and treated in duty.capacity:
            return duty
    return None


def payment_effective(
    pack: LawPack,
    claim_class: ClaimClass,
    *,
    value_date: date,
    booked: date,
    paid: date | None,
) -> tuple[date, Reason]:
    """The day on which a payment counts for the debtor, and the rule that says so.

    ``paid`` is the day the debtor paid, None when the feed does not tell it: then the value date
    stands for it. A day after the value date never counts, for it would harm the debtor.
    """
    rule = pack.payments[claim_class]
    told = {"value_date": value_date, "booked": booked, "paid": paid or value_date}
    day = min(told[rule.counts], value_date)
    return day, ruled(rule, rule.text, counts=rule.counts, day=day)


def _duties(pack: LawPack, facts: ClaimFacts, on: date) -> list[Duty]:
    treated = treatment(facts.capacity, natural_person=facts.natural_person)
    return [
        duty for duty in pack.duties if treated in duty.capacity and duty.in_force(on, facts.due)
    ]

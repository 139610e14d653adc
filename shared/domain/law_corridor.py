"""Corridors: on which day the waits of the law let each step of a policy come, at the soonest.

Of the same waits, and of the same days, as the check of a policy (:mod:`shared.domain.lawcheck`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shared.domain.explain import Record
from shared.domain.lawcheck_parts import Planned, plan
from shared.domain.lawpack import LawPack
from shared.domain.lawrules import Treatment, Wait
from shared.domain.policy import Policy

_TREATED: tuple[Treatment, ...] = ("consumer", "business")


class Placed(Record):
    """A step on the axis of days after the due date (day 0), as if every notice went on its day.

    ``soonest`` is the first day on which the waits let it come, for whichever debtor waits longest;
    None where no wait bounds it. ``section`` is that of the longest wait.
    """

    id: str
    day: int
    soonest: int | None = None
    section: str = ""


def corridor(pack: LawPack, policy: Policy) -> tuple[Placed, ...]:
    """Every step of a policy in order, with the soonest day that the waits of ``pack`` allow."""
    return tuple(_placed(pack, policy, one) for one in plan(policy))


def _placed(pack: LawPack, policy: Policy, one: Planned) -> Placed:
    found = list(_bounds(pack, policy, one))
    if not found:
        return Placed(id=one.step.id, day=one.day)
    soonest, section = max(found, key=lambda bound: bound[0])
    return Placed(id=one.step.id, day=one.day, soonest=soonest, section=section)


def _bounds(pack: LawPack, policy: Policy, one: Planned) -> Iterator[tuple[int, str]]:
    """The first lawful days of a step, each with the section that says so."""
    contact = None if one.since_contact is None else one.day - one.since_contact
    if one.step.action == "remind" and contact is not None:
        gap = pack.wait("contact_gap", "consumer", date.max, date.max)
        if gap is not None:
            yield contact + gap.first_day(gap.days), gap.section
    if one.step.action != "hand_over":
        return
    for treated in _TREATED:
        rule = pack.wait("hand_over", treated, date.max, date.max)
        if rule is not None:
            yield from _handed(rule, policy, contact)


def _handed(rule: Wait, policy: Policy, contact: int | None) -> Iterator[tuple[int, str]]:
    """The bounds of a hand-over; a partner that reminds by itself waits for no wait of ours."""
    paid_by = policy.payment_days + 1
    if policy.hand_over.partner_reminds:
        yield 1, rule.section
        if contact is not None:
            yield contact + paid_by, rule.section
    elif contact is not None:
        yield contact + max(rule.first_day(rule.days), paid_by), rule.section

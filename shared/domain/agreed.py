"""Agreed sums: what is still to come of settlements, promises and plans, and by which day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from shared.domain.case import Case
from shared.domain.explain import Record
from shared.domain.fold_states import states_of
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.plan import Plan
from shared.domain.plan_pause import standing

_KEPT = frozenset({"agreed", "active"})

Kind = Literal["settlement", "promised", "instalment"]


class Agreed(Record):
    """One sum that was agreed: of ``whole``, ``amount`` is still to come for ``claims``.

    ``day`` is the day that was agreed, ``by`` the last one on which the money still counts: the
    same, or, once that day is over, the last day of a promise or of a plan's grace. ``target``
    names the promise or plan. Of a plan it is instalment ``number`` (from one) of ``count``, and
    ``amount`` is what has not come up to it, earlier ones included.
    """

    kind: Kind
    target: str
    claims: tuple[Id, ...]
    whole: Money
    amount: Money
    day: date
    by: date
    number: int | None = None
    count: int | None = None


def agreed(case: Case, today: date) -> list[Agreed]:
    """What was agreed and is not there yet on a day (creditor's zone), in the order of its days."""
    return sorted([*_promised(case, today), *_planned(case, today)], key=lambda one: one.day)


def parts(case: Case, one: Agreed) -> dict[str, Money]:
    """Its amount by claim: the oldest claims take it up first, as payments for it do."""
    left, found = one.amount, {}
    for state in case.open_claims():
        if state.claim.id in one.claims and left.amount > 0:
            found[state.claim.id] = min(left, state.open)
            left -= found[state.claim.id]
    return found


def _promised(case: Case, today: date) -> Iterator[Agreed]:
    for one in states_of(case).promises.values():
        if one.judged(case.claims, today) != "open":
            continue
        owed = total([case.claims[name].open for name in one.claims], case.currency)
        yield Agreed(
            kind="settlement" if one.settles else "promised",
            target=one.id,
            claims=one.claims,
            whole=one.amount,
            amount=min(one.amount - one.since(case.claims), owed),
            day=one.day,
            by=one.day if today <= one.day else one.holds_to,
        )


def _planned(case: Case, today: date) -> Iterator[Agreed]:
    states = states_of(case)
    for plan in states.plans.values():
        if standing(plan, states, case.claims, today) not in _KEPT:
            continue
        number = _next(case, plan, today)
        if number is None:
            continue
        day = plan.instalments[number - 1].due
        yield Agreed(
            kind="instalment",
            target=plan.id,
            claims=plan.claims,
            whole=plan.asked(case.claims, number),
            amount=plan.behind(case.claims, number),
            day=day,
            by=day if today <= day else _last(case, plan, today),
            number=number,
            count=len(plan.instalments),
        )


def _last(case: Case, plan: Plan, today: date) -> date:
    """The last day for an instalment whose own is over: of its clearing, of the plan's grace."""
    late = plan.late(case.claims, today)
    days = [plan.looks_on(case.claims, today), plan.grace_ends(late[0]) if late else None]
    return max(today, min((day for day in days if day is not None), default=today))


def _next(case: Case, plan: Plan, today: date) -> int | None:
    """The number of the last instalment that is due and not covered, or else of the next one."""
    due = sum(one.due <= today for one in plan.instalments)
    slack = plan.tolerance or Money.zero(case.currency)
    for number in range(max(due, 1), len(plan.instalments) + 1):
        if plan.behind(case.claims, number) > slack:
            return number
    return None

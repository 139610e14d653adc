"""Plan offers: the small grid of payment plans from which a payer may choose, with all its sums.

Each was tried as the command that it would be, so that nothing is offered that the case, the law
or the policy refuses. A plan bears no fee, and no interest runs while it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from shared.domain import command_forms as forms
from shared.domain import commands
from shared.domain.calendar import next_banking_day
from shared.domain.explain import Record
from shared.domain.foresight import Stand
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.payer_view import PayerView
from shared.domain.plan_events import Instalment, PlanProposed
from shared.errors import Refused

# Few enough to compare on a phone: by count, and by the first day.
COUNTS: Final = (2, 3, 4, 6, 9, 12, 18, 24)
# Wages and benefits come at the turn of a month or in its middle.
_MIDDLE: Final = 15
# The soonest first day leaves time to arrange it.
_SOON: Final = timedelta(days=7)
_MONTH: Final = timedelta(days=31)


class PlanOffer(Record):
    """A monthly plan of ``count`` instalments from ``first`` on, which sum to ``total``.

    ``total`` is the open principal of ``claims``. ``beside`` is the interest and the fees up to
    today: the plan adds nothing to them, and they are owed besides. ``at_once``: choosing it agrees
    to it, and otherwise a person answers.
    """

    count: int
    first: date
    instalments: tuple[Instalment, ...]
    total: Money
    beside: Money
    claims: tuple[Id, ...]
    at_once: bool

    @property
    def even(self) -> bool:
        """Whether every instalment is the same sum: the last one takes up what does not divide."""
        return len({one.amount for one in self.instalments}) == 1


def offers(stand: Stand, shown: PayerView, now: datetime) -> tuple[PlanOffer, ...]:
    """The plans that a payer may choose at an instant in the creditor's zone, shortest first."""
    today, rules = now.date(), stand.policy.process
    found = [
        made
        for count in COUNTS
        if count <= rules.offered_plan
        for first in first_days(stand.policy.law, today)
        if (made := offer(stand, shown, now, count, first)) is not None
    ]
    return tuple(found)


def offer(
    stand: Stand, shown: PayerView, now: datetime, count: int, first: date
) -> PlanOffer | None:
    """One plan of the grid; None for one that is not in it or that the case refuses."""
    rules = stand.policy.process
    known = count in COUNTS and count <= rules.offered_plan
    if not known or first not in first_days(stand.policy.law, now.date()):
        return None
    plan = _tried(stand, shown, now, count, first) if shown.plannable else None
    if plan is None:
        return None
    amounts = [one.amount for one in plan.instalments]
    least = rules.least_instalment
    if least is not None and (least.currency != amounts[0].currency or min(amounts) < least):
        return None
    whole = beside = Money.zero(amounts[0].currency)
    for amount in amounts:
        whole += amount
    for claim in shown.claims:
        if claim.id in plan.claims:
            beside += claim.interest + claim.fees + (claim.compensation or whole - whole)
    return PlanOffer(
        count=count, first=first, instalments=plan.instalments, total=whole, beside=beside,
        claims=plan.claims, at_once=count <= rules.agreed_plan,
    )  # fmt: skip


def first_days(country: str, today: date) -> tuple[date, ...]:
    """The days on which a plan may begin: in a week, and the next turn or middle of a month."""
    soonest = today + _SOON
    named = (soonest, *_turns(soonest))
    days = [next_banking_day(country, day) for day in named]
    return tuple(dict.fromkeys(days))


def _turns(after: date) -> Iterator[date]:
    """The first middle and the first turn of a month later than a day, in their order."""
    nearest = (after.replace(day=1) + _MONTH).replace(day=1)
    middle = after.replace(day=_MIDDLE)
    middle = middle if middle > after else nearest.replace(day=_MIDDLE)
    yield from sorted((middle, nearest))


def _tried(
    stand: Stand, shown: PayerView, now: datetime, count: int, first: date
) -> PlanProposed | None:
    command = forms.ProposePlan(
        id="what-if", reason="what_if", claims=shown.plannable, count=count, first=first
    )
    try:
        made = commands.apply(
            stand.case, command, by="payer", policy=stand.policy, law=stand.law, now=now,
            debtor=stand.debtor,
        )  # fmt: skip
    except Refused:
        return None
    return next((one for one in made if isinstance(one, PlanProposed)), None)

"""What a payer is to pay today, and by which day: a letter's, or one agreed in its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shared.domain.agreed import Agreed
from shared.domain.case import Case
from shared.domain.payer_claims import PayerClaim


def due_today(
    shown: Sequence[PayerClaim], coming: Sequence[Agreed], today: date
) -> list[PayerClaim]:  # fmt: skip
    """The claims of which something is to be paid today, whatever day their sums are of."""
    later = {name for one in coming if one.kind == "instalment" and one.day > today
             for name in one.claims}  # fmt: skip
    return [one for one in shown if one.now and one.is_due(today) and one.id not in later]


def pay_by(
    case: Case, due: Sequence[PayerClaim], coming: Sequence[Agreed], today: date
) -> date | None:
    """The soonest day ahead that a letter named for what is due, or that was agreed of it instead.

    A later day of another claim is none to rely on: this claim's next step comes before it. A day
    that was named for what nobody asks for today (a partner's, contested, extended, time-barred, a
    later instalment) hurries nobody.
    """
    ours = {one.id for one in due}
    instead = {name for one in coming for name in one.claims}
    days = [case.standing(name).last_deadline for name in ours - instead]
    days += [one.day for one in coming if not ours.isdisjoint(one.claims)]
    return min((day for day in days if day is not None and day >= today), default=None)

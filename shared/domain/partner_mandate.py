"""Partner mandate: whether what a partner agreed or did needed a word of the creditor first."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

from shared.domain.casefile_rights import Mandate
from shared.domain.money import total
from shared.domain.partner_events import PartnerLegalStep, PartnerPlanAgreed

if TYPE_CHECKING:
    from shared.domain.case import Case

NONE = Mandate()
# The partner's own deeds at an authority; what becomes of them is the authority's.
_ITS_OWN = frozenset({"claim_filed", "enforcement_applied", "bankruptcy_filed"})


def unmandated(
    case: Case, event: PartnerPlanAgreed | PartnerLegalStep, mandate: Mandate, today: date
) -> str | None:
    """What a person is told of a deed without a mandate for it; None for one within it.

    ``today`` is the creditor's day of the report, from which the months of a plan count.
    """
    if isinstance(event, PartnerLegalStep):
        bare = event.step in _ITS_OWN and not mandate.legal
        return "the partner took a legal step without a mandate for it: ask it" if bare else None
    if event.settles:
        short = not _share_left(case, event, mandate)
        text = "the partner settled for less than its mandate lets it: say if that stands"
        return text if short else None
    long = mandate.plan_months is None or max(one.due for one in event.instalments) > _months_after(
        today, mandate.plan_months
    )
    return "the partner agreed to a plan beyond its mandate: say if it stands" if long else None


def _share_left(case: Case, event: PartnerPlanAgreed, mandate: Mandate) -> bool:
    """Whether a settlement leaves the creditor the share of the principal that it must."""
    floor = mandate.settlement_floor
    owed = total([case.claims[one].open for one in event.claims], case.currency)
    return floor is not None and event.instalments[0].amount.amount * 100 >= owed.amount * floor


def _months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

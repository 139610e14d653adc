"""Partner bounds: which amounts and days of a partner's report are beyond belief."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from shared.domain.money import total
from shared.domain.partner_reports import Contested, Paid, PaidBack, Remitted, Stepped

if TYPE_CHECKING:
    from shared.domain.case_parts import ClaimState
    from shared.domain.money import Money
    from shared.domain.partner_message import PartnerMessage

# Interest, fees and a court's costs may be many times a small claim; the number is ours.
_MOST_TIMES = 20
# No plan and no respite is longer: in years, ours too.
_LONGEST = 30


def beyond(
    message: PartnerMessage, claims: Sequence[ClaimState], amounts: Sequence[Money], today: date
) -> str | None:
    """Why an amount or a day of a report cannot be, as a fixed sentence, or None.

    ``claims`` are those that it is about, ``amounts`` all of its own, in their currency; ``today``
    is the creditor's day. The lines of a remittance are held against its total elsewhere.
    """
    if isinstance(message.data, Remitted) or not claims:
        return None
    whole = total([one.claim.total for one in claims], claims[0].claim.total.currency)
    return _amount_fault(message, amounts, whole) or _day_fault(message, claims, today)


def _amount_fault(message: PartnerMessage, amounts: Sequence[Money], whole: Money) -> str | None:
    if any(one.amount < 0 for one in amounts):
        return "the report has a negative amount"
    match message.data:
        case Contested(amount=part) if part is not None and (not part or part > whole):
            return "what the debtor contests is nothing, or more than the claim"
        case Paid(remaining=left) if left is not None and left > whole:
            return "more is left of the claim than its invoice came to"
    if any(one.amount > whole.amount * _MOST_TIMES for one in amounts):
        return "an amount is out of proportion to the claims"
    return None


def _day_fault(message: PartnerMessage, claims: Sequence[ClaimState], today: date) -> str | None:
    first = min(one.claim.issued for one in claims)
    days = list(_days(message))
    if any(day < first for day in days):
        return "a day of the report is before the invoice"
    if isinstance(message.data, Stepped) and message.data.on > today:
        return "the legal step was taken on a day to come"
    if any(day.year > today.year + _LONGEST for day in days):
        return "a day of the report is further away than any plan"
    return None


def _days(message: PartnerMessage) -> Iterator[date]:
    match message.data:
        case Paid(received=day) | PaidBack(on=day) | Stepped(on=day):
            yield day
        case _:
            pass
    until = getattr(message.data, "until", None)
    if until is not None:
        yield until
    yield from (one.due for one in getattr(message.data, "instalments", ()))

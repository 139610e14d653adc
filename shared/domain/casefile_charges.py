"""What a claim of a case file bears beside its principal and fees: late interest, compensation."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from shared.domain.explain import Record
from shared.domain.interest import PER_CENT_YEAR, Interest, counted
from shared.domain.lawrules import DayCount
from shared.domain.ledger_compensation import Claimed
from shared.domain.money import Money


class RatePeriod(Record):
    """Days with one rate (per cent a year) and one principal; first and last day are counted.

    ``days`` is what the day count makes of them: a lone 31st is none under 30E/360.
    """

    first_day: date
    last_day: date
    days: int = Field(ge=0)
    rate: str = Field(pattern=r"^[0-9]+(\.[0-9]+)?$")
    principal: Money


class FileInterest(Record):
    """Late interest: the sum of principal x rate x days / 36,500, rounded half up once.

    Under the day count 30E/360 (Denmark) every month has thirty days and the divisor is 36,000.
    ``section`` is the law that it stands on. ``complete`` is false when no rate is known after
    ``accrued_to``: more may be owed from then on.
    """

    basis: Literal["statutory", "contract", "none"]
    rule: str
    section: str
    day_count: DayCount = "ACT/365"
    first_day: date | None
    accrued_to: date
    complete: bool
    periods: tuple[RatePeriod, ...]
    accrued: Money

    @model_validator(mode="after")
    def _adds_up(self) -> FileInterest:
        for one in self.periods:
            if counted(one.first_day, one.last_day, self.day_count) != one.days:
                raise ValueError("days must count the first and the last day")
        days = [day for one in self.periods for day in (one.first_day, one.last_day)]
        if any(later <= day for day, later in zip(days[1::2], days[2::2], strict=False)):
            raise ValueError("rate periods must be in order and apart")
        if self.first_day != (days[0] if days else None):
            raise ValueError("interest must begin with its first rate period")
        if self.periods and self.periods[-1].last_day > self.accrued_to:
            raise ValueError("no rate period may end after the day of accrual")
        exact = sum(
            (one.principal.amount * Decimal(one.rate) * one.days for one in self.periods),
            start=Decimal(0),
        )
        exact /= PER_CENT_YEAR[self.day_count]
        if Money.round(exact, self.accrued.currency) != self.accrued:
            raise ValueError("the accrued interest must equal its periods")
        return self


class FileCompensation(Record):
    """The fixed sum for late payment between businesses, and what of it was ``paid`` already.

    ``section`` is the law that it stands on. Where the law sets it off against fees, ``amount`` is
    what exceeds those of the claim.
    """

    rule: str
    section: str
    amount: Money
    paid: Money

    @property
    def due(self) -> Money:
        """What is still owed of it."""
        return self.amount - self.paid

    @model_validator(mode="after")
    def _adds_up(self) -> FileCompensation:
        if not 0 <= self.paid.amount <= self.amount.amount:
            raise ValueError("no more of a compensation is paid than there is")
        return self


def file_compensation(fixed: Claimed, left: Money) -> FileCompensation | None:
    """What a file says of a claimed sum of which some is ``left``; None where there is none."""
    if not fixed.amount:
        return None
    why = fixed.because[0]
    return FileCompensation(
        rule=why.rule, section=why.section, amount=fixed.amount, paid=fixed.amount - left
    )


def file_interest(interest: Interest, as_of: date, agreed: Decimal | None) -> FileInterest:
    """What a file says of late interest to the end of ``as_of``; ``agreed`` is by contract."""
    basis: Literal["statutory", "contract", "none"] = "none"
    if interest.segments:
        by_contract = any(one.rate == agreed for one in interest.segments)
        basis = "contract" if by_contract else "statutory"
    unknown = interest.unknown_from
    reason = interest.because[0] if interest.because else None
    return FileInterest(
        basis=basis,
        rule=reason.rule if reason else "",
        section=reason.section if reason else "",
        day_count=interest.day_count,
        first_day=interest.segments[0].from_ if interest.segments else None,
        accrued_to=as_of if unknown is None else min(as_of, unknown - timedelta(days=1)),
        complete=unknown is None or unknown > as_of,
        periods=tuple(
            RatePeriod(
                first_day=one.from_,
                last_day=one.to,
                days=one.days,
                rate=format(one.rate, "f"),
                principal=one.principal,
            )
            for one in interest.segments
        ),
        accrued=interest.total,
    )

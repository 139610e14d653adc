"""Late interest: the open principal, day by day, at the rate of each half-year, rounded once.

Fees bear none: no pack says so, and only principal is passed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from shared.domain.calendar import next_banking_day
from shared.domain.explain import Reason, Record
from shared.domain.lawpack import LawPack, treatment
from shared.domain.lawrules import DayCount, Points
from shared.domain.model import Capacity
from shared.domain.money import Money

_DAY = timedelta(days=1)
# A day's interest is principal x rate (per cent) / this: the days of a year times a hundred.
PER_CENT_YEAR: Mapping[DayCount, Decimal] = {"ACT/365": Decimal(36500), "30E/360": Decimal(36000)}


class Segment(Record):
    """Days ``from_`` to ``to`` (both counted) with one rate (per cent a year) and one principal.

    ``days`` is what the law's day count makes of them: under 30E/360 every month has thirty.
    """

    from_: date
    to: date
    days: int
    rate: Decimal
    principal: Money
    exact: Decimal


class Interest(Record):
    """Late interest in segments; ``total`` is the exact sum, rounded half up once.

    With ``unknown_from`` the total covers only the days before it, for no rate is known from then
    on: a letter says "plus statutory late interest", and a hand-over asks a person. ``day_count``
    is how the law counts the days of a year.
    """

    total: Money
    segments: tuple[Segment, ...]
    unknown_from: date | None
    because: tuple[Reason, ...]
    day_count: DayCount = "ACT/365"


def accrue(  # noqa: PLR0913 - late interest hangs on all of these
    pack: LawPack,
    *,
    capacity: Capacity,
    natural_person: bool,
    due: date,
    balances: tuple[tuple[date, Money], ...],
    to: date,
    agreed_rate: Decimal | None,
    reminded: date | None = None,
) -> Interest:
    """Late interest on one claim from the day after its effective due date to ``to``.

    ``balances`` holds, in order of days, the open principal at the end of each day on which it
    changed: the day of a payment still counts as late, on the principal before it. ``due`` rolls
    to the next banking day where the pack says so. ``agreed_rate`` is in per cent a year,
    ``reminded`` the payment date of the first reminder that was given after the due date: where
    the pack lets default begin by a reminder, nothing accrues up to that day, or without one.
    Finland: korkolaki 633/1982 4, 4 a, 12 §, and 2 § (a consumer's agreed rate is capped).
    Sweden: räntelagen 1975:635 3, 6, 9 §. Norway: forsinkelsesrenteloven §§ 2, 3, 4. Denmark:
    renteloven §§ 3, 5, 7. Germany: BGB §§ 286, 288. Netherlands: BW 6:119a. Estonia: VÕS § 113.
    Raises ``ValueError`` for balances that are out of order, in another currency than the law's,
    or a negative agreed rate.
    """
    _check(pack, balances, agreed_rate)
    treated = treatment(capacity, natural_person=natural_person)
    rule = pack.points(treated, due) or pack.points("consumer", due)
    rolls = rule is None or rule.rolls_due_date
    begin = (next_banking_day(pack.country, due) if rolls else due) + _DAY
    if rule is not None and rule.starts == "reminder":
        begin = max(begin, (reminded or to) + _DAY)
    day_count = rule.day_count if rule is not None else "ACT/365"
    segments: list[Segment] = []
    unknown_from = None
    for first, last, principal in _spans(balances, begin, to):
        rated = list(_rated(pack, rule, agreed_rate, first, last))
        for from_, until, rate in rated:
            if rate is None:
                unknown_from = from_
                break
            segments.append(_segment(from_, until, rate, principal, day_count))
        if unknown_from is not None:
            break
    # One division for all: thirds of a cent cannot tip the rounding.
    numerator = sum(
        (one.principal.amount * one.rate * one.days for one in segments), start=Decimal(0)
    )
    total = Money.round(numerator / PER_CENT_YEAR[day_count], pack.currency)
    because = _because(pack, rule, due, begin, to, unknown_from)
    return Interest(
        total=total,
        segments=tuple(segments),
        unknown_from=unknown_from,
        because=because,
        day_count=day_count,
    )


def _check(
    pack: LawPack, balances: tuple[tuple[date, Money], ...], agreed_rate: Decimal | None
) -> None:
    days = [day for day, _ in balances]
    if days != sorted(set(days)):
        raise ValueError("balances are in order, one for each day")
    if any(money.currency != pack.currency for _, money in balances):
        raise ValueError("balances are in the currency of the law")
    if agreed_rate is not None and not (agreed_rate.is_finite() and agreed_rate >= 0):
        raise ValueError("an agreed rate is a number and not negative")


def _spans(
    balances: tuple[tuple[date, Money], ...], begin: date, to: date
) -> Iterator[tuple[date, date, Money]]:
    """The days of the period with one positive principal each, first and last day included."""
    for index, (day, principal) in enumerate(balances):
        first = max(begin, day + _DAY)
        last = min(to, balances[index + 1][0]) if index + 1 < len(balances) else to
        if first <= last and principal.amount > 0:
            yield first, last, principal


def _rated(
    pack: LawPack, rule: Points | None, agreed: Decimal | None, first: date, last: date
) -> Iterator[tuple[date, date, Decimal | None]]:
    """The span cut at the half-years of the rate; None ends it where no rate is known."""
    if agreed is not None and rule is not None and not rule.cap_agreed_rate:
        yield first, last, agreed
        return
    while first <= last:
        half_year = pack.half_year(first)
        if rule is None or half_year is None:
            yield first, last, None
            return
        until = min(last, half_year.last)
        statutory = Decimal(half_year.reference) + rule.points
        yield first, until, statutory if agreed is None else min(agreed, statutory)
        first = until + _DAY


def _segment(
    first: date, last: date, rate: Decimal, principal: Money, day_count: DayCount
) -> Segment:
    days = counted(first, last, day_count)
    exact = principal.amount * rate * days / PER_CENT_YEAR[day_count]
    return Segment(from_=first, to=last, days=days, rate=rate, principal=principal, exact=exact)


def counted(first: date, last: date, day_count: DayCount) -> int:
    """The days from ``first`` to ``last``, both counted.

    >>> counted(date(2024, 2, 2), date(2024, 3, 15), "30E/360")
    44
    """
    before = first - _DAY
    if day_count == "ACT/365":
        return (last - before).days
    return _thirties(last) - _thirties(before)


def _thirties(day: date) -> int:
    # 30E/360: the 31st of a month counts as its 30th, and adding up segments changes nothing.
    return 360 * day.year + 30 * day.month + min(day.day, 30)


def _because(
    pack: LawPack, rule: Points | None, due: date, begin: date, to: date, unknown: date | None
) -> tuple[Reason, ...]:
    inputs = {"due": due.isoformat(), "from": begin.isoformat(), "to": to.isoformat()}
    if rule is None:
        text = "no usable late-interest rule binds the claim"
        return (Reason(rule="law.no_rule", text=text, facts=inputs),)
    text = "late interest at the reference rate of each half-year plus points"
    facts = inputs | {"points": str(rule.points)}
    reasons = [Reason(rule=rule.id, section=rule.section, text=text, facts=facts)]
    if unknown is not None:
        text = "the reference rate is not known from that day on"
        since = {"from": unknown.isoformat()}
        reasons.append(
            Reason(rule="law.rate_unknown", section=pack.rate_section, text=text, facts=since)
        )
    return tuple(reasons)

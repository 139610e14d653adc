"""Payment plans: instalments that sum exactly, and what the money says about keeping them."""

from __future__ import annotations

import operator
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from shared.domain.calendar import banking_days_after, next_banking_day
from shared.domain.case_parts import ClaimState
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.plan_events import Instalment, NewClaims, OnBroken
from shared.domain.promise import by_day, received

Stage = Literal["proposed", "agreed", "active", "completed", "broken", "cancelled", "lapsed"]
Rhythm = Literal["week", "two_weeks", "month"]

IN_FORCE: frozenset[Stage] = frozenset({"proposed", "agreed", "active"})

_DAYS = {"week": 7, "two_weeks": 14}
_MONTHS = 12
_DAY = timedelta(days=1)


class Plan(Record):
    """A plan over some claims; ``before`` is what they had received when it was proposed.

    ``country`` and ``tolerance`` are those of ``PlanProposed``. ``taken_back`` is the day from
    which whatever is uncovered is late at the earliest: the latest one on which a payment of its
    claims became known to have been taken back, or a person's word let the plan go on. ``missed``
    is the number of the instalment that was recorded as missed last, ``misses`` how many were, and
    ``missed_after`` what ``taken_back`` was then: after it the same one is missed anew.
    ``ended_on`` is the day on which its end was recorded. ``cleared`` are claims for which a person
    said to go on after it broke.
    """

    id: str
    claims: tuple[Id, ...]
    instalments: tuple[Instalment, ...]
    before: Money
    answer_by: date
    clearing_days: int
    grace_days: int
    new_claims: NewClaims
    on_broken: OnBroken
    country: str | None = None
    tolerance: Money | None = None
    taken_back: date | None = None
    agreed: bool = False
    missed: int | None = None
    ended: Literal["completed", "broken", "cancelled", "lapsed"] | None = None
    cleared: tuple[Id, ...] = ()
    misses: int = Field(default=0, exclude_if=operator.not_)
    missed_after: date | None = Field(default=None, exclude_if=operator.not_)
    ended_on: date | None = Field(default=None, exclude_if=operator.not_)

    def rests(self, claim: str) -> bool:
        """Whether a claim of the case rests while the plan is in force."""
        return claim in self.claims or self.new_claims == "hold"

    @property
    def total(self) -> Money:
        """What the instalments come to together."""
        return total([one.amount for one in self.instalments], self.before.currency)

    def stage(self, claims: Mapping[str, ClaimState], today: date) -> Stage:
        """Where the plan stands on a day: by the money that came in, in the order of instalments.

        It is completed when its claims are paid, and broken when an instalment is late that was
        missed after the first late one, or when the grace after that is over and money of its last
        day would be there. Instalments that one return of money uncovers are one miss.
        """
        if self.ended is not None:
            return self.ended
        owed = total([claims[one].open for one in self.claims], self.before.currency)
        if not owed or (self.agreed and owed <= self._slack):
            return "completed"
        if not self.agreed:
            return "proposed" if today <= self.answer_by else "lapsed"
        late = self.late(claims, today)
        if late:
            missed = [self._missed_on(self.instalments[number - 1]) for number in late]
            if missed[-1] > missed[0] or today >= self._breaks_on(late[0]):
                return "broken"
        paid = received(claims, self.claims, self.before.currency) - self.before
        began = today >= self.instalments[0].due or paid.amount > 0
        return "active" if began else "agreed"

    def newly_missed(self, claims: Mapping[str, ClaimState], today: date) -> int | None:
        """The number of a late instalment that nobody was told of yet; the first of them."""
        late = self.late(claims, today)
        if not late:
            return None
        told = self.missed == late[0] and self.missed_after == self.taken_back
        return None if told else late[0]

    def kept_by_day(self, claims: Mapping[str, ClaimState]) -> bool:
        """Whether money received up to the day of its end kept a plan that was ended as broken.

        The day of its end is told in UTC, and may be the creditor's day before: the later counts.
        """
        if self.ended != "broken" or self.ended_on is None:
            return False
        then = {one: by_day(claims[one], self.ended_on) for one in self.claims}
        again = self.model_copy(update={"ended": None})
        return again.stage(then, self.ended_on + _DAY) != "broken"

    def in_force_again(self, today: date) -> Plan:
        """A plan that was kept, as if it had not ended: what is uncovered is late from today."""
        return self.model_copy(update={"ended": None, "ended_on": None, "taken_back": today})

    def late(self, claims: Mapping[str, ClaimState], today: date) -> tuple[int, ...]:
        """The numbers of the instalments that are not covered and whose time is over on a day."""
        return tuple(
            number for number, one in self._uncovered(claims) if today >= self._missed_on(one)
        )

    def asked(self, claims: Mapping[str, ClaimState], number: int) -> Money:
        """What the instalment ``number`` (from one) comes to, lowered by what credits took off."""
        return self._asked(claims)[number - 1].amount

    def behind(self, claims: Mapping[str, ClaimState], number: int) -> Money:
        """How much of the instalments up to ``number`` (from one) has not come; never negative."""
        asked = self._asked(claims)[:number]
        wanted = total([one.amount for one in asked], self.before.currency)
        since = received(claims, self.claims, self.before.currency) - self.before
        return max(Money.zero(wanted.currency), wanted - since)

    def grace_ends(self, number: int) -> date:
        """The last day on which a late instalment still saves the plan: a banking day."""
        last = self._missed_on(self.instalments[number - 1]) - _DAY
        return self._banking(last + timedelta(days=self.grace_days))

    def _breaks_on(self, number: int) -> date:
        """The first day on which money received in the days of grace would have become known."""
        last = self.grace_ends(number)
        if self.country is None:
            return self._opens(last + timedelta(days=self.clearing_days))
        return self._opens(banking_days_after(self.country, last, self.clearing_days))

    def looks_on(self, claims: Mapping[str, ClaimState], today: date) -> date | None:
        """The last day before which nothing changes by itself; None when nothing will."""
        if not self.agreed:
            return self.answer_by
        days = []
        for index, (number, one) in enumerate(self._uncovered(claims)):
            days.append(self._missed_on(one) - _DAY)
            if index == 0:
                days.append(self._breaks_on(number) - _DAY)
        return min((day for day in days if day >= today), default=None)

    def _uncovered(self, claims: Mapping[str, ClaimState]) -> list[tuple[int, Instalment]]:
        """Instalments that the money since the plan began does not reach, with their numbers."""
        left = received(claims, self.claims, self.before.currency) - self.before
        found = []
        for number, one in enumerate(self._asked(claims), start=1):
            left -= one.amount
            if one.amount and left + self._slack < Money.zero(left.currency):
                found.append((number, one))
        return found

    def _asked(self, claims: Mapping[str, ClaimState]) -> list[Instalment]:
        """The instalments after what was credited or let go, which lowers the last ones first."""
        nothing = Money.zero(self.before.currency)
        since = received(claims, self.claims, nothing.currency) - self.before
        owed = total([claims[one].open for one in self.claims], nothing.currency)
        less = max(nothing, self.total - since - owed)
        asked = []
        for one in reversed(self.instalments):
            cut = min(less, one.amount)
            less -= cut
            asked.append(Instalment(due=one.due, amount=one.amount - cut))
        return asked[::-1]

    @property
    def _slack(self) -> Money:
        return self.tolerance or Money.zero(self.before.currency)

    def _missed_on(self, one: Instalment) -> date:
        """The first day on which it is late; what a return uncovers, when the return is known."""
        last = self._banking(one.due) + timedelta(days=self.clearing_days)
        if self.country is not None:
            last = banking_days_after(self.country, self._banking(one.due), self.clearing_days)
        return max(self._opens(last), self.taken_back or date.min)

    def _opens(self, last: date) -> date:
        """The day on which something happens because ``last`` is over: never a closed one."""
        return self._banking(last + _DAY)

    def _banking(self, day: date) -> date:
        return day if self.country is None else next_banking_day(self.country, day)


def schedule(amount: Money, count: int, first: date, every: Rhythm) -> tuple[Instalment, ...]:
    """``count`` instalments of ``amount``, alike but for the last, which takes the odd cents.

    A monthly plan keeps the day of the month, or the month's last where it is shorter. Raises
    ``ValueError`` when an instalment would be nothing.

    >>> [str(one.amount) for one in schedule(Money.of("100.00", "EUR"), 3, date(2026, 1, 31),
    ...                                      "month")]
    ['33.33 EUR', '33.33 EUR', '33.34 EUR']
    """
    share = amount.split(count)[-1]
    if share.amount <= 0:
        raise ValueError("an instalment is more than nothing")
    shares = [share] * (count - 1)
    shares.append(amount - total(shares, amount.currency))
    return tuple(
        Instalment(due=_day(first, number, every), amount=one) for number, one in enumerate(shares)
    )


def _day(first: date, number: int, every: Rhythm) -> date:
    if every != "month":
        return first + timedelta(days=number * _DAYS[every])
    years, month = divmod(first.month - 1 + number, _MONTHS)
    year = first.year + years
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))

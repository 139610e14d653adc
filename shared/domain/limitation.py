"""When a claim lapses by limitation, and when a person is told that it is near.

A proof starts the time anew only where the country's act names its kind. What the hub is unsure
of shortens the time and never lengthens it: no letter goes out on a lapsed claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from shared.domain.calendar import next_banking_day
from shared.domain.explain import Reason, Record
from shared.domain.law_facts import ruled
from shared.domain.lawpack import LawPack, treatment
from shared.domain.lawrules import Limitation, Proof
from shared.domain.model import Capacity, ClaimClass

WARN_DAYS = 90
_DAY = timedelta(days=1)


class Interruption(Record):
    """A proof of something that may start the time of limitation anew, and its day."""

    proof: Proof
    on: date


class Lapse(Record):
    """When a claim lapses: ``lapses_on`` is the first day on which it is time-barred.

    ``warn_on`` lies ninety days before it. Both are None where no usable rule is known; then a
    person says. ``final`` tells that nothing can start the time anew.
    """

    lapses_on: date | None
    warn_on: date | None
    final: bool
    because: tuple[Reason, ...]

    def lapsed(self, today: date) -> bool:
        """Whether the claim is time-barred on a day."""
        return self.lapses_on is not None and today >= self.lapses_on

    def near(self, today: date) -> bool:
        """Whether a person must look: ninety days before, or because no rule is known."""
        return self.warn_on is None or today >= self.warn_on


def lapses_on(
    pack: LawPack,
    *,
    capacity: Capacity,
    natural_person: bool,
    claim_class: ClaimClass,
    due: date,
    arose: date,
    interruptions: Sequence[Interruption] = (),
) -> Lapse:
    """When a claim on one liable person lapses.

    ``natural_person`` is the liable person's kind, ``arose`` the day the debt arose (the invoice's
    date at the latest). Interruptions after the lapse revive nothing. Finland: 728/2003 4, 10,
    11, 13 a §, and 706/2007 20 § for public-law claims; Sweden: 1981:130 2, 5-7 §; Norway:
    foreldelsesloven §§ 2, 3, 14, 15; Denmark: forældelsesloven §§ 2, 3, 5, 27.
    """
    treated = treatment(capacity, natural_person=natural_person)
    rule = pack.limitation(claim_class, treated, due)
    if rule is None:
        text = "no usable rule of limitation is known: a person says whether the claim lapses"
        inputs = {"country": pack.country, "claim_class": claim_class}
        reason = Reason(rule="law.no_rule", text=text, facts=inputs)
        return Lapse(lapses_on=None, warn_on=None, final=False, because=(reason,))
    start = _start(rule, due, arose)
    limit = None
    if rule.final_years is not None and natural_person:
        limit = _years_after(start, rule.final_years)
    end, counted = _end(pack, rule, start, interruptions)
    final = not rule.restarts or (limit is not None and end >= limit)
    end = end if limit is None else min(end, limit)
    last = _rolled(pack, rule, end)
    facts = {"from": start, "last_day": last, "final": final}
    because = [ruled(rule, "the claim lapses when these years have passed", **facts)]
    for one in counted:
        text = "this started the time anew"
        because.append(ruled(rule, text, proof=one.proof, on=one.on))
    lapses = last + _DAY
    warn = lapses - timedelta(days=WARN_DAYS)
    return Lapse(lapses_on=lapses, warn_on=warn, final=final, because=tuple(because))


def _start(rule: Limitation, due: date, arose: date) -> date:
    if rule.counts_from == "arose":
        return arose
    return due if rule.counts_from == "due" else date(due.year, 12, 31)


def _end(
    pack: LawPack, rule: Limitation, start: date, interruptions: Sequence[Interruption]
) -> tuple[date, list[Interruption]]:
    """The last day before the final term, and the interruptions that counted, in order."""
    years = {restart.proof: restart.years for restart in rule.restarts}
    end = _years_after(start, rule.years)
    counted: list[Interruption] = []
    for one in sorted(interruptions, key=lambda one: one.on):
        if one.proof in years and one.on <= _rolled(pack, rule, end):
            end = max(end, _years_after(one.on, years[one.proof]))
            counted.append(one)
    return end, counted


def _rolled(pack: LawPack, rule: Limitation, end: date) -> date:
    return next_banking_day(pack.country, end) if rule.rolls else end


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February ends a day earlier where the year has none, not later
        return date(day.year + years, 2, 28)

"""Where the open money stood at the end of each day: by stage of the dunning and by age."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from infra.local.report.book import Book, CaseLog, Receivable
from infra.local.report.wording import DASH
from shared.domain.case import Case
from shared.domain.money import Money

# Drawn from below in this order, so that what is overdue stands on the axis.
STAGES = {
    "partner": "With the collection partner",
    "held": "On hold or with a person",
    "reminded_3": "After reminder 3 or later",
    "reminded_2": "After reminder 2",
    "reminded_1": "After reminder 1",
    "overdue": "Overdue, not reminded yet",
    "not_due": "Not due",
}
AGES = {
    "not_due": "Not due",
    "1_30": f"1{DASH}30 days",
    "31_60": f"31{DASH}60 days",
    "61_90": f"61{DASH}90 days",
    "over_90": "Over 90 days",
}
_MOST_REMINDERS = 3
_DAY = timedelta(days=1)


@dataclass(slots=True)
class Day:
    """The open principal at the end of a day, split twice: by stage and by age."""

    on: date
    total: Money
    stages: dict[str, Money]
    ages: dict[str, Money]


@dataclass(frozen=True, slots=True)
class Path:
    """From which day on a claim was in which stage, its due date left aside."""

    days: list[date] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    def enter(self, day: date, stage: str) -> None:
        """The claim is in ``stage`` from the end of ``day`` on. Days come in order."""
        if not self.stages or self.stages[-1] != stage:
            self.days.append(day)
            self.stages.append(stage)

    def on(self, day: date) -> str:
        """The stage at the end of a day; ``overdue`` before anything happened."""
        at = bisect_right(self.days, day)
        return self.stages[at - 1] if at else "overdue"


def history(book: Book) -> list[Day]:
    """Each day of the book. On every one the stages, and the ages, add up to the total."""
    nothing = Money.zero(book.currency)
    days = [
        Day(day, nothing, dict.fromkeys(STAGES, nothing), dict.fromkeys(AGES, nothing))
        for day in _days(book.first, book.last)
    ]
    walked = paths(book)
    for one in book.receivables.values():
        path = walked.get(one.invoice.id, Path())
        final = max((movement.on for movement in one.movements), default=book.last)
        for entry in days[max(0, (one.invoice.issued - book.first).days) :]:
            left = one.open_on(entry.on)
            if not left and entry.on >= final:
                break
            stage, age = stage_on(one, path, entry.on), age_on(one, entry.on)
            entry.total += left
            entry.stages[stage] += left
            entry.ages[age] += left
    return days


def stage_on(one: Receivable, path: Path, day: date) -> str:
    """The stage of an invoice at the end of a day."""
    stage = path.on(day)
    if stage == "partner":
        return stage
    if day <= one.payable:
        return "not_due"
    return "held" if one.parked else stage


def age_on(one: Receivable, day: date) -> str:
    """The ageing bucket: full days since the last day on which payment was in time."""
    late = (day - one.payable).days
    if late <= 0:
        return "not_due"
    for most, name in ((30, "1_30"), (60, "31_60"), (90, "61_90")):
        if late <= most:
            return name
    return "over_90"


def paths(book: Book) -> dict[str, Path]:
    """The way of every claim of every case through the stages."""
    walked: dict[str, Path] = {}
    for log in book.cases.values():
        for day, case in _evenings(book, log):
            for claim in case.claims:
                walked.setdefault(claim, Path()).enter(day, _stage(case, claim, day))
    return walked


def _evenings(book: Book, log: CaseLog) -> Iterator[tuple[date, Case]]:
    """The case at the end of each day on which an event came in or a hold ran out."""
    by_day: dict[date, list[int]] = {}
    for at, event in enumerate(log.events):
        by_day.setdefault(book.day_of(event.at), []).append(at)
        until = getattr(event, "until", None)
        if isinstance(until, date):
            by_day.setdefault(until + _DAY, [])
    case = type(log.state)(id=log.id)
    for day in sorted(by_day):
        for at in by_day[day]:
            case = case.apply(log.events[at])
        yield day, case


def _stage(case: Case, claim: str, day: date) -> str:
    state = case.claims[claim]
    if state.with_partner and case.partner_state != "closed":
        return "partner"
    resting = any(hold.covers(None, day) or hold.covers(claim, day) for hold in case.holds.values())
    asked = any(not task.claims or claim in task.claims for task in case.tasks.values())
    if resting or asked or case.parked or state.missing or state.do_not_dun or state.with_partner:
        return "held"
    given = min(len(case.notices_of(claim)), _MOST_REMINDERS)
    return f"reminded_{given}" if given else "overdue"


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def weekly(days: list[Day]) -> list[Day]:
    """Every seventh day, counted back from the last one."""
    return days[::-1][::7][::-1]


def labels_in_use(days: list[Day], labels: Mapping[str, str], split: str) -> list[str]:
    """The names of a split (``stages`` or ``ages``) that were ever more than nothing."""
    return [name for name in labels if any(getattr(day, split)[name] for day in days)]

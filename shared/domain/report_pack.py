"""The monthly report of one creditor in one currency: figures from accounts and case events.

Accounts and cases are taken one by one and forgotten: what stays are sums.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from shared.domain.at_partner import NOTHING
from shared.domain.case import Case
from shared.domain.crossings import Crossing
from shared.domain.events import (
    ActDelivered,
    ActSent,
    ActWithheld,
    CaseEvent,
    Decided,
    FeeCredited,
    NoticeReturned,
    PartnerPaid,
    PaymentAllocated,
)
from shared.domain.money import Money
from shared.domain.partner_events import PartnerPlanAgreed, PartnerPlanEnded
from shared.domain.partner_names import plan_name
from shared.domain.plan_events import PlanAgreed, PlanEnded, PromiseEnded, PromiseMade
from shared.domain.report_accounts import BUCKETS, Account

_DAY = timedelta(days=1)
# Sales of so many days stand against what is open at the end of the month.
SALES_DAYS = 90
_MOST_MONTHS = 24
IN_TIME, PARTNER = "before any step", "with the partner"
# Decisions by which the guard of the law kept a step from ever going out.
_REFUSED = frozenset({"hand_over_not_lawful", "not_lawful", "class_not_covered"})

Sums = defaultdict[str, Decimal]


def _sums() -> Sums:
    return defaultdict(Decimal)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, its days in the creditor's zone."""

    first: date

    @classmethod
    def read(cls, text: str) -> Month:
        """The month of a text such as ``2026-03``. Raises ``ValueError``."""
        return cls(date.fromisoformat(f"{text}-01"))

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - _DAY

    def until(self, today: date) -> date:
        """The day up to which it is told: its last one, or today while it still runs."""
        return min(self.last, today)

    @property
    def before(self) -> Month:
        """The month before it."""
        return Month((self.first - _DAY).replace(day=1))

    def has(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return self.first.isoformat()[:7]


@dataclass(slots=True)
class Pack:
    """The sums of a month in one currency; ``zone`` is the creditor's.

    ``until`` is the day at whose end balances are taken: no later than the creditor's today.
    """

    month: Month
    currency: str
    zone: ZoneInfo
    until: date
    closing: Sums = field(default_factory=_sums)
    opening: Sums = field(default_factory=_sums)
    rolled: Sums = field(default_factory=_sums)
    sales: defaultdict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    recent: Decimal = Decimal(0)
    late_days: list[int] = field(default_factory=lambda: [0, 0])
    counts: Counter[str] = field(default_factory=Counter)
    sums: Sums = field(default_factory=_sums)
    collected: Sums = field(default_factory=_sums)
    withheld: Counter[str] = field(default_factory=Counter)
    crossed: Counter[str] = field(default_factory=Counter)

    # accounts --------------------------------------------------------------------------------

    def account(self, one: Account) -> None:
        """Count an invoice: its balance before and at the end, its sale, its settling."""
        start, end = self.month.first - _DAY, self.until
        left, was = one.open_on(end).amount, one.open_on(start).amount
        now, then = one.bucket_on(end), one.bucket_on(start)
        self.closing[now] += left
        self.opening[then] += was
        if BUCKETS.index(now) > BUCKETS.index(then):
            self.rolled[then] += min(left, was)
        if one.issued <= end:
            self.sales[one.issued.replace(day=1)] += one.total.amount
        if end - timedelta(days=SALES_DAYS) < one.issued <= end:
            self.recent += one.total.amount
        settled = one.settled_in(self.month.first, end)
        if settled is not None:
            self.late_days[0] += max(0, (settled - one.due).days)
            self.late_days[1] += 1

    # cases -----------------------------------------------------------------------------------

    def case(self, case_id: str, events: Sequence[CaseEvent]) -> Case:
        """Count what happened to a case in the month; the case as it stands at last."""
        case = Case(id=case_id)
        for event in events:
            if isinstance(event, PaymentAllocated) and self.month.has(event.received):
                self.collected[self._step(case, event)] += event.amount.amount
            elif self.month.has(event.at.astimezone(self.zone).date()):
                self._event(case, event)
            case = case.apply(event)
        return case

    def contacts_crossed(self, found: Iterable[Crossing]) -> None:
        """Count contacts that money or a person's word had crossed, each act once."""
        acts = {one.act: one.known for one in found}
        for known in acts.values():
            self.crossed["known" if known else "late"] += 1

    def _event(self, case: Case, event: CaseEvent) -> None:
        match event:
            case ActSent() if event.act in case.notices:
                self._sent(case, event)
            case ActDelivered() if event.cost is not None:
                self._cost(event.cost)
            case FeeCredited():
                name = "fees_waived" if event.why == "waived" else "fees_credited"
                self.sums[name] += event.amount.amount
            case ActWithheld():
                self.withheld[event.why] += 1
            case PartnerPaid():
                self.sums["recovered"] += event.principal.amount
                self.collected[PARTNER] += event.principal.amount
            case PartnerPlanAgreed() | PartnerPlanEnded():
                self._plan_there(case, event)
            case _:
                self.counts[_counted(event)] += 1

    def _plan_there(self, case: Case, event: PartnerPlanAgreed | PartnerPlanEnded) -> None:
        """Count a plan at the partner, once however often it is reported."""
        known = (case.at_partner or NOTHING).plans.get(plan_name(event))
        if isinstance(event, PartnerPlanAgreed):
            self.counts["plans"] += known is None
            self.counts["plans_there"] += known is None
        elif known is not None and known.outcome is None:
            self.counts[f"plans_{event.outcome}"] += 1

    def _sent(self, case: Case, event: ActSent) -> None:
        notice = case.notices[event.act]
        if notice.action == "hand_over":
            self.counts["handed_over"] += len(notice.claims)
            self.sums["handed_over"] += sum(
                (case.claims[one].open.amount for one in notice.claims), Decimal(0)
            )
            return
        self.counts["contacts"] += 1
        if notice.fee is not None:
            self.sums["fees_charged"] += notice.fee.amount
        if event.cost is not None:
            self._cost(event.cost)

    def _cost(self, cost: Money) -> None:
        if cost.currency == self.currency:
            self.counts["costed"] += 1
            self.sums["cost"] += cost.amount

    def _step(self, case: Case, event: PaymentAllocated) -> str:
        """The last step that had reached the debtor about a claim before its money came."""
        state = case.claims.get(event.claim)
        if state is not None and state.with_partner:
            return PARTNER
        steps = [
            one.step
            for one in case.notices.values()
            if one.arrived and event.claim in one.claims and (one.on or event.received)
            <= event.received
        ]  # fmt: skip
        return steps[-1] if steps else IN_TIME


def _counted(event: CaseEvent) -> str:
    """The name under which an event is counted."""
    match event:
        case NoticeReturned():
            return "returned"
        case Decided() if event.decision.get("why") in _REFUSED:
            return "refused"
        case PromiseMade():
            return "promises"
        case PromiseEnded():
            return f"promises_{event.outcome}"
        case PlanAgreed():
            return "plans"
        case PlanEnded():
            return f"plans_{event.outcome}"
        case _:
            return event.kind


def ratio(over: Decimal, under: Decimal, factor: int = 100) -> str | None:
    """``over`` in ``under``, times a factor, to one decimal; None where nothing is under it."""
    if not under:
        return None
    exact = over * factor / under
    return str(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def countback(pack: Pack) -> str | None:
    """Countback DSO in days: whole months' sales are taken off what is open, newest first."""
    left = sum(pack.closing.values(), Decimal(0))
    days, month = Decimal(0), pack.month
    for _ in range(_MOST_MONTHS):
        sold, length = pack.sales[month.first], month.until(pack.until).day
        if left <= sold:
            break
        left -= sold
        days += length
        month = month.before
    else:
        return None
    if left and sold:
        days += left * length / sold
    return str(days.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))

"""The assessment of a first day: how invoices were paid and reminded of until now, in figures.

It reads the books' invoices and payments and the notices that were taken over, and lays the
proposed policy on the same invoices. Days are the creditor's; every figure carries its definition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from shared.domain.calendar import next_banking_day
from shared.domain.first_day import overstated, reminder_steps
from shared.domain.ledger_truth import Truth
from shared.domain.model import PastNotice
from shared.domain.money import Money, total
from shared.domain.policy import Policy
from shared.domain.report_accounts import BUCKETS, Account, of_truth
from shared.domain.report_figures import NOT_KNOWN, Figure
from shared.domain.report_pack import ratio

# A reminder is taken to have worked when the invoice was settled within so many days of it.
WORKED_WITHIN = 14
_LATENESS = ((0, "by the due date"), (7, "1 to 7 days late"), (14, "8 to 14 days late"),
             (30, "15 to 30 days late"), (60, "31 to 60 days late"))  # fmt: skip
_AGES = {
    "not_due": "not due", "1_30": "1 to 30 days late", "31_60": "31 to 60 days late",
    "61_90": "61 to 90 days late", "over_90": "more than 90 days late",
}  # fmt: skip
_VERY_LATE = "more than 60 days late"
_MOST_COUNTED = 3


@dataclass(frozen=True, slots=True)
class Past:
    """One invoice of before: its account, its reminders by day, and the day it was settled.

    ``settled`` is None while something is open, and where no paper says when it was paid.
    """

    account: Account
    reminders: tuple[PastNotice, ...]
    settled: date | None

    @property
    def open_late(self) -> bool:
        """Whether it was open after its due date, as far as anybody knows."""
        return self.settled is None or self.settled > self.account.due


def past_of(truth: Truth, today: date) -> Past:
    """What is known of an invoice's past; a balance without papers has no day of settlement."""
    account = of_truth(truth, today)
    papers = truth.payments or truth.lots or truth.credit_notes
    settled = account.settled_in(account.issued, today) if papers else None
    sent = sorted((one for one in truth.notices if one.what == "reminder"), key=lambda one: one.on)
    return Past(account, tuple(sent), settled)


def assess(pasts: Sequence[Past], policy: Policy, today: date) -> list[Figure]:
    """The figures of invoices in the policy's currency, in the order of the report."""
    mine = [one for one in pasts if one.account.total.currency == policy.tolerance.currency]
    known = [one for one in mine if one.account.due < today]
    return [
        *_ageing(mine, today, policy.tolerance.currency), *_paying(mine), *_reminding(known),
        *_working(known), *_proposed(known, policy, today),
    ]  # fmt: skip


def _ageing(pasts: Sequence[Past], today: date, currency: str) -> Iterator[Figure]:
    sums = dict.fromkeys(BUCKETS, Money.zero(currency))
    for one in pasts:
        sums[one.account.bucket_on(today)] += one.account.open_on(today)
    text = "Open principal today by full days after the due date."
    for name, amount in sums.items():
        yield _money("Ageing", _AGES[name], amount, text)
    together = total(list(sums.values()), currency)
    yield _money("Ageing", "together", together, "Open principal of all invoices today.")


def _paying(pasts: Sequence[Past]) -> Iterator[Figure]:
    part = "Days to pay"
    late = [(one.settled - one.account.due).days for one in pasts if one.settled is not None]
    yield _count(part, "settled invoices", len(late), "Invoices whose day of payment is known.")
    found = Counter(
        next((name for last, name in _LATENESS if days <= last), _VERY_LATE) for days in late
    )
    for name in (*(name for _, name in _LATENESS), _VERY_LATE):
        text = "Share of the settled invoices, by the day of full payment."
        yield _share(part, name, found[name], len(late), text)
    middle = str(median(late)) if late else None
    text = "Half of the settled invoices were paid earlier; negative: before the due date."
    yield _figure(part, "median days after the due date", middle, "days", text)


def _reminding(pasts: Sequence[Past]) -> Iterator[Figure]:
    part = "Reminders until now"
    late = [one for one in pasts if one.open_late]
    yield _count(part, "late invoices", len(late), "Invoices that were open after the due date.")
    numbers = Counter(min(len(one.reminders), _MOST_COUNTED) for one in late)
    for number in range(_MOST_COUNTED + 1):
        name = f"{number} reminders" if number < _MOST_COUNTED else f"{number} or more reminders"
        yield _share(part, name, numbers[number], len(late), "Share of the late invoices.")
    first = [(one.reminders[0].on - one.account.due).days for one in pasts if one.reminders]
    for name, pick in (("earliest", min), ("median", median), ("latest", max)):
        text = "Days from the due date to the first reminder: the same every time, or not."
        yield _figure(part, f"first reminder, {name}", str(pick(first)) if first else None,
                      "days", text)  # fmt: skip
    every = [notice for one in pasts for notice in one.reminders]
    proven = sum(1 for one in every if one.proof is not None)
    text = "Share of the reminders of which something proves that they were given."
    yield _share(part, "with proof", proven, len(every), text)
    beyond = sum(overstated(one.reminders) for one in pasts)
    text = "Reminders whose level is above the number of rows with proof: the rows count."
    yield _count(part, "levels without their rows", beyond, text)


def _working(pasts: Sequence[Past]) -> Iterator[Figure]:
    part = "What reminders did"
    for number in range(1, _MOST_COUNTED + 1):
        told = [one for one in pasts if len(one.reminders) >= number]
        paid = sum(1 for one in told if _worked(one, number))
        text = f"Share settled within {WORKED_WITHIN} days of it, before the next one went out."
        yield _share(part, f"paid after reminder {number}", paid, len(told), text)
    wrong = sum(
        1
        for one in pasts
        for notice in one.reminders
        if one.settled is not None and one.settled <= notice.on
    )
    text = "Reminders of invoices that were settled by that day already."
    yield _count(part, "reminders to those who had paid", wrong, text)


def _worked(one: Past, number: int) -> bool:
    sent = one.reminders[number - 1].on
    after = one.reminders[number].on if len(one.reminders) > number else date.max
    if one.settled is None or one.settled <= sent:
        return False
    return (one.settled - sent).days <= WORKED_WITHIN and one.settled <= after


def _proposed(pasts: Sequence[Past], policy: Policy, today: date) -> Iterator[Figure]:
    part = "The proposed policy on the same invoices"
    plans = [planned(one, policy, today) for one in pasts]
    sent = sum(len(days) for days, _ in plans)
    text = "Reminders by the policy's days alone; what was settled by then gets none."
    yield _count(part, "reminders", sent, text)
    before = sum(len(one.reminders) for one in pasts)
    yield _count(part, "reminders until now", before, "Reminders that really went out.")
    first = Counter(
        (days[0] - one.account.due).days
        for one, (days, _) in zip(pasts, plans, strict=True)
        if days
    )
    spread = f"{min(first)} to {max(first)}" if first else None
    text = "Days from the due date to the first reminder: banking days alone move it."
    yield _figure(part, "first reminder", spread, "days", text)
    over = sum(1 for _, handed in plans if handed)
    text = "Invoices open on the day of the policy's hand-over."
    yield _count(part, "reached the hand-over", over, text)
    every = len(reminder_steps(policy))
    anew = sum(1 for one in pasts if one.settled is None and every <= _proven(one))
    text = "Open invoices reminded of as often as the policy does: its last reminder comes anew."
    yield _count(part, "last reminder sent by the hub", anew, text)
    yield _count(part, "reminders to those who had paid", 0, "A balance is proven before a word.")


def _proven(one: Past) -> int:
    return sum(1 for notice in one.reminders if notice.proof is not None)


def planned(one: Past, policy: Policy, today: date) -> tuple[tuple[date, ...], bool]:
    """The days on which a policy would have reminded of an invoice, and whether it went on.

    No step comes before the time to pay of the reminder before it is over.
    """
    due = next_banking_day(policy.law, one.account.due)
    last, sent = due, list[date]()
    for step in policy.steps:
        on = (last if step.since == "previous" else due) + timedelta(days=step.after)
        if sent:
            on = max(on, sent[-1] + timedelta(days=policy.payment_days + 1))
        if on > today or (one.settled is not None and one.settled <= on):
            return tuple(sent), False
        if step.action == "hand_over":
            return tuple(sent), True
        last = on
        if step.action == "remind" and on > due:
            sent.append(on)
    return tuple(sent), False


def _money(part: str, name: str, amount: Money, text: str) -> Figure:
    return Figure(part, name, str(amount.amount), amount.currency, text)


def _count(part: str, name: str, number: int, text: str) -> Figure:
    return Figure(part, name, str(number), "count", text)


def _share(part: str, name: str, some: int, of: int, text: str) -> Figure:
    return _figure(part, name, ratio(Decimal(some), Decimal(of)), "%", text)


def _figure(part: str, name: str, value: str | None, unit: str, text: str) -> Figure:
    return Figure(part, name, NOT_KNOWN if value is None else value, unit, text)

"""The figures of a monthly report, each with the definition that is printed beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.domain.money import Money
from shared.domain.report_accounts import BUCKETS
from shared.domain.report_pack import SALES_DAYS, Pack, countback, ratio

NOT_KNOWN = "not known"
# The section of the one line that says up to which day a month that still runs is told.
PERIOD = "Period"
_NAMES = {
    "not_due": "Not due", "1_30": "1 to 30 days overdue", "31_60": "31 to 60 days overdue",
    "61_90": "61 to 90 days overdue", "over_90": "More than 90 days overdue",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: ``value`` is a plain decimal text or ``not known``, ``unit`` what it counts.

    The one line of a month that still runs has a day (ISO 8601) for its value.
    """

    section: str
    name: str
    value: str
    unit: str
    definition: str


def figures(pack: Pack) -> list[Figure]:
    """All figures of a month in the order of the report."""
    return [
        *_ageing(pack), *_days(pack), *_rolls(pack), *_contacts(pack), *_agreed(pack),
        *_collected(pack), *_fees(pack), *_partner(pack), *_lawful(pack),
    ]  # fmt: skip


def running(until: date) -> Figure:
    """The line of a month that still runs: the day at whose end it is told."""
    text = "The month still runs: what is said of its end is said of this day."
    return Figure(PERIOD, "as_of", until.isoformat(), "day", text)


def _ageing(pack: Pack) -> Iterator[Figure]:
    for name in BUCKETS:
        text = "Open principal at the end of the month by full days after the due date."
        yield _money(pack, "Ageing", _NAMES[name], pack.closing[name], text)
    text = "Open principal of all invoices at the end of the month: the sum of the ledger."
    yield _money(pack, "Ageing", "Together", _sum(pack.closing.values()), text)


def _days(pack: Pack) -> Iterator[Figure]:
    closing, current = _sum(pack.closing.values()), pack.closing["not_due"]
    opening, sold = _sum(pack.opening.values()), pack.sales[pack.month.first]
    part = "Collection speed"
    text = "Total of the invoices issued in the month, whatever was credited since."
    yield _money(pack, part, "Sales", sold, text)
    dso = ratio(closing, pack.recent, SALES_DAYS)
    text = f"Receivables / sales of the last {SALES_DAYS} days x {SALES_DAYS}."
    yield _figure(part, "DSO", dso, "days", text)
    text = "Whole months' sales are taken off the receivables, newest first; the rest in part."
    yield _figure(part, "Countback DSO", countback(pack), "days", text)
    best = ratio(current, pack.recent, SALES_DAYS)
    text = f"Receivables not yet due / sales of the last {SALES_DAYS} days x {SALES_DAYS}."
    yield _figure(part, "Best possible DSO", best, "days", text)
    delinquent = None if dso is None or best is None else str(Decimal(dso) - Decimal(best))
    yield _figure(part, "Average days delinquent", delinquent, "days", "DSO - best possible DSO.")
    cei = ratio(opening + sold - closing, opening + sold - current)
    text = (
        "(opening receivables + sales - closing receivables) / (opening receivables + sales"
        " - closing receivables not due) x 100."
    )
    yield _figure(part, "Collection effectiveness (CEI)", cei, "%", text)
    days, count = pack.late_days
    late = ratio(Decimal(days), Decimal(count), 1)
    text = "Mean days from due date to the day of full payment, of invoices settled in the month."
    yield _figure(part, "Average days late", late, "days", text)


def _rolls(pack: Pack) -> Iterator[Figure]:
    for name in BUCKETS[:-1]:
        text = "Share of the bucket's opening amount that is still open and in an older bucket."
        rate = ratio(pack.rolled[name], pack.opening[name])
        yield _figure("Roll rates", f"From: {_NAMES[name]}", rate, "%", text)


def _contacts(pack: Pack) -> Iterator[Figure]:
    sent, back = pack.counts["contacts"], pack.counts["returned"]
    part = "Contacts"
    yield _count(part, "Reminders sent", sent, "Reminders that a channel took in the month.")
    yield _count(part, "Came back", back, "Notices that bounced or came back in the month.")
    reached = ratio(Decimal(max(0, sent - back)), Decimal(sent))
    yield _figure(part, "Reached", reached, "%", "(reminders sent - came back) / reminders sent.")
    text = "Contacts against money or a word that the hub knew when it made them. Target: 0."
    yield _count(part, "Contacts after payment, known", pack.crossed["known"], text)
    text = "Contacts against money or a word that only came to light afterwards."
    yield _count(part, "Contacts after payment, learned later", pack.crossed["late"], text)


def _agreed(pack: Pack) -> Iterator[Figure]:
    names = {
        "promises": ("Promises made", "Promises and settlements that debtors made in the month."),
        "promises_kept": ("Promises kept", "Promises that ended in the month, paid in time."),
        "promises_partly": ("Promises kept in part", "Ended in the month, paid in part."),
        "promises_broken": ("Promises broken", "Promises that ended in the month unpaid."),
        "plans": ("Plans made", "Payment plans agreed in the month, by us or by the partner."),
        "plans_there": ("Plans made at the partner", "Those of them that the partner agreed to."),
        "plans_completed": ("Plans kept", "Plans of either kind that were paid out in the month."),
        "plans_broken": ("Plans broken", "Plans of either kind that broke in the month."),
    }
    for key, (name, text) in names.items():
        yield _count("Promises and plans", name, pack.counts[key], text)


def _collected(pack: Pack) -> Iterator[Figure]:
    text = "Principal received in the month, by the last step that had reached the debtor then."
    for step in sorted(pack.collected):
        yield _money(pack, "Collected after", step, pack.collected[step], text)
    whole = _sum(pack.collected.values())
    text = "Principal received in the month of claims that had joined a case."
    yield _money(pack, "Collected after", "Together", whole, text)


def _fees(pack: Pack) -> Iterator[Figure]:
    part, sums = "Fees and cost", pack.sums
    text = "Fees of the reminders sent in the month."
    yield _money(pack, part, "Fees charged", sums["fees_charged"], text)
    text = "Fees that a person let go in the month."
    yield _money(pack, part, "Fees waived", sums["fees_waived"], text)
    text = "Fees that were taken back in the month, most because a payment crossed the letter."
    yield _money(pack, part, "Fees credited", sums["fees_credited"], text)
    text = "What carriers asked for the month's messages, as far as they say so."
    known = pack.counts["costed"]
    cost = str(Money.round(sums["cost"], pack.currency).amount) if known else None
    yield _figure(part, "Cost of messages", cost, pack.currency, text)
    whole = _sum(pack.collected.values())
    rate = ratio(sums["cost"], whole) if known else None
    yield _figure(
        part, "Cost to collect", rate, "%", "Cost of messages / collected together x 100."
    )


def _partner(pack: Pack) -> Iterator[Figure]:
    part = "Collection partner"
    text = "Claims that the partner was given in the month."
    yield _count(part, "Claims handed over", pack.counts["handed_over"], text)
    text = "Open principal of those claims on that day."
    yield _money(pack, part, "Handed over", pack.sums["handed_over"], text)
    text = "Principal that the partner reported in the month as received."
    yield _money(pack, part, "Recovered", pack.sums["recovered"], text)


def _lawful(pack: Pack) -> Iterator[Figure]:
    part = "Lawfulness"
    text = "Decisions of the month in which the law's guard refused a step: none of them went out."
    yield _count(part, "Steps refused by the law", pack.counts["refused"], text)
    for why in sorted(pack.withheld):
        text = "Acts of the month that a switch or a missing signature kept in."
        yield _count(part, f"Acts kept in: {why}", pack.withheld[why], text)


def _money(pack: Pack, section: str, name: str, value: Decimal, text: str) -> Figure:
    amount = Money.round(value, pack.currency).amount
    return Figure(section, name, str(amount), pack.currency, text)


def _count(section: str, name: str, value: int, text: str) -> Figure:
    return Figure(section, name, str(value), "count", text)


def _figure(section: str, name: str, value: str | None, unit: str, text: str) -> Figure:
    return Figure(section, name, NOT_KNOWN if value is None else value, unit, text)


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))

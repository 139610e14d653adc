"""The closing figures of a run: what was followed, what was done, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from infra.local.report.book import Book
from infra.local.report.contacts import Contact, Soon, contacts, paid_anyway
from infra.local.report.handovers import hand_overs
from infra.local.report.history import STAGES, history
from infra.local.report.money_in import MoneyIn, Tally, money_in
from infra.local.report.paid import PaidAfter, collected, late_amount, paid_after, speed
from shared.domain import ledger
from shared.domain.case import Case
from shared.domain.events import (
    ActWithheld,
    FeeCredited,
    Held,
    PartnerAnswered,
    PartnerPaid,
    PersonAsked,
)  # fmt: skip
from shared.domain.explain import Record
from shared.domain.law import load
from shared.domain.money import Money, total

E = TypeVar("E")
_DAY = timedelta(days=1)


class Reminded(Record):
    """Reminders sent, the claims and debtors that they concerned, and those that came back."""

    contacts: int
    claims: int
    debtors: int
    returned: int


class HandedOver(Record):
    """Hand-overs that were sent, the partner's answers, and the principal that it received."""

    count: int
    cases: int
    claims: Tally
    accepted: int
    rejected: int
    payments: Tally


class Promises(Record):
    """Promises to pay and payment plans: made, kept, broken, and still running."""

    made: int = 0
    kept: int = 0
    broken: int = 0
    running: int = 0


class Summary(Record):
    """All closing figures; amounts are principal unless they say fee or interest.

    ``overdue`` counts invoices that had something open after their last day of payment at any
    time of the period, with that amount; ``collected`` is money received after that day.
    ``days_to_pay`` is the mean from issue to full payment, weighted by amount; ``days_late`` the
    mean from the last day of payment, early ones negative. ``untouched`` of the ``settled`` cases
    (nothing open) went to no person. ``open`` is by stage, at the end. ``interest`` is the late
    interest on what is open at the end, ``fees`` those of reminders that did not come back.
    """

    creditor: str
    currency: str
    first: date
    last: date
    days: int
    pulled: Tally
    left_out: int
    overdue: Tally
    debtors_overdue: int
    reminded: Reminded
    paid: tuple[PaidAfter, ...]
    collected: Money
    fees: Tally
    fees_credited: Tally
    interest: Money
    handed_over: HandedOver
    tasks: dict[str, int]
    tasks_open: int
    withheld: dict[str, int]
    promises: Promises
    days_to_pay: Decimal | None
    days_late: Decimal | None
    settled: int
    untouched: int
    open: dict[str, Money]
    open_total: Money
    soon: tuple[Soon, ...]
    money: MoneyIn | None = None


def summary(book: Book, really: Mapping[str, Money] | None = None) -> dict[str, Any]:
    """The closing figures of a book as plain JSON values: those of :class:`Summary`.

    ``really`` is what was paid for each invoice, by its id, where somebody knows it for sure.
    """
    return closing(book, really).model_dump(mode="json")


def closing(book: Book, really: Mapping[str, Money] | None = None) -> Summary:
    """The closing figures of a book."""
    late = {one.invoice.id: late_amount(book, one) for one in book.receivables.values()}
    overdue = {claim: amount for claim, amount in late.items() if amount}
    end = history(book)[-1]
    settled = [log for log in book.cases.values() if not log.state.open_claims()]
    asked = {log.id for log in settled for event in log.events if isinstance(event, PersonAsked)}
    days_to_pay, days_late = speed(book)
    sent = contacts(book)
    fees = [one.notice.fee for one in sent if one.notice.fee and not one.returned]
    # A fee of a reminder that came back was never charged, so that its credit is none either.
    taken_back = [e.amount for e in _events(book, FeeCredited) if e.why != "returned"]
    return Summary(
        creditor=book.creditor,
        currency=book.currency,
        first=book.first,
        last=book.last,
        days=(book.last - book.first).days + 1,
        pulled=_tally(book, [one.invoice.total for one in book.receivables.values()]),
        left_out=book.left_out,
        overdue=_tally(book, list(overdue.values())),
        debtors_overdue=len({book.receivables[claim].invoice.debtor for claim in overdue}),
        reminded=_reminded(book, sent),
        paid=paid_after(book),
        collected=collected(book),
        fees=_tally(book, fees),
        fees_credited=_tally(book, taken_back),
        interest=_interest(book),
        handed_over=_handed_over(book),
        tasks=dict(Counter(task.why for task in book.tasks).most_common()),
        tasks_open=sum(task.state == "open" for task in book.tasks),
        withheld=dict(Counter(event.why for event in _events(book, ActWithheld)).most_common()),
        promises=_promises(book),
        days_to_pay=days_to_pay,
        days_late=days_late,
        settled=len(settled),
        untouched=len(settled) - len(asked),
        open={name: end.stages[name] for name in STAGES},
        open_total=end.total,
        soon=tuple(paid_anyway(book)),
        money=money_in(book, really) if book.money else None,
    )


def _tally(book: Book, amounts: list[Money]) -> Tally:
    return Tally(count=len(amounts), amount=total(amounts, book.currency))


def _events(book: Book, kind: type[E]) -> Iterator[E]:
    for log in book.cases.values():
        for event in log.events:
            if isinstance(event, kind):
                yield event


def _reminded(book: Book, sent: list[Contact]) -> Reminded:
    return Reminded(
        contacts=len(sent),
        claims=len({claim for one in sent for claim in one.notice.claims}),
        debtors=len({book.cases[one.case].state.debtor for one in sent}),
        returned=sum(one.returned for one in sent),
    )


def _handed_over(book: Book) -> HandedOver:
    handed = hand_overs(book)
    answers = Counter(event.accepted for event in _events(book, PartnerAnswered))
    return HandedOver(
        count=len(handed),
        cases=len({one.case for one in handed}),
        claims=Tally(
            count=sum(len(one.numbers) for one in handed),
            amount=total([one.principal for one in handed], book.currency),
        ),
        accepted=answers[True],
        rejected=answers[False],
        payments=_tally(book, [event.principal for event in _events(book, PartnerPaid)]),
    )


def _interest(book: Book) -> Money:
    """Late interest to the last day on what is open then, where the law pack knows the rate."""
    parts: list[Money] = []
    for log in book.cases.values():
        pack = load(log.state.law)
        if pack.currency != book.currency:
            continue
        claims = [state.claim.id for state in log.state.open_claims()]
        positions = ledger.positions(log.state, pack, book.last, claims).values()
        parts.extend(position.interest_due for position in positions)
    return total(parts, book.currency)


def _promises(book: Book) -> Promises:
    """A promise is kept when nothing that it held is open on its last day."""
    counts: Counter[str] = Counter()
    for log in book.cases.values():
        for event in log.events:
            if isinstance(event, Held) and event.reason in {"promise", "plan"}:
                counts["made"] += 1
                counts[_kept(book, log.state, event)] += 1
    return Promises(**counts)


def _kept(book: Book, case: Case, hold: Held) -> str:
    if hold.until is None or hold.until > book.last:
        return "running"
    claims = [hold.claim] if hold.claim else list(case.claims)
    due = [book.receivables[claim] for claim in claims if claim in book.receivables]
    left = any(one.payable <= hold.until and one.open_on(hold.until) for one in due)
    return "broken" if left else "kept"

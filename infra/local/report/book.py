"""The book of a creditor: its invoices with every movement and its cases with every event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from shared.domain.calendar import next_banking_day
from shared.domain.case import Case
from shared.domain.events import (
    CaseEvent,
    ClaimJoined,
    CreditApplied,
    PartnerPaid,
    PaymentAllocated,
    PaymentReversed,
    PaymentSighted,
)
from shared.domain.ledger_truth import Truth
from shared.domain.model import CreditNote, Invoice, Party, Payment
from shared.domain.money import Money, total
from shared.domain.payment import Payment as Receipt
from shared.domain.sighting import Sighting

Kind = Literal["payment", "credit_note", "partner", "written_off", "cancelled", "stated"]

# What the source states without a paper, as the fold of a case names it.
_STATED: Mapping[str, Kind] = {
    "write_off": "written_off",
    "cancelled": "cancelled",
    "unexplained": "stated",
}


@dataclass(frozen=True, slots=True)
class Movement:
    """What lowered an invoice by ``amount`` on ``on``, the day that counts for the debtor.

    ``booked`` is the day on which the source knew of it. A negative amount raised the balance.
    """

    id: str
    kind: Kind
    on: date
    booked: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Receivable:
    """An invoice with its movements in order. ``payable`` is the last day of payment in time.

    ``parked`` says that the hub left it to a person before any case existed.
    """

    invoice: Invoice
    payable: date
    movements: tuple[Movement, ...]
    case: str | None = None
    parked: bool = False

    def open_on(self, day: date) -> Money:
        """The unpaid principal at the end of a day; zero before the invoice was issued."""
        nothing = Money.zero(self.invoice.total.currency)
        if day < self.invoice.issued:
            return nothing
        left = self.invoice.total
        for movement in self.movements:
            if movement.on <= day:
                left -= movement.amount
        return max(nothing, left)

    def settled_by(self) -> Movement | None:
        """The movement with which nothing was open any more, or None while something is."""
        last = None
        for movement in reversed(self.movements):
            if self.open_on(movement.on):
                return last
            last = movement
        return last


@dataclass(frozen=True, slots=True)
class CaseLog:
    """A case with all its events, and the state that they fold into."""

    id: str
    events: tuple[CaseEvent, ...]
    state: Case


@dataclass(frozen=True, slots=True)
class Task:
    """A question to a person. ``case`` is empty for a question about no case."""

    id: str
    why: str
    state: str
    case: str = ""
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """An act on its way out, as the outbox has it."""

    id: str
    kind: str
    state: str
    case: str
    document: str = ""


@dataclass(slots=True)
class Found:
    """What the table's rows state, before anything is put together."""

    invoices: list[Invoice] = field(default_factory=list)
    payments: dict[str, list[Payment]] = field(default_factory=dict)
    credit_notes: dict[str, list[CreditNote]] = field(default_factory=dict)
    parties: list[Party] = field(default_factory=list)
    events: dict[str, list[CaseEvent]] = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    parked: set[str] = field(default_factory=set)
    truths: dict[str, Truth] = field(default_factory=dict)
    money: list[tuple[Sighting, Receipt | None]] = field(default_factory=list)
    creditor: str = ""
    country: str = "FI"


@dataclass(frozen=True, slots=True)
class Book:
    """All that a report is made of: one creditor, one currency, the days ``first`` to ``last``.

    ``left_out`` counts the invoices in other currencies: they are not added to these. ``truths``
    are all that is known of each invoice, ``money`` what banks and providers saw, each with what
    became of it.
    """

    creditor: str
    currency: str
    zone: str
    first: date
    last: date
    receivables: Mapping[str, Receivable]
    parties: Mapping[str, Party]
    cases: Mapping[str, CaseLog]
    tasks: tuple[Task, ...] = ()
    acts: tuple[Act, ...] = ()
    left_out: int = 0
    truths: Mapping[str, Truth] = field(default_factory=dict)
    money: tuple[tuple[Sighting, Receipt | None], ...] = ()

    def day_of(self, instant: datetime) -> date:
        """The creditor's own day of an instant."""
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def debtor_name(self, party: str) -> str:
        """A debtor's name, or the id of one that the book does not know."""
        known = self.parties.get(party)
        return known.name if known else party


def compose(found: Found, *, first: date, last: date, zone: str) -> Book:
    """The book of what was found. Invoices in the commonest currency count, the rest is named."""
    owed = [one for one in found.invoices if one.total.amount > 0 and one.issued_in_books]
    currencies = Counter(one.total.currency for one in owed)
    currency = max(currencies, key=lambda one: (currencies[one], one), default="EUR")
    cases = {
        case_id: CaseLog(case_id, tuple(events), Case.replay(case_id, events))
        for case_id, events in sorted(found.events.items())
    }
    cases = {key: log for key, log in cases.items() if log.state.currency == currency}
    claims = _claims(cases, zone, found)
    receivables = {
        one.id: claims.get(one.id) or _without_case(one, found, last)
        for one in sorted(owed, key=lambda one: (one.due, one.id))
        if one.total.currency == currency
    }
    return Book(
        creditor=found.creditor,
        currency=currency,
        zone=zone,
        first=first,
        last=last,
        receivables=receivables,
        parties={one.id: one for one in found.parties},
        cases=cases,
        tasks=tuple(found.tasks),
        acts=tuple(found.acts),
        left_out=len(owed) - len(receivables),
        truths={key: one for key, one in found.truths.items() if key in receivables},
        money=tuple(one for one in found.money if one[0].amount.currency == currency),
    )


def _claims(cases: Mapping[str, CaseLog], zone: str, found: Found) -> dict[str, Receivable]:
    """The receivables that joined a case: before it by their papers, then by the case's events."""
    invoices = {one.id: one for one in found.invoices}
    built: dict[str, Receivable] = {}
    for log in cases.values():
        for event in log.events:
            if not isinstance(event, ClaimJoined) or event.claim.id not in invoices:
                continue
            invoice, claim = invoices[event.claim.id], event.claim
            known = [one for one in _papers(invoice, found) if one.id in claim.settled]
            joined = event.at.astimezone(ZoneInfo(zone)).date()
            before = _until(invoice.total, known, claim.open, joined, "stated")
            movements = _in_order(invoice.total, [*before, *_since(log, claim.id)])
            payable = _payable(invoice, found.country)
            built[claim.id] = Receivable(invoice, payable, movements, log.id)
    return built


def _since(log: CaseLog, claim: str) -> list[Movement]:
    """What moved a claim since it joined: money and credits by the events, the rest by the fold."""
    moves = [
        Movement("stated", _STATED[one.kind], one.on, one.on, one.lowered)
        for one in log.state.claims[claim].movements
        if one.kind in _STATED
    ]
    for event in log.events:
        match event:
            case PaymentAllocated() if event.claim == claim:
                moves.append(
                    Movement(event.payment, "payment", event.received, event.booked, event.amount)
                )
            case PaymentSighted() if event.claim == claim:
                moves = [
                    replace(one, on=event.received) if one.id == event.payment else one
                    for one in moves
                ]
            case PaymentReversed() if event.claim == claim:
                day = event.on
                back = -event.amount
                moves.append(Movement(event.reversal, "payment", day, day, back))
            case CreditApplied() if event.claim == claim:
                day = event.issued
                moves.append(Movement(event.credit_note, "credit_note", day, day, event.amount))
            case PartnerPaid() if event.claim == claim:
                day = event.received
                moves.append(Movement(event.message, "partner", day, day, event.principal))
            case _:
                pass
    return moves


def _without_case(invoice: Invoice, found: Found, last: date) -> Receivable:
    """An invoice that no case needed: its papers, and on the last day what they do not explain."""
    kind: Kind = "stated"
    if invoice.cancelled:
        kind = "cancelled"
    elif invoice.written_off:
        kind = "written_off"
    left = Money.zero(invoice.open.currency) if invoice.cancelled else invoice.open
    moves = _until(invoice.total, _papers(invoice, found), left, last, kind)
    movements = _in_order(invoice.total, moves)
    payable = _payable(invoice, found.country)
    return Receivable(invoice, payable, movements, parked=invoice.id in found.parked)


def _papers(invoice: Invoice, found: Found) -> list[Movement]:
    """The payments and credit notes that settle an invoice, as the source states them."""
    paid = [
        Movement(one.id, "payment", one.received, one.booked, part.amount)
        for one in found.payments.get(invoice.id, ())
        for part in one.allocations
        if part.invoice == invoice.id
    ]
    credited = [
        Movement(one.id, "credit_note", one.issued, one.issued, part.amount)
        for one in found.credit_notes.get(invoice.id, ())
        for part in one.allocations
        if part.invoice == invoice.id
    ]
    return [*paid, *credited]


def _until(
    whole: Money, movements: Sequence[Movement], left: Money, day: date, kind: Kind
) -> list[Movement]:
    """The movements, and on ``day`` one of ``kind`` more if they do not lead to ``left``."""
    rest = whole - total([one.amount for one in movements], whole.currency) - left
    if not rest:
        return list(movements)
    return [*movements, Movement(f"stated@{day.isoformat()}", kind, day, day, rest)]


def _in_order(whole: Money, movements: Iterable[Movement]) -> tuple[Movement, ...]:
    """Movements by day, each cut to what was open: more is unapplied money and settles nothing."""
    rest, kept = whole, []
    for one in sorted(movements, key=lambda one: one.on):
        amount = min(one.amount, rest)
        if amount:
            kept.append(replace(one, amount=amount))
            rest -= amount
    return tuple(kept)


def _payable(invoice: Invoice, country: str) -> date:
    """The due date, rolled to a banking day where the country's calendar is known."""
    try:
        return next_banking_day(country, invoice.due)
    except ValueError:
        return invoice.due

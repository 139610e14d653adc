"""The reminders of a book: what was sent, and who had paid, or paid within days, anyway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from infra.local.report.book import Book, CaseLog, Receivable
from shared.domain.case import Notice
from shared.domain.events import PaymentAllocated, ReminderIntended
from shared.domain.explain import Record

# Who pays so soon after a reminder had mostly decided to before it came.
SOON = timedelta(days=3)

Fate = Literal["soon", "crossed", "known", "later"]


@dataclass(frozen=True, slots=True)
class Contact:
    """One reminder that went out, whether or not it came back. ``decided`` is its instant."""

    case: str
    notice: Notice
    on: date
    decided: datetime
    returned: bool


class Soon(Record):
    """Claims in the reminders of a step (``ordinal`` by order of the policy), by what came of them.

    ``soon``: settled by money received on one of the three days after the sending. ``crossed``:
    the money had been received by then, but no source could have told the hub. ``known``: a
    source, or the hub itself, knew of it: this must be 0.
    """

    step: str
    ordinal: int
    contacts: int = 0
    claims: int = 0
    soon: int = 0
    crossed: int = 0
    known: int = 0


def contacts(book: Book) -> list[Contact]:
    """Every reminder that was sent, oldest first."""
    found = [one for log in book.cases.values() for one in _of_case(log)]
    return sorted(found, key=lambda one: (one.on, one.notice.act))


def paid_anyway(book: Book) -> list[Soon]:
    """The three-day measure, step by step."""
    learned = _learned(book)
    steps: dict[str, dict[str, int]] = {}
    for contact in contacts(book):
        claims = [c for c in contact.notice.claims if c in book.receivables]
        counts = steps.setdefault(contact.notice.step, {"ordinal": len(steps) + 1})
        counts["contacts"] = counts.get("contacts", 0) + 1
        counts["claims"] = counts.get("claims", 0) + len(claims)
        for claim in claims:
            fate = _fate(book.receivables[claim], contact, learned)
            if fate != "later":
                counts[fate] = counts.get(fate, 0) + 1
    return [Soon(step=step, **counts) for step, counts in steps.items()]


def all_steps(measured: list[Soon]) -> Soon:
    """The steps of the measure added up."""
    names = ("contacts", "claims", "soon", "crossed", "known")
    sums = {name: sum(getattr(one, name) for one in measured) for name in names}
    return Soon(step="all", ordinal=0, **sums)


def _of_case(log: CaseLog) -> Iterator[Contact]:
    decided = {one.act: one.at for one in log.events if isinstance(one, ReminderIntended)}
    for notice in log.state.notices.values():
        if notice.action == "remind" and notice.state in {"sent", "returned"} and notice.on:
            yield Contact(
                log.id, notice, notice.on, decided[notice.act], notice.state == "returned"
            )


def _learned(book: Book) -> dict[tuple[str, str], datetime]:
    """When the hub booked a payment on a claim."""
    return {
        (event.payment, event.claim): event.at
        for log in book.cases.values()
        for event in log.events
        if isinstance(event, PaymentAllocated)
    }


def _fate(one: Receivable, contact: Contact, learned: dict[tuple[str, str], datetime]) -> Fate:
    """Whether a reminded claim was settled by then, soon, or later if at all."""
    last = one.settled_by()
    if last is None or last.kind not in {"payment", "partner"}:
        return "later"
    if last.on > contact.on:
        return "soon" if last.on <= contact.on + SOON else "later"
    knew = learned.get((last.id, one.invoice.id))
    if last.booked < contact.on or (knew is not None and knew < contact.decided):
        return "known"
    return "crossed"

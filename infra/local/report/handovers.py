"""The hand-overs of a book: what went to the partner with which claims, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from infra.local.report.book import Book, CaseLog
from infra.local.report.wording import words
from shared.domain import ledger
from shared.domain.case import Case, Notice
from shared.domain.events import (
    CaseEvent,
    PartnerAnswered,
    PartnerClosed,
    PartnerPaid,
)  # fmt: skip
from shared.domain.law import load
from shared.domain.money import Money


@dataclass(frozen=True, slots=True)
class HandOver:
    """One hand-over on ``on``: its parts at the end of that day, and the answer so far."""

    act: str
    case: str
    debtor: str
    claims: tuple[str, ...]
    numbers: tuple[str, ...]
    on: date
    partner: str
    principal: Money
    interest: Money
    fees: Money
    answer: str
    answered: date | None
    paid: Money


def hand_overs(book: Book) -> list[HandOver]:
    """Every hand-over that was sent, oldest first."""
    found = [one for log in book.cases.values() for one in _of_case(book, log)]
    return sorted(found, key=lambda one: (one.on, one.act))


def _of_case(book: Book, log: CaseLog) -> list[HandOver]:
    """The hand-overs of a case, each with what the partner said of it since."""
    found: list[HandOver] = []
    then = Case(id=log.id)
    for event in log.events:
        before, then = then, then.apply(event)
        found = [_heard(book, one, event, found) for one in found]
        for notice in then.notices.values():
            was = before.notices.get(notice.act)
            sent = notice.given and was is not None and not was.given
            if notice.action == "hand_over" and sent and notice.on:
                found.append(_sent(book, then, notice, notice.on))
    return found


def _heard(book: Book, one: HandOver, event: CaseEvent, found: list[HandOver]) -> HandOver:
    """A hand-over after an event. An answer is to what was not answered yet, or else to all."""
    match event:
        case PartnerAnswered() if not (one.answered and any(not x.answered for x in found)):
            accepted = f"accepted as {event.partner_case}" if event.partner_case else "accepted"
            answer = accepted if event.accepted else f"declined: {words(event.code or '')}"
            return replace(one, answer=answer, answered=book.day_of(event.at))
        case PartnerPaid() if event.claim in one.claims:
            return replace(one, paid=one.paid + event.principal)
        case PartnerClosed():
            return replace(one, answer=f"{one.answer}, closed: {words(event.code)}")
        case _:
            return one


def _sent(book: Book, then: Case, notice: Notice, on: date) -> HandOver:
    principal = interest = fees = Money.zero(then.currency)
    for part in ledger.positions(then, load(then.law), on, notice.claims).values():
        principal += part.open
        interest += part.interest_due
        fees += part.costs
    return HandOver(
        act=notice.act,
        case=then.id,
        debtor=book.debtor_name(then.debtor),
        claims=notice.claims,
        numbers=tuple(then.claims[claim].claim.number for claim in notice.claims),
        on=on,
        partner=notice.channel,
        principal=principal,
        interest=interest,
        fees=fees,
        answer="no answer yet",
        answered=None,
        paid=Money.zero(then.currency),
    )

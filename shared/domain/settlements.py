"""Settlements: by how much each payment and credit lowered a claim, read off the events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from shared.domain.case import Case
from shared.domain.events import (
    BalanceStated,
    CaseEvent,
    CaseOpened,
    ClaimJoined,
    CreditApplied,
    PartnerPaid,
    PaymentAllocated,
    PaymentReversed,
)
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.partner_events import PartnerPaidBack
from shared.domain.plan_events import WrittenOff

Kind = Literal["payment", "credit_note", "partner_payment", "write_off", "cancelled", "unexplained"]


class Settlement(Record):
    """By how much a movement lowered a claim's principal (negative: it rose again).

    ``id`` is the payment's, credit note's or partner message's; ``on`` the day it counts from.
    """

    id: str
    kind: Kind
    claim: Id
    on: date
    amount: Money


def settlements(
    case_id: str, events: Iterable[CaseEvent], claims: tuple[str, ...]
) -> tuple[Settlement, ...]:
    """Every movement of ``claims``, oldest first, out of all events of the case.

    An overpayment settles only what was open, so total less settlements is always the open rest.
    What came from another case is told in the words of that case, before it came.
    """
    found: list[Settlement] = []
    before = Case(id=case_id)
    for event in events:
        named = _named(event)
        if named is None and not isinstance(event, CaseOpened | ClaimJoined):
            continue
        after = before.apply(event)
        if named is not None and named[2] in claims:
            name, kind, claim, on = named
            lowered = before.claims[claim].open - after.claims[claim].open
            found.append(Settlement(id=name, kind=kind, claim=claim, on=on, amount=lowered))
        before = after
    return tuple(found)


def _named(event: CaseEvent) -> tuple[str, Kind, str, date] | None:
    """Id, kind, claim and day of a movement; None for an event that moves no principal."""
    match event:
        case PaymentAllocated():
            return event.payment, "payment", event.claim, event.received
        case PaymentReversed():
            return event.reversal, "payment", event.claim, event.on
        case CreditApplied():
            return event.credit_note, "credit_note", event.claim, event.issued
        case WrittenOff():
            name = f"let_go@{event.at.isoformat()}"
            return name, "write_off", event.claim, event.on
        case PartnerPaid() | PartnerPaidBack():
            on = event.received if isinstance(event, PartnerPaid) else event.on
            return event.message, "partner_payment", event.claim, on
        case BalanceStated():
            # The source states a balance without naming a paper: the moment is its name.
            name = f"stated@{event.at.isoformat()}"
            return name, event.cause, event.claim, event.at.date()
        case _:
            return None

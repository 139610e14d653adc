"""The payments of a case file: each part of money that settled a claim of it, as it was seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from shared.domain.events import CaseEvent, PaymentAllocated, PaymentReversed, PaymentSighted
from shared.domain.explain import Record
from shared.domain.extras_events import ExtrasPaid
from shared.domain.model import Id
from shared.domain.money import Money


class FilePayment(Record):
    """The part of one payment that was allocated to one claim, and what of it was taken back.

    ``principal`` was allocated to principal (what of it exceeded the open rest settled nothing:
    the settlements tell what was lowered), ``interest`` and ``fees`` beside it. ``received`` is
    the day that counts for the debtor, ``value_date`` and ``booked`` the bank's (None: the money
    settled interest and fees alone). ``seen_as`` are the ids by which other feeds saw it.
    """

    id: Id
    claim: Id
    principal: Money
    interest: Money
    fees: Money
    reversed: Money
    received: date
    value_date: date | None
    booked: date | None
    seen_as: tuple[Id, ...]


class _Part(NamedTuple):
    payment: str
    claim: str


def payments(
    events: Iterable[CaseEvent], claims: tuple[str, ...], currency: str
) -> tuple[FilePayment, ...]:
    """What money came for ``claims``, in the order in which it was booked."""
    found: dict[_Part, FilePayment] = {}
    for event in events:
        if getattr(event, "claim", None) not in claims:
            continue
        match event:
            case PaymentAllocated():
                part = _Part(event.payment, event.claim)
                known = found.get(part) or _nothing(part, event.received, currency)
                found[part] = known.model_copy(
                    update={
                        "principal": known.principal + event.amount,
                        "received": event.received,
                        "value_date": event.value_date,
                        "booked": event.booked,
                    }
                )
            case PaymentSighted():
                _update(found, _Part(event.payment, event.claim), event)
            case PaymentReversed():
                part = _Part(event.payment, event.claim)
                if part in found:
                    taken = found[part].reversed + event.amount
                    found[part] = found[part].model_copy(update={"reversed": taken})
            case ExtrasPaid():
                part = _Part(event.payment, event.claim)
                known = found.get(part) or _nothing(part, event.on, currency)
                beside = {"interest": event.interest, "fees": event.fees}
                found[part] = known.model_copy(update=beside)
            case _:
                continue
    return tuple(found.values())


def _update(found: dict[_Part, FilePayment], part: _Part, event: PaymentSighted) -> None:
    known = found.get(part)
    if known is None:
        return
    seen = {*known.seen_as, event.seen_as} - {event.payment}
    fresh = {"received": event.received, "seen_as": tuple(sorted(seen))}
    found[part] = known.model_copy(update=fresh)


def _nothing(part: _Part, on: date, currency: str) -> FilePayment:
    zero = Money.zero(currency)
    return FilePayment(
        id=part.payment, claim=part.claim, principal=zero, interest=zero, fees=zero, reversed=zero,
        received=on, value_date=None, booked=None, seen_as=(),
    )  # fmt: skip

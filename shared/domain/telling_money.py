"""Telling of money: the messages of payments, credits and write-offs of claims at a partner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from shared.domain.case import Case
from shared.domain.case_parts import Movement
from shared.domain.events import (
    CaseEvent,
    CreditApplied,
    PartnerPaid,
    PaymentAllocated,
    PaymentReversed,
    PaymentSighted,
    PersonAnswered,
)
from shared.domain.explain import content_hash
from shared.domain.money import Money
from shared.domain.partner_events import PartnerPaidBack
from shared.domain.partner_names import source
from shared.domain.passed_on import shown
from shared.domain.plan_events import WrittenOff

Kind = Literal[
    "case.withdrawn", "case.held", "case.resumed", "payment.direct", "payment.reversed",
    "credit_note.applied", "plan.agreed", "question.answered", "case.amended",
    "settlement.confirmed",
]  # fmt: skip

# What money does to what is open at the partner.
_SIGNS = {"payment.direct": 1, "credit_note.applied": 1, "payment.reversed": -1}


class Word(NamedTuple):
    """One message: to which connection, what it says, and the name that keeps it from going twice.

    ``data`` is thin: ids, codes, ISO dates, plain decimal texts. ``document`` is the stored case
    file that goes with it; empty for none.
    """

    partner: str
    kind: Kind
    name: str
    data: dict[str, Any]
    document: str = ""


def movement(event: CaseEvent, there: dict[str, str]) -> Iterator[Word]:
    """The message of money that moves on a claim of ``there`` (each with its partner).

    What an agency that had the claim before still receives, or gives back, is no report of the one
    that has it now: to that one it is the debtor's payment like any other.
    """
    found = _ours(event) or _elsewhere(event, there)
    if found is None or found.claim not in there:
        return
    data = {
        "claim": found.claim, "movement": found.name, "date": found.on.isoformat(),
        "amount": str(found.amount.amount), "currency": found.amount.currency,
    }  # fmt: skip
    if isinstance(event, WrittenOff):
        data["cause"] = event.cause
    yield Word(there[found.claim], found.kind, f"{found.name}|{found.claim}", data)


class _Moved(NamedTuple):
    kind: Kind
    claim: str
    name: str
    on: date
    amount: Money


def _ours(event: CaseEvent) -> _Moved | None:
    """Money that moved at the creditor's side."""
    match event:
        case PaymentAllocated():
            return _Moved(
                "payment.direct", event.claim, event.payment, event.received, event.amount
            )
        case PaymentReversed():
            return _Moved("payment.reversed", event.claim, event.reversal, event.on, event.amount)
        case CreditApplied():
            name, on = event.credit_note, event.issued
            return _Moved("credit_note.applied", event.claim, name, on, event.amount)
        case WrittenOff() if event.cause != "sold":
            name = f"let_go@{event.at:%Y%m%dT%H%M%S}"
            return _Moved("credit_note.applied", event.claim, name, event.on, event.amount)
        case _:
            return None


def _elsewhere(event: CaseEvent, there: dict[str, str]) -> _Moved | None:
    """Money at a partner that no longer has the claim, under a name that does not say whose."""
    if not isinstance(event, PartnerPaid | PartnerPaidBack) or not event.principal:
        return None
    if source(event) in {"", there.get(event.claim)}:
        return None
    name = f"other:{content_hash(event.message.encode())[:12]}"
    if isinstance(event, PartnerPaid):
        return _Moved("payment.direct", event.claim, name, event.received, event.principal)
    return _Moved("payment.reversed", event.claim, name, event.on, event.principal)


def paid(before: Case, after: Case, event: CaseEvent, there: dict[str, str]) -> Iterator[Word]:
    """Money that moves; of payments those that are the debtor's, as soon as that is known.

    A payment that was told and turns out to be the partner's own is taken back.
    """
    if isinstance(event, PaymentReversed) and _kept_in(before, event):
        return
    if not isinstance(event, PaymentAllocated):
        yield from movement(event, there)
    for claim, partner in there.items():
        if isinstance(event, PersonAnswered) or (
            before.claims[claim].movements != after.claims[claim].movements
        ):
            yield from _payments(before, after, claim, partner)


def mixed_up(
    before: Case,
    after: Case,
    events: Sequence[CaseEvent],
    words: Sequence[Word],
    there: dict[str, str],
) -> Iterator[Word]:
    """What partners heard too much of a payment that turned out to be the same money as another.

    ``words`` are the append's own. Two equal payments are mixed up until both sources know both:
    then one of them is merged, and the other one told, in one append that lowers nothing.
    """
    for event in events:
        if not isinstance(event, PaymentSighted) or event.claim not in there:
            continue
        if event.claim not in before.claims:
            continue
        one = _told_of(before, event.claim).get(event.seen_as)
        here = [one for one in words if one.kind in _SIGNS and one.data["claim"] == event.claim]
        left = {move.paper for move in after.claims[event.claim].movements}
        if one is None or event.seen_as in left:
            continue
        said = sum((_SIGNS[word.kind] * Decimal(word.data["amount"]) for word in here), Decimal(0))
        lowered = before.claims[event.claim].open.amount - after.claims[event.claim].open.amount
        if said == lowered + one.lowered.amount:
            name = f"{event.seen_as}.same"
            word = _of_payment(there[event.claim], event.claim, "payment.reversed", name, one)
            yield word._replace(name=f"{word.name}|{after.version}")


def _payments(before: Case, after: Case, claim: str, partner: str) -> Iterator[Word]:
    """The payments of a claim that are known to be the debtor's now, and that are no longer."""
    was = _told_of(before, claim)
    names = {name for one in was.values() for name in (one.paper, *one.seen_as)}
    for paper, one in _told_of(after, claim).items():
        if names.isdisjoint({paper, *one.seen_as}):
            yield _of_payment(partner, claim, "payment.direct", paper, one)
    quiet = shown(after, claim).quiet()
    for paper, one in was.items():
        if paper in quiet:
            yield _of_payment(partner, claim, "payment.reversed", f"{paper}.own", one)


def _told_of(case: Case, claim: str) -> dict[str, Movement]:
    """The payments of a claim that are the debtor's as far as is known, by their papers."""
    state, quiet = case.claims[claim], shown(case, claim).quiet()
    return {
        one.paper: one
        for one in state.movements
        if one.kind == "payment" and one.paper is not None and one.paper not in quiet
    }


def _kept_in(before: Case, event: PaymentReversed) -> bool:
    """Whether what is taken back was never told: it was the partner's own, or may have been."""
    moves = before.claims[event.claim].movements if event.claim in before.claims else ()
    mine = [one.paper for one in moves if event.payment in (one.paper, *one.seen_as)]
    return bool(mine) and mine[0] in shown(before, event.claim).quiet()


def _of_payment(partner: str, claim: str, kind: Kind, name: str, one: Movement) -> Word:
    data = {
        "claim": claim, "movement": name, "date": one.on.isoformat(),
        "amount": str(one.lowered.amount), "currency": one.lowered.currency,
    }  # fmt: skip
    return Word(partner, kind, f"{name}|{claim}", data)

"""Lapses: which claims of a case are time-barred, or so near that a person must know."""

from __future__ import annotations

from datetime import date, timedelta

from shared.domain.case import Case, ClaimState
from shared.domain.law import LawPack
from shared.domain.limitation import Interruption, Lapse, lapses_on
from shared.domain.money import total

# No pack knows a term that ends its warning sooner, so younger claims need no look.
WATCHED_AFTER = timedelta(days=730)


def lapse_of(case: Case, state: ClaimState, pack: LawPack, today: date) -> Lapse | None:
    """When a claim lapses; None while it is too young for that to matter.

    Reminders that were given and payments count as proofs where the country's act says so;
    anything else (a court's step, a written acknowledgement) only a person can know.
    """
    claim = state.claim
    if today < min(claim.issued, claim.due) + WATCHED_AFTER:
        return None
    return lapse_for(case, state, pack, natural_person=claim.natural_person)


def lapse_for(case: Case, state: ClaimState, pack: LawPack, *, natural_person: bool) -> Lapse:
    """When a claim lapses against a liable person of a kind, however young it is."""
    claim = state.claim
    proofs = [
        Interruption(proof="reminder", on=notice.on)
        for notice in case.notices_of(claim.id)
        # A text message names no sum: nobody leans on it as a reminder (728/2003 10 §).
        if notice.on is not None and not notice.short
    ]
    proofs += [Interruption(proof="part_payment", on=on) for on in _paid_on(state)]
    return lapses_on(
        pack,
        capacity=claim.capacity,
        natural_person=natural_person,
        claim_class=claim.claim_class,
        due=claim.due,
        arose=claim.issued,
        interruptions=proofs,
    )


def _paid_on(state: ClaimState) -> list[date]:
    """The days of the payments that stand. Money that went back acknowledges nothing.

    Which payment a reversal took back stands in no movement: the latest ones are passed over, which
    shortens the time and never lengthens it.
    """
    back = -total(
        [one.lowered for one in state.movements if one.kind == "reversal"], state.open.currency
    )
    stood = []
    for move in sorted(state.movements, key=lambda one: one.on, reverse=True):
        if move.kind != "payment" or move.lowered.amount <= 0:
            continue
        if back.amount > 0:
            back -= move.lowered
            continue
        stood.append(move.on)
    return stood

"""Lapses: which claims of a case are time-barred, or so near that a person must know."""

from __future__ import annotations

from datetime import date, timedelta

from shared.domain.case import Case, ClaimState
from shared.domain.law import LawPack
from shared.domain.limitation import Interruption, Lapse, lapses_on

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
        if notice.on is not None
    ]
    proofs += [
        Interruption(proof="part_payment", on=move.on)
        for move in state.movements
        if move.kind == "payment" and move.lowered.amount > 0
    ]
    return lapses_on(
        pack,
        capacity=claim.capacity,
        natural_person=natural_person,
        claim_class=claim.claim_class,
        due=claim.due,
        arose=claim.issued,
        interruptions=proofs,
    )

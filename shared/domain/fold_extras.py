"""The fold of what is owed beside the principal: what was paid of it, what became of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.domain.extras import Paid, Residual
from shared.domain.extras_events import ExtrasPaid, ResidualSettled
from shared.domain.fold_claims import claim_state, known_since, with_claims

if TYPE_CHECKING:
    from shared.domain.case import Case

Changes = dict[str, Any]


def extras_paid(case: Case, event: ExtrasPaid) -> Changes:
    """The payment's latest word takes the place of the one before."""
    state = claim_state(case, event.claim)
    word = Paid(
        payment=event.payment,
        interest=event.interest,
        fees=event.fees,
        over=event.over,
        on=event.on,
    )
    others = [one for one in state.extras if one.payment != event.payment]
    known = [*others, *([word] if word.total else [])]
    extras = tuple(sorted(known, key=lambda one: (one.on, one.payment)))
    since = known_since(case, max(event.on, event.at.date()))
    return {"claims": with_claims(case.claims, (event.claim,), extras=extras), **since}


def residual_settled(case: Case, event: ResidualSettled) -> Changes:
    """What is left is nobody's in this case any more; it stays on record."""
    state = claim_state(case, event.claim)
    word = Residual(
        becomes=event.becomes,
        interest=event.interest,
        fees=event.fees,
        why=event.why,
        on=event.on,
    )
    residual = (*state.residual, word)
    return {"claims": with_claims(case.claims, (event.claim,), residual=residual)}

"""Demands: what a notice may ask for of a claim, which is less than what is open of it.

A disputed part is left out, with the interest on it, and so is what the debtor's own unallocated
credits cover; the reminder of an instalment asks for that instalment alone. The ledger's own
positions stay whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from shared.domain import interest, ledger
from shared.domain.case import Case
from shared.domain.decisions import Remind
from shared.domain.dispute import left_alone
from shared.domain.instalments import late_shares
from shared.domain.law import LawPack
from shared.domain.ledger import Position
from shared.domain.letter_input import CHARGES
from shared.domain.money import Money
from shared.domain.waivers import bearing

_NONE: Mapping[str, Money] = {}


def asked_for(
    case: Case, law: LawPack, on: date, decision: Remind, netted: Mapping[str, Money] = _NONE
) -> dict[str, Position]:
    """What a contact asks for on a day, by the id of each claim that it names.

    ``netted`` is what credits cover of claims.
    """
    late = late_shares(case, decision)
    nothing = Money.zero(case.currency)
    if late:
        bare = interest.Interest(total=nothing, segments=(), unknown_from=None, because=())
        return {name: Position(open=one, interest=bare, fees=nothing) for name, one in late.items()}
    if decision.letter == CHARGES:
        found = demands(case, law, on, decision.also)
        return {name: replace(one, open=nothing) for name, one in found.items()}
    now = {decision.fee_claim: decision.fee} if decision.fee_claim and decision.fee else {}
    return demands(case, law, on, (*decision.claims, *decision.also), netted, now)


def demands(
    case: Case,
    law: LawPack,
    on: date,
    claims: Iterable[str],
    netted: Mapping[str, Money] = _NONE,
    fees: Mapping[str, Money] = _NONE,
) -> dict[str, Position]:
    """What may be asked for of several claims on a day (creditor's zone), by claim id.

    ``fees`` are those of the notice itself, against which a compensation may be set off.
    """
    found = ledger.positions(case, law, on, claims, fees)
    disputes = case.states.disputes.values() if case.states is not None else ()
    for name, position in found.items():
        part = left_alone(disputes, case.claims[name])
        part = part + netted[name] if name in netted else part
        if part:
            found[name] = _without(part, case, name, position, law, on)
    return found


def _without(
    part: Money, case: Case, name: str, position: Position, law: LawPack, on: date
) -> Position:
    nothing, state = Money.zero(part.currency), case.claims[name]
    claim = state.claim
    undisputed = tuple((day, max(nothing, one - part)) for day, one in ledger.balances(state))
    late = interest.accrue(
        law,
        capacity=claim.capacity,
        natural_person=claim.natural_person,
        due=claim.due,
        balances=bearing(undisputed, state),
        to=on,
        agreed_rate=ledger.agreed_rate(claim),
        reminded=ledger.reminded(case, claim),
    )
    rest = position.open - part
    # Where all of it is contested or covered, nothing of it is known to be late.
    fixed = position.compensation if rest else None
    return replace(position, open=rest, interest=late, compensation=fixed)

"""The chronology of a case: what happened to some of its claims, in ids, amounts and codes.

It is read off the events and nothing is added. What stands in ``_TOLD`` is told; decisions, tasks,
withheld acts and the hub's own troubles concern nobody outside and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from typing import Any

from shared.domain.act_events import ActDelivered
from shared.domain.events import (
    ActFailed,
    ActSent,
    ActUnknown,
    BalanceStated,
    CaseEvent,
    CaseOpened,
    ClaimFlagged,
    ClaimJoined,
    ClaimMissing,
    CreditApplied,
    DueMoved,
    ExtrasPaid,
    FeeCredited,
    HandOverIntended,
    Held,
    NoticeReturned,
    PartnerAnswered,
    PartnerClosed,
    PartnerPaid,
    PaymentAllocated,
    PaymentReversed,
    PaymentSighted,
    Released,
    ReminderIntended,
    ResidualSettled,
)
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.partner_events import (
    CaseRecalled,
    PartnerLegalStep,
    PartnerMoved,
    PartnerPaidBack,
    PartnerPlanAgreed,
    PartnerPlanEnded,
    PartnerReceived,
    PartnerSuspended,
)
from shared.domain.plan_events import (
    CompensationWaived,
    InstalmentMissed,
    InterestWaived,
    PlanAgreed,
    PlanEnded,
    PlanProposed,
    PromiseEnded,
    PromiseMade,
    WrittenOff,
)
from shared.domain.state_events import (
    CircumstanceEnded,
    CircumstanceNoted,
    DisputeAnswered,
    Disputed,
    DisputeSettled,
    LiableNamed,
    LiableReleased,
    StopRequested,
    StopWithdrawn,
)


class Happening(Record):
    """One event as others may read it.

    ``claims`` are those told of that it concerned, ``id`` the payment, credit note, act, hold or
    message, ``on`` its effective day, ``code`` a word or words (blank-separated) from the event.
    """

    at: datetime
    kind: str
    claims: tuple[Id, ...]
    id: str | None = None
    on: date | None = None
    amount: Money | None = None
    code: str | None = None


# Which of an event's fields is told as what; a path may lead into a nested record.
_TOLD: Mapping[type, Mapping[str, str]] = {
    CaseOpened: {},
    ClaimJoined: {"on": "claim.due", "amount": "claim.open"},
    PaymentAllocated: {"id": "payment", "on": "received", "amount": "amount"},
    PaymentSighted: {"id": "payment", "on": "received"},
    PaymentReversed: {"id": "reversal", "on": "on", "amount": "amount", "code": "code"},
    CreditApplied: {"id": "credit_note", "on": "issued", "amount": "amount"},
    BalanceStated: {"amount": "open", "code": "cause"},
    ClaimFlagged: {"code": "do_not_dun"},
    ClaimMissing: {},
    DueMoved: {"on": "due"},
    ReminderIntended: {"id": "act", "code": "step"},
    HandOverIntended: {"id": "act", "code": "step"},
    ActSent: {"id": "act", "on": "on"},
    ActDelivered: {"id": "act", "on": "on"},
    ActFailed: {"id": "act", "code": "code"},
    ActUnknown: {"id": "act"},
    NoticeReturned: {"id": "act", "code": "code"},
    FeeCredited: {"id": "act", "amount": "amount", "code": "why"},
    Held: {"id": "hold", "on": "until", "code": "reason"},
    Released: {"id": "hold"},
    Disputed: {"id": "dispute", "on": "on", "amount": "amount", "code": "ground"},
    DisputeAnswered: {"id": "dispute"},
    DisputeSettled: {"id": "dispute", "on": "on", "code": "outcome"},
    StopRequested: {"id": "stop", "on": "on"},
    StopWithdrawn: {"id": "stop"},
    CircumstanceNoted: {"id": "circumstance", "on": "effective", "code": "what"},
    CircumstanceEnded: {"id": "circumstance"},
    LiableNamed: {"code": "role"},
    LiableReleased: {},
    PromiseMade: {"id": "promise", "on": "day", "amount": "amount"},
    PromiseEnded: {"id": "promise", "code": "outcome"},
    PlanProposed: {"id": "plan", "on": "answer_by"},
    PlanAgreed: {"id": "plan"},
    InstalmentMissed: {"id": "plan"},
    PlanEnded: {"id": "plan", "code": "outcome"},
    WrittenOff: {"on": "on", "amount": "amount", "code": "cause"},
    InterestWaived: {"on": "to"},
    CompensationWaived: {},
    ExtrasPaid: {"id": "payment", "on": "on", "amount": "total"},
    ResidualSettled: {"on": "on", "amount": "total", "code": "becomes"},
    PartnerAnswered: {"id": "message", "code": "code"},
    PartnerPaid: {"id": "message", "on": "received", "amount": "principal"},
    PartnerClosed: {"id": "message", "code": "code"},
    PartnerReceived: {"id": "message"},
    PartnerMoved: {"id": "message", "code": "stage"},
    PartnerPaidBack: {"id": "message", "on": "on", "amount": "principal"},
    PartnerPlanAgreed: {"id": "plan"},
    PartnerPlanEnded: {"id": "plan", "code": "outcome"},
    PartnerSuspended: {"id": "message", "on": "until", "code": "why"},
    PartnerLegalStep: {"id": "message", "on": "on", "code": "step"},
    CaseRecalled: {"id": "recall", "code": "why"},
}

# What a later event continues, by the field that names it: an act, a hold or an agreed state.
_BEGUN = (Disputed, StopRequested, PromiseMade, PlanProposed)
_CONTINUED = (
    DisputeAnswered, DisputeSettled, StopWithdrawn, PromiseEnded, PlanAgreed, InstalmentMissed,
    PlanEnded,
)  # fmt: skip


def chronology(events: Iterable[CaseEvent], claims: tuple[str, ...]) -> tuple[Happening, ...]:
    """What happened to ``claims``, oldest first; what concerned only other claims is left out.

    An event that names no claim (a hold of the whole case) concerns all of them.
    """
    told: list[Happening] = []
    seen: dict[str, tuple[str, ...]] = {}
    for event in events:
        fields = _TOLD.get(type(event))
        if fields is None:
            continue
        concerned = _claims(event, seen, claims)
        shown = tuple(claim for claim in claims if claim in concerned)
        if shown:
            found = {name: _field(event, path) for name, path in fields.items()}
            if isinstance(found.get("code"), tuple):
                found["code"] = " ".join(found["code"])
            told.append(Happening(at=event.at, kind=event.kind, claims=shown, **found))
    return tuple(told)


def _claims(
    event: CaseEvent, seen: dict[str, tuple[str, ...]], all_claims: tuple[str, ...]
) -> tuple[str, ...]:
    """The claims of an event: its own, or those of the act or hold that it continues."""
    match event:
        case ReminderIntended() | HandOverIntended():
            seen[event.act] = event.claims
            return event.claims
        case Held():
            seen[event.hold] = all_claims if event.claim is None else (event.claim,)
            return seen[event.hold]
        case ClaimJoined():
            return (event.claim.id,)
        case ActSent() | ActDelivered() | ActFailed() | ActUnknown() | NoticeReturned():
            return seen.get(event.act, ())
        case Released():
            return seen.get(event.hold, ())
        case _ if isinstance(event, _BEGUN):
            own = (event.claim,) if isinstance(event, Disputed) else event.claims
            seen[_field(event, _TOLD[type(event)]["id"])] = own
            return own
        case _ if isinstance(event, _CONTINUED):
            return seen.get(_field(event, _TOLD[type(event)]["id"]), ())
        case _:
            claim = getattr(event, "claim", None)
            named = getattr(event, "claims", ()) if claim is None else (claim,)
            return named or all_claims


def _field(event: CaseEvent, path: str) -> Any:
    return reduce(getattr, path.split("."), event)

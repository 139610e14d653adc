"""The fold: what each event changes in a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.domain import (
    fold_acts,
    fold_claims,
    fold_extras,
    fold_first_day,
    fold_identity,
    fold_partner,
    fold_people,
    fold_plans,
    fold_states,
)
from shared.domain.events import (
    ActDelivered,
    ActFailed,
    ActPassed,
    ActSent,
    ActUnknown,
    ActWithheld,
    BalanceStated,
    CaseAbsorbed,
    CaseClosed,
    CaseEvent,
    CaseOpened,
    ClaimFlagged,
    ClaimJoined,
    ClaimMissing,
    ClaimsParted,
    CreditApplied,
    Decided,
    DueMoved,
    ExtrasPaid,
    FeeCredited,
    HandOverIntended,
    Held,
    NoticeImported,
    NoticeReturned,
    Parked,
    PaymentAllocated,
    PaymentReversed,
    PaymentSighted,
    PersonAnswered,
    PersonAsked,
    PolicyMoved,
    PolicyRef,
    Released,
    ReminderIntended,
    ResidualSettled,
    Unparked,
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
    ChannelRefused,
    ChannelRestored,
    CircumstanceEnded,
    CircumstanceNoted,
    Commanded,
    DisputeAnswered,
    Disputed,
    DisputeSettled,
    LiableNamed,
    LiableReleased,
    PayerSaid,
    StopRequested,
    StopWithdrawn,
)
from shared.errors import Conflict

if TYPE_CHECKING:
    from shared.domain.case import Case

Changes = dict[str, Any]


def changes(case: Case, event: CaseEvent) -> Changes:
    """The fields of a case that an event changes.

    Raises ``Conflict`` when it cannot follow on what the case is, and ``Unreadable`` when it
    names something that the case does not have.
    """
    made: Changes = _APPLY[type(event)](case, event)
    return made


def _opened(case: Case, event: CaseOpened) -> Changes:
    if case.version:
        raise Conflict("a case is opened once")
    return {
        "debtor": event.debtor,
        "connection": event.connection,
        "policy": event.policy,
        "law": event.law,
        "capacity": event.capacity,
        "currency": event.currency,
        "compensation": event.compensation,
    }


def _parked(_: Case, event: Parked) -> Changes:
    return {"parked": event.why}


def _unparked(_: Case, __: Unparked) -> Changes:
    return {"parked": None}


def _policy_moved(case: Case, event: PolicyMoved) -> Changes:
    if case.closed:
        raise Conflict("a closed case keeps its policy")
    return {"policy": PolicyRef(id=event.policy, version=event.version)}


def _closed(_: Case, __: CaseClosed) -> Changes:
    return {"closed": True}


def _nothing(_: Case, __: Decided | ActWithheld | PayerSaid) -> Changes:
    return {}


_APPLY: Mapping[type, Any] = {
    CaseOpened: _opened,
    ClaimJoined: fold_claims.joined,
    PaymentAllocated: fold_claims.paid,
    PaymentSighted: fold_claims.sighted,
    PaymentReversed: fold_claims.reversed_,
    CreditApplied: fold_claims.credited,
    BalanceStated: fold_claims.stated,
    ClaimFlagged: fold_claims.flagged,
    ClaimMissing: fold_claims.missing,
    DueMoved: fold_claims.due_moved,
    Decided: _nothing,
    ReminderIntended: fold_acts.reminder,
    HandOverIntended: fold_acts.hand_over,
    ActSent: fold_acts.sent,
    ActDelivered: fold_acts.delivered,
    ActFailed: fold_acts.failed,
    ActUnknown: fold_acts.unknown,
    ActPassed: fold_acts.passed,
    ActWithheld: _nothing,
    NoticeReturned: fold_acts.returned,
    NoticeImported: fold_first_day.imported,
    FeeCredited: fold_acts.fee_credited,
    Held: fold_people.held,
    Released: fold_people.released,
    PersonAsked: fold_people.asked,
    PersonAnswered: fold_people.answered,
    **fold_partner.APPLY,
    Parked: _parked,
    Unparked: _unparked,
    PolicyMoved: _policy_moved,
    Commanded: fold_states.commanded,
    Disputed: fold_states.disputed,
    DisputeAnswered: fold_states.dispute_answered,
    DisputeSettled: fold_states.dispute_settled,
    StopRequested: fold_states.stop_requested,
    StopWithdrawn: fold_states.stop_withdrawn,
    CircumstanceNoted: fold_states.circumstance_noted,
    CircumstanceEnded: fold_states.circumstance_ended,
    LiableNamed: fold_states.liable_named,
    LiableReleased: fold_states.liable_released,
    ChannelRefused: fold_states.channel_refused,
    ChannelRestored: fold_states.channel_restored,
    PayerSaid: _nothing,
    PromiseMade: fold_plans.promise_made,
    PromiseEnded: fold_plans.promise_ended,
    PlanProposed: fold_plans.plan_proposed,
    PlanAgreed: fold_plans.plan_agreed,
    InstalmentMissed: fold_plans.instalment_missed,
    PlanEnded: fold_plans.plan_ended,
    WrittenOff: fold_plans.written_off,
    InterestWaived: fold_plans.interest_waived,
    CompensationWaived: fold_plans.compensation_waived,
    ExtrasPaid: fold_extras.extras_paid,
    ResidualSettled: fold_extras.residual_settled,
    CaseAbsorbed: fold_identity.absorbed,
    ClaimsParted: fold_identity.parted,
    CaseClosed: _closed,
}

"""A case: the fold of its events into balances, notices, holds and hand-overs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from shared.domain.events import (
    ActFailed, ActPassed, ActSent, ActUnknown, ActWithheld, BalanceStated, CaseClosed, CaseEvent,
    CaseOpened, Claim, ClaimFlagged, ClaimJoined, ClaimMissing, CreditApplied, Decided, FeeCredited,
    HandOverIntended, Held, NoticeReturned, Parked, PartnerAnswered, PartnerClosed, PartnerPaid,
    PaymentAllocated, PersonAnswered, PersonAsked, PolicyRef, Released, ReminderIntended, Unparked,
)  # fmt: skip
from shared.domain.explain import Record
from shared.domain.model import Capacity, DoNotDun
from shared.domain.money import Money
from shared.errors import Conflict, Unreadable

ActState = Literal["intended", "sent", "failed", "unknown", "returned", "passed"]


class Movement(Record):
    """A change of a claim's open principal: ``open`` holds from the end of day ``on``."""

    on: date
    open: Money


class Notice(Record):
    """One contact or hand-over. ``on`` is its effective day, None until it is sent."""

    act: str
    step: str
    action: Literal["remind", "hand_over"]
    claims: tuple[str, ...]
    state: ActState
    on: date | None = None
    deadline: date | None = None
    channel: str = ""
    fee: Money | None = None
    fee_claim: str | None = None
    fee_rule: str | None = None
    fee_credited: bool = False
    document: str = ""
    content_hash: str = ""
    reference: str | None = None

    @property
    def given(self) -> bool:
        """Sent and not returned: the law's waits run from it and its fee counts."""
        return self.state == "sent"


class ClaimState(Record):
    """A claim with what happened to it. ``level`` counts the policy steps that were given."""

    claim: Claim
    open: Money
    movements: tuple[Movement, ...] = ()
    counted: tuple[str, ...] = ()
    level: int = 0
    do_not_dun: tuple[DoNotDun, ...] = ()
    missing: bool = False
    with_partner: bool = False


class Hold(Record):
    """Why the case, or one claim of it, rests; ``until`` is the last resting day or None."""

    id: str
    claim: str | None
    reason: str
    until: date | None


class Case(Record):
    """The state of a case after ``version`` events. Frozen; ``apply`` gives the next one."""

    id: str
    version: int = 0
    debtor: str = ""
    connection: str = ""
    policy: PolicyRef | None = None
    law: str = ""
    capacity: Capacity = "unknown"
    currency: str = ""
    claims: dict[str, ClaimState] = {}
    notices: dict[str, Notice] = {}
    holds: dict[str, Hold] = {}
    tasks: dict[str, str] = {}
    answers: dict[str, str] = {}
    partner_state: Literal["none", "submitted", "accepted", "rejected", "closed"] = "none"
    partner_case: str | None = None
    seen_messages: tuple[str, ...] = ()
    last_movement: date | None = None
    parked: str | None = None
    closed: bool = False

    @classmethod
    def replay(cls, case_id: str, events: Iterable[CaseEvent], start: Case | None = None) -> Case:
        """The case that these events, in order, make of nothing or of a snapshot."""
        case = start or cls(id=case_id)
        for event in events:
            case = case.apply(event)
        return case

    def apply(self, event: CaseEvent) -> Case:
        """The case after one more event. Raises ``Conflict`` or ``Unreadable`` if it cannot be."""
        changes = _APPLY[type(event)](self, event)
        return self.model_copy(update={"version": self.version + 1, **changes})

    def open_claims(self) -> list[ClaimState]:
        """Claims with unpaid principal, oldest due date first."""
        live = [state for state in self.claims.values() if state.open.amount > 0]
        return sorted(live, key=lambda state: (state.claim.due, state.claim.id))

    def notices_of(self, claim: str) -> list[Notice]:
        """The given reminders of a claim, in the order they were sent."""
        return [
            notice
            for notice in self.notices.values()
            if claim in notice.claims and notice.given and notice.action == "remind"
        ]

    def last_step(self, claim: str) -> date | None:
        """The day of the latest step that was given or passed for a claim."""
        days = [
            notice.on
            for notice in self.notices.values()
            if claim in notice.claims and notice.state in {"sent", "passed"} and notice.on
        ]
        return max(days, default=None)

    def fees_of(self, claim: str) -> Money:
        """Fees charged to a claim by given notices and not credited since."""
        fees = Money.zero(self.currency)
        for notice in self.notices.values():
            if notice.fee_claim == claim and notice.fee and notice.given and not notice.fee_credited:
                fees += notice.fee
        return fees

    def pending(self) -> Notice | None:
        """An act whose outcome is not known yet, if there is one."""
        for notice in self.notices.values():
            if notice.state in {"intended", "unknown"}:
                return notice
        return None

    def last_contact(self) -> date | None:
        """The effective day of the latest given reminder."""
        days = [n.on for n in self.notices.values() if n.given and n.action == "remind" and n.on]
        return max(days, default=None)


Changes = dict[str, Any]


def _opened(case: Case, event: CaseOpened) -> Changes:
    if case.version:
        raise Conflict("a case is opened once")
    return {
        "debtor": event.debtor, "connection": event.connection, "policy": event.policy,
        "law": event.law, "capacity": event.capacity, "currency": event.currency,
    }  # fmt: skip


def _joined(case: Case, event: ClaimJoined) -> Changes:
    claim = event.claim
    if claim.id in case.claims:
        raise Conflict("a claim joins a case once")
    state = ClaimState(
        claim=claim,
        open=claim.open,
        movements=(Movement(on=claim.due, open=claim.open),),
        counted=claim.settled,
        do_not_dun=claim.do_not_dun,
    )
    return {"claims": {**case.claims, claim.id: state}}


def _moved(case: Case, claim: str, new: Money, on: date, counted: str | None) -> Changes:
    state = _claim(case, claim)
    if counted is not None and counted in state.counted:
        raise Conflict("this movement is counted already")
    changed = state.model_copy(
        update={
            "open": new,
            "movements": (*state.movements, Movement(on=on, open=new)),
            "counted": state.counted if counted is None else (*state.counted, counted),
        }
    )
    last = on if case.last_movement is None else max(on, case.last_movement)
    return {"claims": {**case.claims, claim: changed}, "last_movement": last}


def _paid(case: Case, event: PaymentAllocated) -> Changes:
    now_open = _floor(_claim(case, event.claim).open - event.amount)
    return _moved(case, event.claim, now_open, event.received, event.payment)


def _credited(case: Case, event: CreditApplied) -> Changes:
    now_open = _floor(_claim(case, event.claim).open - event.amount)
    return _moved(case, event.claim, now_open, event.issued, event.credit_note)


def _stated(case: Case, event: BalanceStated) -> Changes:
    return _moved(case, event.claim, event.open, event.at.date(), None)


def _flagged(case: Case, event: ClaimFlagged) -> Changes:
    return _with_claim(case, event.claim, do_not_dun=event.do_not_dun, missing=False)


def _missing(case: Case, event: ClaimMissing) -> Changes:
    return _with_claim(case, event.claim, missing=True)


def _reminder(case: Case, event: ReminderIntended) -> Changes:
    notice = Notice(
        act=event.act, step=event.step, action="remind", claims=event.claims, state="intended",
        deadline=event.deadline, channel=event.channel, fee=event.fee, fee_claim=event.fee_claim,
        fee_rule=event.fee_rule, document=event.document, content_hash=event.content_hash,
    )  # fmt: skip
    return _intended(case, notice)


def _hand_over(case: Case, event: HandOverIntended) -> Changes:
    notice = Notice(
        act=event.act, step=event.step, action="hand_over", claims=event.claims, state="intended",
        channel=event.partner, document=event.document, content_hash=event.content_hash,
    )  # fmt: skip
    return _intended(case, notice)


def _intended(case: Case, notice: Notice) -> Changes:
    if notice.act in case.notices:
        raise Conflict("an act is intended once")
    return {"notices": {**case.notices, notice.act: notice}}


def _sent(case: Case, event: ActSent) -> Changes:
    notice = _notice(case, event.act)
    if notice.state not in {"intended", "unknown"}:
        raise Conflict("this act has its outcome already")
    sent = notice.model_copy(
        update={"state": "sent", "on": event.on, "reference": event.reference}
    )
    claims = dict(case.claims)
    for claim in notice.claims:
        state = _claim(case, claim)
        handed = state.with_partner or notice.action == "hand_over"
        update = {"level": state.level + 1, "with_partner": handed}
        claims[claim] = state.model_copy(update=update)
    changes: Changes = {"notices": {**case.notices, event.act: sent}, "claims": claims}
    if notice.action == "hand_over":
        changes["partner_state"] = "submitted"
    return changes


def _passed(case: Case, event: ActPassed) -> Changes:
    changes = _set_act(case, event.act, "passed", {"intended", "unknown"})
    notice = changes["notices"][event.act].model_copy(update={"on": event.on})
    claims = dict(case.claims)
    for claim in notice.claims:
        state = _claim(case, claim)
        claims[claim] = state.model_copy(update={"level": state.level + 1})
    return {"notices": {**changes["notices"], event.act: notice}, "claims": claims}


def _failed(case: Case, event: ActFailed) -> Changes:
    return _set_act(case, event.act, "failed", {"intended", "unknown"})


def _unknown(case: Case, event: ActUnknown) -> Changes:
    return _set_act(case, event.act, "unknown", {"intended"})


def _returned(case: Case, event: NoticeReturned) -> Changes:
    notice = _notice(case, event.act)
    changes = _set_act(case, event.act, "returned", {"sent", "intended", "unknown"})
    if notice.state == "sent":
        claims = dict(case.claims)
        for claim in notice.claims:
            state = _claim(case, claim)
            claims[claim] = state.model_copy(update={"level": max(0, state.level - 1)})
        changes["claims"] = claims
    return changes


def _fee_credited(case: Case, event: FeeCredited) -> Changes:
    notice = _notice(case, event.act)
    if notice.fee_credited:
        raise Conflict("this fee is credited already")
    credited = notice.model_copy(update={"fee_credited": True})
    return {"notices": {**case.notices, event.act: credited}}


def _held(case: Case, event: Held) -> Changes:
    hold = Hold(id=event.hold, claim=event.claim, reason=event.reason, until=event.until)
    return {"holds": {**case.holds, event.hold: hold}}


def _released(case: Case, event: Released) -> Changes:
    return {"holds": {key: hold for key, hold in case.holds.items() if key != event.hold}}


def _asked(case: Case, event: PersonAsked) -> Changes:
    return {"tasks": {**case.tasks, event.task: event.why}}


def _answered(case: Case, event: PersonAnswered) -> Changes:
    tasks = {key: why for key, why in case.tasks.items() if key != event.task}
    return {"tasks": tasks, "answers": {**case.answers, event.task: event.answer}}


def _partner_answered(case: Case, event: PartnerAnswered) -> Changes:
    if event.accepted:
        state: Changes = {"partner_state": "accepted", "partner_case": event.partner_case}
    else:
        back = {
            key: claim.model_copy(update={"with_partner": False})
            for key, claim in case.claims.items()
        }
        state = {"partner_state": "rejected", "claims": back}
    return {**state, **_message(case, event.message)}


def _partner_paid(case: Case, event: PartnerPaid) -> Changes:
    now_open = _floor(_claim(case, event.claim).open - event.principal)
    moved = _moved(case, event.claim, now_open, event.received, None)
    return {**moved, **_message(case, event.message)}


def _partner_closed(case: Case, event: PartnerClosed) -> Changes:
    return {"partner_state": "closed", **_message(case, event.message)}


def _message(case: Case, message: str) -> Changes:
    if message in case.seen_messages:
        raise Conflict("this message is applied already")
    return {"seen_messages": (*case.seen_messages, message)}


def _parked(_: Case, event: Parked) -> Changes:
    return {"parked": event.why}


def _unparked(_: Case, __: Unparked) -> Changes:
    return {"parked": None}


def _closed(_: Case, __: CaseClosed) -> Changes:
    return {"closed": True}


def _nothing(_: Case, __: Decided | ActWithheld) -> Changes:
    return {}


def _claim(case: Case, claim: str) -> ClaimState:
    state = case.claims.get(claim)
    if state is None:
        raise Unreadable("an event names a claim that the case does not have")
    return state


def _with_claim(case: Case, claim: str, **update: Any) -> Changes:
    changed = _claim(case, claim).model_copy(update=update)
    return {"claims": {**case.claims, claim: changed}}


def _notice(case: Case, act: str) -> Notice:
    notice = case.notices.get(act)
    if notice is None:
        raise Unreadable("an event names an act that the case does not have")
    return notice


def _set_act(case: Case, act: str, state: ActState, allowed: set[str]) -> Changes:
    notice = _notice(case, act)
    if notice.state not in allowed:
        raise Conflict("this act has its outcome already")
    changed = notice.model_copy(update={"state": state})
    return {"notices": {**case.notices, act: changed}}


def _floor(amount: Money) -> Money:
    """An overpaid claim is paid; the rest is unapplied money and never a negative claim."""
    return amount if amount.amount > 0 else Money.zero(amount.currency)


_APPLY: Mapping[type, Any] = {
    CaseOpened: _opened, ClaimJoined: _joined, PaymentAllocated: _paid, CreditApplied: _credited,
    BalanceStated: _stated, ClaimFlagged: _flagged, ClaimMissing: _missing, Decided: _nothing,
    ReminderIntended: _reminder, HandOverIntended: _hand_over, ActSent: _sent, ActFailed: _failed,
    ActUnknown: _unknown, ActPassed: _passed, ActWithheld: _nothing,
    NoticeReturned: _returned, FeeCredited: _fee_credited, Held: _held, Released: _released, PersonAsked: _asked,
    PersonAnswered: _answered, PartnerAnswered: _partner_answered, PartnerPaid: _partner_paid,
    PartnerClosed: _partner_closed, Parked: _parked, Unparked: _unparked, CaseClosed: _closed,
}  # fmt: skip

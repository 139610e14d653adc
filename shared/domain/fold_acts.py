"""The fold of acts: an intent, its one outcome, and what a late return or a credit takes back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from shared.domain.act_events import (
    ActDelivered,
    ActFailed,
    ActPassed,
    ActSent,
    ActUnknown,
    FeeCredited,
    HandOverIntended,
    NoticeReturned,
    ReminderIntended,
)
from shared.domain.case_parts import CHARGES_STEP, ActState, ClaimState, Notice
from shared.domain.fold_claims import claim_state
from shared.errors import Conflict, Unreadable

if TYPE_CHECKING:
    from shared.domain.case import Case

Changes = dict[str, Any]
_WITHOUT_OUTCOME: frozenset[ActState] = frozenset({"intended", "unknown"})


def reminder(case: Case, event: ReminderIntended) -> Changes:
    """INTENT of a contact."""
    notice = Notice(
        act=event.act,
        step=event.step,
        action="remind",
        claims=event.claims,
        state="intended",
        intended_on=event.at.date(),
        deadline=event.deadline,
        channel=event.channel,
        fee=event.fee,
        fee_claim=event.fee_claim,
        fee_rule=event.fee_rule,
        document=event.document,
        content_hash=event.content_hash,
        short=event.short,
        charges=event.also if event.step == CHARGES_STEP else (),
        announces=event.announces,
    )
    return _intended(case, notice)


def hand_over(case: Case, event: HandOverIntended) -> Changes:
    """INTENT of a hand-over."""
    notice = Notice(
        act=event.act,
        step=event.step,
        action="hand_over",
        claims=event.claims,
        state="intended",
        intended_on=event.at.date(),
        channel=event.partner,
        document=event.document,
        content_hash=event.content_hash,
    )
    return _intended(case, notice)


def sent(case: Case, event: ActSent) -> Changes:
    """The act happened on a day: its claims have done the step."""
    return happened(case, event.act, event.on, event.reference)


def happened(case: Case, act: str, on: date, reference: str | None = None) -> Changes:
    """The changes of an act that happened on ``on``."""
    notice = _without_outcome(case, act)
    update = {"state": "sent", "on": on, "reference": reference}
    handed = notice.action == "hand_over"
    changes: Changes = {
        "notices": _with_notice(case, notice, **update),
        "claims": {**case.claims, **_levelled(case, notice, 1, handed=handed)},
    }
    if handed:
        changes["partner_state"] = "submitted"
    return changes


def delivered(case: Case, event: ActDelivered) -> Changes:
    """The carrier proves that the act arrived; what came back meanwhile did not."""
    notice = _notice(case, event.act)
    if not notice.given:
        raise Conflict("only what was sent is delivered")
    return {"notices": _with_notice(case, notice, delivered_on=event.on)}


def passed(case: Case, event: ActPassed) -> Changes:
    """The act is let be: the step is done, but nothing counts as given."""
    notice = _without_outcome(case, event.act)
    return {
        "notices": _with_notice(case, notice, state="passed", on=event.on),
        "claims": {**case.claims, **_levelled(case, notice, 1, handed=False)},
    }


def failed(case: Case, event: ActFailed) -> Changes:
    """The act did not happen."""
    return did_not_happen(case, event.act, event.at.date(), event.code)


def did_not_happen(case: Case, act: str, known: date, code: str | None = None) -> Changes:
    """The changes of an act that did not happen and will not under its key."""
    notice = _without_outcome(case, act)
    return {"notices": _with_notice(case, notice, state="failed", undone_on=known, code=code)}


def unknown(case: Case, event: ActUnknown) -> Changes:
    """Nobody knows yet; said once."""
    notice = _notice(case, event.act)
    if notice.state != "intended":
        raise Conflict("this act has its outcome already")
    return {"notices": _with_notice(case, notice, state="unknown")}


def returned(case: Case, event: NoticeReturned) -> Changes:
    """The notice did not arrive: its fee and its wait do not count, and its step is repeated."""
    notice = _notice(case, event.act)
    if notice.state in {"failed", "returned"}:
        raise Conflict("this act has its outcome already")
    return taken_back(case, notice, event.at.date(), code=event.code)


def taken_back(case: Case, notice: Notice, known: date, **update: Any) -> Changes:
    """The changes of an act that came back.

    A step is not repeated for a claim whose next one arrived already: the debtor has that.
    """
    update |= {"state": "returned", "undone_on": known}
    changes: Changes = {"notices": _with_notice(case, notice, **update)}
    if notice.arrived:
        changes["claims"] = {**case.claims, **_levelled(case, notice, -1, handed=False)}
    return changes


def seen_to(case: Case) -> dict[str, Notice]:
    """The notices, where a person has seen to the addresses that reminders came back from."""
    return {
        name: one.model_copy(update={"cleared": True})
        if one.state == "returned" and one.action == "remind"
        else one
        for name, one in case.notices.items()
    }


def fee_credited(case: Case, event: FeeCredited) -> Changes:
    """A fee is taken back once."""
    notice = _notice(case, event.act)
    if notice.fee_credited or notice.fee is None:
        raise Conflict("this act has no fee, or it is credited already")
    return {"notices": _with_notice(case, notice, fee_credited=True)}


def _intended(case: Case, notice: Notice) -> Changes:
    if notice.act in case.notices:
        raise Conflict("an act is intended once")
    for claim in notice.claims:
        claim_state(case, claim)
    return {"notices": {**case.notices, notice.act: notice}}


def _levelled(case: Case, notice: Notice, by: int, *, handed: bool) -> dict[str, ClaimState]:
    """The claims of an act, one step on (and with the partner) or one step back.

    A repeated reminder is no step of the policy: no claim of it moves. What a partner let go of by
    itself stays where that end put it when the rest comes back.
    """
    changed = dict[str, ClaimState]()
    if notice.repeats:
        return changed
    for claim in notice.claims:
        state = claim_state(case, claim)
        let_go = notice.action == "hand_over" and notice.given and not state.with_partner
        if by < 0 and (let_go or _has_later(case, notice, claim)):
            continue
        update = {
            "level": max(0, state.level + by),
            "with_partner": handed or (by > 0 and state.with_partner),
        }
        changed[claim] = state.model_copy(update=update)
    return changed


def _has_later(case: Case, notice: Notice, claim: str) -> bool:
    order = list(case.notices)
    later = order[order.index(notice.act) + 1 :]
    return any(case.notices[act].arrived and claim in case.notices[act].claims for act in later)


def _with_notice(case: Case, notice: Notice, **update: Any) -> dict[str, Notice]:
    return {**case.notices, notice.act: notice.model_copy(update=update)}


def _without_outcome(case: Case, act: str) -> Notice:
    notice = _notice(case, act)
    if notice.state not in _WITHOUT_OUTCOME:
        raise Conflict("this act has its outcome already")
    return notice


def _notice(case: Case, act: str) -> Notice:
    notice = case.notices.get(act)
    if notice is None:
        raise Unreadable("an event names an act that the case does not have")
    return notice

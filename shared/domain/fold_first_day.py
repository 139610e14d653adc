"""The fold of what others did before the hub: a notice, a hold, and that the row is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.domain.case_parts import Hold, Notice
from shared.domain.first_day_events import NoticeImported
from shared.domain.fold_claims import claim_state, with_claims

if TYPE_CHECKING:
    from shared.domain.case import Case

Changes = dict[str, Any]
# How the acts and holds of others are named: no act of the hub is, its name begins with its case.
IMPORTED = "imported-"


def imported(case: Case, event: NoticeImported) -> Changes:
    """A row is known under its key; the same key again takes the place of what it said before."""
    state = claim_state(case, event.claim)
    name = f"{IMPORTED}{event.notice}"
    changes: Changes = {"imported": {**case.imported, event.notice: event.content_hash}}
    if event.what == "hold":
        day = event.at.date()
        hold = Hold(id=name, claim=event.claim, reason="other", until=event.until, since=day)
        changes["holds"] = {**case.holds, name: hold}
    if event.what == "reminder":
        notice = _notice(name, event)
        before = case.notices.get(name)
        if before is not None and before.fee == notice.fee:
            # A row that is told again does not ask for a fee that was let go.
            notice = notice.model_copy(update={"fee_credited": before.fee_credited})
        changes["notices"] = {**case.notices, name: notice}
        if event.proof is not None and event.steps > state.level:
            changes["claims"] = with_claims(case.claims, (event.claim,), level=event.steps)
    return changes


def _notice(name: str, event: NoticeImported) -> Notice:
    """With proof it was given; without, it may be with the debtor, and no more is said of it."""
    return Notice(
        act=name,
        step="imported",
        action="remind",
        claims=(event.claim,),
        state="passed" if event.proof is None else "sent",
        intended_on=event.on,
        on=event.on,
        deadline=event.deadline,
        channel=event.channel,
        fee=event.fee,
        fee_claim=None if event.fee is None else event.claim,
        fee_rule=None if event.fee is None else "imported",
        document=name,
        content_hash=event.content_hash,
        reference=event.proof,
    )

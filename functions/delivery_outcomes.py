"""What a carrier says later of a notice: it was sent after all, it arrived, or it came back."""

from __future__ import annotations

from connectors.contract import Fate
from functions.touching import resume
from shared.cloud import clock, outbox, tasks
from shared.cloud.keys import Tenant
from shared.cloud.step import Run
from shared.cloud.store import Store
from shared.cloud.table import Write
from shared.domain import ledger
from shared.domain.case import Case
from shared.domain.events import ActDelivered, ActSent, CaseEvent, NoticeReturned, PersonAsked
from shared.domain.refusals import refused
from shared.domain.state_events import ChannelRefused
from shared.errors import Conflict, NotFound

_RELOADS = 5


def settle(fate: Fate) -> str:
    """Append what a carrier's event adds to its case, and say which event that was.

    Raises ``NotFound`` when there is no such act.
    """
    # An act is named <case>-<step>-<digest>, and a case's id has no dash.
    case = fate.act.split("-", 1)[0]
    store = Store(Tenant(fate.tenant))
    for _ in range(_RELOADS):
        run = resume(store, case, clock.now())
        if run.case.successor is not None:
            # The act went with its case into that of the debtor's other identity.
            case = run.case.successor
            continue
        made = _events(run, fate)
        if not made:
            return "nothing"
        try:
            _append(run, fate.act, made)
        except Conflict:
            continue
        return made[0].kind
    raise Conflict("the case of a notice is written to by others all the time")


def _events(run: Run, fate: Fate) -> list[CaseEvent]:
    notice = run.case.notices.get(fate.act)
    if notice is None or notice.action != "remind":
        raise NotFound("no such act")
    made = list[CaseEvent]()
    if fate.lost and notice.state in {"sent", "intended", "unknown", "passed"}:
        made.append(NoticeReturned(at=run.now, act=fate.act, code=fate.kind))
    if fate.kind == "complained":
        return [*made, *refused(run.case, fate.act, "complaint", run.now)]
    if made:
        return made
    today = run.local_now.date()
    if fate.kind in {"sent", "delivered"} and notice.state in {"intended", "unknown"}:
        sent = ActSent(at=run.now, act=fate.act, on=today, reference=fate.reference)
        made.append(sent.model_copy(update={"segments": fate.segments, "cost": fate.cost}))
    if fate.kind == "delivered" and (made or notice.state == "sent") and not notice.delivered_on:
        arrived = ActDelivered(at=run.now, act=fate.act, on=today)
        made.append(arrived.model_copy(update={"segments": fate.segments, "cost": fate.cost}))
    return made


def _append(run: Run, act: str, made: list[CaseEvent]) -> None:
    """The outcome, the fees that a payment crossed, and the end of the outbox row, together."""
    after = Case.replay(run.case.id, made, run.case)
    crossed: list[CaseEvent] = [*ledger.crossed(after, run.now, run.policy.tolerance)]
    due = run.after(Case.replay(run.case.id, crossed, after))
    asked = [
        tasks.task_write(run.tenant, one.task, run.case.id, one.why, one.claims, ())
        for one in made
        if isinstance(one, PersonAsked)
    ]
    also = [*_ends(run, act, made), *asked]
    run.store.append(run.loaded, [*made, *crossed], due_at=due, also=also)


def _ends(run: Run, act: str, made: list[CaseEvent]) -> list[Write]:
    """The end of the act's outbox row; one that merely arrived has ended before."""
    first = made[0]
    if isinstance(first, ActDelivered | ChannelRefused):
        return []
    return [outbox.settled(run.tenant, act, "sent" if isinstance(first, ActSent) else "failed")]

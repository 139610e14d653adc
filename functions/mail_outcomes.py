"""What a mail's events mean for its act: it was sent after all, or it came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.channels.email import MailEvent, read_event
from functions.touching import resume
from shared.cloud import clock, outbox
from shared.cloud.keys import Tenant
from shared.cloud.step import Run
from shared.cloud.store import Store
from shared.domain import ledger
from shared.domain.case import Case
from shared.domain.events import ActSent, CaseEvent, NoticeReturned
from shared.errors import Conflict, NotFound

_RELOADS = 5


def settle(detail: Mapping[str, Any]) -> str:
    """Append what an SES event adds to its case, and say which event that was.

    Raises ``NotFound`` when there is no such act, ``Unreadable`` for an event of another shape.
    """
    mail = read_event(detail)
    if mail is None:
        return "nothing"
    # A transient bounce may be an absence note; a rejected mail never left.
    returned = mail.permanent or detail["eventType"] == "Reject"
    # An act is named <case>-<step>-<digest>, and a case's id has no dash.
    case = mail.act.split("-", 1)[0]
    store = Store(Tenant(mail.tenant))
    for _ in range(_RELOADS):
        run = resume(store, case, clock.now())
        if run.case.successor is not None:
            # The act went with its case into that of the debtor's other identity.
            case = run.case.successor
            continue
        made = _event(run, mail, returned=returned)
        if made is None:
            return "nothing"
        try:
            _append(run, mail.act, made)
        except Conflict:
            continue
        return made.kind
    raise Conflict("the case of a mail is written to by others all the time")


def _event(run: Run, mail: MailEvent, *, returned: bool) -> ActSent | NoticeReturned | None:
    notice = run.case.notices.get(mail.act)
    if notice is None or notice.action != "remind":
        raise NotFound("no such act")
    if returned and notice.state in {"sent", "intended", "unknown", "passed"}:
        return NoticeReturned(at=run.now, act=mail.act, code=mail.kind)
    if mail.kind in {"sent", "delivered"} and notice.state in {"intended", "unknown"}:
        today = run.local_now.date()
        return ActSent(at=run.now, act=mail.act, on=today, reference=mail.reference)
    return None


def _append(run: Run, act: str, made: ActSent | NoticeReturned) -> None:
    """The outcome, the fees that a payment crossed, and the end of the outbox row, together."""
    after = run.case.apply(made)
    crossed: list[CaseEvent] = [*ledger.crossed(after, run.now, run.policy.tolerance)]
    end = outbox.settled(run.tenant, act, "sent" if isinstance(made, ActSent) else "failed")
    due = run.after(Case.replay(run.case.id, crossed, after))
    run.store.append(run.loaded, [made, *crossed], due_at=due, also=[end])

"""What every touch does around its act: prove the balances before it, record the outcome after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from connectors.contract import Receipt
from functions.wiring import connect
from shared.cloud import clock, keys, outbox, step, table
from shared.cloud.runtime import enqueue, logger
from shared.cloud.step import Run
from shared.cloud.store import Loaded, Store, Token
from shared.domain import ledger
from shared.domain.events import ActFailed, ActSent, ActUnknown, CaseEvent, ClaimMissing
from shared.errors import Conflict, Reconnect, Retry

# An outcome is a fact and must be written; somebody else's append is waited out by reading again.
_RELOADS = 8
# A failed act is tried again under a new key the next day; a retry is asked for sooner.
_FAILED_AGAIN = timedelta(days=1)


def proven(run: Run, claims: Sequence[str]) -> bool:
    """Whether the source, asked now, states the very balances that the decision rests on.

    When it does not, or cannot be asked, the case waits and a pull is wanted; a claim that the
    source no longer knows is recorded as missing. Nobody is touched on doubt.
    """
    try:
        items = connect(run.tenant, run.connection).open_items(list(claims))
    except Retry:
        run.wait()
        return False
    except Reconnect:
        key = keys.connection(run.tenant, run.case.connection)
        table.update(key, set_={"state": "needs_auth", "last_error": "login refused"})
        run.wait()
        return False
    gone = [item.invoice for item in items if item.open is None]
    if gone:
        lost = [ClaimMissing(at=run.now, claim=claim) for claim in gone]
        run.append(lost, due_at=run.now)
        return False
    for item in items:
        state = run.case.claims[item.invoice]
        if item.open != state.open or set(item.do_not_dun) - set(state.do_not_dun):
            logger.info("truth_differs", extra={"case": run.case.id, "claim": item.invoice})
            body = {"tenant": run.tenant.id, "connection": run.case.connection}
            enqueue("pull", [body])
            run.wait()
            return False
    return True


def outcome(run: Run, act: str, receipt: Receipt, retry_at: datetime | None = None) -> str:
    """Write what became of an act, whatever else happened to the case meanwhile.

    ``retry_at`` says when an act that did not get through is tried again under its own key; None
    means that its key is done for and the step is decided afresh.
    """
    events, write, word = _said(run, act, receipt, retry_at)
    loaded: Loaded | None = run.loaded
    for _ in range(_RELOADS):
        loaded = loaded or run.store.load(run.case.id)
        try:
            _write_outcome(run, loaded, events, write)
        except Conflict:
            loaded = None
            continue
        logger.info("outcome", extra={"act": act, "outcome": word})
        return word
    raise Conflict("the outcome of an act could not be written")


Said = tuple[Callable[[Run], list[CaseEvent]], table.Write, str]


def _said(run: Run, act: str, receipt: Receipt, retry_at: datetime | None) -> Said:
    """The events, the outbox write and the word for a receipt."""
    tenant, now = run.tenant, run.now
    if receipt.outcome in {"accepted", "received"}:
        sent = ActSent(at=now, act=act, on=_today(run), reference=receipt.reference)
        return lambda _: [sent], outbox.settled(tenant, act, "sent"), "sent"
    if retry_at is not None and receipt.outcome in {"retry", "unknown"}:
        return lambda _: [], outbox.later(tenant, act, "intended", retry_at), "retry"
    if receipt.outcome == "unknown":
        unknown = ActUnknown(at=now, act=act)
        look = now + timedelta(days=1)
        return lambda _: [unknown], outbox.later(tenant, act, "unknown", look), "unknown"
    failed = ActFailed(at=now, act=act, code=receipt.code or receipt.outcome)
    return lambda _: [failed], outbox.settled(tenant, act, "failed"), "failed"


def _write_outcome(
    run: Run,
    loaded: Loaded,
    events: Callable[[Run], list[CaseEvent]],
    write: table.Write,
) -> None:
    made = events(run)
    case = loaded.case
    for event in made:
        case = case.apply(event)
    crossed = ledger.crossed(case, run.now, run.policy.tolerance)
    for event in crossed:
        case = case.apply(event)
    if any(isinstance(event, ActFailed) for event in made):
        due: datetime | None = run.now + _FAILED_AGAIN
    else:
        due = run.after(case)
    run.store.append(loaded, [*made, *crossed], due_at=due, also=[write])


def resume(store: Store, case_id: str, now: datetime) -> Run:
    """A run around a case as it stands, for work that holds no claim (outbox, mail events)."""
    loaded = store.load(case_id)
    head = loaded.head
    token = Token(case_id, head["version"], head["attempt"], head["snap"])
    return step.frame(store, token, loaded, now)


def _today(run: Run) -> date:
    return clock.local(run.now, run.creditor.zone).date()

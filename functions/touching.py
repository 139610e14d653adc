"""What every touch does around its act: prove the balances before, record the outcome after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from connectors.contract import Receipt
from functions.wiring import connect
from shared.cloud import connections, health_words, keys, metrics, outbox, step, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue, logger
from shared.cloud.step import Run
from shared.cloud.store import Loaded, Store, Token
from shared.cloud.table import Row, Write
from shared.domain import ledger
from shared.domain.channels import OPTED_OUT
from shared.domain.events import ActFailed, ActSent, ActUnknown, CaseEvent, ClaimMissing
from shared.domain.model import OpenItem
from shared.domain.money import Money
from shared.domain.refusals import refused
from shared.errors import Conflict, HubError, Reconnect, Refused, Retry, Unreadable

# An outcome is a fact and must be written; somebody else's append is waited out by reading again.
_RELOADS = 8
# A failed act is tried again under a new key the next day; a retry is asked for sooner.
_FAILED_AGAIN = timedelta(days=1)
# How long the provider's own event may take to say what became of a message of unknown fate.
PROVIDER_EVENT = timedelta(days=1)
# Seconds to wait before the next attempt at a partner, by attempts made: the table of Standard
# Webhooks 1.0.0. After ten attempts a person has the message.
_RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Why an attempt did not get through: our secret is missing, or was refused.
NEEDS_AUTH = "needs_auth"
# What a partner's endpoint answers that is gone for good (HTTP 410).
_GONE = "endpoint_gone"


def proven(run: Run, claims: Sequence[str]) -> bool:
    """Whether the source, asked now, states the very balances that the decision rests on.

    When it does not, or cannot be asked, the case waits and a pull is wanted; a claim that the
    source no longer knows is recorded as missing. Nobody is touched on doubt.
    """
    try:
        items = _asked(run, claims)
    except Retry:
        run.wait()
        return False
    except Reconnect as error:
        _doubted(run, "needs_auth", error)
        return False
    except (Refused, Unreadable) as error:
        _doubted(run, "failing", error)
        return False
    gone = [item.invoice for item in items if item.open is None]
    if gone:
        lost = [ClaimMissing(at=run.now, claim=claim) for claim in gone]
        run.append(lost, due_at=run.now)
        return False
    for item in items:
        state = run.case.claims[item.invoice]
        if item.open != _stated(run, item.invoice) or set(item.do_not_dun) - set(state.do_not_dun):
            logger.info("truth_differs", extra={"case": run.case.id, "claim": item.invoice})
            body = {"tenant": run.tenant.id, "connection": run.case.connection}
            enqueue("pull", [body])
            run.wait()
            return False
    return True


def attempted(call: Callable[[], Receipt]) -> Receipt:
    """One attempt at a partner; what keeps us from calling it at all is a reason to try later."""
    try:
        return call()
    except Reconnect:
        return Receipt(outcome="retry", code=NEEDS_AUTH)
    except Retry:
        return Receipt(outcome="retry", code="not_connected")


def next_attempt(receipt: Receipt, made: int) -> timedelta | None:
    """The wait before the same key goes again after ``made`` attempts; None when it must not."""
    if receipt.outcome not in {"retry", "unknown"} or made > len(_RETRY_SECONDS):
        return None
    return timedelta(seconds=max(_RETRY_SECONDS[made - 1], receipt.after or 0))


def end_if_gone(tenant: Tenant, partner: Row, receipt: Receipt, now: datetime) -> None:
    """A partner whose endpoint is gone for good gets nothing more until a person has seen to it."""
    if receipt.code != _GONE:
        return
    name = f"{keys.id_of(partner['pk'])}-{_GONE}-{int(now.timestamp())}"
    task = tasks.task_write(tenant, name, "", _GONE, (), ())
    try:
        table.transact([connections.disabled(partner), task])
    except Conflict:
        return  # somebody ended it meanwhile
    logger.warning("partner_disabled", extra={"connection": keys.id_of(partner["pk"])})


def outcome(run: Run, act: str, receipt: Receipt, retry_at: datetime | None = None) -> str:
    """Write what became of an act, whatever else happened to the case meanwhile.

    ``retry_at`` says when an act that did not get through is tried again under its own key; None
    means that its key is done for and the step is decided afresh.
    """
    events, write, word = _said(run, act, receipt, retry_at)
    loaded: Loaded | None = run.loaded
    for _ in range(_RELOADS):
        try:
            loaded = loaded or run.store.load(run.case.id)
            if loaded.case.notices[act].state not in {"intended", "unknown"}:
                # The provider's own event was faster.
                return loaded.case.notices[act].state
            _write_outcome(run, loaded, events, write)
        except Conflict:
            loaded = None
            continue
        logger.info("outcome", extra={"act": act, "outcome": word})
        metrics.count("Acts", 1, Outcome=word)
        return word
    raise Conflict("the outcome of an act could not be written")


def resume(store: Store, case_id: str, now: datetime) -> Run:
    """A run around a case as it stands, for work that holds no claim (outbox, mail events)."""
    loaded = store.load(case_id)
    head = loaded.head
    token = Token(case_id, head["version"], head["attempt"], head["snap"])
    return step.frame(store, token, loaded, now)


def _asked(run: Run, claims: Sequence[str]) -> Sequence[OpenItem]:
    items: Sequence[OpenItem] = connect(run.tenant, run.connection, urgent=True).open_items(
        list(claims)
    )
    if {item.invoice for item in items} != set(claims):
        raise Unreadable("the source does not answer for every claim")
    return items


def _stated(run: Run, claim: str) -> Money:
    """The balance that the source last stated, from which the claim's own follows.

    The claim itself may stand lower: a bank showed money that the books do not know yet.
    """
    state, row = run.case.claims[claim], run.loaded.row(keys.invoice(run.tenant, claim))
    return state.open if row is None else Money.of(row["open"], state.open.currency)


def _doubted(run: Run, state: str, error: HubError) -> None:
    """The feed cannot prove anything now: it closes its gate until a pull has read it again."""
    key = keys.connection(run.tenant, run.case.connection)
    try:
        after = table.update(
            key,
            set_={
                "state": state, "last_error": str(error), "cause": health_words.cause_of(error),
            },
            condition="#state = :enabled",
            values={"enabled": "enabled"},
        )  # fmt: skip
    except Conflict:
        logger.info("connection_moved", extra={"connection": run.case.connection})
    else:
        health_words.follow(run.tenant, after, run.now)
    run.wait()


def _said(
    run: Run, act: str, receipt: Receipt, retry_at: datetime | None
) -> tuple[list[CaseEvent], Write, str]:
    """The events, the outbox write and the word for a receipt."""
    tenant, now = run.tenant, run.now
    if receipt.outcome in {"accepted", "received"}:
        today = run.local_now.date()
        sent = ActSent(
            at=now, act=act, on=today, reference=receipt.reference, segments=receipt.segments,
            cost=receipt.cost,
        )  # fmt: skip
        return [sent], outbox.settled(tenant, act, "sent"), "sent"
    if retry_at is not None and receipt.outcome in {"retry", "unknown"}:
        no = receipt.outcome == "retry"
        return [], outbox.later(tenant, act, "intended", retry_at, refused=no), "retry"
    if receipt.outcome == "unknown":
        unknown = ActUnknown(at=now, act=act)
        look = now + PROVIDER_EVENT
        return [unknown], outbox.later(tenant, act, "unknown", look), "unknown"
    failed: list[CaseEvent] = [ActFailed(at=now, act=act, code=receipt.code or receipt.outcome)]
    if receipt.code == OPTED_OUT:
        failed += refused(run.case, act, "stop", now)
    return failed, outbox.settled(tenant, act, "failed"), "failed"


def _write_outcome(run: Run, loaded: Loaded, made: Sequence[CaseEvent], write: Write) -> None:
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

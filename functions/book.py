"""Book: bring an invoice's claim to what its sources state; join it to a case when it is time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from functions import following, taking_over
from shared.cloud import (
    charge_rows,
    clock,
    debtor_rows,
    hub_keys,
    keys,
    law_rows,
    table,
    tasks,
    truths,
)
from shared.cloud.batches import each
from shared.cloud.control import before_start_line
from shared.cloud.keys import Key, Tenant
from shared.cloud.runtime import logger
from shared.cloud.store import Loaded, Store, case_name
from shared.cloud.table import Row, Write
from shared.domain import ledger
from shared.domain.case import Case
from shared.domain.creditor import Creditor
from shared.domain.decide import first_step_on
from shared.domain.events import (
    CaseEvent,
    CaseOpened,
    CreditApplied,
    PaymentAllocated,
    PaymentReversed,
    PolicyRef,
)
from shared.domain.explain import Reason
from shared.domain.ledger_balance import balance
from shared.domain.ledger_truth import Truth
from shared.domain.model import Invoice, invoice_status
from shared.domain.policy import Policy
from shared.errors import Conflict

# Events booked in one transaction, which holds 100 writes: each may bring a money key, and a word
# to the partner with its place in the line.
_AT_ONCE = 20


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, invoice}`` a message; failed ones are reported one by one."""
    return each(event, _book)


def _book(body: dict[str, str]) -> None:
    tenant, invoice = Tenant(body["tenant"]), body["invoice"]
    row, truth = truths.truth(tenant, invoice)
    if "case_id" in row:
        _reconcile(tenant, row, truth)
    else:
        _join(tenant, row, truth)


def _reconcile(tenant: Tenant, row: Row, truth: Truth) -> None:
    store, now = Store(tenant), clock.now()
    loaded = store.load(row["case_id"])
    if truth.invoice.id not in loaded.case.claims:
        raise Conflict("the claim went into another case meanwhile")
    policy = _policy(tenant, loaded)
    pack = law_rows.in_force(loaded.row(hub_keys.law()), loaded.case.law).pack
    while True:
        events = ledger.reconcile(
            loaded.case, truth, now, policy.tolerance, pack, policy.extras.allocation
        )
        events += taking_over.past(
            Case.replay(loaded.case.id, events, loaded.case), truth, policy, pack, now
        )
        if not events:
            following.follow(tenant, loaded.case)
            _unmark(row)
            return
        part = events[:_AT_ONCE]
        money = [
            table.put_write({**keys.money(tenant, loaded.case.id, *pair), "at": clock.stamp(now)})
            for pair in _movements(part)
        ]
        after = Case.replay(loaded.case.id, part, loaded.case)
        # A case that reopens keeps the mark: what has to follow is asked for once more below.
        reopened = loaded.case.closed and not after.closed
        done = [_unmark_write(row)] if part == events and not reopened else []
        taken = charge_rows.withdrawn(tenant, loaded.case, after)
        asked = taking_over.questions(tenant, loaded.case.id, part)
        loaded = store.append(loaded, part, due_at=now, also=[*done, *money, *taken, *asked])
        logger.info("booked", extra={"case": loaded.case.id, "events": len(part)})
        if done:
            return


def _join(tenant: Tenant, row: Row, truth: Truth) -> None:
    now = clock.now()
    rows = table.batch_get([keys.active_policy(tenant), keys.creditor(tenant),
                            keys.connection(tenant, row["conn"])])  # fmt: skip
    setting = _found(rows, keys.active_policy(tenant))
    profile = _found(rows, keys.creditor(tenant))
    connection = _found(rows, keys.connection(tenant, row["conn"]))
    invoice = truth.invoice
    if setting is None or profile is None or connection is None:
        logger.warning("not_configured", extra={"tenant": tenant.id})
        return
    owed = invoice_status(invoice) in {"open", "partly_paid"} and balance(truth)
    if not owed or truth.missing:
        _unmark(row)
        return
    if before_start_line(connection, invoice.due):
        _before_start_line(tenant, row, invoice)
        return
    stored = table.get(keys.policy(tenant, setting["policy"], setting["version"]))
    if stored is None:
        logger.warning("no_such_policy", extra={"tenant": tenant.id})
        return
    policy = Policy.model_validate_json(stored["body"])
    creditor = Creditor.model_validate_json(profile["body"])
    today = clock.local(now, creditor.zone).date()
    first = first_step_on(policy, invoice.due)
    if first > today:
        opens = datetime.combine(first, time(0), tzinfo=clock.local(now, creditor.zone).tzinfo)
        _mark_for(row, opens)
        return
    _enter(tenant, row, truth, policy, creditor, now)


def _enter(
    tenant: Tenant, row: Row, truth: Truth, policy: Policy, creditor: Creditor, now: datetime
) -> None:
    """Join the debtor's open case, or open one that names its predecessor.

    An invoice of an alias is the claim of the debtor with whom it was merged.
    """
    store, invoice = Store(tenant), truth.invoice
    debtor = debtor_rows.survivors(tenant, [invoice.debtor]).get(invoice.debtor, invoice.debtor)
    unit = unit_of(policy, invoice)
    pointer_key = keys.open_case(tenant, debtor, unit)
    pointer = table.get(pointer_key)
    predecessor = pointer["case_id"] if pointer else None
    if predecessor is not None:
        loaded = store.load(predecessor)
        # An alias that was taken out again has a pointer to what was the case of both.
        if not loaded.case.closed and loaded.case.debtor == debtor:
            also = [_unmark_write(row, case_id=predecessor)]
            joined = taking_over.joined(loaded.case, truth, policy, now)
            asked = taking_over.questions(tenant, predecessor, joined)
            store.append(loaded, joined, due_at=now, also=[*also, *asked])
            return
    case_id = case_name(tenant, debtor, unit, predecessor)
    opened = opening(policy, creditor, invoice, debtor, row["conn"], now, predecessor)
    point = table.put_write(
        {**pointer_key, "case_id": case_id},
        condition="attribute_not_exists(pk)" if pointer is None else "attribute_exists(pk)",
    )
    also = [point, _unmark_write(row, case_id=case_id)]
    joined = taking_over.joined(Case.replay(case_id, [opened]), truth, policy, now)
    asked = taking_over.questions(tenant, case_id, joined)
    store.open(case_id, [opened, *joined], due_at=now, also=[*also, *asked])
    logger.info("opened", extra={"case": case_id})


def _before_start_line(tenant: Tenant, row: Row, invoice: Invoice) -> None:
    """A claim from before the hub's time is a person's: never a letter, never forgotten."""
    task = f"start_line-{row['conn']}-{hashlib.sha256(invoice.id.encode()).hexdigest()[:12]}"
    why = Reason(
        rule="hub.start_line",
        text="the claim fell due before the connection's start line: no letter goes out",
        facts={"connection": row["conn"], "due": invoice.due.isoformat()},
    )
    write = tasks.task_write(tenant, task, "", "due_before_start_line", (invoice.id,), (why,))
    try:
        table.transact([write, _unmark_write(row, parked="start_line")])
    except Conflict:
        _unmark(row)


def _movements(events: Sequence[CaseEvent]) -> list[tuple[str, str]]:
    """The money keys of events: (movement, claim)."""
    found = []
    for event in events:
        match event:
            case PaymentAllocated():
                found.append((event.payment, event.claim))
            case PaymentReversed():
                found.append((event.reversal, event.claim))
            case CreditApplied():
                found.append((event.credit_note, event.claim))
            case _:
                pass
    return found


def _policy(tenant: Tenant, loaded: Loaded) -> Policy:
    head = loaded.head
    row = loaded.row(keys.policy(tenant, head["policy"], head["policy_version"]))
    if row is None:
        raise Conflict("the case's policy is gone")
    return Policy.model_validate_json(row["body"])


def opening(
    policy: Policy, creditor: Creditor, invoice: Invoice, debtor: str, connection: str,
    at: datetime, predecessor: str | None,
) -> CaseOpened:  # fmt: skip
    """How a case begins for a debtor's invoice."""
    return CaseOpened(
        at=at, debtor=debtor, connection=connection,
        policy=PolicyRef(id=policy.id, version=policy.version), law=policy.law,
        capacity=invoice.capacity, currency=invoice.total.currency, predecessor=predecessor,
        compensation=policy.extras.compensation == "claim" and creditor.kind == "business",
    )  # fmt: skip


def unit_of(policy: Policy, invoice: Invoice) -> str:
    """What claims of one debtor share when they are dunned together, as a text for a key."""
    own = {"debtor": "all", "agreement": invoice.agreement or "none", "invoice": invoice.id}
    parts = [policy.law, invoice.capacity, invoice.total.currency, own[policy.unit]]
    return "/".join(parts)


def _found(rows: dict[tuple[str, str], Row], key: Key) -> Row | None:
    return rows.get((key["pk"], key["sk"]))


def _unmark(row: Row) -> None:
    """The invoice is booked as it was read; a change since then keeps its mark."""
    if "due_at" not in row:
        return
    try:
        table.transact([_unmark_write(row)])
    except Conflict:
        logger.info("changed_meanwhile", extra={"invoice": keys.id_of(row["pk"])})


def _unmark_write(row: Row, **fields: str) -> Write:
    """Take the mark off an invoice that is as it was read: every change of a fact counts it up."""
    return table.update_write(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={**fields, "attempt": 0},
        remove=("due_shard", "due_at"),
        condition="mark = :seen",
        values={"seen": row["mark"]},
    )


def _mark_for(row: Row, at: datetime) -> None:
    """The invoice's first step lies ahead: it comes due then. Raises ``Conflict``."""
    table.update(
        {"pk": row["pk"], "sk": row["sk"]},
        set_={"due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(at), "attempt": 0},
        condition="mark = :seen AND attribute_not_exists(case_id)",
        values={"seen": row["mark"]},
    )

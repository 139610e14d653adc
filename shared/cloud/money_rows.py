"""The rows of a payment: read by one query, and changed with all that hangs on it at once.

Beside the payment's own row stand, in the partitions of its invoices, what it settles there and
where it waits. One transaction writes them all and marks those invoices as due for booking, so
that a claim never sees half a payment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.cloud import clock, keys, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.explain import Reason
from shared.domain.ledger_truth import Waiting
from shared.domain.payment import Follower, Payment, Status, begun
from shared.domain.sighting import Sighting
from shared.errors import Conflict, NotFound

LISTED: tuple[Status, ...] = ("waiting", "unapplied")
# Money without a place is looked at again each day: its invoice may come after it.
_AGAIN = timedelta(days=1)
_AGAIN_FOR = timedelta(days=14)
# A transaction of DynamoDB holds 100 writes; the rest is for the question and what is learned.
_MOST_WRITES = 96


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a payment: the sighting and its row, its state, and what follows it."""

    tenant: Tenant
    row: Row
    sighting: Sighting
    payment: Payment
    stored: bool
    followers: tuple[Follower, ...] = field(default=())


def read(tenant: Tenant, payment_id: str) -> Known:
    """A payment by one query of its partition. Raises ``NotFound``."""
    pk = keys.sighting(tenant, payment_id)["pk"]
    rows = {row["sk"]: row for row in table.query(pk, "FACT", "REV#~")}
    fact, state = rows.pop("FACT", None), rows.pop("PAYMENT", None)
    if fact is None:
        raise NotFound("no such payment")
    sighting = Sighting.model_validate_json(fact["body"])
    payment = (
        begun(sighting, fact["conn"])
        if state is None
        else Payment.model_validate_json(state["body"])
    )
    followers = tuple(Follower.model_validate_json(row["body"]) for row in rows.values())
    return Known(tenant, fact, sighting, payment, state is not None, followers)


def store(
    known: Known,
    after: Payment,
    now: datetime,
    also: Sequence[Write] = (),
    marks: Mapping[str, int] | None = None,
) -> set[str]:
    """Write what became of a payment; the invoices that are due for booking because of it.

    ``marks`` are the invoices as they were read for its lines. Raises ``Conflict`` when the
    payment, its sighting or one of those moved meanwhile: two payments that are matched at once
    must not both take what is open.
    """
    before = known.payment
    touched = _touched(before, after)
    table.transact([*_writes(known, after, now, touched, marks or {}), *also])
    return touched


def fits(known: Known, after: Payment, now: datetime, also: Sequence[Write] = ()) -> bool:
    """Whether all that becomes of a payment can be written at once, beside a question or two."""
    own = _writes(known, after, now, _touched(known.payment, after), {})
    return len(own) + len(also) <= _MOST_WRITES


def _touched(before: Payment, after: Payment) -> set[str]:
    """The invoices that a change of a payment changes."""
    waits, over = _waits(before), _waits(after)
    touched = {invoice for invoice, lot in after.lots if lot != before.lot(invoice)}
    return touched | {one for one in {**waits, **over} if waits.get(one) != over.get(one)}


def _writes(
    known: Known, after: Payment, now: datetime, touched: set[str], marks: Mapping[str, int]
) -> list[Write]:
    before = known.payment
    lots = [(invoice, lot) for invoice, lot in after.lots if lot != before.lot(invoice)]
    waits, over = _waits(before), _waits(after)
    rows: list[Row] = [
        {**keys.movement(known.tenant, invoice, "ALLOC", after.id), "body": lot.model_dump_json()}
        for invoice, lot in lots
    ]
    rows += [
        {**keys.movement(known.tenant, invoice, "WAIT", after.id), "body": one.model_dump_json()}
        for invoice, one in over.items()
        if waits.get(invoice) != one
    ]
    gone = [keys.movement(known.tenant, one, "WAIT", after.id) for one in waits if one not in over]
    lines = {one.invoice for one in after.lines}
    return [
        _state_write(known, after),
        _seen_write(known, after, now),
        *(table.put_write(row, condition=None) for row in rows),
        *(table.delete_write(key) for key in gone),
        *(
            marked(known.tenant, one, now, marks.get(one) if one in lines else None)
            for one in sorted(touched)
        ),
        *_followers_writes(known, after),
    ]


def marked(tenant: Tenant, invoice: str, now: datetime, seen: int | None = None) -> Write:
    """An invoice is due for booking, as part of a transaction; ``seen`` is its mark as read."""
    key = keys.invoice(tenant, invoice)
    due = {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(now), "attempt": 0}
    if seen is None:
        return table.update_write(key, set_=due, add={"mark": 1}, condition="attribute_exists(pk)")
    return table.update_write(
        key, set_=due, add={"mark": 1}, condition="mark = :seen", values={"seen": seen}
    )


def receipts(tenant: Tenant, payments: Iterable[str]) -> list[Sighting]:
    """Those receipts, as sighted, of which not all is taken back."""
    ids = sorted(payments)
    wanted = [key(tenant, one) for one in ids for key in (keys.sighting, keys.payment)]
    rows = table.batch_get(wanted)
    found = []
    for one in ids:
        seen, state = keys.sighting(tenant, one), keys.payment(tenant, one)
        fact, became = rows.get((seen["pk"], seen["sk"])), rows.get((state["pk"], state["sk"]))
        if fact is None or (became is not None and became["status"] == "reversed"):
            continue
        found.append(Sighting.model_validate_json(fact["body"]))
    return found


def due_write(tenant: Tenant, payment_id: str, now: datetime) -> Write:
    """A stored payment is due for matching, as part of a transaction."""
    key = keys.sighting(tenant, payment_id)
    due = {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(now), "attempt": 0}
    return table.update_write(key, set_=due, add={"mark": 1}, condition="attribute_exists(pk)")


def look_again(tenant: Tenant, payment_id: str, now: datetime) -> bool:
    """Have a payment matched now; False when its sighting has not come yet."""
    key = keys.sighting(tenant, payment_id)
    due = {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(now), "attempt": 0}
    try:
        table.update(key, set_=due, add={"mark": 1}, condition="attribute_exists(pk)")
    except Conflict:
        return False
    return True


def without_place(tenant: Tenant) -> list[str]:
    """The payments that wait or have money without a place, at most a few hundred of each."""
    found: list[str] = []
    for status in LISTED:
        page, _ = table.query_index("listing", keys.listing(tenant, f"PAYMENT/{status}"), limit=300)
        found += [row["list_id"] for row in page]
    return found


def looked_again(tenant: Tenant, now: datetime) -> set[str]:
    """Have all money without a place matched now, for invoices are new; which payments these are.

    Money that a person let be stays as it is.
    """
    return {one for one in without_place(tenant) if look_again(tenant, one, now)}


def task_id(payment: Payment) -> str:
    """The stable id of the question about a payment as it stands."""
    digest = hashlib.sha256(payment.id.encode()).hexdigest()[:16]
    return f"payment-{digest}-{payment.version}"


def ask(tenant: Tenant, payment: Payment, why: str, because: Iterable[Reason]) -> Write:
    """The question to a person about a payment."""
    hold = payment.resolution.hold
    return tasks.task_write(tenant, payment.task or "", "", why, hold, tuple(because))


def closed(tenant: Tenant, task: str, word: str, by: str) -> list[Write]:
    """The end of a question, unless a person has answered it already."""
    if tasks.read(tenant, task)["state"] != "open":
        return []
    return [tasks.answer(tenant, task, word, by)]


def waiting(payment: Payment) -> Waiting:
    """The payment as money that could be for an invoice."""
    return Waiting(payment=payment.id, seen=payment.seen, amount=payment.amount)


def _waits(payment: Payment) -> dict[str, Waiting]:
    """Where the payment waits, or what was taken off waits for the books to do the same."""
    own = waiting(payment)
    waits = {
        one.invoice: own.model_copy(update={"amount": one.amount, "hint": True})
        for one in payment.resolution.nettings
        if payment.status != "reversed"
    }
    announced = payment.announced
    if announced is not None and payment.status != "reversed":
        seen = payment.seen.model_copy(update={"booked": announced.on})
        back = own.model_copy(update={"seen": seen, "amount": announced.amount, "back": True})
        waits = {one.invoice: back for one in payment.lines} | waits
    if payment.status == "waiting":
        fields = {"amount": payment.rest, "hint": payment.resolution.hint}
        waits |= dict.fromkeys(payment.resolution.hold, own.model_copy(update=fields))
    return waits


def _state_write(known: Known, after: Payment) -> Write:
    listed = after.status in LISTED
    fields: Row = {
        "body": after.model_dump_json(),
        "version": after.version,
        "status": after.status,
        "conn": after.seen.feed,
    }
    if listed:
        fields["list_in"] = keys.listing(known.tenant, f"PAYMENT/{after.status}")
        fields["list_id"] = after.id
    return table.update_write(
        keys.payment(known.tenant, after.id),
        set_=fields,
        remove=() if listed else ("list_in", "list_id"),
        condition="version = :seen" if known.stored else "attribute_not_exists(pk)",
        values={"seen": known.payment.version} if known.stored else {},
    )


def _seen_write(known: Known, after: Payment, now: datetime) -> Write:
    """The sighting is looked at as it was read; without a place it is due again the next day."""
    key = {"pk": known.row["pk"], "sk": known.row["sk"]}
    last = datetime.combine(known.sighting.booked, datetime.min.time(), now.tzinfo) + _AGAIN_FOR
    again = after.status in LISTED and not after.by and now < last
    due = {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(now + _AGAIN)}
    return table.update_write(
        key,
        set_={"attempt": 0, **(due if again else {})},
        remove=("stuck",) if again else ("stuck", "due_shard", "due_at"),
        condition="mark = :seen",
        values={"seen": known.row["mark"]},
    )


def _followers_writes(known: Known, after: Payment) -> list[Write]:
    """What follows the payment, and waited for it, has found it."""
    old = {one.id for one in known.payment.followers}
    writes = []
    for one in after.followers:
        if one.id in old or not one.counts:
            continue
        found = Payment(
            id=one.id, kind=one.kind, amount=one.amount, seen=after.seen, version=1,
            sighting_version="-", receipt=after.id,
        )  # fmt: skip
        fields = {"body": found.model_dump_json(), "version": 1, "status": "follows"}
        key = keys.payment(known.tenant, one.id)
        writes.append(table.update_write(key, set_=fields, remove=("list_in", "list_id")))
    return writes

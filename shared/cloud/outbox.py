"""The outbox: acts on their way out, one row each, due until they are settled.

Messages about one case to one partner stand in a line: a place is a row of the case, and whoever is
not first waits. What is on its way to a partner, or failed on it, is listed by connection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from shared.cloud import clock, keys, table
from shared.cloud.keys import Key, Tenant
from shared.cloud.table import Row, Write
from shared.errors import Conflict

Kind = Literal["reminder", "hand_over", "tell"]
# The first word of a case to a partner; all later ones are messages about it.
SUBMITTED = "case.submitted"
# The state of a message that failed and that a person saw to.
BY_HAND = "by_hand"
# The task about a message that failed is named after it, and after the times it was sent again.
_UNDELIVERED = "-undelivered-"


def intend(  # noqa: PLR0913 - every field of the row is said by the caller
    tenant: Tenant,
    act: str,
    *,
    kind: Kind,
    case: str,
    connection: str,
    content_hash: str,
    due_at: datetime,
    document: str = "",
    weighs: bool = False,
    message: Mapping[str, Any] | None = None,
    place: int | None = None,
) -> Write:
    """The row of an act about to leave, for the transaction that writes its INTENT.

    ``due_at`` is when somebody else looks after it. ``weighs`` says that it bears a fee or a legal
    effect. ``message`` is the thin body of what a partner gets: ids, amounts and codes;
    ``place`` its place in the line of the case's messages, whose row ``in_line`` writes.
    """
    key = keys.outbox(tenant, act)
    row: Row = {
        **key,
        "kind": kind,
        "state": "intended",
        "case_id": case,
        "conn": connection,
        "hash": content_hash,
        "document": document,
        "weighs": weighs,
        "message": json.dumps(message) if message is not None else None,
        "attempt": 0,
        "made_at": clock.stamp(clock.now()),
        "due_shard": keys.due_shard(key["pk"]),
        "due_at": clock.stamp(due_at),
    }
    if place is not None:
        row["place"] = place
    if kind != "reminder":
        row |= _listed(tenant, connection, act)
    return table.put_write(row)


def in_line(tenant: Tenant, case: str, connection: str, place: int, act: str) -> Write:
    """The place of a message in the line of its case and partner."""
    return table.put_write({**_place(tenant, case, connection, place), "act": act})


def first_in_line(tenant: Tenant, case: str, connection: str) -> str | None:
    """The message about a case that goes to a partner next, read consistently; None: no line."""
    low = _place(tenant, case, connection, 0)
    high = _place(tenant, case, connection, 10**12 - 1)["sk"]
    rows = table.query(low["pk"], low["sk"], high, limit=1)
    return str(rows[0]["act"]) if rows else None


def settled(tenant: Tenant, act: str, state: Literal["sent", "failed", "passed"]) -> Write:
    """The end of an act, for the transaction that writes its OUTCOME."""
    return table.update_write(
        keys.outbox(tenant, act),
        set_={"state": state},
        remove=("due_shard", "due_at", "list_in", "list_id"),
        condition="attribute_exists(pk)",
    )


def told(
    tenant: Tenant, act: str, row: Row, state: Literal["sent", "failed"], code: str, *also: Write,
    refused: bool = False,
) -> None:  # fmt: skip
    """The end of a message: its place is free, and the next one goes now.

    One that failed stays listed, so that a person can send it again; ``refused`` says that the
    partner certainly has not got its last attempt. Raises ``Conflict`` when somebody settled it
    meanwhile.
    """
    gone = ("due_shard", "due_at", *(("list_in", "list_id") if state == "sent" else ()))
    end = table.update_write(
        keys.outbox(tenant, act),
        set_={"state": state, "code": code},
        add={"refused": 1} if refused else {},
        remove=gone,
        condition="due_at = :seen",
        values={"seen": row["due_at"]},
    )
    table.transact([end, *leave_line(tenant, row), *also])
    following = first_in_line(tenant, row["case_id"], row["conn"])
    if following is not None:
        _hasten(tenant, following)


def last_place(tenant: Tenant, row: Row) -> int:
    """A place behind all that stand in the line of a message now."""
    return max(first_free(tenant, row["case_id"], row["conn"]), int(row.get("place", 0)) + 1)


def first_free(tenant: Tenant, case: str, connection: str) -> int:
    """The place behind all that stand in a line now."""
    low = _place(tenant, case, connection, 0)
    high = _place(tenant, case, connection, 10**12 - 1)["sk"]
    rows = table.query(low["pk"], low["sk"], high)
    return (int(rows[-1]["sk"].rsplit("#", 1)[1]) if rows else 0) + 1


def type_of(row: Row) -> str:
    """What a partner's message is about: a hand-over, or the type of a later word."""
    return str(json.loads(row["message"])["type"]) if row["kind"] == "tell" else SUBMITTED


def maybe_arrived(row: Row) -> int:
    """The attempts at a partner of which nobody knows that it has not got them."""
    return int(row.get("unknown", 0)) + max(0, int(row["attempt"]) - int(row.get("refused", 0)))


def key_from(row: Row) -> datetime:
    """From when on the age of a message's key counts.

    Its making; of a replay, the last attempt with the message that it repeats.
    """
    return clock.read_stamp(row.get("key_from") or row["made_at"])


def tried(tenant: Tenant, act: str, now: datetime) -> None:
    """That there was an attempt at a partner at ``now`` (UTC): the first and the last are kept."""
    key, at = keys.outbox(tenant, act), clock.stamp(now)
    try:
        condition = "attribute_exists(first_tried_at)"
        table.update(key, set_={"tried_at": at}, condition=condition)
    except Conflict:
        first = {"tried_at": at, "first_tried_at": at}
        table.update(key, set_=first, condition="attribute_exists(pk)")


def question(act: str, row: Row) -> str:
    """The task of a message that failed; one that failed again has another."""
    return f"{act}{_UNDELIVERED}{row.get('redriven', 0)}"


def told_by_hand(tenant: Tenant, task: str) -> list[Write]:
    """The end of the message that ``task`` asks about: a person told the partner, or leaves it.

    Nothing where the message is no longer as it was when the task was made.
    """
    act = task.rpartition(_UNDELIVERED)[0]
    row = read(tenant, act) if act else None
    if row is None or row["state"] != "failed" or question(act, row) != task:
        return []
    return [
        table.update_write(
            keys.outbox(tenant, act), set_={"state": BY_HAND}, remove=("list_in", "list_id"),
            condition="#state = :failed", values={"failed": "failed"},
        )
    ]  # fmt: skip


def leave_line(tenant: Tenant, row: Row) -> list[Write]:
    """The end of a message's place."""
    if "place" not in row:
        return []
    return [table.delete_write(_place(tenant, row["case_id"], row["conn"], row["place"]))]


def again(tenant: Tenant, act: str, row: Row, place: int) -> list[Write]:
    """A message that failed goes once more, at the end of the line and under its own key.

    Its attempts are counted anew; those that may have arrived are carried over.
    """
    key = keys.outbox(tenant, act)
    fields = {
        "state": "intended", "attempt": 0, "refused": 0, "unknown": maybe_arrived(row),
        "place": place, "due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(clock.now()),
    }  # fmt: skip
    update = table.update_write(
        key, set_=fields, add={"redriven": 1}, condition="#state = :failed",
        values={"failed": "failed"},
    )  # fmt: skip
    return [update, in_line(tenant, row["case_id"], row["conn"], place, act)]


def replay(tenant: Tenant, act: str, row: Row, name: str) -> list[Write]:
    """What was told once goes again as a message of its own, ``name``, under the key of ``act``.

    It stands at the end of the line. A ``name`` that exists makes the transaction a ``Conflict``.
    """
    message = json.loads(row["message"])
    if row["kind"] == "hand_over":
        message = {"type": SUBMITTED, "data": message}
    place, key = last_place(tenant, row), keys.outbox(tenant, name)
    again: Row = {
        **key,
        **{field: row[field] for field in ("case_id", "conn", "hash", "document")},
        "kind": "tell",
        "state": "intended",
        "weighs": False,
        "message": json.dumps(message),
        "repeats": row.get("repeats", act),
        "key_from": row.get("key_from") or row.get("tried_at") or row["made_at"],
        "place": place,
        "attempt": 0,
        "made_at": clock.stamp(clock.now()),
        "due_shard": keys.due_shard(key["pk"]),
        "due_at": clock.stamp(clock.now()),
        **_listed(tenant, row["conn"], name),
    }
    return [table.put_write(again), in_line(tenant, row["case_id"], row["conn"], place, name)]


def _hasten(tenant: Tenant, act: str) -> None:
    """The next message is looked at now; when it is being looked at, it looks again by itself."""
    row = read(tenant, act)
    if row is None or "due_at" not in row:
        return
    now = clock.stamp(clock.now())
    try:
        table.update(
            keys.outbox(tenant, act), set_={"due_at": now}, condition="due_at = :seen",
            values={"seen": row["due_at"]},
        )  # fmt: skip
    except Conflict:
        return


def _listed(tenant: Tenant, connection: str, act: str) -> Row:
    return {"list_in": keys.listing(tenant, f"OUT/{connection}"), "list_id": act}


def later(
    tenant: Tenant,
    act: str,
    state: Literal["intended", "unknown"],
    at: datetime,
    attempt: int | None = None,
    *,
    refused: bool = False,
    code: str | None = None,
) -> Write:
    """The act is looked at again at ``at`` (business time).

    ``attempt`` sets the count of looks, for one that was none. ``refused`` counts an attempt after
    which the counterpart certainly has not got it. ``code`` is what it answered last.
    """
    key = keys.outbox(tenant, act)
    fields: Row = {
        "state": state,
        "due_shard": keys.due_shard(key["pk"]),
        "due_at": clock.stamp(at),
    }
    if attempt is not None:
        fields["attempt"] = attempt
    if code is not None:
        fields["code"] = code
    counts = {"refused": 1} if refused else {}
    return table.update_write(key, set_=fields, add=counts, condition="attribute_exists(pk)")


def read(tenant: Tenant, act: str) -> Row | None:
    """The row of an act."""
    return table.get(keys.outbox(tenant, act))


def _place(tenant: Tenant, case: str, connection: str, number: int) -> Key:
    """A place is a row of the case: all of a line are read by one consistent query."""
    pk = keys.head(tenant, case)["pk"]
    return {"pk": pk, "sk": f"TELL#{connection}#{number:012d}"}

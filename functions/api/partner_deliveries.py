"""A partner's deliveries: what we told it, attempt by attempt, and the same once more on demand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from functions.api.partner_calls import once, own
from shared.cloud import audit, clock, delivery_rows, keys, outbox, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row
from shared.domain.explain import Record
from shared.errors import Conflict, NotFound

_PAGE = 100
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
# The partner keeps our keys for seven days: before that a replay could have a second effect.
_BACK = timedelta(days=7)
# Messages of one replay; whoever wants more asks again behind the last of them.
_MOST = 200
# Where a replay goes on: the end of the first call, and the sort key of the last attempt taken.
_AFTER = rf"^$|^{_INSTANT}~{_INSTANT}#[0-9]{{3,}}#[^~]+$"


class Since(Record):
    """From when on everything is sent again; ``after`` is what the call before gave to go on.

    It says until when messages were told that count (the instant of the first call), and which was
    the last one taken.
    """

    since: AwareDatetime
    after: str = Field(default="", max_length=400, pattern=_AFTER)


def get_deliveries(request: Request) -> Answer:
    """The attempts of one day (``?day=``, UTC, today), oldest first; ``?after=`` goes on."""
    own(request)
    day = _day(request)
    rows = delivery_rows.of_day(
        request.tenant, request.principal.connection, day,
        after=request.query.get("after", ""), limit=_PAGE,
    )  # fmt: skip
    more = rows[-1]["sk"] if len(rows) == _PAGE else None
    return Answer({"attempts": [_attempt(row) for row in rows], "after": more})


def get_delivery(request: Request) -> Answer:
    """One message with every attempt. ``NotFound`` for another partner's."""
    row = _message(request)
    found = [
        _attempt(one)
        for day in _days(row)
        for one in delivery_rows.of_day(request.tenant, row["conn"], day, limit=10_000)
        if keys.id_of(one["sk"]) == request.path["act"]
    ]
    return Answer({**_view(request.path["act"], row), "attempts": found})


def post_replay(request: Request) -> Answer:
    """Send one message again under its own ``webhook-id``, at the end of its case's line."""
    row, call = _message(request), once(request)
    if clock.now() - _last_told(row) > _BACK:
        raise Problem(
            409, "too_old", "It was sent more than seven days ago, and you keep its id for seven."
        )
    name = _again(request, request.path["act"], row, call)
    return Answer(_view(name, outbox.read(request.tenant, name) or row), status=202)


def post_replay_since(request: Request) -> Answer:
    """Send again, oldest first, all that was told since an instant of the last seven days.

    Replays are not repeated. ``go_on_after`` goes into the next call as ``after``; None at the end.
    """
    own(request)
    asked, call, now = read(request, Since), once(request), clock.now()
    if not now - _BACK <= asked.since <= now:
        raise invalid(fault("since", "out_of_range", "an instant of the last seven days"))
    partner = request.principal.connection
    end, _, last = asked.after.partition("~")
    until = min(now, clock.read_stamp(end)) if end else now
    told = delivery_rows.acts_since(request.tenant, partner, asked.since, until)
    found = [one for one in told if one["sk"] > last]
    names = []
    for one in found[:_MOST]:
        row = outbox.read(request.tenant, one["key"])
        if row is not None and _ended(row):
            names.append(_again(request, one["key"], row, call))
    more = f"{clock.stamp(until)}~{found[_MOST - 1]['sk']}" if len(found) > _MOST else None
    return Answer({"messages": names, "go_on_after": more}, status=202)


def _again(request: Request, act: str, row: Row, call: str) -> str:
    """The replay's own name; made once for one call."""
    if row["state"] == outbox.BY_HAND:
        raise Problem(409, "told_by_hand", "The creditor has told you this in another way.")
    if not _ended(row):
        raise Problem(409, "on_its_way", "The message is still being sent: it needs no help.")
    name = f"{act}-replay-{call}"
    facts = {"act": act, "connection": row["conn"]}
    entry = audit.entry(request.tenant, request.principal.client, "message_replayed", facts)
    try:
        table.transact([*outbox.replay(request.tenant, act, row, name), entry])
    except Conflict:
        # The same call again; or a message took its place in the line: then it is asked again.
        if outbox.read(request.tenant, name) is None:
            raise
    return name


def _last_told(row: Row) -> datetime:
    """The last attempt with the message itself; a replay is as old as what it repeats."""
    return clock.read_stamp(row.get("key_from") or row.get("tried_at") or row["made_at"])


def _days(row: Row) -> list[date]:
    """The days (UTC) from a message's first attempt to its last."""
    if "first_tried_at" not in row:
        return []
    first, last = (clock.read_stamp(row[name]).date() for name in ("first_tried_at", "tried_at"))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _ended(row: Row) -> bool:
    return row["state"] in {"sent", "failed"}


def _message(request: Request) -> Row:
    tenant: Tenant = request.tenant
    row = outbox.read(tenant, request.path["act"])
    mine = row is not None and row["conn"] == request.principal.connection
    if row is None or not mine or row["kind"] == "reminder":
        raise NotFound("no such message")
    return row


def _day(request: Request) -> date:
    text = request.query.get("day")
    try:
        return clock.now().date() if text is None else date.fromisoformat(text)
    except ValueError:
        raise Problem(400, "bad_day", "A day is written like 2026-03-02.") from None


def _attempt(row: Row) -> dict[str, Any]:
    at, _, act = row["sk"].split("#", 2)
    said = ("key", "type", "case", "number", "outcome", "ms")
    return {"act": act, "at": at, "code": row.get("code"), **{one: row[one] for one in said}}


def _view(act: str, row: Row) -> dict[str, Any]:
    return {
        "act": act,
        "key": row.get("repeats", act),
        "type": outbox.type_of(row),
        "case": row["case_id"],
        "state": row["state"],
        "made_at": row["made_at"],
        "next_at": row.get("due_at"),
    }

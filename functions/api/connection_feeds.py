"""The feed of a connection: read it now, read its years, confirm what looked odd."""

from __future__ import annotations

from datetime import date

import connectors
from functions.api.connections import shown, view, written
from functions.api.exchange import Answer, Problem, Request
from functions.api.forms import fault, invalid, read
from shared.cloud import backfills, clock, keys, table, tasks
from shared.cloud import connections as rows
from shared.domain.explain import Record


class Years(Record):
    """What is read beside the changes: all that was issued since a day."""

    since: date


def post_sync(request: Request) -> Answer:
    """Read a live connection now and not when it is next due."""
    row = rows.read(request.tenant, request.path["id"])
    if row["state"] not in rows.LIVE or not (rows.is_read(row) or rows.is_polled(row)):
        raise Problem(
            409, "not_enabled", "Enable the connection first: only an enabled one is read."
        )
    rows.wake(request.tenant, request.path["id"], clock.now())
    return Answer(view(rows.read(request.tenant, request.path["id"])), status=202)


def post_backfill(request: Request) -> Answer:
    """Read the years since a day, page by page, beside the changes; another one begins anew.

    Claims due before the start line stay a person's.
    """
    connection, row = request.path["id"], rows.read(request.tenant, request.path["id"])
    if "backfill" not in connectors.spec(row["connector"]).capabilities:
        raise Problem(409, "no_backfill", "This connector cannot read earlier years.")
    if row["state"] not in rows.LIVE:
        raise Problem(
            409, "not_enabled", "Enable the connection first: only an enabled one is read."
        )
    since = read(request, Years).since
    if since > clock.wall().date():
        raise invalid(fault("since", "in_the_future", "the day is in the future"))
    write = backfills.begun(request.tenant, connection, since, clock.wall())
    written(request, write, "backfill_begun", connection)
    rows.wake(request.tenant, connection, clock.now())
    return Answer(shown(request), status=202)


def post_confirm(request: Request) -> Answer:
    """A person has looked at a suspicious source: what it says is right, and cases go on.

    Where nothing is odd, nothing is done.
    """
    connection, row = request.path["id"], rows.read(request.tenant, request.path["id"])
    if "suspicious" not in row:
        return Answer(view(row))
    now, by = clock.now(), request.principal.client
    writes = rows.confirmed(row, now)
    task = table.get(keys.task(request.tenant, row["suspicious_task"]))
    if task is not None and task["state"] == "open":
        writes.append(tasks.answer(request.tenant, row["suspicious_task"], "continue", by))
    written(request, writes[0], "source_confirmed", connection, *writes[1:])
    if row["state"] in rows.LIVE:
        # The pull's end wakes what waited.
        rows.wake(request.tenant, connection, now)
    return Answer(view(rows.read(request.tenant, connection)))

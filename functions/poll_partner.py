"""Poll partner: fetch what a partner reports, keep it durably, and have the day compared."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from connectors import spec
from connectors.contract_collectors import ReportPage
from connectors.json_door import write_json
from functions.wiring import connect, connection_row
from shared.cloud import clock, connections, health_words, inbox, keys, metrics, refused_rows, table
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue, logger
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.explain import Record
from shared.errors import Conflict, HubError, Reconnect, Retry

# What a poll brings is booked by then, and the three sides are compared.
_BOOKED = timedelta(minutes=15)
# A partner that is not asked for reports is looked at each morning all the same.
_MORNING = time(4)
_POLLED = frozenset({"poll", "remittances"})


class _Report(NamedTuple):
    """A report as it is kept: its key, the case that it is on (or none), and its bytes."""

    key: str
    case: str
    body: bytes


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, connection}`` a message; with ``compare`` the comparison does not wait."""
    return each(event, _poll)


def _poll(body: dict[str, Any]) -> None:
    tenant, partner = Tenant(body["tenant"]), body["connection"]
    row = connection_row(tenant, partner)
    if row.get("state") not in connections.LIVE:
        logger.info("not_enabled", extra={"connection": partner})
        return
    polled = bool(_POLLED & spec(row["connector"]).capabilities)
    if polled:
        row = _pages(tenant, row)
    today = _today(tenant).isoformat()
    done = row.get("compared_on") == today
    compare = bool(body.get("compare")) or (row.get("polled_on") == today and not done)
    if compare:
        enqueue("reconcile", [{"tenant": tenant.id, "partner": partner}])
    _next(row, today, polled=polled, compared=compare or done)


def _pages(tenant: Tenant, row: Row) -> Row:
    """Keep every page, then its cursor; whoever is second on the same page stops.

    A report that comes twice has the same key, so a page that is read again changes nothing.
    """
    connector, partner = connect(tenant, row), keys.id_of(row["pk"])
    try:
        for page in connector.poll(row.get("cursor"), now=clock.now()):
            _keep(tenant, partner, page)
            row = _moved(row, page.cursor)
    except Reconnect as error:
        _write(row, _said(error) | {"state": "needs_auth"})
        metrics.count("PartnerPollFailed", 1)
        raise
    except Conflict:
        logger.info("polled_by_another", extra={"connection": partner})
        raise Retry("a partner is polled by somebody else") from None
    except HubError as error:
        _write(row, _said(error))
        metrics.count("PartnerPollFailed", 1)
        raise
    return row


def _keep(tenant: Tenant, partner: str, page: ReportPage) -> None:
    said = [_named(one.message, one.case_id) for one in page.reports]
    said += [_named(one, "") for one in page.remittances]
    found = {one.key: one for one in said}
    there = inbox.kept(tenant, partner, found)
    for one in found.values():
        if one.key not in there:
            _new(tenant, partner, one)
    # What has been worked on already is done: a page that is read again asks nobody anew.
    inbox.announce(tenant, partner, *(key for key in found if there.get(key, True)))
    told = ((one.row, one.field, one.text) for one in page.refused)
    refused = refused_rows.rows_of(tenant, partner, told)
    table.batch_put(refused)
    if refused:
        metrics.count("PartnerReportRefused", len(refused))
    facts = {"connection": partner, "reports": len(said), "rows_refused": len(refused)}
    logger.info("polled", extra=facts)


def _named(said: Record, case: str) -> _Report:
    """One report under what it says: one that says something else has a key of its own."""
    body = write_json(said.model_dump(mode="json", exclude_none=True))
    key = "polled." + hashlib.sha256(f"{case}|".encode() + body).hexdigest()[:32]
    return _Report(key, case, body)


def _new(tenant: Tenant, partner: str, one: _Report) -> None:
    inbox.receive(tenant, partner, one.key, case=one.case, body=one.body, now=clock.now())


def _moved(row: Row, cursor: str) -> Row:
    """Store the cursor of a durable page. Raises ``Conflict`` when another stored one meanwhile."""
    seen = row.get("cursor")
    condition = "attribute_not_exists(#cursor)" if seen is None else "#cursor = :seen"
    values = {} if seen is None else {"seen": seen}
    return table.update(_key(row), set_={"cursor": cursor}, condition=condition, values=values)


def _next(row: Row, today: str, *, polled: bool, compared: bool) -> None:
    """When the partner is looked at next: soon, as long as the day is not compared."""
    now = clock.now()
    morning = datetime.combine(now.date() + timedelta(days=1), _MORNING, now.tzinfo)
    window = timedelta(minutes=spec(row["connector"]).window_minutes)
    again = min(now + window, morning) if polled else morning
    at = again if compared else now + _BOOKED
    fields = {
        "polled_on": today, "fresh_as_of": clock.stamp(now), "attempt": 0,
        "due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(at),
    }  # fmt: skip
    if compared:
        fields["compared_on"] = today
    _write(row, fields, gone=("last_error", "cause"))


def _write(row: Row, fields: Row, gone: tuple[str, ...] = ()) -> None:
    """Write to the connection, unless an administrator has moved it on meanwhile."""
    try:
        after = table.update(
            _key(row), set_=fields, remove=gone, condition="#state = :seen",
            values={"seen": row["state"]},
        )  # fmt: skip
    except Conflict:
        logger.info("moved_meanwhile", extra={"connection": keys.id_of(row["pk"])})
        return
    health_words.follow(keys.tenant_of(row["pk"]), after, clock.now())


def _said(error: HubError) -> Row:
    return {"last_error": str(error), "cause": health_words.cause_of(error)}


def _today(tenant: Tenant) -> date:
    row = table.get(keys.creditor(tenant))
    if row is None:
        raise Retry("a creditor profile is needed before a partner is polled")
    return Creditor.model_validate(json.loads(row["body"])).today(clock.now())


def _key(row: Row) -> keys.Key:
    return {"pk": row["pk"], "sk": row["sk"]}

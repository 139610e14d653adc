"""Pull: read one connection page by page, make each page durable, then move its cursor.

What a read brought is held against the feed's own past (``shared.cloud.health``).
"""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from typing import Any

from connectors import spec
from connectors.contract import Page
from functions.wiring import connect, connection_row
from shared.cloud import (
    clock,
    connections,
    due,
    facts,
    feeds,
    keys,
    metrics,
    money_rows,
    sources,
    table,
)
from shared.cloud.batches import each
from shared.cloud.health import Brought, after_read, tell
from shared.cloud.keys import SHARDS, Tenant
from shared.cloud.runtime import enqueue, logger
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.decide import first_step_on
from shared.domain.freshness import feed_stale
from shared.domain.model import Invoice, invoice_status
from shared.domain.policy import Policy
from shared.errors import Conflict, HubError, Reconnect, Refused, Retry, Unreadable

_STATES = {
    Reconnect: "needs_auth",
    Retry: "degraded",
    Unreadable: "failing",
    Refused: "failing",
}


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, connection}`` a message."""
    return each(event, _pull)


def _pull(body: dict[str, str]) -> None:
    tenant = Tenant(body["tenant"])
    row = connection_row(tenant, body["connection"])
    if row.get("state") not in connections.LIVE:
        logger.info("not_enabled", extra={"connection": body["connection"]})
        return
    began = clock.now()
    lease = _lease(row, began)
    if lease is None:
        logger.info("pulled_by_another", extra={"connection": body["connection"]})
        return
    try:
        join_at = _Joiner(tenant)
        read = _pages(tenant, row, lease, began, join_at)
    except (Reconnect, Refused, Retry, Unreadable) as error:
        _failed(row, lease, error)
        raise
    _done(row, lease, began, read, join_at.creditor)


def _lease(row: Row, began: datetime) -> str | None:
    """Sole use of the feed, as long as a function may run; None while another reads it.

    Two pulls at once could let an older page win over a newer one. Whoever comes second leaves
    word, and the feed is read once more.
    """
    lease = f"{clock.stamp(began + due.LEASE)}/{secrets.token_hex(4)}"
    key = _key(row)
    try:
        table.update(
            key,
            set_={"pulling": lease},
            condition="attribute_not_exists(pulling) OR pulling < :now",
            values={"now": clock.stamp(began)},
        )
    except Conflict:
        table.update(key, set_={"wanted_at": clock.stamp(began), "again": True})
        return None
    return lease


def _pages(
    tenant: Tenant, row: Row, lease: str, began: datetime, join_at: _Joiner
) -> tuple[Brought, Row]:
    """Make every page durable; what was brought, and where the last page leaves the cursor.

    A page's cursor is written once the next page is there: an empty pull moves it at its end only.
    Claims are booked when all pages are in, so that a balance comes with the payments that explain
    it; should the pull die before, their marks are found by the sweep.
    """
    connector = connect(tenant, row)
    brought = Brought(row, join_at.creditor.today(began))
    count = {"rows_seen": 0, "rows_new": 0, "rows_changed": 0, "rows_refused": 0}
    last: Row = {}
    marked: set[str] = set()
    sighted: set[str] = set()
    invoices = 0
    for page in connector.pull(row.get("cursor"), now=began):
        if last:
            _write(row, lease, last)
        tally = facts.take(tenant, keys.id_of(row["pk"]), page.facts, began, join_at)
        brought.page(page.facts, tally.new)
        if tally.payments and not sighted:
            table.transact(connections.matching(row, clock.now()))
        count["rows_seen"] += tally.seen
        count["rows_new"] += tally.new
        count["rows_changed"] += tally.changed
        count["rows_refused"] += len(page.refused)
        _refused(tenant, row, page)
        marked |= tally.due
        sighted |= tally.payments
        invoices += tally.invoices
        last = {"cursor": page.cursor, **_complete(page)}
    enqueue("book", [{"tenant": tenant.id, "invoice": one} for one in sorted(marked)])
    if invoices:
        # Money that had no place may be for one of them.
        sighted |= money_rows.looked_again(tenant, began)
    if sighted:
        enqueue("match", [{"tenant": tenant.id, "payment": one} for one in sorted(sighted)])
        last["matching_since"] = clock.stamp(clock.now())
    return brought, {**count, **last}


def _done(
    row: Row, lease: str, began: datetime, read: tuple[Brought, Row], creditor: Creditor
) -> None:
    """Record the read; wake what waited for the feed, or say why it must wait on."""
    brought, found = read
    tenant, declared = keys.tenant_of(row["pk"]), spec(row["connector"])
    next_at = began + timedelta(minutes=declared.window_minutes)
    incremental = "incremental" in declared.capabilities
    fields, gone, reason = after_read(brought, began, found, creditor, incremental=incremental)
    after = _end(
        row,
        lease,
        {
            **found,
            **fields,
            "state": "enabled",
            "fresh_as_of": clock.stamp(began),
            "window_minutes": declared.window_minutes,
            "attempt": 0,
            "due_shard": keys.due_shard(row["pk"]),
            "due_at": clock.stamp(next_at),
        },
        remove=("pulling", "wanted_at", "last_error", *gone),
    )
    connection = keys.id_of(row["pk"])
    if "suspicious" in after:
        tell(tenant, after, reason)
    if after.get("again"):
        _once_more(tenant, row, began)
    _wake(after, creditor, began)
    counts = {name: found[name] for name in found if name.startswith("rows_")}
    logger.info("pulled", extra={"connection": connection, **counts})


def _wake(row: Row, creditor: Creditor, now: datetime) -> None:
    """Cases that waited for this feed wake now and not at the next tick, if it is fresh now.

    A money feed that nobody waits for wakes nobody.
    """
    tenant, waited = keys.tenant_of(row["pk"]), "stale_since" in row
    source = sources.source_of(row)
    found = feed_stale(source, creditor.gate, creditor.country, now)
    if found is not None and found.why != "matching":
        if waited:
            metrics.count("SourceStale", 1, Kind=source.family)
        return
    if waited or not feeds.is_money(row):
        woken = {"tenant": tenant.id, "connection": source.connection, "family": source.family}
        enqueue("sweep", [{"shard": f"S#{number}", **woken} for number in range(SHARDS)])
    if waited:
        table.update(_key(row), remove=("stale_since", "stale_why"))


def _once_more(tenant: Tenant, row: Row, began: datetime) -> None:
    """Somebody wanted the feed while it was read, and may have known of more than was there."""
    table.update(
        _key(row),
        set_={"due_at": clock.stamp(began)},
        remove=("again",),
        condition="attribute_exists(again)",
    )
    enqueue("pull", [{"tenant": tenant.id, "connection": keys.id_of(row["pk"])}])


def _failed(row: Row, lease: str, error: HubError) -> None:
    """A feed that failed says so; its cases wait, since it is no longer fresh."""
    state = next(word for kind, word in _STATES.items() if isinstance(error, kind))
    _end(row, lease, {"state": state, "last_error": str(error)}, remove=("pulling",))
    logger.warning("pull_failed", extra={"connection": keys.id_of(row["pk"]), "state": state})


def _end(row: Row, lease: str, fields: Row, remove: tuple[str, ...]) -> Row:
    """Write the end of a pull; what it means for a money feed stands in FEEDS at once as well."""
    if not feeds.is_money(row):
        return _write(row, lease, fields, remove=remove)
    own = table.update_write(_key(row), set_=fields, remove=remove, **_in_use(lease))
    table.transact([own, *feeds.told(row, fields, gone=remove)])
    return connections.read(keys.tenant_of(row["pk"]), keys.id_of(row["pk"]))


def _write(row: Row, lease: str, fields: Row, remove: tuple[str, ...] = ()) -> Row:
    """Write to the connection's row as its only reader, and only while it is still in use.

    Raises ``Conflict`` when the lease has run out or an administrator has ended the connection.
    """
    return table.update(_key(row), set_=fields, remove=remove, **_in_use(lease))


def _in_use(lease: str) -> dict[str, Any]:
    live = dict(zip(("one", "two", "three"), sorted(connections.LIVE), strict=True))
    return {
        "condition": "pulling = :mine AND #state IN (:one, :two, :three)",
        "values": {"mine": lease, **live},
    }


def _key(row: Row) -> keys.Key:
    return {"pk": row["pk"], "sk": row["sk"]}


def _refused(tenant: Tenant, row: Row, page: Page) -> None:
    """Rows that could not be read are kept where a person finds them."""
    connection = keys.id_of(row["pk"])
    table.batch_put(
        [
            {
                **keys.refused_row(tenant, connection, one.row),
                "field": one.field,
                "text": one.text,
                "list_in": keys.listing(tenant, f"REFUSED/{connection}"),
                "list_id": one.row,
            }
            for one in {refused.row: refused for refused in page.refused}.values()
        ]
    )


def _complete(page: Page) -> Row:
    if page.complete_through is None:
        return {}
    return {"complete_through": clock.stamp(page.complete_through)}


class _Joiner:
    """When an invoice without a case comes due for its first policy step."""

    def __init__(self, tenant: Tenant) -> None:
        wanted = (keys.active_policy(tenant), keys.creditor(tenant))
        setting, profile = (table.get(key) for key in wanted)
        if setting is None or profile is None:
            raise Retry("a creditor profile and an active policy are needed before a pull")
        stored = table.get(keys.policy(tenant, setting["policy"], setting["version"]))
        if stored is None:
            raise Retry("the active policy is gone")
        self._policy = Policy.model_validate_json(stored["body"])
        self.creditor = Creditor.model_validate_json(profile["body"])

    def __call__(self, invoice: Invoice) -> datetime | None:
        if invoice_status(invoice) not in {"open", "partly_paid"}:
            return None
        day = first_step_on(self._policy, invoice.due)
        zone = clock.local(clock.now(), self.creditor.zone).tzinfo
        return datetime.combine(day, time(0), tzinfo=zone)

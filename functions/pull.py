"""Pull: read one connection page by page, make each page durable, then move its cursor.

What a read brought is held against the feed's own past (``shared.cloud.health``). A read that takes
long is done in slices, each a message of its own; after a complete one the gaps are closed that no
read of changes can see (``functions.gaps``).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from connectors import spec
from connectors.contract import Page, Spec
from functions import gaps, somebody_else
from functions.wiring import connect, connection_row
from shared.cloud import (
    clock,
    connections,
    facts,
    feeds,
    fuses,
    health_words,
    keys,
    metrics,
    reading,
    sources,
    table,
)
from shared.cloud.batches import each
from shared.cloud.health import Brought, after_read, lists_all, opened, tell
from shared.cloud.keys import SHARDS, Tenant
from shared.cloud.runtime import enqueue, logger
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.decide import first_step_on
from shared.domain.freshness import feed_stale
from shared.domain.model import Invoice, invoice_status
from shared.domain.policy import Policy
from shared.errors import HubError, Reconnect, Refused, Retry, Unreadable

_STATES = {
    Reconnect: "needs_auth",
    Retry: "degraded",
    Unreadable: "failing",
    Refused: "failing",
}
# What a complete read ends.
_ENDED = ("wanted_at", "last_error", "cause", "not_before", "reading_since")
# A slice of a read takes as long; the function has five minutes for it and what follows.
_SLICE = timedelta(seconds=120)


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, connection}`` a message."""
    return each(event, _pull)


def _pull(body: dict[str, str]) -> None:
    tenant = Tenant(body["tenant"])
    row = connection_row(tenant, body["connection"])
    if row.get("state") not in connections.LIVE:
        logger.info("not_enabled", extra={"connection": body["connection"]})
        return
    if row.get("not_before", "") > clock.stamp(clock.wall()):
        logger.info("asked_to_wait", extra={"connection": body["connection"]})
        return
    began, until = clock.now(), clock.wall() + _SLICE
    lease = reading.take(row, began)
    if lease is None:
        logger.info("pulled_by_another", extra={"connection": body["connection"]})
        return
    try:
        join_at = _Joiner(tenant)
        brought, found, ended = _pages(tenant, row, lease, began, join_at, until)
    except (Reconnect, Refused, Retry, Unreadable) as error:
        _failed(row, lease, began, error)
        if isinstance(error, Retry) and error.after is not None:
            return
        raise
    if not ended:
        _go_on(row, lease, began, {**found, **opened(brought)})
        return
    after = _done(row, lease, began, (brought, found), join_at.creditor)
    gaps.close(tenant, after, began, join_at.creditor, join_at, clock.wall() + _SLICE)


def _pages(
    tenant: Tenant, row: Row, lease: str, began: datetime, join_at: _Joiner, until: datetime
) -> tuple[Brought, Row, bool]:
    """Make every page durable; what was brought, where it leaves the cursor, and if that is all.

    After ``until`` (wall time) no further page is asked for.
    A page's cursor is written once the next page is there: an empty pull moves it at its end only.
    Claims are booked when all pages are in, so that a balance comes with the payments that explain
    it; should the pull die before, their marks are found by the sweep.
    """
    connector = connect(tenant, row)
    full = lists_all(row, incremental="incremental" in spec(row["connector"]).capabilities)
    brought = Brought(row, join_at.creditor.today(began), full)
    count = {"rows_seen": 0, "rows_new": 0, "rows_changed": 0, "rows_refused": 0}
    last: Row = {}
    marked: set[str] = set()
    sighted: set[str] = set()
    invoices = 0
    ended = True
    for page in connector.pull(row.get("cursor"), now=began):
        if last:
            reading.write(row, lease, last)
        tally = facts.take(tenant, keys.id_of(row["pk"]), page.facts, began, join_at)
        somebody_else.noticed(tenant, row, page.facts)
        jump = brought.page(page.facts, tally)
        if jump is not None:
            # Before anything of it is booked: no case may run on it until a person has looked.
            fuses.halt(tenant, jump, began)
        if tally.payments and not sighted:
            table.transact(connections.matching(row, clock.now()))
        count["rows_seen"] += tally.seen
        count["rows_new"] += tally.new
        count["rows_changed"] += tally.changed
        count["rows_refused"] += len(page.refused)
        gaps.refused(tenant, row, page)
        marked |= tally.due
        sighted |= tally.payments
        invoices += tally.invoices
        last = {"cursor": page.cursor, **_complete(page)}
        ended = page.complete_through is not None or clock.wall() < until
        if not ended:
            break
        last |= _unread(page)
    if gaps.announce(tenant, marked, sighted, invoices, began):
        last["matching_since"] = clock.stamp(clock.now())
    return brought, {**count, **last}, ended


def _go_on(row: Row, lease: str, began: datetime, found: Row) -> None:
    """A slice is done and the read is not: the next message goes on where it ended."""
    since = row.get("reading_since", clock.stamp(began))
    fields = {**found, "state": "enabled", "reading_since": since, "attempt": 0}
    reading.end(row, lease, fields, remove=("last_error", "cause", "not_before"))
    reading.once_more(row, began)
    logger.info("slice", extra={"connection": keys.id_of(row["pk"])})


def _done(
    row: Row, lease: str, began: datetime, read: tuple[Brought, Row], creditor: Creditor
) -> Row:
    """Record the read; wake what waited for the feed, or say why it must wait on."""
    brought, found = read
    tenant, declared = keys.tenant_of(row["pk"]), spec(row["connector"])
    next_at = began + timedelta(minutes=declared.window_minutes)
    fields, gone, reason = after_read(brought, began, found, creditor)
    after = reading.end(
        row,
        lease,
        {
            "state": "enabled",
            **found,
            **fields,
            **health_words.counted(row, found, brought.today.isoformat()),
            "fresh_as_of": row.get("reading_since", clock.stamp(began)),
            "window_minutes": declared.window_minutes,
            **({"says_who_paid": False} if _only_invoices(declared) else {}),
            "attempt": 0,
            "due_shard": keys.due_shard(row["pk"]),
            "due_at": clock.stamp(next_at),
        },
        remove=tuple(one for one in (*_ENDED, *gone) if one not in found),
    )
    connection = keys.id_of(row["pk"])
    if "suspicious" in after:
        tell(tenant, after, reason)
    if after.get("again"):
        reading.once_more(row, began)
    _wake(after, creditor, began)
    # What it was late with may just have come.
    seen = connections.read(tenant, connection) if "stale_since" in after else after
    health_words.follow(tenant, seen, began)
    counts = {name: found[name] for name in found if name.startswith("rows_")}
    logger.info("pulled", extra={"connection": connection, **counts})
    return after


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


def _failed(row: Row, lease: str, began: datetime, error: HubError) -> None:
    """A feed that failed says so; its cases wait, since it is no longer fresh.

    What the source asks us to wait is waited, whoever wants the feed meanwhile.
    """
    state = next(word for kind, word in _STATES.items() if isinstance(error, kind))
    cause = health_words.cause_of(error)
    fields: Row = {"state": state, "last_error": str(error), "cause": cause}
    if isinstance(error, Retry) and error.after is not None:
        wait = timedelta(seconds=error.after)
        fields["not_before"] = clock.stamp(clock.wall() + wait)
        fields |= {"due_shard": keys.due_shard(row["pk"]), "due_at": clock.stamp(began + wait)}
    after = reading.end(row, lease, fields)
    health_words.follow(keys.tenant_of(row["pk"]), after, began)
    logger.warning("pull_failed", extra={"connection": keys.id_of(row["pk"]), "state": state})


def _only_invoices(declared: Spec) -> bool:
    """Whether these are books that no read proves a balance of: they do not say who paid."""
    return declared.name.startswith("erp.") and declared.proof == "none"


def _key(row: Row) -> keys.Key:
    return {"pk": row["pk"], "sk": row["sk"]}


def _complete(page: Page) -> Row:
    if page.complete_through is None:
        return {}
    return {"complete_through": clock.stamp(page.complete_through)}


def _unread(page: Page) -> Row:
    """What the row says of a source whose newest file, or the like, cannot be read."""
    if not page.unreadable:
        return {}
    return {"state": "failing", "last_error": page.unreadable, "cause": "other"}


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

"""Process webhook: read again at the provider what an event names, and keep what is seen there.

An event that fails for a passing reason comes again by its due row, ever more rarely; one that
cannot be used goes to a person. Either way the feed's own polling sees the money, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from connectors.contract_collectors import CaseReport
from connectors.json_door import write_json
from functions.wiring import connect, connection_row
from shared.cloud import clock, connections, facts, hook_tasks, hooks, inbox
from shared.cloud.batches import each
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue, logger
from shared.cloud.table import Row
from shared.domain.sighting import Sighting
from shared.errors import Reconnect, Refused, Retry, Unreadable

_SOON = timedelta(minutes=1)
_LONGEST = timedelta(hours=6)
# After so many looks (the sweep counts them, some two days) a person is told.
_MOST_LOOKS = 14
# What the provider answers for an object that it does not know.
_UNKNOWN = frozenset({"http_404"})


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """SQS: ``{tenant, connection, event}`` a message, ids only."""
    return each(event, partial(_process, _Providers()))


class _Providers:
    """The providers of one batch: each is connected once, and keeps its line open."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}

    def get(self, tenant: Tenant, connection: str) -> Any:
        """The connector of a connection in use. Raises ``Reconnect`` for one that is not."""
        where = (tenant.id, connection)
        if where not in self._known:
            stored = connection_row(tenant, connection)
            if stored["state"] not in connections.LIVE:
                raise Reconnect("the connection is not in use")
            self._known[where] = connect(tenant, stored)
        return self._known[where]


def _process(providers: _Providers, body: dict[str, str]) -> None:
    tenant, connection, event = Tenant(body["tenant"]), body["connection"], body["event"]
    row = hooks.read(tenant, connection, event)
    if row["state"] != "received":
        return
    now = clock.now()
    try:
        connector = providers.get(tenant, connection)
        told = _told(connector, row) if hasattr(connector, "reports") else []
        seen = _fetch(connector, row) if hasattr(connector, "fetch") else []
        if not hasattr(connector, "reports") and not hasattr(connector, "fetch"):
            # An ERP's word is a hint: what it names, and all that it forgot, is pulled.
            connections.wake(tenant, connection, now)
    except (Retry, Reconnect) as error:
        _later(tenant, connection, event, row, now, error)
    except Refused as error:
        if error.code in _UNKNOWN and event.startswith(hooks.UNSIGNED):
            # Anybody may claim that something happened; the provider knows of nothing.
            hooks.settle(row, "refused", "the provider does not know it")
            logger.warning("webhook_unknown", extra={"connection": connection, "event": event})
        else:
            _quarantine(tenant, connection, event, row, f"the provider refused: {error.code}")
    except Unreadable as error:
        _quarantine(tenant, connection, event, row, str(error))
    else:
        _take(tenant, connection, seen, now)
        _keep(tenant, connection, told, now)
        hooks.settle(row, "done")
        found = len(seen) + len(told)
        logger.info("webhook_done", extra={"connection": connection, "found": found})


def _fetch(connector: Any, row: Row) -> list[Sighting]:
    """All that the provider now says of what the event names."""
    return [
        sighting
        for what in hooks.fetch_of(row)
        for sighting in connector.fetch(what, now=clock.wall())
    ]


def _told(connector: Any, row: Row) -> list[CaseReport]:
    """All that a collection partner now says of what the event names."""
    return [
        report
        for what in hooks.fetch_of(row)
        for report in connector.reports(what, now=clock.wall())
    ]


def _keep(tenant: Tenant, partner: str, told: Sequence[CaseReport], now: datetime) -> None:
    """Keep reports by what they say; one that a poll brought, too, is booked once by its id."""
    for one in told:
        body = write_json(one.message.model_dump(mode="json", exclude_none=True))
        key = "hooked." + hashlib.sha256(f"{one.case_id}|".encode() + body).hexdigest()[:32]
        taken = inbox.receive(tenant, partner, key, case=one.case_id, body=body, now=now)
        if taken != "settled":
            inbox.announce(tenant, partner, key)


def _take(tenant: Tenant, connection: str, seen: list[Sighting], now: datetime) -> None:
    """Keep the sightings; an unchanged one costs no write, so a repeated event does nothing."""
    if not seen:
        return
    tally = facts.take(tenant, connection, seen, now, lambda _: None)
    enqueue("match", [{"tenant": tenant.id, "payment": one} for one in sorted(tally.payments)])


def _later(
    tenant: Tenant, connection: str, event: str, row: Row, now: datetime, error: Retry | Reconnect
) -> None:
    """Look again after what the provider asked for, or ever more rarely."""
    if row["attempt"] >= _MOST_LOOKS:
        _quarantine(tenant, connection, event, row, "the provider could not be read for days")
        return
    wait = min(_SOON * 2 ** row["attempt"], _LONGEST)
    asked = timedelta(seconds=(error.after or 0) if isinstance(error, Retry) else 0)
    hooks.later(row, now + max(wait, asked))
    name = type(error).__name__
    logger.warning("webhook_later", extra={"connection": connection, "event": event, "error": name})


def _quarantine(tenant: Tenant, connection: str, event: str, row: Row, fault: str) -> None:
    end = hooks.settled(row, "quarantined", fault)
    if hook_tasks.ask(tenant, connection, event, end, fault):
        logger.warning("webhook_quarantined", extra={"event": event, "fault": fault})

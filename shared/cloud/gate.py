"""The gate of a sweep: which sources a case waits for, and who has them read, asked once each.

A stale feed gets one ``wanted_at`` and one pull, however many cases wait for it and however many
shards they lie in: whoever claims its row enqueues the pull. One that is down comes due by itself,
ever more rarely. A bank's statement that has not come is looked for once after it was promised;
then its cases wait for the next promised hour, or for the pull that a dropped file brings.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.cloud import clock, connections, due, keys, metrics, sources, table
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue
from shared.cloud.sources import Demand
from shared.cloud.table import Row
from shared.domain.freshness import Stale
from shared.errors import Conflict

# How long a case waits for a pull that is on its way.
STALE = timedelta(minutes=5)
# How long at most it waits for a feed that is down: cases cost little then, and are soon awake.
DOWN = timedelta(hours=1)
# How long it waits for money that was read to find its claims, and how long the index may lag.
MATCHING = timedelta(minutes=1)
_INDEX_LAG = timedelta(seconds=2)
# So many pages of due rows are looked through for such money: behind more it is taken to be there.
_PAGES = 5
# How long at most for a bank's statement, which its arrival cuts short.
STATEMENT = timedelta(days=1)


class Wait(NamedTuple):
    """Until when a case waits, the connection whose pull wakes it before, and its family."""

    until: datetime
    connection: str
    family: str


class Gate:
    """Whether cases may be claimed, at one instant."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._demands: dict[str, tuple[Row | None, Demand | None]] = {}
        self._cases: dict[tuple[str, str], Wait | None] = {}
        self._feeds: dict[tuple[str, str], datetime | None] = {}
        self._rows: dict[tuple[str, str], Row | None] = {}
        self._kept: Counter[str] = Counter()
        self._stale: Counter[str] = Counter()

    def waits(self, row: Row) -> Wait | None:
        """When a case is to be looked at again and for which feed; None when it may be claimed."""
        tenant = keys.tenant_of(row["pk"])
        where = (tenant.id, row.get("conn", ""))
        if where not in self._cases:
            self._cases[where] = self._ask(tenant, where[1])
        wait = self._cases[where]
        if wait is not None:
            self._kept[wait.family] += 1
        return wait

    def report(self) -> None:
        """The figures of this sweep: cases kept waiting, and stale sources, by family."""
        for family, count in self._kept.items():
            metrics.count("CasesGated", count, Kind=family)
        for family, count in self._stale.items():
            metrics.count("SourceStale", count, Kind=family)

    def _ask(self, tenant: Tenant, connection: str) -> Wait | None:
        books = self._row(tenant, connection)
        known, demand = self._demand(tenant)
        if books is None or demand is None:
            return Wait(self._now + DOWN, connection, "erp")
        found = sources.waited_for(books, known, demand.gate, demand.country, self._now)
        if not found:
            return None
        looked = ((self._look(tenant, one), one) for one in found)
        waits = [Wait(until, one.connection, one.family) for until, one in looked if until]
        return max(waits) if waits else None

    def _row(self, tenant: Tenant, connection: str) -> Row | None:
        where = (tenant.id, connection)
        if where not in self._rows:
            self._rows[where] = table.get(keys.connection(tenant, connection))
        return self._rows[where]

    def _demand(self, tenant: Tenant) -> tuple[Row | None, Demand | None]:
        if tenant.id not in self._demands:
            row = table.get(keys.feeds(tenant))
            self._demands[tenant.id] = (row, sources.demand_of(tenant, row))
        return self._demands[tenant.id]

    def _look(self, tenant: Tenant, stale: Stale) -> datetime | None:
        """Have a stale source read if that helps; when to ask again, None when it is fresh now."""
        where = (tenant.id, stale.connection)
        if where not in self._feeds and stale.why == "matching":
            self._feeds[where] = self._matching(tenant, stale)
        elif where not in self._feeds:
            self._stale[stale.family] += 1
            self._feeds[where] = self._wanted(tenant, stale)
        return self._feeds[where]

    def _wanted(self, tenant: Tenant, stale: Stale) -> datetime:
        now = self._now
        row = self._row(tenant, stale.connection) if stale.connection else None
        if row is None:
            return now + DOWN
        marks = _marks(row, stale, now)
        if row.get("state") not in connections.LIVE or "due_at" not in row:
            return self._noted(row, marks, now + DOWN)
        if stale.why == "suspicious":
            # Reading it once more proves nothing: its own pulls go on, and a person is asked.
            return self._noted(row, marks, now + DOWN)
        if stale.why == "statement_missing" and row["state"] == "enabled":
            return self._statement(tenant, row, stale, marks)
        if due.claim(row, now, {"wanted_at": clock.stamp(now), **marks}) is not None:
            enqueue("pull", [{"tenant": tenant.id, "connection": stale.connection}])
            return now + STALE
        if row["state"] == "enabled":
            return now + STALE
        again = clock.read_stamp(row["due_at"]) + STALE
        return min(max(again, now + STALE), now + DOWN)

    def _matching(self, tenant: Tenant, stale: Stale) -> datetime | None:
        """Money that was read has found its claims when none of it is due to be matched."""
        now, row = self._now, self._row(tenant, stale.connection)
        since = stale.since or now
        if row is None or now - since < _INDEX_LAG or _unmatched(tenant, now):
            return now + MATCHING
        try:
            table.transact(connections.matched(row))
        except Conflict:
            return now + MATCHING
        return None

    def _statement(self, tenant: Tenant, row: Row, stale: Stale, marks: Row) -> datetime:
        """A bank's folder is looked into once after the statement was promised."""
        now = self._now
        promised = clock.stamp(stale.since) if stale.since is not None else ""
        if max(row.get("fresh_as_of", ""), row.get("looked_at", "")) >= promised:
            return self._noted(row, marks, min(stale.until or now + STATEMENT, now + STATEMENT))
        wanted = {"wanted_at": clock.stamp(now), "looked_at": clock.stamp(now), **marks}
        if due.hasten(row, now, wanted):
            enqueue("pull", [{"tenant": tenant.id, "connection": stale.connection}])
        return now + STALE

    def _noted(self, row: Row, marks: Row, until: datetime) -> datetime:
        """The connection says since when it is waited for and why; written when that is news."""
        if marks:
            try:
                table.update(
                    {"pk": row["pk"], "sk": row["sk"]},
                    set_=marks,
                    condition="#state = :seen",
                    values={"seen": row["state"]},
                )
            except Conflict:
                return min(until, self._now + STALE)
        return until


def _unmatched(tenant: Tenant, now: datetime) -> bool:
    """Whether money of a creditor is due to be matched, or is being matched on a sweep's lease."""
    money = keys.listing(tenant, "MON#")
    for number in range(keys.SHARDS):
        for seen, page in enumerate(due.rows(f"S#{number}", now + due.LEASE)):
            if seen >= _PAGES or any(row["pk"].startswith(money) for row in page):
                return True
    return False


def _marks(row: Row, stale: Stale, now: datetime) -> Row:
    """What the connection's row is to say of its staleness, empty when it says so already."""
    marks = {}
    if "stale_since" not in row:
        marks["stale_since"] = clock.stamp(stale.since or now)
    if row.get("stale_why") != stale.why:
        marks["stale_why"] = stale.why
    return marks

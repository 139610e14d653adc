"""Gaps: what a read of changes cannot see is closed after it, under the feed's own lease.

Once a day an ERP lists all its open invoices; whatever differs from what is stored, on either side,
is read again by its id, so that what was lost, deleted, voided or merged comes to light. And the
years before a connection are read page by page, a slice after each pull, with a cursor of their
own. Both go on where they stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from connectors import spec
from connectors.contract import Page
from functions import somebody_else
from functions.wiring import connect
from shared.cloud import backfills, clock, facts, keys, money_rows, reading, refused_rows, table
from shared.cloud.keys import Tenant
from shared.cloud.runtime import enqueue, logger
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.model import Invoice
from shared.errors import HubError, Retry

JoinAt = Callable[[Invoice], datetime | None]

# Invoices that are read again by one question.
_AT_ONCE = 50
_LISTED = 100
_OPEN = frozenset({"open", "partly_paid"})


def announce(
    tenant: Tenant,
    marked: Collection[str],
    sighted: Collection[str],
    invoices: int,
    now: datetime,
) -> bool:
    """Tell the queues what facts have changed; whether money is on its way to its claims.

    ``marked`` are invoices to book, ``sighted`` payments to match, ``invoices`` how many are new:
    money that had no place may be for one of them.
    """
    enqueue("book", [{"tenant": tenant.id, "invoice": one} for one in sorted(marked)])
    looked = set(sighted) | (money_rows.looked_again(tenant, now) if invoices else set())
    enqueue("match", [{"tenant": tenant.id, "payment": one} for one in sorted(looked)])
    return bool(looked)


def refused(tenant: Tenant, row: Row, page: Page) -> None:
    """Rows that could not be read are kept where a person finds them."""
    connection = keys.id_of(row["pk"])
    told = ((one.row, one.field, one.text) for one in page.refused)
    table.batch_put(refused_rows.rows_of(tenant, connection, told))


def close(
    tenant: Tenant, row: Row, now: datetime, creditor: Creditor, join_at: JoinAt, until: datetime
) -> None:
    """Do what is due of a connection that has just been read, as long as it is before ``until``.

    ``now`` is business time, ``until`` wall time. A failure is written down and waits for the next
    pull: the pull itself was good.
    """
    can = spec(row["connector"]).capabilities
    today = creditor.today(now).isoformat()
    sweep = "sweep" in can and row.get("swept_on", "") < today
    years = backfills.running(tenant, keys.id_of(row["pk"])) if "backfill" in can else None
    if not sweep and years is None:
        return
    lease = reading.take(row, now)
    if lease is None:
        return
    work = _Work(tenant, row, now, join_at, until)
    fields: Row = {}
    try:
        if sweep and work.sweep():
            fields["swept_on"] = today
        if years is not None:
            work.backfill(years)
    except HubError as error:
        work.more = False
        fields |= _fault(error)
        logger.warning("gap_failed", extra={"connection": work.connection})
    if work.matching:
        fields["matching_since"] = clock.stamp(clock.now())
    gone = () if "gap_error" in fields else ("gap_error",)
    after = reading.end(row, lease, fields, remove=gone)
    if work.more or after.get("again"):
        reading.once_more(row, now)


def _fault(error: HubError) -> Row:
    """What a failure leaves on the row: the reason, and what the source asks us to wait."""
    said: Row = {"gap_error": str(error)}
    if isinstance(error, Retry) and error.after is not None:
        said["not_before"] = clock.stamp(clock.wall() + timedelta(seconds=error.after))
    return said


class _Work:
    """One stretch of gap closing.

    ``more`` says that it stopped for the time alone, ``matching`` that money may find its place.
    """

    def __init__(
        self, tenant: Tenant, row: Row, now: datetime, join_at: JoinAt, until: datetime
    ) -> None:
        self.connection, self.more, self.matching = keys.id_of(row["pk"]), False, False
        self._tenant, self._row, self._now = tenant, row, now
        self._join_at, self._until = join_at, until
        self._source: Any = connect(tenant, row)

    def sweep(self) -> bool:
        """Hold the list of all open invoices against what is stored; whether it was done whole."""
        listed = {
            one.invoice: str(one.open.amount)
            for page in self._source.open_list(now=self._now)
            for one in page
            if one.open is not None
        }
        odd = [*self._apart(listed), *sorted(listed)]
        for start in range(0, len(odd), _AT_ONCE):
            if self._late():
                return False
            page = self._source.read(odd[start : start + _AT_ONCE], now=self._now)
            self._take(page)
        logger.info("swept_books", extra={"connection": self.connection, "odd": len(odd)})
        return True

    def backfill(self, years: Row) -> None:
        """Read on through the years, from the last page that is durable."""
        since = date.fromisoformat(years["since"])
        for page in self._source.backfill(since, years.get("cursor"), now=self._now):
            seen = self._take(page)
            backfills.moved(self._tenant, self.connection, page.cursor, seen, len(page.refused))
            if page.complete_through is None and self._late():
                return
        backfills.ended(self._tenant, self.connection, clock.wall())
        logger.info("backfilled", extra={"connection": self.connection})

    def _apart(self, listed: dict[str, str]) -> Iterator[str]:
        """Stored invoices of which the books say otherwise; those that are known leave ``listed``.

        What is left in it afterwards was never seen.
        """
        partition, after = keys.listing(self._tenant, "INV"), None
        while True:
            page, after = table.query_index("listing", partition, limit=_LISTED, after=after)
            rows = table.batch_get([{"pk": one["pk"], "sk": one["sk"]} for one in page])
            for row in rows.values():
                if row["conn"] == self.connection and self._is_odd(row, listed):
                    yield keys.id_of(row["pk"])
            if after is None:
                return

    @staticmethod
    def _is_odd(row: Row, listed: dict[str, str]) -> bool:
        known = listed.pop(keys.id_of(row["pk"]), None)
        if known is None:
            return row["status"] in _OPEN and "missing" not in row
        return "missing" in row or known != row["open"]

    def _take(self, page: Page) -> int:
        tally = facts.take(self._tenant, self.connection, page.facts, self._now, self._join_at)
        somebody_else.noticed(self._tenant, self._row, page.facts)
        refused(self._tenant, self._row, page)
        told = announce(self._tenant, tally.due, tally.payments, tally.invoices, self._now)
        self.matching = self.matching or told
        return tally.seen

    def _late(self) -> bool:
        self.more = clock.wall() >= self._until
        return self.more

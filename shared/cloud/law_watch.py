"""The watch on reference rates: people are told before a half-year begins without one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

from shared.cloud import clock, due, keys, law_rows, metrics, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write
from shared.domain.explain import Reason
from shared.domain.lawpack import LawPack
from shared.domain.rate_table import WARN_DAYS, missing_from, next_gap
from shared.errors import Conflict

# The hour (UTC) at which a day's look is taken: before the working day begins in the Nordics.
_HOUR = time(5)
_DAY = timedelta(days=1)


def armed(tenant: Tenant, pack: LawPack, now: datetime) -> Write:
    """The due row of a tenant that duns under a pack, for the transaction that makes it so."""
    key = keys.law_watch(tenant, pack.country)
    at = {"due_shard": keys.due_shard(key["pk"]), "due_at": clock.stamp(_next(pack, now))}
    return table.put_write({**key, **at, "attempt": 0}, condition=None)


def look(row: Row, now: datetime) -> str:
    """Take a look whose day has come, and say when the next one is: daily while a rate is missing.

    Counts ``RateMissing`` (by country) and asks a tenant's people once for each half-year.
    """
    claimed = due.claim(row, now)
    if claimed is None:
        return "lost"
    tenant, country = keys.tenant_of(claimed["pk"]), keys.id_of(claimed["pk"])
    pack = law_rows.current(country).pack
    gap = missing_from(pack, now.date())
    if gap is not None:
        metrics.count("RateMissing", 1, Country=country)
        _ask(tenant, pack, gap)
    with suppress(Conflict):
        table.update(
            keys.law_watch(tenant, country),
            set_={"due_at": clock.stamp(_next(pack, now)), "attempt": 0},
            condition="due_at = :lease",
            values={"lease": claimed["due_at"]},
        )
    return "LAW"


def _ask(tenant: Tenant, pack: LawPack, gap: date) -> None:
    text = "the reference rate is not known from that day on: an operator loads it"
    facts = {"country": pack.country, "from": gap.isoformat(), "law": pack.hash}
    why = Reason(rule="law.rate_missing", section=pack.rate_section, text=text, facts=facts)
    task = f"rate-missing-{pack.country}-{gap.isoformat()}"
    with suppress(Conflict):
        table.transact([tasks.task_write(tenant, task, "", "rate_missing", (), (why,))])


def _next(pack: LawPack, now: datetime) -> datetime:
    """``WARN_DAYS`` before the first day without a rate, but not before tomorrow."""
    tomorrow = now.date() + _DAY
    gap = next_gap(pack)
    day = max(tomorrow, gap - timedelta(days=WARN_DAYS)) if gap > tomorrow else tomorrow
    return datetime.combine(day, _HOUR, tzinfo=UTC)

"""Health: what a complete read says of its connection, as fields of the row and a task if odd."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.cloud import clock, feeds, keys, metrics, table, tasks
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.explain import Reason
from shared.domain.model import Payment
from shared.domain.rhythm import Read, Rhythm, judge
from shared.errors import Conflict

# The marks of a source that a person must look at, on its connection's row.
SUSPICION = ("suspicious", "suspicious_since", "suspicious_task")


@dataclass(slots=True)
class Brought:
    """What a read brought so far: ``rows`` seen, ``new`` ones, and payments booked in the ERP.

    The ERP states a payment again and again; one counts once, when it was booked on a later day
    than all that were known before.
    """

    row: Row
    today: date
    rows: int = 0
    new: int = 0
    booked: dict[str, date] = field(default_factory=dict)

    def page(self, facts: Sequence[object], new: int) -> None:
        """One more page of the read; ``new`` of its facts were never seen before."""
        self.rows += len(facts)
        self.new += new
        known = self.row.get("money_day", "")
        for fact in facts:
            if isinstance(fact, Payment) and known < fact.booked.isoformat() <= str(self.today):
                self.booked[fact.id] = fact.booked


def after_read(
    brought: Brought, began: datetime, found: Row, creditor: Creditor, *, incremental: bool
) -> tuple[Row, tuple[str, ...], Reason | None]:
    """The fields that a complete read sets and removes, and why a person must look, if so.

    ``found`` holds ``complete_through`` when the read proved it; ``incremental`` says that the
    connector reads what changed and no full lists.
    """
    row = brought.row
    before = Rhythm.model_validate_json(row.get("rhythm", "{}"))
    read = _read(brought, began, found, incremental=incremental)
    verdict = judge(before, read, creditor.country, creditor.zone, odd=row.get("suspicious"))
    fields: Row = {}
    if verdict.rhythm != before:
        fields["rhythm"] = verdict.rhythm.model_dump_json()
    if brought.booked:
        fields["money_day"] = max(brought.booked.values()).isoformat()
    gone: tuple[str, ...] = ()
    if verdict.odd is not None:
        fields |= _suspicion(row, verdict.odd, began)
    elif "suspicious" in row:
        gone = SUSPICION
    return fields, gone, verdict.reason


def tell(tenant: Tenant, row: Row, reason: Reason | None) -> None:
    """Ask a person about a suspicious source, once, and count it."""
    connection = keys.id_of(row["pk"])
    logger.warning("source_suspicious", extra={"connection": connection, "odd": row["suspicious"]})
    metrics.count("SourceSuspicious", 1, Kind=feeds.family_of(row))
    because = (reason,) if reason is not None else ()
    task = row["suspicious_task"]
    try:
        table.transact([tasks.task_write(tenant, task, "", "source_suspicious", (), because)])
    except Conflict:
        return  # asked already


def _read(brought: Brought, began: datetime, found: Row, *, incremental: bool) -> Read:
    row = brought.row
    family = feeds.family_of(row)
    through = found.get("complete_through") if family == "banks" else None
    return Read(
        listed=_listed(brought, incremental=incremental),
        moved=brought.new if family in feeds.MONEY else len(brought.booked),
        at=began,
        through=clock.read_stamp(through) if through else began,
        batched=family != "payments",
    )


def _listed(brought: Brought, *, incremental: bool) -> int | None:
    """The length of a full list, None when the read was none: changes only, or no new file."""
    full = json.loads(brought.row["config"]).get("mode", "full") == "full"
    if incremental or not full or feeds.is_money(brought.row):
        return None
    return brought.rows or None


def _suspicion(row: Row, odd: str, began: datetime) -> Row:
    since = row.get("suspicious_since", clock.stamp(began))
    connection = keys.id_of(row["pk"])
    digits = "".join(char for char in since if char.isdigit())
    return {
        "suspicious": odd,
        "suspicious_since": since,
        "suspicious_task": f"source-{connection}-{digits}",
    }

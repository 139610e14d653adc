"""Health: what a complete read says of its connection, as fields of the row and a task if odd."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.cloud import clock, feeds, keys, metrics, table, tasks
from shared.cloud.facts import Tally
from shared.cloud.keys import Tenant
from shared.cloud.runtime import logger
from shared.cloud.table import Row
from shared.domain.creditor import Creditor
from shared.domain.explain import Reason
from shared.domain.model import Invoice, Payment
from shared.domain.overdue import Change, Picture, jumped
from shared.domain.overdue import after as opened_after
from shared.domain.rhythm import Read, Rhythm, judge
from shared.errors import Conflict

# The marks of a source that a person must look at, on its connection's row.
SUSPICION = ("suspicious", "suspicious_since", "suspicious_task")


@dataclass(slots=True)
class Brought:
    """What a read brought so far: ``rows`` seen, ``new`` ones, and payments booked in the ERP.

    ``full`` says that it lists all that is open, and not changes alone; ``open`` is what the source
    says is open by it.

    The ERP states a payment again and again; one counts once, when it was booked on a later day
    than all that were known before.
    """

    row: Row
    today: date
    full: bool
    rows: int = 0
    new: int = 0
    booked: dict[str, date] = field(default_factory=dict)
    open: Picture = field(init=False)

    def __post_init__(self) -> None:
        self.open = Picture() if self.full else self.before

    @property
    def before(self) -> Picture:
        """What was open after the read before."""
        return Picture.model_validate_json(self.row.get("open", "{}"))

    def page(self, facts: Sequence[object], tally: Tally) -> Reason | None:
        """One more page of the read, and why far more is overdue with it, if so."""
        self.rows += len(facts)
        self.new += tally.new
        listed: list[Change] = [(None, fact) for fact in facts if isinstance(fact, Invoice)]
        changes = listed if self.full else tally.moved
        if changes:
            self.open = opened_after(self.open, changes, self.today)
        known = self.row.get("money_day", "")
        for fact in facts:
            if isinstance(fact, Payment) and known < fact.booked.isoformat() <= str(self.today):
                self.booked[fact.id] = fact.booked
        # Of a first read, however many slices it takes, there is nothing to hold it against.
        known_before = "fresh_as_of" in self.row
        return jumped(self.before, self.open, self.today) if changes and known_before else None


def after_read(
    brought: Brought, began: datetime, found: Row, creditor: Creditor
) -> tuple[Row, tuple[str, ...], Reason | None]:
    """The fields that a complete read sets and removes, and why a person must look, if so.

    ``found`` holds ``complete_through`` when the read proved it.
    """
    row = brought.row
    before = Rhythm.model_validate_json(row.get("rhythm", "{}"))
    read = _read(brought, began, found)
    verdict = judge(before, read, creditor.country, creditor.zone, odd=row.get("suspicious"))
    fields: Row = {}
    if verdict.rhythm != before:
        fields["rhythm"] = verdict.rhythm.model_dump_json()
    if verdict.odd != "far_fewer_rows" and (brought.rows or not brought.full):
        fields |= opened(brought)
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
    because = (_about(connection, reason),) if reason is not None else ()
    task = row["suspicious_task"]
    try:
        table.transact([tasks.task_write(tenant, task, "", "source_suspicious", (), because)])
    except Conflict:
        return  # asked already


def _about(connection: str, reason: Reason) -> Reason:
    """The reason, with the connection that it is about among its facts."""
    return reason.model_copy(update={"facts": {**reason.facts, "connection": connection}})


def lists_all(row: Row, *, incremental: bool) -> bool:
    """Whether a read of a connection lists all that is open: ``incremental`` ones list changes."""
    full = json.loads(row["config"]).get("mode", "full") == "full"
    return full and not incremental and not feeds.is_money(row)


def opened(brought: Brought) -> Row:
    """What is open by a read, where that is news; a slice of a full list says nothing yet."""
    if brought.open == brought.before or (brought.full and "reading_since" in brought.row):
        return {}
    return {"open": brought.open.model_dump_json()}


def _read(brought: Brought, began: datetime, found: Row) -> Read:
    row = brought.row
    family = feeds.family_of(row)
    through = found.get("complete_through") if family == "banks" else None
    return Read(
        # A full list of nothing is no list (there was no new file), and nor is a slice of one.
        listed=brought.rows or None if brought.full and "reading_since" not in row else None,
        moved=brought.new if family in feeds.MONEY else len(brought.booked),
        at=began,
        through=clock.read_stamp(through) if through else began,
        batched=family != "payments",
    )


def _suspicion(row: Row, odd: str, began: datetime) -> Row:
    since = row.get("suspicious_since", clock.stamp(began))
    connection = keys.id_of(row["pk"])
    digits = "".join(char for char in since if char.isdigit())
    return {
        "suspicious": odd,
        "suspicious_since": since,
        "suspicious_task": f"source-{connection}-{digits}",
    }

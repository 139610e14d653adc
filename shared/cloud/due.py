"""What is due: one sparse index, swept by shard; each row is claimed before it is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.cloud import clock, table
from shared.cloud.table import Row
from shared.errors import Conflict

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 6
_PAGE = 100


def rows(shard: str, now: datetime) -> Iterator[list[Row]]:
    """Pages of rows of a shard that are due at ``now``, longest overdue first; ids only.

    An idle shard costs one query.
    """
    after: Row | None = None
    while True:
        page, after = table.query_index("due", shard, clock.stamp(now), limit=_PAGE, after=after)
        if page:
            yield page
        if after is None:
            return


def claim(row: Row, now: datetime, also: Row | None = None, *, steady: bool = False) -> Row | None:
    """Take a due row: move ``due_at`` to the end of a lease and count the attempt.

    The lease doubles with every attempt (at most six hours), so that what fails backs off and
    never starves the rest; ``steady`` keeps it as it is, for what others wait for meanwhile.
    ``also`` are fields to set with it. Returns the row as claimed, or None
    when it is not due or another was faster.
    """
    key = {"pk": row["pk"], "sk": row["sk"]}
    try:
        claimed = table.update(
            key,
            set_={"due_at": clock.stamp(now + LEASE), **(also or {})},
            add={"attempt": 1},
            condition="due_at = :seen AND due_at <= :now",
            values={"seen": row["due_at"], "now": clock.stamp(now)},
        )
    except Conflict:
        return None
    if claimed["attempt"] > 1 and not steady:
        _back_off(key, claimed, now)
    return claimed


def wake(row: Row, now: datetime) -> bool:
    """Bring a row that only waits to ``now``; False when another was faster, or has claimed it."""
    try:
        table.update(
            {"pk": row["pk"], "sk": row["sk"]},
            set_={"due_at": clock.stamp(now)},
            condition="due_at = :seen AND attempt = :none",
            values={"seen": row["due_at"], "none": 0},
        )
    except Conflict:
        return False
    return True


def defer(row: Row, until: datetime, waits_for: str = "") -> bool:
    """Move a due row on without counting an attempt; False when another was faster.

    ``waits_for`` is the connection whose pull wakes it before: the mark is good as long as the row
    is due at this very instant, so that any other write of ``due_at`` ends it.
    """
    later = clock.stamp(until)
    try:
        table.update(
            {"pk": row["pk"], "sk": row["sk"]},
            set_={"due_at": later, "gated": f"{later}/{waits_for}"},
            condition="due_at = :seen",
            values={"seen": row["due_at"]},
        )
    except Conflict:
        return False
    return True


def waits_for(row: Row) -> str | None:
    """The connection that a row was moved on for, as long as it waits for it; else None."""
    until, _, connection = str(row.get("gated", "")).partition("/")
    return connection if connection and until == row["due_at"] else None


def hasten(row: Row, now: datetime, also: Row) -> bool:
    """Claim a row that lies ahead as if it were due; False when another was faster."""
    try:
        table.update(
            {"pk": row["pk"], "sk": row["sk"]},
            set_={"due_at": clock.stamp(now + LEASE), **also},
            condition="due_at = :seen",
            values={"seen": row["due_at"]},
        )
    except Conflict:
        return False
    return True


def _back_off(key: dict[str, str], claimed: Row, now: datetime) -> None:
    lease = min(LEASE * 2 ** (claimed["attempt"] - 1), timedelta(hours=6))
    later = {"due_at": clock.stamp(now + lease)}
    try:
        table.update(
            key, set_=later, condition="due_at = :seen", values={"seen": claimed["due_at"]}
        )
    except Conflict:
        return
    claimed.update(later)

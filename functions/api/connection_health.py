"""Connection health: what an administrator sees of a connection, in one vocabulary."""

from __future__ import annotations

from typing import Any

from shared.cloud import health_words
from shared.cloud.table import Row

_READ = {"read": "rows_seen", "changed": "rows_changed", "refused": "rows_refused"}


def health(row: Row) -> dict[str, Any]:
    """How a connection is: the word, since when, why, how fresh, its last read and its day.

    Instants are UTC; ``day`` is the creditor's own day, with the sums of all of its reads.
    ``error`` is a fixed sentence, ``next_try`` the instant of the next read or poll, and ``task``
    the question that a person is to answer, or None.
    """
    word = health_words.word_of(row)
    told = row.get("health") == word
    return {
        "word": word,
        "since": row.get("health_since") if told else None,
        "cause": row.get("cause"),
        "error": row.get("last_error"),
        "fresh_as_of": row.get("fresh_as_of"),
        "complete_through": row.get("complete_through"),
        "last_read": {name: row.get(field, 0) for name, field in _READ.items()},
        "day": _day(row),
        "next_try": row.get("due_at"),
        "task": row.get("health_task") if told else None,
    }


def _day(row: Row) -> dict[str, Any] | None:
    if "day" not in row:
        return None
    sums = {name: row.get(f"day_{field}", 0) for name, field in _READ.items()}
    return {"on": row["day"], "reads": row.get("day_reads", 0), **sums}

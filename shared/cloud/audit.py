"""The audit trail: who changed or read what, by ids and codes, in the change's own transaction.

Lines are only ever added, and go by the day when their retention is over. ``who`` is a principal's
id, or two of them where one asked and another approved (``anna+bo``). Looks at a person's data lie
apart from changes: there are many more.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from shared.cloud import clock, hub_keys, keys, table
from shared.cloud.keys import Tenant
from shared.cloud.table import Row, Write

KINDS = ("changes", "looks")
# More lines than a day has.
_ALL = 1_000_000

_made: ContextVar[list[str] | None] = ContextVar("made", default=None)


def entry(tenant: Tenant, who: str, what: str, facts: Mapping[str, object]) -> Write:
    """One line of a tenant's trail, at wall time.

    ``who`` is a principal's id, ``what`` a code (``control_changed``), ``facts`` ids, codes, hashes
    and counts: no personal data and no secrets.
    """
    at = clock.wall()
    key = keys.audit(tenant, clock.stamp(at), _nth(at))
    return table.put_write({**key, **_line(who, what, facts)})


def hub_entry(who: str, what: str, facts: Mapping[str, object]) -> Write:
    """One line of the whole installation's trail."""
    at = clock.wall()
    key = hub_keys.audit(clock.stamp(at), _nth(at))
    return table.put_write({**key, **_line(who, what, facts)})


def look(tenant: Tenant, who: str, facts: Mapping[str, object]) -> Row:
    """The line of a look at a person's data, at wall time; ``facts`` as in ``entry``."""
    at = clock.wall()
    place = _looks(tenant, at.date())
    key = {"pk": place, "sk": f"{clock.stamp(at)}#{_nth(at)}"}
    return {**key, **_line(who, "looked", facts)}


def lines(tenant: Tenant, kind: str, day: date, after: str, most: int) -> list[Row]:
    """The first ``most`` lines of a day (UTC) after a sort key, oldest first."""
    changes = keys.audit(tenant, day.isoformat(), "0")["pk"]
    return _of(changes if kind == "changes" else _looks(tenant, day), after, most)


def hub_lines(day: date, after: str, most: int) -> list[Row]:
    """As ``lines``, of the whole installation's trail."""
    return _of(hub_keys.audit(day.isoformat(), "0")["pk"], after, most)


def delete(tenant: Tenant, day: date) -> int:
    """Delete the lines of a day (UTC) whose time is over, of both kinds; how many there were."""
    rows = [row for kind in KINDS for row in lines(tenant, kind, day, "", _ALL)]
    table.batch_put([], [{"pk": row["pk"], "sk": row["sk"]} for row in rows])
    return len(rows)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Within it the codes of the lines that are made are put on the list that it yields."""
    made: list[str] = []
    token = _made.set(made)
    try:
        yield made
    finally:
        _made.reset(token)


def _of(pk: str, after: str, most: int) -> list[Row]:
    """The first lines of a partition after a sort key."""
    return table.query(pk, f"{after}!" if after else "0", "~", limit=most)


def _looks(tenant: Tenant, day: date) -> str:
    """The partition of a day's looks."""
    return keys.fact(tenant, "LOOKS", day.isoformat())["pk"]


def _nth(at: datetime) -> str:
    """What keeps the lines of a second apart, and in their order."""
    return f"{at.microsecond:06d}-{secrets.token_hex(4)}"


def _line(who: str, what: str, facts: Mapping[str, object]) -> Row:
    made = _made.get()
    if made is not None:
        made.append(what)
    return {"who": who, "what": what, "facts": json.dumps(dict(facts), sort_keys=True)}

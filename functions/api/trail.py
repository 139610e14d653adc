"""The trail through the API: who changed what and when, operators too; who looked at whose data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from functions.api.exchange import Answer, Problem, Request
from functions.api.pages import after, before_next, limit
from shared.cloud import audit, clock
from shared.cloud.table import Row

_USUAL_DAYS, _MOST_DAYS = 7, 92
# So many lines are looked through for one answer: a rare name is found over several pages.
_MOST_LINES = 2_000

# The first lines of a day after a sort key, at most so many.
Lines = Callable[[date, str, int], list[Row]]


def get_audit(request: Request) -> Answer:
    """Lines from the day ``from`` to the day ``to`` (UTC), oldest first, a page at a time.

    ``kind`` is ``changes`` or ``looks``; ``who`` a client, ``object`` any id that a line names.
    ``Problem`` 400 ``bad_kind``, ``bad_day`` (not a day, or more than 92 of them), ``bad_limit``,
    ``bad_cursor``.
    """
    kind = request.query.get("kind", "changes")
    if kind not in audit.KINDS:
        raise Problem(400, "bad_kind", "The kinds are changes and looks.")
    return _page(request, partial(audit.lines, request.tenant, kind))


def get_hub_audit(request: Request) -> Answer:
    """What operators changed of the whole installation, as ``get_audit`` does: it has no looks."""
    return _page(request, audit.hub_lines)


def _page(request: Request, lines: Lines) -> Answer:
    first, last = _days(request)
    who, named = request.query.get("who"), request.query.get("object")
    most, seen, sort = limit(request), 0, after(request) or ""
    found: list[dict[str, Any]] = []
    for row in _between(lines, first, last, sort):
        if len(found) == most or seen == _MOST_LINES:
            return Answer({"lines": found, "cursor": before_next(request, sort)})
        seen, sort = seen + 1, row["sk"]
        line = _view(row)
        if (who is None or who in line["who"]) and (named is None or _names(line["facts"], named)):
            found.append(line)
    return Answer({"lines": found, "cursor": None})


def _between(lines: Lines, first: date, last: date, since: str) -> Iterator[Row]:
    """The rows after a sort key, day by day: no more days are read than are asked for."""
    day = max(first, date.fromisoformat(since[:10])) if since else first
    while day <= last:
        yield from lines(day, since, _MOST_LINES + 1)
        day += timedelta(days=1)


def _days(request: Request) -> tuple[date, date]:
    try:
        last = date.fromisoformat(request.query.get("to", clock.wall().date().isoformat()))
        usual = last - timedelta(days=_USUAL_DAYS - 1)
        first = date.fromisoformat(request.query.get("from", usual.isoformat()))
    except (ValueError, OverflowError):
        raise Problem(400, "bad_day", "A day is written like 2026-03-02.") from None
    if not timedelta(0) <= last - first < timedelta(days=_MOST_DAYS):
        raise Problem(400, "bad_day", f"The trail is shown for 1 to {_MOST_DAYS} days at a time.")
    return first, last


def _view(row: Row) -> dict[str, Any]:
    return {
        "at": row["sk"].partition("#")[0],
        "who": row["who"].split("+"),
        "what": row["what"],
        "facts": json.loads(row["facts"]),
    }


def _names(facts: object, named: str) -> bool:
    """Whether an id stands anywhere in a line's facts."""
    if isinstance(facts, dict):
        return any(_names(one, named) for one in facts.values())
    if isinstance(facts, list):
        return any(_names(one, named) for one in facts)
    return str(facts) == named

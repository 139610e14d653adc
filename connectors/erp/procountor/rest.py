"""Procountor's REST API: reads that are whole, or an error that says what to do.

Source: the vendor's OpenAPI (dev.procountor.com). A list answers ``{"results", "meta"}``; pages are
walked by id (``orderById=ASC``, ``previousId``), as numbered pages drift. Several records are asked
for by their ids with commas between, at most 200 in one question. What such a question answers for
an id that is gone is not documented: nothing counts as gone before it was asked for alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from connectors.bearer import with_token
from connectors.bounds import by_halves
from connectors.contract import Connection
from connectors.erp.procountor.values import Row
from connectors.http import Answer, Method, raise_for
from connectors.json_calls import door_to
from connectors.json_door import read_json, write_json
from connectors.server_clock import said_at
from shared.errors import Unreadable

BASE = "/api"
# Records of one question by ids. The vendor's maximum is 200; an invoice may have hundreds of rows,
# and the answer must stay within the door's size.
BY_ID = 25
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_LIST = "a list did not answer with its records"


class ProcountorApi:
    """One company's API; ``clock`` is its server's time (UTC) by its last answer."""

    def __init__(self, connection: Connection, url: str) -> None:
        self._connection = connection
        self._door = door_to(connection, url)
        self.clock: datetime | None = None

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The value of a GET. Raises ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``."""
        found = self._call("GET", path, params)
        raise_for(found, now=self.clock or _EPOCH)
        return _whole(found)

    def known(self, path: str) -> Any | None:
        """The value of a GET, None where the source knows no such record; raises as ``get``."""
        found = self._call("GET", path)
        if found.status == 404:
            return None
        raise_for(found, now=self.clock or _EPOCH)
        return _whole(found)

    def put(self, path: str, value: object) -> Answer:
        """The answer to a PUT, whatever its status; raises as a call that was not answered."""
        return self._call("PUT", path, body=write_json(value))

    def page(self, path: str, size: int, after: int, params: Mapping[str, str] = {}) -> list[Row]:
        """The next records in the order of their ids, after the one with the id ``after``.

        Raises ``Unreadable`` for a first page that holds fewer records than it promises, and for a
        full page out of that order: the walk would lose records, or never end.
        """
        asked = {**params, "orderById": "ASC", "size": str(size)}
        if after:
            asked["previousId"] = str(after)
        said = self.get(path, asked)
        rows = results(said)
        meta = said.get("meta")
        total = meta.get("totalCount") if isinstance(meta, dict) else None
        if not after and len(rows) < size and isinstance(total, int) and total > len(rows):
            raise Unreadable("a list promises more records than it gives")
        ids: list[int] = [row["id"] for row in rows if isinstance(row.get("id"), int)]
        if len(ids) < len(rows):
            raise Unreadable("a record of a list has no id")
        if len(ids) >= size and any(one <= last for last, one in pairwise([after, *ids])):
            raise Unreadable("a list is not in the order of its ids")
        return rows

    def pages(self, path: str, size: int, params: Mapping[str, str] = {}) -> Iterator[list[Row]]:
        """All pages of a list; raises as ``page``."""
        after = 0
        while True:
            rows = self.page(path, size, after, params)
            yield rows
            if len(rows) < size:
                return
            after = follows(rows, after)

    def by_ids(self, path: str, ids: Sequence[int]) -> dict[int, Row]:
        """The records that the source knows, by their ids."""
        found: dict[int, Row] = {}
        for start in range(0, len(ids), BY_ID):
            some = ids[start : start + BY_ID]
            for part in by_halves(lambda ids: self._some(path, ids), some):
                found |= part
            for one in some if len(some) > 1 else ():
                if one not in found:
                    found |= self._some(path, [one])
        return {one: found[one] for one in ids if one in found}

    def _some(self, path: str, ids: Sequence[int]) -> dict[int, Row]:
        said = self.known(f"{path}/{','.join(map(str, ids))}")
        rows = said if isinstance(said, list) else [] if said is None else [said]
        if not all(isinstance(row, dict) for row in rows):
            raise Unreadable(_NO_LIST)
        return {row["id"]: row for row in rows if row.get("id") in ids}

    def _call(
        self,
        method: Method,
        path: str,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        headers = {"accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"

        def call(token: str) -> Answer:
            own = {**headers, "authorization": f"Bearer {token}"}
            return self._door.call(method, BASE + path, params=params, headers=own, body=body)

        found = with_token(self._connection.token, call)
        self.clock = said_at(found) or self.clock
        return found


def results(said: Any) -> list[Row]:
    """The records of a search. Raises ``Unreadable``."""
    rows = said.get("results") if isinstance(said, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(_NO_LIST)
    return rows


def follows(rows: Sequence[Row], after: int) -> int:
    """The id after which the next page begins."""
    return max((int(row["id"]) for row in rows), default=after)


def _whole(answer: Answer) -> Any:
    """The value of a good answer; the vendor's error record within one raises ``Unreadable``."""
    value = read_json(answer.body)
    if isinstance(value, dict) and ("errors" in value or {"requestId", "timestamp"} <= set(value)):
        raise Unreadable("a good answer holds an error")
    return value

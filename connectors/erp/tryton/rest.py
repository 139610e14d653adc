"""Tryton's REST protocol: a search or a new record at a time, through the HTTP door, typed JSON.

Source: trytond 8.2 ``protocols/rest.py``, ``protocols/jsonrpc.py`` and ``protocols/wrappers.py``,
confirmed on a running server. ``GET /<database>/rest/model/<name>`` takes ``d`` (domain) and ``o``
(order) as base64 of JSON, ``s`` (limit) and repeated ``f`` (fields, dotted for relations); ``POST``
makes one record, whole or not at all, and answers 200, or 204 when it may not be read back. A wrong
or cancelled application key answers 401; a user without rights 400 with a JSON text; a busy SQLite
or PostgreSQL server 423 or 503. Records that an access rule hides are left out silently.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from connectors.http import Door, raise_for
from connectors.json_door import read_json, write_json
from connectors.server_clock import said_at
from shared.errors import Retry, Unreadable

Row = dict[str, Any]
# 423: another transaction holds the record; Tryton means "again later" (protocols/jsonrpc.py).
_OVERRIDES = {423: Retry}
# Without a Date, a Retry-After that is a date is cut to the longest wait.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TrytonRest:
    """One database of one server, reached with an application key."""

    def __init__(self, door: Door, database: str, key: str, company: int) -> None:
        self._door = door
        self._root = f"/{database}/rest/model/"
        context = urlsafe_b64encode(write_json({"company": company})).decode()
        self._headers = {"Authorization": f"Bearer {key}", "X-Tryton-Context": context}
        # The server's wall clock (UTC) as its latest answer gave it.
        self.clock: datetime | None = None

    def search(
        self,
        model: str,
        domain: Sequence[object],
        fields: Sequence[str],
        *,
        order: str = "id ASC",
        limit: int | None = None,
    ) -> list[Row]:
        """The records of ``model`` that match ``domain``; ``id`` is always among the fields.

        Raises ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``.
        """
        query = [("d", _packed(domain)), ("o", _packed([order.split(" ")]))]
        query += [("s", str(limit))] if limit else []
        query += [("f", field) for field in fields]
        path = f"{self._root}{model}?{urlencode(query)}"
        answer = self._door.call("GET", path, headers=self._headers)
        self.clock = said_at(answer)
        raise_for(answer, now=self.clock or _EPOCH, overrides=_OVERRIDES)
        rows = unfold(read_json(answer.body))
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Unreadable("a search did not answer with a list of records")
        return rows

    def create(self, model: str, record: Row) -> str:
        """Make a record; its number, or nothing when the key's user may not read it back.

        Raises ``Unanswered``, ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``.
        """
        headers = {**self._headers, "Content-Type": "application/json"}
        body = write_json(record)
        answer = self._door.call("POST", f"{self._root}{model}?f=id", headers=headers, body=body)
        self.clock = said_at(answer)
        raise_for(answer, now=self.clock or _EPOCH, overrides=_OVERRIDES)
        made = read_json(answer.body) if answer.body else {}
        return str(made.get("id", "")) if isinstance(made, dict) else ""


def unfold(value: Any) -> Any:
    """Turn Tryton's typed objects (Decimal, date, datetime) into values, at any depth.

    A datetime stays without a zone: it is the database server's own clock. Raises ``Unreadable``.
    """
    match value:
        case list():
            return [unfold(item) for item in value]
        case {"__class__": "Decimal" | "date" | "datetime"}:
            return _typed(value)
        case dict():
            return {name: unfold(item) for name, item in value.items()}
        case _:
            return value


def _typed(value: Row) -> Decimal | date | datetime:
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    try:
        match value["__class__"]:
            case "Decimal":
                return Decimal(value["decimal"])
            case "date":
                return date(*(value[part] for part in parts[:3]))
            case _:
                return datetime(*(value[part] for part in parts))  # noqa: DTZ001
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise Unreadable("a typed value in the answer is malformed") from None


def stamp(instant: datetime) -> Row:
    """Tryton's typed JSON of an instant on the server's own clock, for a domain."""
    return {
        "__class__": "datetime", "year": instant.year, "month": instant.month,
        "day": instant.day, "hour": instant.hour, "minute": instant.minute,
        "second": instant.second, "microsecond": instant.microsecond,
    }  # fmt: skip


def typed_date(day: date) -> Row:
    """Tryton's typed JSON of a day."""
    return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}


def typed_amount(amount: Decimal) -> Row:
    """Tryton's typed JSON of an amount."""
    return {"__class__": "Decimal", "decimal": str(amount)}


def _packed(value: object) -> str:
    return urlsafe_b64encode(write_json(value)).decode()

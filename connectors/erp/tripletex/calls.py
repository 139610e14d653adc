"""Tripletex's REST API 2: lists page by page and single objects, under the session of the hub.

Source: the vendor's OpenAPI 2.72.00 (its introduction on authentication, fields, rate limiting,
envelopes and status codes). A list answers ``{"values": [...]}``, an object ``{"value": {...}}``;
an error has neither. Objects and fields that the token may not see are left out silently.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.bearer import with_token
from connectors.bounds import by_halves
from connectors.contract import Connection
from connectors.erp.tripletex.config import Config
from connectors.http import LONGEST_WAIT, Answer, Door, raise_for
from connectors.json_calls import door_to, rows_of
from connectors.json_door import read_json
from connectors.server_clock import said_at
from shared.errors import Retry, Unreadable

Row = dict[str, Any]
Params = Mapping[str, str]
ROOT = "/v2"
# What one question asks for: as many bare records as the API gives, or as many ids as fit in an
# address.
MANY = 1000
CHUNK = 100
# Required by ``GET /invoice`` even where ids are asked for.
ALWAYS = {"invoiceDateFrom": "1990-01-01", "invoiceDateTo": "2100-01-01"}
_HIDDEN = "a list says that it has records and shows none"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Calls:
    """Reads of one company."""

    def __init__(self, connection: Connection, config: Config, door: Door | None = None) -> None:
        self._door = door or door_to(connection, config.address)
        self._token = connection.token
        self._company = config.client_company

    def answer(self, path: str, params: Params, *, missing: int | None = None) -> Answer:
        """A GET's answer, or one of the status ``missing``.

        Raises ``Retry`` (a 429 waits as long as the limit's own header says), ``Reconnect``,
        ``Refused`` or ``Unreadable``.
        """

        def call(token: str) -> Answer:
            headers = {"authorization": f"Basic {_basic(self._company, token)}"}
            return self._door.call("GET", ROOT + path, params=params, headers=headers)

        found = with_token(self._token, call)
        if found.status != missing:
            judge(found)
        return found

    def one(self, path: str, params: Params) -> Row:
        """A single object. Raises as ``answer``."""
        return value_of(self.answer(path, params))

    def page(self, path: str, params: Params, *, start: int = 0, count: int = MANY) -> list[Row]:
        """At most ``count`` records of a list, from the record ``start`` on, by their ids.

        Raises ``Unreadable`` for an empty page of a list that says it has more: Tripletex hides
        what the token may not see.
        """
        rows, whole = self._listed(path, params, start, count)
        if not rows and whole > start:
            raise Unreadable(_HIDDEN)
        return rows

    def all(self, path: str, params: Params) -> Iterator[Row]:
        """Every record of a list. A page may be shorter than asked for, and more may follow it.

        Raises ``Unreadable`` for an empty first page of a list that says it has records, and for a
        page that is given twice.
        """
        start, last = 0, None
        while True:
            rows, whole = self._listed(path, params, start, MANY)
            if rows and rows[-1]["id"] == last:
                raise Unreadable("a list gives one page again and again")
            last = rows[-1]["id"] if rows else None
            yield from rows
            start += len(rows)
            if not rows or (len(rows) < MANY and start >= whole):
                break
        if not start and whole:
            raise Unreadable(_HIDDEN)

    def _listed(self, path: str, params: Params, start: int, count: int) -> tuple[list[Row], int]:
        """The records of a page, and how many the whole list says it has (0: it does not say)."""
        own = {"from": str(start), "count": str(count), "sorting": "id"}
        found = read_json(self.answer(path, {**own, **params}).body)
        rows = rows_of(found if isinstance(found, dict) else {}, "values")
        if not all(type(row.get("id")) is int for row in rows):
            raise Unreadable("a record of a list has no number")
        said = found.get("fullResultSize")
        return rows, said if isinstance(said, int) else 0

    def named(self, name: str, ids: Sequence[int], fields: str) -> list[Row]:
        """The invoices whose ``id`` or ``voucherId`` (``name``) is among at most ``CHUNK`` ids."""

        def ask(some: Sequence[int]) -> list[Row]:
            wanted = {**ALWAYS, name: ",".join(map(str, some)), "fields": fields}
            return list(self.all("/invoice", wanted))

        return [row for part in by_halves(ask, ids) for row in part] if ids else []


def value_of(answer: Answer) -> Row:
    """The object of an answer. Raises ``Unreadable``."""
    found = read_json(answer.body)
    value = found.get("value") if isinstance(found, dict) else None
    if not isinstance(value, dict):
        raise Unreadable("the answer holds no object")
    return value


def judge(answer: Answer) -> None:
    """Return for a good answer, raise for any other.

    A 429 has no Retry-After: ``X-Rate-Limit-Reset`` holds the seconds left of the period.
    """
    # Without the server's time, Retry-After dates are cut to the longest wait.
    now = said_at(answer) or _EPOCH
    try:
        raise_for(answer, now=now, expects="anything" if _is_pdf(answer) else "json")
    except Retry as error:
        left = answer.headers.get("x-rate-limit-reset", "").strip()
        if error.throttled and error.after is None and left.isascii() and left.isdigit():
            error.after = min(int(left[:9]), LONGEST_WAIT)
        raise


def _is_pdf(answer: Answer) -> bool:
    return answer.body[:5] == b"%PDF-"


def _basic(company: int, token: str) -> str:
    return b64encode(f"{company}:{token}".encode()).decode()

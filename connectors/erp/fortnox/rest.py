"""Fortnox's API through the HTTP door: one record, one page of a list, one PDF, one change.

Sources: Fortnox's OpenAPI (paths under ``/3``), its pages on parameters, errors and rate limits
(fortnox.se/developer/guides-and-good-to-know), and recorded answers of a third-party client
(github.com/accodeing/fortnox-api): a document that is not there is 404 with an ``ErrorInformation``
inside, an empty list has ``@TotalPages`` 0. Which status bears a missing licence or permission the
pages do not say: the code inside decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from connectors.bearer import with_token
from connectors.contract import Connection
from connectors.contract_erp import MAX_DOCUMENT
from connectors.erp.fortnox.values import Row
from connectors.http import Answer, Door, raise_for
from connectors.json_calls import door_to
from connectors.json_door import read_json, write_json
from connectors.server_clock import said_at
from shared.errors import HubError, Reconnect, Unreadable

# Error codes of fortnox.se/developer/guides-and-good-to-know/errors that only people can mend.
_PEOPLE: Mapping[int, tuple[str, Literal["login", "consent"]]] = {
    2000310: ("Fortnox refuses the access token", "login"),
    2000311: ("Fortnox refuses the access token", "login"),
    2000663: ("the consent lacks a scope, or its user the permission", "consent"),
    2001101: ("the company has no licence for a module that is read", "consent"),
    2001103: ("the company has no licence for integrations", "consent"),
}
# Without a Date, a Retry-After that is a date is cut to the longest wait.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHORT = "a list is cut short: rows were promised and not given"


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list: its rows, its number, and how many pages and rows there are in all."""

    rows: list[Row]
    page: int
    pages: int
    total: int


class FortnoxRest:
    """One company's interface, under the token that the hub keeps."""

    def __init__(self, connection: Connection, origin: str) -> None:
        self._door = door_to(connection, origin)
        self._large = Door(
            origin, private_targets=connection.private_targets, max_bytes=MAX_DOCUMENT,
            secrets=connection.secrets.values(), meter=connection.meter,
        )  # fmt: skip
        self._token = connection.token
        # Fortnox's wall clock (UTC) as its latest answer gave it.
        self.clock: datetime | None = None

    def record(self, path: str, name: str) -> Row | None:
        """The record under ``name`` at ``path``; None when Fortnox says that it has none.

        Raises ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``.
        """
        answer = self._asked(path, {})
        if answer.status == 404 and _code(answer) is not None:
            return None
        found = self._judged(answer).get(name)
        if not isinstance(found, dict):
            raise Unreadable("an answer is not the record that was asked for")
        return found

    def page(
        self, path: str, name: str, params: Mapping[str, str], page: int, limit: int
    ) -> Listed:
        """A page of a list; raises as ``record``, and ``Unreadable`` for one that is cut short."""
        asked = {**params, "page": str(page), "limit": str(limit)}
        said = self._judged(self._asked(path, asked))
        about, rows = said.get("MetaInformation"), said.get(name)
        if not isinstance(about, dict) or not isinstance(rows, list):
            raise Unreadable("an answer is not the list that was asked for")
        if not all(isinstance(row, dict) for row in rows):
            raise Unreadable("a list did not answer with records")
        numbers = [about.get(f"@{one}") for one in ("CurrentPage", "TotalPages", "TotalResources")]
        if not all(isinstance(one, int) and one >= 0 for one in numbers):
            raise Unreadable("a list does not say how long it is")
        current, pages, total = (int(str(one)) for one in numbers)
        _whole(len(rows), (current, page), pages, total)
        return Listed(rows, page, pages, total)

    def pdf(self, path: str) -> bytes | None:
        """The PDF at ``path``, None when there is no such document; raises as ``record``."""
        answer = with_token(
            self._token,
            lambda token: self._large.call("GET", path, headers=_headers(token, "application/pdf")),
        )
        if answer.status == 404 and _code(answer) is not None:
            return None
        _people(answer)
        raise_for(answer, now=self.clock or _EPOCH)
        if not answer.body.startswith(b"%PDF-"):
            raise Unreadable("what came is no PDF")
        return answer.body

    def change(self, path: str, value: Row) -> None:
        """Send a change (PUT) of the record at ``path``; raises as ``record`` and ``Unanswered``.

        Fortnox answers a change without its content type with error 1000031.
        """
        answer = with_token(
            self._token,
            lambda token: self._door.call(
                "PUT", path, body=write_json(value),
                headers={**_headers(token), "content-type": "application/json"},
            ),
        )  # fmt: skip
        self._judged(answer)

    def _asked(self, path: str, params: Mapping[str, str]) -> Answer:
        answer = with_token(
            self._token,
            lambda token: self._door.call("GET", path, params=params, headers=_headers(token)),
        )
        self.clock = said_at(answer) or self.clock
        return answer

    def _judged(self, answer: Answer) -> Row:
        _people(answer)
        raise_for(answer, now=self.clock or _EPOCH)
        said = read_json(answer.body)
        if not isinstance(said, dict) or "ErrorInformation" in said:
            raise Unreadable("an error came in place of an answer")
        return said


def _whole(rows: int, current: tuple[int, int], pages: int, total: int) -> None:
    """Whether a page is the one that was asked for, with all its rows. Raises ``Unreadable``."""
    given, asked = current
    if asked > max(pages, 1):
        return  # the list has become shorter since the page before
    if given != asked or (rows > 0) != (total > 0) or (total > 0) != (pages > 0):
        raise Unreadable(_SHORT)
    full = asked < pages
    if full and -(-total // rows) != pages:
        raise Unreadable(_SHORT)
    if not full and pages == 1 and rows != total:
        raise Unreadable(_SHORT)


def _people(answer: Answer) -> None:
    """Raise ``Reconnect`` for an error that only people can mend, whatever its status."""
    known = _PEOPLE.get(_code(answer) or 0)
    if known is not None:
        raise Reconnect(known[0], lacks=known[1])


def _code(answer: Answer) -> int | None:
    """The code of the error that an answer holds, 0 for one without a number; None for none."""
    try:
        said = read_json(answer.body) if answer.body[:1] == b"{" else None
    except HubError:
        return None
    inside = said.get("ErrorInformation") if isinstance(said, dict) else None
    if not isinstance(inside, dict):
        return None
    code = inside.get("Code", inside.get("code"))
    return code if isinstance(code, int) else 0


def _headers(token: str, accept: str = "application/json") -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "accept": accept}

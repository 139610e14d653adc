"""Calls of a JSON interface over HTTP: reads that give values, and acts that give receipts.

``JsonCalls`` wraps a ``Door``. A read raises the error that names what to do; an act never guesses:
what may have arrived is ``unknown``, what surely has not is ``retry``, and a refused credential is
``Reconnect``, because the counterpart has looked at nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from connectors.contract import Connection, Receipt
from connectors.failed_acts import receipt_for
from connectors.http import Answer, Door, Method, Unanswered, raise_for, retry_after
from connectors.json_door import read_json, write_json
from shared.errors import HubError, Reconnect, Refused, Retry, Unreadable

# Statuses that say "not now": 408 timeout, 425 too early, 429 too many, 503 unavailable. Behind any
# other 5xx the work may have been done.
_NOT_NOW = frozenset({408, 425, 429, 503})
_CREDENTIAL = frozenset({401, 403})

Json = dict[str, Any]


def door_to(connection: Connection, origin: str) -> Door:
    """The door to a connection's counterpart; none of the connection's secrets shows in errors."""
    return Door(
        origin,
        private_targets=connection.private_targets,
        secrets=connection.secrets.values(),
        meter=connection.meter,
    )


class JsonCalls:
    """One counterpart; ``headers`` are asked before each call (a token may have to be fetched)."""

    def __init__(self, door: Door, headers: Callable[[datetime], Mapping[str, str]]) -> None:
        self._door = door
        self._headers = headers

    def answer(
        self,
        path: str,
        *,
        now: datetime,
        params: Mapping[str, str] | None = None,
        missing: Literal[404] | None = None,
    ) -> Answer:
        """A GET's answer: a good one, or one of the status ``missing``.

        Raises ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``.
        """
        found = self._door.call("GET", path, params=params, headers=self._headers(now))
        if found.status != missing:
            raise_for(found, now=now)
        return found

    def read(self, path: str, *, now: datetime, params: Mapping[str, str] | None = None) -> Any:
        """The value of a GET; raises as ``answer``."""
        return read_json(self.answer(path, now=now, params=params).body)

    def act(
        self,
        method: Method,
        path: str,
        value: object,
        *,
        now: datetime,
        headers: Mapping[str, str] | None = None,
    ) -> Answer | Receipt:
        """Send ``value`` once: the counterpart's own answer (2xx or 4xx), or what is known of it.

        Raises ``Reconnect`` when the credential is refused.
        """
        body = write_json(value)
        try:
            own = {"content-type": "application/json", **self._headers(now), **(headers or {})}
        except Retry as error:
            return Receipt(outcome="retry", code="no_token", after=error.after)
        except (Refused, Unreadable):
            return Receipt(outcome="retry", code="no_token")
        try:
            answer = self._door.call(method, path, headers=own, body=body)
        except (Unanswered, Unreadable, Refused) as error:
            return receipt_for(error)
        return _unfit(answer, now) or answer


def _unfit(answer: Answer, now: datetime) -> Receipt | None:
    """The receipt of an answer that is not the counterpart's word on the act itself."""
    status, code = answer.status, f"http_{answer.status}"
    if status in _CREDENTIAL:
        raise Reconnect("the partner refuses our credential")
    if status in _NOT_NOW:
        return Receipt(outcome="retry", code=code, after=retry_after(answer, now=now))
    if status // 100 == 2 and answer.body.lstrip()[:1] == b"<":
        # A login or maintenance page answers 200 to everything; it has stored nothing.
        return Receipt(outcome="retry", code="web_page")
    if status // 100 == 3:
        return Receipt(outcome="rejected", code="redirect")
    return None if status // 100 in {2, 4} else Receipt(outcome="unknown", code=code)


def body_of(answer: Answer) -> Json:
    """The JSON object of an answer; empty when it holds none (an act's answer may be bare)."""
    try:
        value = read_json(answer.body) if answer.body else {}
    except Unreadable:
        return {}
    return value if isinstance(value, dict) else {}


def rows_of(value: Any, name: str | None = None) -> list[Json]:
    """The records of a list, or of the field ``name`` of an object. Raises ``Unreadable``."""
    found = value.get(name) if name is not None and isinstance(value, dict) else value
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Unreadable("a list did not answer with records")
    return found


def moment(value: object) -> datetime:
    """An instant of an answer, UTC where it says no zone. Raises ``Unreadable``."""
    try:
        found = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Unreadable("an instant is missing or malformed") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def refusal(answer: Answer, *, invalid: Collection[int] = ()) -> Receipt | None:
    """The receipt of an act that a 4xx refuses; ``invalid``: statuses that blame what was sent."""
    if answer.status // 100 != 4:
        return None
    code = "SCHEMA_INVALID" if answer.status in invalid else f"http_{answer.status}"
    return Receipt(outcome="rejected", code=code)


def in_turn(acts: Iterable[Receipt]) -> Receipt | None:
    """The first receipt of acts that are done one after another; None when there are none.

    One that is not taken ends them: its receipt, or ``partly_sent`` after others that were taken,
    for a person must see to it.
    """
    first: Receipt | None = None
    for receipt in acts:
        if receipt.outcome not in {"received", "accepted"}:
            partly = Receipt(outcome="unknown", code="partly_sent")
            return receipt if first is None else partly
        first = first or receipt
    return first


def before(found: Receipt) -> Receipt:
    """What a question before an act says of the act: one that was lost has sent nothing."""
    return Receipt(outcome="retry", code=found.code) if found.outcome == "unknown" else found


def asked(call: Callable[[], Receipt]) -> Receipt:
    """A query's receipt: what keeps the counterpart from answering says nothing about the case."""
    try:
        return call()
    except Retry as error:
        return Receipt(outcome="retry", code="unanswered", after=error.after)
    except (Unreadable, Refused):
        return Receipt(outcome="unknown", code="unreadable")


def looked(read: Callable[[], object]) -> str:
    """What a connection test makes of a read: empty when it went well, else what to do."""
    try:
        read()
    except Reconnect:
        return "The credential is refused: enter a new one."
    except Retry:
        return "The partner does not answer now: try again later."
    except HubError:
        return "What answers is not the partner's interface: check the settings."
    return ""

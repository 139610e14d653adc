"""Stripe's REST API: one resource or list at a time, of a pinned version, through the HTTP door.

Source: docs.stripe.com/api (authentication, errors, expanding, pagination, idempotent requests,
versioning). Reads are GETs with a query; writes are form-encoded under an ``Idempotency-Key`` that
Stripe honours for at least 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connectors.http import Answer, Door, raise_for
from connectors.json_door import read_json
from shared.errors import Retry, Unreadable

Row = dict[str, Any]

# Every answer has the shape of this version, whatever the account's own default is.
VERSION = "2024-09-30.acacia"
PAGE = 100
# 409: the same key is at work in another request, or an object is locked. Both pass by.
_OVERRIDES = {409: Retry, 424: Retry}
# Retry-After is in seconds here; a date would be cut to the longest wait.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No account's list of one poll is longer; a server that never ends is not followed for ever.
_MOST_PAGES = 1_000


class StripeRest:
    """One account, read and written with one key."""

    def __init__(self, door: Door, key: str) -> None:
        self._door = door
        self._headers = {"Authorization": f"Bearer {key}", "Stripe-Version": VERSION}

    def get(self, path: str, *, expand: Sequence[str] = (), **query: str) -> Row:
        """One resource. Raises ``Retry``, ``Reconnect``, ``Refused`` or ``Unreadable``."""
        pairs = [*query.items(), *(("expand[]", one) for one in expand)]
        tail = f"?{urlencode(pairs)}" if pairs else ""
        return _object(self._door.call("GET", path + tail, headers=self._headers))

    def post(self, path: str, form: Mapping[str, str], *, key: str) -> Row:
        """One write under an idempotency key; raises as ``get``."""
        answer = self._door.call(
            "POST",
            path,
            headers={
                **self._headers,
                "Content-Type": "application/x-www-form-urlencoded",
                "Idempotency-Key": key,
            },
            body=urlencode(form).encode(),
        )
        return _object(answer)

    def pages(
        self, path: str, query: Sequence[tuple[str, str]] = (), *, expand: Sequence[str] = ()
    ) -> Iterator[list[Row]]:
        """The pages of a list, newest first as Stripe gives them."""
        after: list[tuple[str, str]] = []
        expanded = [("expand[]", one) for one in expand]
        for _ in range(_MOST_PAGES):
            asked = urlencode([*query, ("limit", str(PAGE)), *expanded, *after])
            found = self.get(f"{path}?{asked}")
            rows = found.get("data")
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise Unreadable("a list did not answer with records")
            yield rows
            if not found.get("has_more"):
                return
            last = rows[-1].get("id") if rows else None
            if not isinstance(last, str):
                raise Unreadable("a list has more and does not say after what")
            after = [("starting_after", last)]
        raise Unreadable("a list does not end")


def _object(answer: Answer) -> Row:
    raise_for(answer, now=_EPOCH, overrides=_OVERRIDES)
    value = read_json(answer.body)
    if not isinstance(value, dict) or "error" in value:
        raise Unreadable("the answer is not the object that was asked for")
    return value

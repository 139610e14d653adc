"""Tryton's JSON-RPC as a person's client speaks it: log in, call a method, typed JSON both ways.

Source: trytond 8.2 ``protocols/dispatcher.py`` and ``protocols/jsonrpc.py``. Decimals, dates and
datetimes travel as ``{"__class__": ...}`` objects; an error is a list under ``error`` whose first
word is the kind (``UserError``, ``UserWarning``, ``LoginException``).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import requests

TIMEOUT = 300
# Of a user's preferences only those that belong in the context; an empty context for the question.
_CONTEXT_ONLY: tuple[bool, dict[str, Any]] = (True, {})


class ErpError(Exception):
    """Tryton refused a call; ``kind`` is its word, ``name`` a warning's key."""

    def __init__(self, kind: str, name: str = "", sentence: str = "") -> None:
        super().__init__(f"{kind}: {sentence or name}")
        self.kind = kind
        self.name = name


class Rpc:
    """One user's session on one database. ``url`` is ``http://host:port``."""

    def __init__(self, url: str, database: str, user: str, password: str) -> None:
        self._endpoint = f"{url}/{database}/rpc/"
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Content-Type"] = "application/json"
        parameters = {"password": password}
        self.user_id, session, *_ = self.call("common.db.login", user, parameters)
        token = base64.b64encode(f"{user}:{self.user_id}:{session}".encode()).decode()
        self._http.headers["Authorization"] = f"Session {token}"
        self.context: dict[str, Any] = self.call("model.res.user.get_preferences", *_CONTEXT_ONLY)

    def call(self, method: str, *params: Any) -> Any:
        """Call ``method``; raises ErpError when Tryton refuses, requests' errors otherwise."""
        body = json.dumps({"id": 1, "method": method, "params": params}, default=_encode)
        answer = self._http.post(self._endpoint, data=body, timeout=TIMEOUT)
        answer.raise_for_status()
        payload = json.loads(answer.text, object_hook=decode, parse_float=Decimal)
        if "error" in payload:
            raise _error(payload["error"])
        return payload["result"]

    def model(self, name: str, method: str, *params: Any, context: Any = None) -> Any:
        """Call a model's method with the user's context (company, language) as last argument."""
        return self.call(f"model.{name}.{method}", *params, {**self.context, **(context or {})})

    def find(self, name: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        """All records that match ``domain``, with the given fields."""
        rows: list[dict[str, Any]] = self.model(
            name, "search_read", domain, 0, None, [["id", "ASC"]], list(fields)
        )
        return rows

    def close(self) -> None:
        """Drop the connection; the session ends by itself."""
        self._http.close()


def _error(parts: list[Any]) -> ErpError:
    kind = str(parts[0])
    detail = parts[1] if len(parts) > 1 and isinstance(parts[1], list) else []
    if kind == "UserWarning":
        return ErpError(kind, str(detail[0]), str(detail[1]))
    return ErpError(kind, sentence=str(detail[0]) if detail else "")


def _encode(value: object) -> Mapping[str, Any]:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, datetime):
        parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return {"__class__": "datetime", **{part: getattr(value, part) for part in parts}}
    if isinstance(value, date):
        return {
            "__class__": "date", "year": value.year, "month": value.month, "day": value.day,
        }  # fmt: skip
    raise TypeError(f"no JSON form for {type(value).__name__}")


def decode(value: dict[str, Any]) -> Any:
    """Turn one typed object of Tryton into the Python value; other objects stay dicts."""
    kind = value.get("__class__")
    if kind == "Decimal":
        return Decimal(value["decimal"])
    if kind == "date":
        return date(value["year"], value["month"], value["day"])
    if kind == "datetime":
        parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return datetime(*(value[part] for part in parts))  # noqa: DTZ001
    if kind == "timedelta":
        return timedelta(seconds=float(value["seconds"]))
    return value

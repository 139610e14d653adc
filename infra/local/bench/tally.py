"""Counts what clients ask of AWS in this process: calls, rows written by kind, rows read."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Count:
    """What one piece of work asked of AWS.

    ``calls`` by ``service:Operation``; ``written`` are rows by the kind in their key (``CASE``,
    ``INV``, ...) and objects (``S3``); ``read`` are the rows that came back; ``bodies`` are what
    executions were started with, ``messages`` what queues were sent (queue's URL, body), in order;
    ``cpu`` are the SDK's own CPU seconds.
    """

    calls: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    read: int = 0
    bodies: list[str] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)
    cpu: float = 0.0

    @property
    def rows_written(self) -> int:
        """All durable writes."""
        return sum(self.written.values())

    def of(self, service: str) -> int:
        """How many calls went to a service."""
        return sum(n for name, n in self.calls.items() if name.startswith(f"{service}:"))

    def __add__(self, other: Count) -> Count:
        return Count(
            self.calls + other.calls,
            self.written + other.written,
            self.read + other.read,
            self.bodies + other.bodies,
            self.messages + other.messages,
            self.cpu + other.cpu,
        )


class Tally:
    """Listens to every client of a boto3 session that is made after it."""

    def __init__(self, session: Any) -> None:
        self._count = Count()
        self._begun = 0.0
        session.events.register("provide-client-params", self._asked)
        session.events.register("after-call", self._answered)

    def take(self) -> Count:
        """What was counted since the last time."""
        taken, self._count = self._count, Count()
        return taken

    def _asked(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        self._begun = time.thread_time()
        name = model.name
        self._count.calls[f"{model.service_model.service_name}:{name}"] += 1
        for kind in written(name, params):
            self._count.written[kind] += 1
        if name == "StartExecution":
            self._count.bodies.append(params["input"])
        for entry in params.get("Entries", ()) if name == "SendMessageBatch" else ():
            self._count.messages.append((params["QueueUrl"], entry["MessageBody"]))

    def _answered(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if model.service_model.service_name == "dynamodb":
            self._count.read += rows_read(model.name, parsed)
        self._count.cpu += time.thread_time() - self._begun


def written(operation: str, params: Mapping[str, Any]) -> list[str]:
    """The kind of each row or object that a call writes."""
    match operation:
        case "PutItem":
            return [_kind(params["Item"])]
        case "UpdateItem" | "DeleteItem":
            return [_kind(params["Key"])]
        case "BatchWriteItem":
            requests = [one for many in params["RequestItems"].values() for one in many]
            return [_kind(next(iter(one.values()))["Item"]) for one in requests]
        case "TransactWriteItems":
            actions = [next(iter(one.items())) for one in params["TransactItems"]]
            return [
                _kind(body.get("Item") or body["Key"])
                for action, body in actions
                if action != "ConditionCheck"
            ]
        case "PutObject":
            return ["S3"]
        case _:
            return []


def rows_read(operation: str, answer: Mapping[str, Any]) -> int:
    """How many rows a DynamoDB call brought back."""
    match operation:
        case "GetItem":
            return 1 if "Item" in answer else 0
        case "Query":
            return len(answer.get("Items", ()))
        case "BatchGetItem":
            found: Mapping[str, Sequence[Any]] = answer.get("Responses", {})
            return sum(len(rows) for rows in found.values())
        case _:
            return 0


def _kind(item: Mapping[str, Any]) -> str:
    """The third part of a partition key: ``T#<tenant>#<kind>#...``."""
    key = item["pk"]
    text = key["S"] if isinstance(key, dict) else str(key)
    return text.split("#")[2]

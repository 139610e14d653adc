"""A DynamoDB table in memory, behind the real client: every call is checked and serialised as ever.

``MemoryTable().serve(client)`` answers the calls of a boto3 client before they leave the process:
items, queries of the table and its two indexes, batches, conditions and transactions, all
serialised under one lock. What AWS refuses is refused with AWS's codes. ``tests/local`` holds the
answers against the embedded stack's. It knows nothing of capacity, time to live, and streams.
"""

from __future__ import annotations

import json
import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.local.memory_expressions import Item, Typed, changed, condition
from infra.local.memory_items import (
    INDEXES,
    Failure,
    Place,
    judge,
    key_of,
    mark,
    places,
    shown,
    size,
)

# "Service, account, and table quotas in Amazon DynamoDB".
_TRANSACTION_ITEMS = 100
_PAGE_BYTES = 1024 * 1024
_BATCH_GET = 100
_BATCH_WRITE = 25

Params = Mapping[str, Any]


class _Http:
    """What botocore reads of a response beside its parsed body."""

    def __init__(self, status: int) -> None:
        self.status_code = status
        self.headers: dict[str, str] = {}


class MemoryTable:
    """One table: rows by key, and the two sparse indexes, always as of the last write.

    A call that names another than ``name`` finds no table.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.RLock()
        self._rows: dict[str, dict[str, Item]] = {}
        self._order: dict[str, list[str]] = {}
        self._places: dict[tuple[str, str], list[Place]] = {}

    def serve(self, client: Any) -> None:
        """Answer every call that this client makes from now on."""
        once = f"memory-table-{id(self)}"
        client.meta.events.register_last("before-call.dynamodb", self._answer, unique_id=once)

    def clear(self) -> None:
        """Forget every row."""
        with self._lock:
            self._rows.clear()
            self._order.clear()
            self._places.clear()

    def rows(self) -> Iterator[Item]:
        """Every row, by partition and order."""
        with self._lock:
            for pk in sorted(self._rows):
                for sk in self._order[pk]:
                    yield dict(self._rows[pk][sk])

    def _answer(self, model: Any, params: Params, **_: Any) -> tuple[_Http, dict[str, Any]]:
        asked = json.loads(params["body"])
        with self._lock:
            try:
                return _Http(200), self._done(model.name, asked)
            except Failure as failure:
                said: dict[str, Any] = {"Error": {"Code": failure.code, "Message": failure.code}}
                if failure.reasons is not None:
                    said["CancellationReasons"] = failure.reasons
                return _Http(400), said

    def _done(self, operation: str, asked: Params) -> dict[str, Any]:
        if set(_tables(asked)) != {self._name}:
            raise Failure("ResourceNotFoundException")
        return _OPERATIONS[operation](self, asked)

    # -- reading

    def _find(self, key: Item) -> Item:
        pk, sk = key_of(key)
        return self._rows.get(pk, {}).get(sk, {})

    def _get_item(self, asked: Params) -> dict[str, Any]:
        found = self._find(asked["Key"])
        return {"Item": dict(found)} if found else {}

    def _batch_get_item(self, asked: Params) -> dict[str, Any]:
        ((table, wanted),) = asked["RequestItems"].items()
        keys = [key_of(key) for key in wanted["Keys"]]
        if len(keys) > _BATCH_GET or len(set(keys)) < len(keys):
            raise Failure("ValidationException")
        found = (self._find(key) for key in wanted["Keys"])
        return {"Responses": {table: [dict(one) for one in found if one]}, "UnprocessedKeys": {}}

    def _scan(self, _: Params) -> dict[str, Any]:
        return {"Items": list(self.rows())}

    def _query(self, asked: Params) -> dict[str, Any]:
        index = asked.get("IndexName")
        holds = condition(asked["KeyConditionExpression"])
        names, values = (
            asked.get("ExpressionAttributeNames", {}),
            asked["ExpressionAttributeValues"],
        )
        candidates = self._of_index(asked) if index else self._of_partition(asked)
        limit = asked.get("Limit", 0)
        items: list[Item] = []
        held = 0
        for item in candidates:
            if not holds(item, names, values):
                continue
            items.append(shown(item, index))
            held += size(item)
            if len(items) == limit or held >= _PAGE_BYTES:
                return {"Items": items, "LastEvaluatedKey": mark(item, index)}
        return {"Items": items}

    def _of_partition(self, asked: Params) -> Iterator[Item]:
        """The rows of one partition, from the lowest sort key that the condition lets in."""
        values = asked["ExpressionAttributeValues"]
        pk = values[":pk"]["S"]
        order = self._order.get(pk, [])
        start = bisect_left(order, values[":low"]["S"]) if ":low" in values else 0
        if "ExclusiveStartKey" in asked:
            start = bisect_right(order, asked["ExclusiveStartKey"]["sk"]["S"])
        end = bisect_right(order, values[":high"]["S"]) if ":high" in values else len(order)
        rows = self._rows.get(pk, {})
        return (rows[sk] for sk in order[start:end])

    def _of_index(self, asked: Params) -> Iterator[Item]:
        index = asked["IndexName"]
        _, order, _ = INDEXES[index]
        shelf = self._places.get((index, asked["ExpressionAttributeValues"][":p"]["S"]), [])
        start = 0
        if "ExclusiveStartKey" in asked:
            last = asked["ExclusiveStartKey"]
            start = bisect_right(shelf, (last[order]["S"], last["pk"]["S"], last["sk"]["S"]))
        return (self._rows[pk][sk] for _, pk, sk in shelf[start:])

    # -- writing

    def _put_item(self, asked: Params) -> dict[str, Any]:
        self._check(asked, asked["Item"])
        self._put(asked["Item"])
        return {}

    def _update_item(self, asked: Params) -> dict[str, Any]:
        self._check(asked, asked["Key"])
        after = self._updated(asked)
        self._put(after)
        return {"Attributes": dict(after)} if asked.get("ReturnValues") == "ALL_NEW" else {}

    def _delete_item(self, asked: Params) -> dict[str, Any]:
        self._check(asked, asked["Key"])
        self._delete(asked["Key"])
        return {}

    def _batch_write_item(self, asked: Params) -> dict[str, Any]:
        ((_, writes),) = asked["RequestItems"].items()
        keys = [key_of(one["PutRequest"]["Item"] if "PutRequest" in one
                     else one["DeleteRequest"]["Key"]) for one in writes]  # fmt: skip
        if len(keys) > _BATCH_WRITE or len(set(keys)) < len(keys):
            raise Failure("ValidationException")
        for write in writes:
            if "PutRequest" in write:
                self._put(write["PutRequest"]["Item"])
            else:
                self._delete(write["DeleteRequest"]["Key"])
        return {"UnprocessedItems": {}}

    def _transact_write_items(self, asked: Params) -> dict[str, Any]:
        """All or none: every condition is read before anything is written."""
        writes = [next(iter(one.items())) for one in asked["TransactItems"]]
        keys = [key_of(one.get("Item") or one["Key"]) for _, one in writes]
        if len(keys) > _TRANSACTION_ITEMS or len(set(keys)) < len(keys):
            raise Failure("ValidationException")
        reasons = [self._reason(one) for _, one in writes]
        if any(one["Code"] != "None" for one in reasons):
            raise Failure("TransactionCanceledException", reasons)
        made = [self._made(kind, one) for kind, one in writes]
        for item in made:
            if item is not None:
                judge(item)
        for (kind, one), item in zip(writes, made, strict=True):
            if item is not None:
                self._put(item)
            elif kind == "Delete":
                self._delete(one["Key"])
        return {}

    def _made(self, kind: str, asked: Params) -> Item | None:
        match kind:
            case "Put":
                return dict(asked["Item"])
            case "Update":
                return self._updated(asked)
            case _:
                return None

    def _reason(self, asked: Params) -> dict[str, Any]:
        if self._holds(asked, asked.get("Item") or asked["Key"]):
            return {"Code": "None"}
        return {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}

    def _check(self, asked: Params, key: Item) -> None:
        if not self._holds(asked, key):
            raise Failure("ConditionalCheckFailedException")

    def _holds(self, asked: Params, key: Item) -> bool:
        text = asked.get("ConditionExpression")
        if not text:
            return True
        names, values = _bound(asked)
        return condition(text)(self._find(key), names, values)

    def _updated(self, asked: Params) -> Item:
        names, values = _bound(asked)
        before = self._find(asked["Key"]) or dict(asked["Key"])
        return changed(before, asked["UpdateExpression"], names, values)

    def _put(self, item: Item) -> None:
        judge(item)
        pk, sk = key_of(item)
        self._unplace(self._find(item))
        if sk not in self._rows.setdefault(pk, {}):
            insort(self._order.setdefault(pk, []), sk)
        self._rows[pk][sk] = dict(item)
        for shelf, place in places(item):
            insort(self._places.setdefault(shelf, []), place)

    def _delete(self, key: Item) -> None:
        pk, sk = key_of(key)
        gone = self._rows.get(pk, {}).pop(sk, None)
        if gone is not None:
            self._order[pk].remove(sk)
            self._unplace(gone)

    def _unplace(self, item: Item) -> None:
        for shelf, place in places(item):
            self._places[shelf].remove(place)


def _tables(asked: Params) -> Iterator[str]:
    """Every table that a call names."""
    if "TableName" in asked:
        yield asked["TableName"]
    yield from asked.get("RequestItems", ())
    for one in asked.get("TransactItems", ()):
        yield from (write["TableName"] for write in one.values())


def _bound(asked: Params) -> tuple[Mapping[str, str], Mapping[str, Typed]]:
    return asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})


_OPERATIONS: dict[str, Callable[[MemoryTable, Params], dict[str, Any]]] = {
    "GetItem": MemoryTable._get_item,
    "BatchGetItem": MemoryTable._batch_get_item,
    "Query": MemoryTable._query,
    "Scan": MemoryTable._scan,
    "PutItem": MemoryTable._put_item,
    "UpdateItem": MemoryTable._update_item,
    "DeleteItem": MemoryTable._delete_item,
    "BatchWriteItem": MemoryTable._batch_write_item,
    "TransactWriteItems": MemoryTable._transact_write_items,
}

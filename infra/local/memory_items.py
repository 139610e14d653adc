"""An item of the table in memory: keys, places in the indexes, size, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from infra.local.memory_expressions import Item

# Index -> (partition, order, what else it shows); as in infra/data.yaml.
INDEXES = {
    "due": ("due_shard", "due_at", ("conn", "gated")),
    "listing": ("list_in", "list_id", ()),
}
_KEY_FIELDS = ("pk", "sk", "due_shard", "due_at", "list_in", "list_id")
# "Service, account, and table quotas in Amazon DynamoDB".
_ITEM_BYTES = 400 * 1024

Key = tuple[str, str]
# An index orders its rows by its own range key, then by the table's keys.
Place = tuple[str, str, str]


class Failure(Exception):
    """What the service would refuse: its code, and one more code per item of a transaction."""

    def __init__(self, code: str, reasons: list[dict[str, Any]] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.reasons = reasons


def key_of(item: Item) -> Key:
    """An item's keys."""
    return item["pk"]["S"], item["sk"]["S"]


def places(item: Item) -> Iterator[tuple[tuple[str, str], Place]]:
    """Where an item stands in each index; one without both of an index's keys is not in it."""
    if not item:
        return
    pk, sk = key_of(item)
    for index, (partition, order, _) in INDEXES.items():
        if partition in item and order in item:
            yield (index, item[partition]["S"]), (item[order]["S"], pk, sk)


def shown(item: Item, index: str | None) -> Item:
    """What a query shows of an item: all of it, or what an index projects."""
    if index is None:
        return dict(item)
    partition, order, more = INDEXES[index]
    return _only(item, ("pk", "sk", partition, order, *more))


def mark(item: Item, index: str | None) -> Item:
    """Where the next page goes on, after an item."""
    return _only(item, ("pk", "sk", *INDEXES[index][:2]) if index else ("pk", "sk"))


def _only(item: Item, fields: Iterable[str]) -> Item:
    return {field: item[field] for field in fields if field in item}


def judge(item: Item) -> None:
    """Raise what AWS says of a key that is empty or no text, and of an item that is too large."""
    for field in _KEY_FIELDS:
        if field in item and not item[field].get("S"):
            raise Failure("ValidationException")
    if size(item) > _ITEM_BYTES:
        raise Failure("ValidationException")


def size(item: Item) -> int:
    """An item's size, as AWS counts it: names and values in UTF-8."""
    return sum(
        len(field.encode()) + len(str(next(iter(typed.values()))).encode())
        for field, typed in item.items()
    )

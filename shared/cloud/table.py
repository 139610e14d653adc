"""The DynamoDB table: typed rows in, typed rows out, and its errors as ours."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from shared.cloud import staging
from shared.errors import Conflict, Retry

if TYPE_CHECKING:
    from shared.cloud.keys import Key

Row = dict[str, Any]
Write = dict[str, Any]

_BATCH_GET = 100
_BATCH_WRITE = 25
_THROTTLES = {
    "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded",
    "InternalServerError", "TransactionInProgressException",
}  # fmt: skip


@lru_cache(maxsize=1)
def client() -> Any:
    """The one DynamoDB client of this process, made when first needed."""
    import boto3
    from botocore.config import Config

    config = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=2)
    return boto3.client("dynamodb", config=config)


def name() -> str:
    """The table's name, from the environment of the function."""
    return os.environ["TABLE"]


def get(key: Key) -> Row | None:
    """One row, strongly consistent, or None."""
    with _Errors():
        answer = client().get_item(TableName=name(), Key=_dump(key), ConsistentRead=True)
    item = answer.get("Item")
    return None if item is None else _load(item)


def batch_get(keys: Sequence[Key]) -> dict[tuple[str, str], Row]:
    """The rows that exist among ``keys``, strongly consistent, by (pk, sk)."""
    rows: dict[tuple[str, str], Row] = {}
    distinct = list({(key["pk"], key["sk"]): key for key in keys}.values())
    for start in range(0, len(distinct), _BATCH_GET):
        want: Any = {
            name(): {
                "Keys": [_dump(key) for key in distinct[start : start + _BATCH_GET]],
                "ConsistentRead": True,
            }
        }
        for _ in range(8):
            with _Errors():
                answer = client().batch_get_item(RequestItems=want)
            for item in answer["Responses"].get(name(), []):
                row = _load(item)
                rows[row["pk"], row["sk"]] = row
            want = answer.get("UnprocessedKeys")
            if not want:
                break
        else:
            raise Retry("the table left keys of a batch unread")
    return rows


def query(pk: str, low: str, high: str, *, limit: int | None = None) -> list[Row]:
    """The rows of a partition with ``low <= sk <= high``, in order, strongly consistent."""
    rows: list[Row] = []
    more: dict[str, Any] = {}
    while True:
        with _Errors():
            answer = client().query(
                TableName=name(),
                KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
                ExpressionAttributeValues=_dump({":pk": pk, ":low": low, ":high": high}),
                ConsistentRead=True,
                **({"Limit": limit} if limit else {}),
                **more,
            )
        rows.extend(_load(item) for item in answer["Items"])
        if "LastEvaluatedKey" not in answer or (limit and len(rows) >= limit):
            return rows
        more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def query_index(
    index: Literal["due", "listing"],
    partition: str,
    upto: str | None = None,
    *,
    limit: int,
    after: Row | None = None,
) -> tuple[list[Row], Row | None]:
    """One page of an index partition (keys only) and where to go on; eventually consistent.

    For ``due`` the page is in order of ``due_at`` and ends at ``upto``; for ``listing`` it is in
    order of the row's id.
    """
    hash_name, range_name = {"due": ("due_shard", "due_at"), "listing": ("list_in", "list_id")}[
        index
    ]
    condition = f"{hash_name} = :p" + (f" AND {range_name} <= :u" if upto else "")
    values = {":p": partition} | ({":u": upto} if upto else {})
    with _Errors():
        answer = client().query(
            TableName=name(),
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=_dump(values),
            Limit=limit,
            **({"ExclusiveStartKey": _dump(after)} if after else {}),
        )
    last = answer.get("LastEvaluatedKey")
    return [_load(item) for item in answer["Items"]], _load(last) if last else None


def update(
    key: Key,
    *,
    set_: Mapping[str, Any] | None = None,
    add: Mapping[str, int] | None = None,
    remove: Iterable[str] = (),
    condition: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> Row:
    """One conditional update; the row as it is afterwards. Raises ``Conflict``.

    A condition names its fields with ``#`` (``#version = :seen``) or plainly where the name is not
    reserved.
    """
    staging.wrote()
    with _Errors():
        answer = client().update_item(
            TableName=name(),
            **_update(key, set_ or {}, add or {}, tuple(remove), condition, values or {}),
            ReturnValues="ALL_NEW",
        )
    return _load(answer["Attributes"])


def put(row: Row, *, condition: str | None = None) -> None:
    """One row written whole. Raises ``Conflict`` when ``condition`` does not hold."""
    staging.wrote()
    with _Errors():
        client().put_item(
            TableName=name(),
            Item=_dump(row),
            **({"ConditionExpression": condition} if condition else {}),
        )


def batch_put(rows: Sequence[Row], gone: Sequence[Key] = ()) -> None:
    """Many rows written whole, and those of ``gone`` deleted, 25 a call; keys must differ."""
    staging.wrote()
    wanted = [{"PutRequest": {"Item": _dump(row)}} for row in rows]
    wanted += [{"DeleteRequest": {"Key": _dump(key)}} for key in gone]
    for start in range(0, len(wanted), _BATCH_WRITE):
        want: Any = {name(): wanted[start : start + _BATCH_WRITE]}
        for _ in range(8):
            with _Errors():
                answer = client().batch_write_item(RequestItems=want)
            want = answer.get("UnprocessedItems")
            if not want:
                break
        else:
            raise Retry("the table left rows of a batch unwritten")


def transact(writes: Sequence[Write]) -> None:
    """All writes or none. Raises ``Conflict`` when a condition of any of them does not hold."""
    items = staging.together(writes)
    with _Errors():
        client().transact_write_items(TransactItems=items)
    staging.held()


def put_write(row: Row, *, condition: str | None = "attribute_not_exists(pk)") -> Write:
    """A put as part of a transaction; by default only where nothing is yet."""
    guard = {"ConditionExpression": condition} if condition else {}
    return {"Put": {"TableName": name(), "Item": _dump(row), **guard}}


def delete_write(key: Key) -> Write:
    """A row that goes, as part of a transaction; one that is not there is gone already."""
    return {"Delete": {"TableName": name(), "Key": _dump(key)}}


def absent_write(key: Key, field: str) -> Write:
    """That a row is there without ``field``, as part of a transaction that leaves it as it is.

    An update that removes what is absent: unlike a condition check it needs no right of its own.
    """
    condition = f"attribute_exists(pk) AND attribute_not_exists({field})"
    return update_write(key, remove=(field,), condition=condition)


def update_write(
    key: Key,
    *,
    set_: Mapping[str, Any] | None = None,
    add: Mapping[str, int] | None = None,
    remove: Iterable[str] = (),
    condition: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> Write:
    """An update as part of a transaction."""
    parts = _update(key, set_ or {}, add or {}, tuple(remove), condition, values or {})
    return {"Update": {"TableName": name(), **parts}}


def _update(
    key: Key,
    set_: Mapping[str, Any],
    add: Mapping[str, int],
    remove: tuple[str, ...],
    condition: str | None,
    values: Mapping[str, Any],
) -> Any:
    mentioned = re.findall(r"#(\w+)", condition or "")
    names = {f"#{field}": field for field in (*set_, *add, *remove, *mentioned)}
    bound = {f":s_{field}": value for field, value in set_.items()}
    bound |= {f":a_{field}": value for field, value in add.items()}
    text = ""
    if set_:
        text += "SET " + ", ".join(f"#{field} = :s_{field}" for field in set_)
    if remove:
        text += " REMOVE " + ", ".join(f"#{field}" for field in remove)
    if add:
        text += " ADD " + ", ".join(f"#{field} :a_{field}" for field in add)
    bound |= {f":{field}": value for field, value in values.items()}
    return {
        "Key": _dump(key),
        "UpdateExpression": text.strip(),
        "ExpressionAttributeNames": names,
        **({"ConditionExpression": condition} if condition else {}),
        **({"ExpressionAttributeValues": _dump(bound)} if bound else {}),
    }


def _dump(row: Mapping[str, Any]) -> Any:
    item: dict[str, Any] = {}
    for field, value in row.items():
        match value:
            case None:
                continue
            case bool():
                item[field] = {"BOOL": value}
            case int():
                item[field] = {"N": str(value)}
            case str():
                item[field] = {"S": value}
            case _:
                raise TypeError("a row holds texts, whole numbers and booleans")
    return item


def _load(item: Mapping[str, Any]) -> Row:
    row: Row = {}
    for field, typed in item.items():
        ((kind, value),) = typed.items()
        row[field] = int(value) if kind == "N" else value
    return row


class _Errors:
    """Turns the service's errors into ours; anything unforeseen is a bug and goes through."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        response = getattr(error, "response", None)
        if error is None or not isinstance(response, dict):
            return
        code = response.get("Error", {}).get("Code", "")
        if code == "ConditionalCheckFailedException":
            raise Conflict("the row is not as it was read") from None
        if code == "TransactionCanceledException":
            reasons = {one.get("Code") for one in response.get("CancellationReasons", [])}
            if reasons & {"ConditionalCheckFailed", "TransactionConflict"}:
                raise Conflict("a row of the transaction is not as it was read") from None
            if reasons & {"ThrottlingError", "ProvisionedThroughputExceeded"}:
                raise Retry("the table is throttled") from None
        if code in _THROTTLES:
            raise Retry("the table is throttled") from None

"""The partition keys that a request to DynamoDB names, which a policy may bound its caller to.

``dynamodb:LeadingKeys`` of docs.aws.amazon.com/amazondynamodb/latest/developerguide
(specifying-conditions): the value of the table's partition key, or of the index's for a query of
that index. A transaction tells those of all its items.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

# The name of the partition key of a table, or of one of its indexes; None for an unknown one.
Schema = Callable[[str, str | None], str | None]

_EQUALS = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")


def leading_keys(body: bytes, schema: Schema) -> list[str]:
    """Every partition key in a request's body, in its order; none where it names none."""
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return []
    return list(_found(asked, schema)) if isinstance(asked, dict) else []


def _found(asked: dict[str, Any], schema: Schema) -> Iterator[str]:
    if "KeyConditionExpression" in asked:
        yield from _of_query(asked, schema(asked["TableName"], asked.get("IndexName")))
        return
    for table, part in _parts(asked):
        row = part.get("Key") or part.get("Item") or {}
        name = schema(table, None)
        if name in row:
            yield _text(row[name])


def _parts(asked: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The table of each row that is asked for, and what holds its ``Key`` or ``Item``."""
    if "TransactItems" in asked:
        parts = [part for one in asked["TransactItems"] for part in one.values()]
        yield from ((part["TableName"], part) for part in parts)
    elif "RequestItems" in asked:
        for table, wanted in asked["RequestItems"].items():
            if isinstance(wanted, dict):
                yield from ((table, {"Key": key}) for key in wanted["Keys"])
            else:
                yield from ((table, part) for one in wanted for part in one.values())
    elif "TableName" in asked:
        yield asked["TableName"], asked


def _of_query(asked: dict[str, Any], wanted: str | None) -> Iterator[str]:
    names, values = asked.get("ExpressionAttributeNames", {}), asked["ExpressionAttributeValues"]
    for name, value in _EQUALS.findall(asked["KeyConditionExpression"]):
        if names.get(name, name) == wanted:
            yield _text(values[value])


def _text(value: dict[str, Any]) -> str:
    return str(next(iter(value.values())))

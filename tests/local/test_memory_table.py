"""The table in memory answers as the embedded stack's does: same rows, refusals and order."""

import random

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.memory_expressions import Unsupported, condition
from infra.local.memory_table import MemoryTable

KEYS = [(f"P#{part}", f"S#{number}") for part in "ab" for number in range(4)]
CONDITIONS = (
    "", "attribute_not_exists(pk)", "attribute_exists(pk)", "version = :seen",
    "version = :seen AND attribute_not_exists(#hold)",
    "attribute_not_exists(version) OR version < :seen",
    "version <> :seen", "#hold = :held", "#hold IN (:held, :other) AND version >= :seen",
    "NOT attribute_exists(#hold)",
    "(version = :seen OR #hold = :held) AND attribute_exists(due_at)",
    "version BETWEEN :low AND :seen", "due_at <= :at",
)  # fmt: skip
UPDATES = (
    "SET version = :next", "SET version = :next, #hold = :held REMOVE due_at, due_shard",
    "ADD version :one", "REMOVE #hold", "SET due_shard = :shard, due_at = :at ADD version :one",
    "SET list_in = :shard, list_id = :at",
)  # fmt: skip
VALUES = {
    ":seen": {"N": "2"}, ":low": {"N": "1"}, ":next": {"N": "3"}, ":one": {"N": "1"},
    ":held": {"S": "held"}, ":other": {"S": "other"}, ":at": {"S": "2026-03-02"},
    ":shard": {"S": "shard-1"},
}  # fmt: skip


class Walk:
    """A road of writes and reads, drawn from a seed and taken by two tables alike."""

    def __init__(self, seed, name):
        self.draw = random.Random(seed)  # noqa: S311 - a road, not a secret
        self.name = name

    def key(self):
        pk, sk = self.draw.choice(KEYS)
        return {"pk": {"S": pk}, "sk": {"S": sk}}

    def item(self):
        item = self.key() | {"version": {"N": str(self.draw.randrange(4))}}
        if self.draw.random() < 0.5:
            item |= {
                "due_shard": {"S": "shard-1"},
                "due_at": {"S": f"2026-03-0{self.draw.randrange(1, 5)}"},
            }
        if self.draw.random() < 0.3:
            item |= {
                "hold": {"S": self.draw.choice(("held", "other", "third"))},
                "conn": {"S": "c"},
            }
        return item

    def guard(self, more=()):
        text = self.draw.choice(CONDITIONS)
        words = " ".join((text, *more))
        guarded = {"ConditionExpression": text} if text else {}
        names = {"#hold": "hold"} if "#hold" in words else {}
        values = {name: value for name, value in VALUES.items() if name in _words(words)}
        if names:
            guarded["ExpressionAttributeNames"] = names
        if values:
            guarded["ExpressionAttributeValues"] = values
        return guarded

    def put(self):
        return {"TableName": self.name, "Item": self.item(), **self.guard()}

    def update(self):
        text = self.draw.choice(UPDATES)
        return {
            "TableName": self.name,
            "Key": self.key(),
            "UpdateExpression": text,
            **self.guard((text,)),
        }

    def delete(self):
        return {"TableName": self.name, "Key": self.key(), **self.guard()}

    def transaction(self):
        kinds = {"Put": self.put, "Update": self.update, "Delete": self.delete}
        picked = [self.draw.choice(list(kinds)) for _ in range(self.draw.randrange(1, 4))]
        return {"TransactItems": [{kind: kinds[kind]()} for kind in picked]}

    def query(self):
        low, high = sorted(self.draw.sample(range(6), 2))
        return {
            "TableName": self.name, "ConsistentRead": True,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :low AND :high",
            "ExpressionAttributeValues": {
                ":pk": {"S": "P#a"}, ":low": {"S": f"S#{low}"}, ":high": {"S": f"S#{high}"},
            },
        }  # fmt: skip

    def due(self):
        return {
            "TableName": self.name, "IndexName": "due",
            "KeyConditionExpression": "due_shard = :p AND due_at <= :u",
            "ExpressionAttributeValues": {":p": {"S": "shard-1"}, ":u": {"S": "2026-03-03"}},
        }  # fmt: skip

    def steps(self, count):
        calls = {
            "put_item": self.put,
            "update_item": lambda: self.update() | {"ReturnValues": "ALL_NEW"},
            "delete_item": self.delete, "transact_write_items": self.transaction,
            "get_item": lambda: {"TableName": self.name, "Key": self.key()},
            "query": self.query, "query ": self.due,
        }  # fmt: skip
        for _ in range(count):
            call = self.draw.choice(list(calls))
            yield call.strip(), calls[call]()


def _words(text):
    return set(text.replace("(", " ").replace(")", " ").replace(",", " ").split())


def answer(client, call, params):
    """What a call gives, or how it is refused."""
    try:
        said = getattr(client, call)(**params)
    except ClientError as error:
        reasons = [one["Code"] for one in error.response.get("CancellationReasons", ())]
        return error.response["Error"]["Code"], reasons
    if "Items" in said:
        return ordered(said["Items"])
    return said.get("Item"), said.get("Attributes")


def ordered(items):
    """Rows that share their place in an index have no order among themselves."""
    place = [(one.get("due_at", {}).get("S", ""), one["sk"]["S"], one["pk"]["S"]) for one in items]
    return [item for _, item in sorted(zip(place, items, strict=True), key=lambda pair: pair[0])]


@pytest.fixture
def memory():
    client = boto3.client(
        "dynamodb", region_name="eu-north-1", endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="none", aws_secret_access_key="none",
    )  # fmt: skip
    MemoryTable("table").serve(client)
    return client


def renamed(params, name):
    """The same call of a table with another name."""
    if "TransactItems" in params:
        return {
            "TransactItems": [
                {kind: one | {"TableName": name} for kind, one in write.items()}
                for write in params["TransactItems"]
            ]
        }
    return params | {"TableName": name}


@pytest.mark.stack
@pytest.mark.parametrize("seed", range(3))
def test_any_road_of_writes_and_reads_is_answered_as_by_the_embedded_stack(
    seed, memory, admin, new_table
):
    real, refused = new_table(), 0
    for call, params in Walk(seed, "table").steps(150):
        said = answer(memory, call, params)
        assert said == answer(admin("dynamodb"), call, renamed(params, real)), (call, params)
        refused += isinstance(said, tuple) and isinstance(said[0], str)
    assert refused > 10, "a road without refusals proves little"


def put(memory, pk, sk, **more):
    item = {"pk": {"S": pk}, "sk": {"S": sk}} | {name: {"S": text} for name, text in more.items()}
    memory.put_item(TableName="table", Item=item)


def pages(memory, **more):
    seen, mark = [], {}
    while True:
        said = memory.query(TableName="table", Limit=2, **more, **mark)
        seen.append([one["sk"]["S"] for one in said["Items"]])
        if "LastEvaluatedKey" not in said:
            return seen
        mark = {"ExclusiveStartKey": said["LastEvaluatedKey"]}


def test_pages_of_an_index_go_on_where_they_ended_even_among_equal_places(memory):
    for number in range(5):
        put(memory, "P", f"{number}", due_shard="s", due_at="2026-03-02")
    asked = {
        "IndexName": "due", "KeyConditionExpression": "due_shard = :p",
        "ExpressionAttributeValues": {":p": {"S": "s"}},
    }  # fmt: skip
    assert pages(memory, **asked) == [["0", "1"], ["2", "3"], ["4"]]


def test_an_index_shows_its_keys_and_what_the_template_projects(memory):
    put(memory, "P", "1", due_shard="s", due_at="2026-03-02", conn="erp", secret="x")
    said = memory.query(
        TableName="table", IndexName="due", KeyConditionExpression="due_shard = :p",
        ExpressionAttributeValues={":p": {"S": "s"}},
    )  # fmt: skip
    assert set(said["Items"][0]) == {"pk", "sk", "due_shard", "due_at", "conn"}


@pytest.mark.parametrize("item", [{"due_at": ""}, {"note": "x" * (400 * 1024)}])
def test_an_empty_key_and_a_row_beyond_400_kb_are_refused(memory, item):
    with pytest.raises(ClientError) as error:
        put(memory, "P", "1", **item)
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_a_transaction_writes_nothing_when_one_of_its_rows_is_too_large(memory):
    def write(sk, note):
        item = {"pk": {"S": "P"}, "sk": {"S": sk}, "note": {"S": note}}
        return {"Put": {"TableName": "table", "Item": item}}

    with pytest.raises(ClientError):
        memory.transact_write_items(TransactItems=[write("1", "small"), write("2", "x" * 500_000)])
    assert memory.scan(TableName="table")["Items"] == []


@pytest.mark.parametrize(
    "text", ["size(a) > :one", "begins_with(a, :b)", "a = :b extra", "a", "a = :b AND", "(a = :b"]
)
def test_an_expression_outside_the_subset_is_refused_and_not_guessed_at(text):
    with pytest.raises(Unsupported):
        condition(text)

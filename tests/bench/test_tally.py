"""What is counted as a call, a row written and a row read."""

import boto3
import pytest
from moto import mock_aws

from infra.local.bench.tally import Count, Tally, rows_read, written


def row(kind):
    return {"pk": {"S": f"T#nordic#{kind}#1"}, "sk": {"S": "X"}}


@pytest.mark.parametrize(
    ("operation", "params", "kinds"),
    [
        ("PutItem", {"Item": row("CASE")}, ["CASE"]),
        ("UpdateItem", {"Key": row("INV")}, ["INV"]),
        ("PutObject", {}, ["S3"]),
        ("Query", {}, []),
        (
            "BatchWriteItem",
            {"RequestItems": {"t": [{"PutRequest": {"Item": row(one)}} for one in "AB"]}},
            ["A", "B"],
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"Item": row("OUT")}},
                    {"ConditionCheck": {"Key": row("INV")}},
                    {"Update": {"Key": row("CASE")}},
                ]
            },
            ["OUT", "CASE"],
        ),
    ],
)
def test_each_row_that_a_call_writes_is_counted_by_kind(operation, params, kinds):
    assert written(operation, params) == kinds


def test_rows_read_are_those_that_came_back():
    assert rows_read("GetItem", {}) == 0
    assert rows_read("GetItem", {"Item": row("CASE")}) == 1
    assert rows_read("Query", {"Items": [1, 2]}) == 2
    assert rows_read("BatchGetItem", {"Responses": {"t": [1], "u": [2, 3]}}) == 3
    assert rows_read("TransactWriteItems", {}) == 0


def test_counts_add_up():
    one, two = Count(read=1), Count(read=2)
    one.calls["dynamodb:Query"] = two.calls["dynamodb:Query"] = 1
    two.calls["sqs:SendMessageBatch"] = 1
    two.written["CASE"] = 3

    both = one + two

    assert (both.of("dynamodb"), both.of("sqs"), both.rows_written, both.read) == (2, 1, 3, 3)


def test_a_tally_hears_the_clients_of_its_session(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    session = boto3.Session(region_name="eu-north-1")
    tally = Tally(session)
    with mock_aws():
        queues = session.client("sqs")
        url = queues.create_queue(QueueName="q")["QueueUrl"]
        tally.take()
        queues.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "a"}])
        heard, after = tally.take(), tally.take()

    assert heard.calls == {"sqs:SendMessageBatch": 1}
    assert heard.messages == [(url, "a")]
    assert heard.cpu > 0
    assert not after.calls

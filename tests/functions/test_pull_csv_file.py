"""A source whose newest file cannot be read says so until one comes that can be."""

from __future__ import annotations

import json

import pytest

from functions import admin, pull
from shared.cloud import connections, keys, runtime, table
from tests.connectors.erp.test_csv_file import COLUMNS, HEADER, ROW
from tests.functions.world import NORDIC, NOW, answer, call


@pytest.fixture
def drop(aws):
    """Drops a file of rows into the folder of an enabled connection."""
    s3 = runtime.client("s3")
    s3.create_bucket(Bucket="books", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    mapping = {"columns": COLUMNS, "date_format": "DD.MM.YYYY", "decimal_mark": ","}
    mapping |= {"currency": "EUR", "country": "FI"}
    config = {"bucket": "books", "prefix": "nordic/", "mode": "full", "mapping": mapping}
    table.transact([connections.made(
        NORDIC, "erp", connector="erp.csv_file", config=config, start_line=NOW.date()
    )])  # fmt: skip
    table.transact([connections.enabled(connections.read(NORDIC, "erp"), NOW)])

    def put(name, *rows):
        text = "\r\n".join([HEADER, *rows])
        s3.put_object(Bucket="books", Key=f"nordic/erp/inbox/{name}", Body=text.encode())

    return put


def pulled():
    """How the connection is after one more read."""
    body = json.dumps({"tenant": "nordic", "connection": "erp"})
    event = {"Records": [{"messageId": "m", "body": body}]}
    assert pull.handler(event, None) == {"batchItemFailures": []}
    return ask("GET /v1/connections/{id}")["health"]


def ask(route):
    return answer(admin.handler(call(route, path={"id": "erp"}), None))[1]


def opened():
    return [one["why"] for one in ask("GET /v1/tasks")["tasks"]]


def test_a_file_that_cannot_be_read_is_told_until_one_comes_that_can(drop):
    drop("a.csv", ROW)
    assert pulled()["word"] == "ok"

    drop("b.csv")
    for _ in range(2):
        told = pulled()
        assert told["word"] == "failing"
        assert told["error"].startswith("the newest file cannot be read")
        assert opened() == ["connection_failing"]

    drop("c.csv", ROW.replace("120,00;120,00", "120,00;60,00"))
    told = pulled()
    assert (told["word"], told["error"], opened()) == ("ok", None, [])
    assert table.get(keys.invoice(NORDIC, "erp:1001"))["open"] == "60.00"
